"""Lists that people keep: one name, domain or address a line, `#` begins a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from statusherd.watch.importing.mentions import Kind, Mention

_COMMENT: Final = re.compile(r"(?:^|\s)#.*")


def lines(text: str) -> Iterator[str]:
    """Yield the lines of `text` that say something, without their comments."""
    for line in text.splitlines():
        if bare := _COMMENT.sub("", line).strip():
            yield bare


def plain_list(text: str) -> Iterator[Mention]:
    """Yield a mention for each line."""
    return (Mention(Kind.NAME, line, line.casefold()) for line in lines(text))
