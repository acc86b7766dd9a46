"""Sentences of ours that are stored in English, told in the language of a message. Pure.

Why something is as severe as it is, and what a thread is called, is decided before anybody knows who reads
it. What is not recognised stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from statusherd.notify.languages import catalogue, later, say, spoken, word

REASONS: Final = (
    later("for information"),
    later("a test"),
    later("impact none: a notice that touches {service}"),
    later("impact {impact}, no service of ours is mapped to the vendor"),
    later("impact {impact}, it touches no service of ours"),
    later("impact {impact} x tier {tier} of {service} = {severity}"),
    later(", fallback lowers to {severity}"),
    later(", fallback of {service} lowers to {severity}"),
    later(", outside of business hours lowers to {severity}"),
    later("the sender says {said} x tier {tier} of {service} = {severity}"),
    later("the sender says nothing, the intake {intake}: {said} x tier {tier} of {service} = {severity}"),
    later("the sender says nothing, the intake {intake}: {said}"),
    later("the sender says {said}"),
    later(", as an early warning of ours {severity} at most"),
    later("open and untouched for {days} days"),
    later("{failing} of {total} status pages cannot be read"),
    later("{failing} of {total} pages of {scope} cannot be read"),
)
"""Of severities, and of changes that stand in the first line."""
SUBJECTS: Final = (
    later("{title} maintenance: planned work"),
    later("{title} maintenance: {what}"),
    later("{title}: now watched, trouble is open"),
    later("{title}: trouble without a posted incident"),
    later("{title}: components changed"),
    later("{title}: its status page cannot be read"),
    later("{title}: its status page lost most components"),
    later("{title}: its status page changed its format"),
    later("{title}: the component filter {filter} matches nothing"),
    later("{title}: early warning of ours"),
    later("Status pages cannot be read"),
    later("Came and went in quiet hours"),
    later("{title}: incidents"),
    later("{title}: maintenance"),
    later("Digest"),
    later("Digest of {date}"),
)
"""Of threads, as they were frozen at their first message."""
_PARTS: Final = re.compile(r"(?=, (?:fallback|outside of|as an early) )")


def retold(text: str) -> str:
    """Return a reason in the language that is spoken."""
    if not catalogue(spoken()):
        return text
    return "".join(_one(part, REASONS) for part in _PARTS.split(text))


def retold_subject(subject: str) -> str:
    """Return the subject of a thread in the language that is spoken: the same for all its messages."""
    return _one(subject, SUBJECTS) if catalogue(spoken()) else subject


def _one(text: str, known: tuple[str, ...]) -> str:
    for english in known:
        if match := _pattern(english).fullmatch(text):
            return say(english, **{name: word(value) for name, value in match.groupdict().items()})
    return text


@cache
def _pattern(english: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", english)
    named = (f"(?P<{piece}>.+?)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))
    return re.compile("".join(named), re.DOTALL)
