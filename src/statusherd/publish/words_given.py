"""The words that people and programs send us: who they are, and what they have to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST_AUTHOR: Final = 100
LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class Given:
    """Who takes something on, and what those who were told are to know."""

    author: str
    note: str


def given(author: object, note: object) -> Given | str:
    """Return both, each as one line; where they cannot be taken, a sentence that says why."""
    if not isinstance(author, str) or not isinstance(note, str):
        return "author and note must be texts."
    found = Given(_one_line(author), _one_line(note))
    if not found.author:
        return "Say who takes it on: give a name."
    if len(found.author) > LONGEST_AUTHOR:
        return f"The name is too long: at most {LONGEST_AUTHOR} characters."
    if len(found.note) > LONGEST_NOTE:
        return f"The note is too long: at most {LONGEST_NOTE} characters."
    return found


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
