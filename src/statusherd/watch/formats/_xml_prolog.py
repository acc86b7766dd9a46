"""Where the root element of an XML text begins: behind declarations and comments, found without a parser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

COMMENTS: Final = (("<?", "?>"), ("<!--", "-->"))
"""What may stand before the root, each from its beginning to its end."""
DOCUMENT_TYPE: Final = ("<!DOCTYPE", ">")
_SPACES: Final = re.compile(r"[\s\ufeff]*")


def root_at(
    text: str, root: re.Pattern[str], before: Sequence[tuple[str, str]] = COMMENTS
) -> tuple[int, str] | None:
    """Return where the root element begins and its name, the first group of `root`; None where there is none.

    A document type with rules of its own is refused: there entity bombs live, and no vendor needs one.
    """
    at = 0
    while True:
        at = _SPACES.match(text, at).end()  # type: ignore[union-attr] # it always matches
        ending = next((end for start, end in before if text.startswith(start, at)), None)
        if ending is None:
            break
        close = text.find(ending, at)
        if close < 0 or (ending == DOCUMENT_TYPE[1] and "[" in text[at:close]):
            return None
        at = close + len(ending)
    match = root.match(text, at)
    return (at, match[1]) if match else None
