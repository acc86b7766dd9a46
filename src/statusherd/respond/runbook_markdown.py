"""A runbook written in Markdown: its second headings are the steps, its blocks "run" name commands. Pure.

What stands above the first step is an introduction, and deeper headings belong to their step. All but the
headings, the blocks and a paragraph that is an address alone is text for people, and kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_STEP: Final = re.compile(r" {0,3}##[ \t]+(.*?)[ \t]*#*[ \t]*\Z")
_FENCE: Final = re.compile(r" {0,3}(`{3,}(?=[^`]*\Z)|~{3,})[ \t]*(.*?)[ \t]*\Z")
_ADDRESS: Final = re.compile(r"(?:<(https?://[^\s<>]+)>|\[[^\]]*\]\((https?://[^\s()]+)\)|(https?://\S+))\Z")


@dataclass(frozen=True, slots=True)
class Block:
    """A block "run": the words behind `run`, the lines in it, and the line of the file where it begins."""

    words: str
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class Part:
    """One step as it stands in the file. `line` is that of its heading, from 1."""

    title: str
    line: int
    text: str = ""
    link: str = ""
    blocks: tuple[Block, ...] = ()
    unclosed: int | None = None
    """The line of a block that has no end."""


@dataclass(slots=True)
class _Draft:
    title: str
    line: int
    lines: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    unclosed: int | None = None

    def part(self) -> Part:
        paragraphs = re.split(r"\n\s*\n", "\n".join(self.lines).strip())
        alone = {n: match for n, each in enumerate(paragraphs) if (match := _ADDRESS.match(each.strip()))}
        link = ""
        if len(alone) == 1 and not self.blocks:
            ((number, match),) = alone.items()
            link = next(filter(None, match.groups()))
            paragraphs.pop(number)
        text = "\n\n".join(paragraphs).strip()
        return Part(self.title, self.line, text, link, tuple(self.blocks), self.unclosed)


def parts(text: str) -> tuple[Part, tuple[Part, ...]]:
    """Return the introduction of a Markdown text, and its steps in their order."""
    introduction, *steps = (draft.part() for draft in _drafts(text.splitlines()))
    return introduction, tuple(steps)


def _drafts(lines: list[str]) -> list[_Draft]:
    drafts = [_Draft("", 1)]
    numbered = iter(enumerate(lines, 1))
    for number, line in numbered:
        draft = drafts[-1]
        if fence := _FENCE.match(line):
            _take_block(draft, number, fence, numbered)
        elif heading := _STEP.match(line):
            drafts.append(_Draft(heading[1], number))
        else:
            draft.lines.append(line)
    return drafts


def _take_block(
    draft: _Draft, number: int, fence: re.Match[str], following: Iterator[tuple[int, str]]
) -> None:
    body: list[str] = []
    for _, line in following:
        end = _FENCE.match(line)
        if end and end[1].startswith(fence[1]) and not end[2]:
            break
        body.append(line)
    else:
        draft.unclosed = number
    word, *words = fence[2].split(maxsplit=1) or [""]
    if word == "run":
        draft.blocks.append(Block("".join(words), "\n".join(body), number))
    else:
        draft.lines += [fence[0], *body, fence[1]]
