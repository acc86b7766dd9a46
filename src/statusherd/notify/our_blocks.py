"""What helps with an incident of ours, as lists: suspects, checks, runbooks, contacts, what changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from statusherd.model.delivery import Alert
from statusherd.model.incidents import Contact, Finding, RunbookHint
from statusherd.model.suspects import Answer, Evidence, Suspect
from statusherd.model.words import ChangeKind as K
from statusherd.notify.languages import later, say
from statusherd.notify.markup import link, one_line
from statusherd.notify.phrases import certainty
from statusherd.notify.retelling import retold
from statusherd.notify.telling import Block, Item, Size
from statusherd.notify.times import clock

_MOST: Final = 6
"""So many of each are told one by one, whatever room there is: at night nobody reads more."""


def our_blocks(alert: Alert, size: Size, zone: ZoneInfo) -> Iterator[Block]:
    """Yield the lists of a message, what is needed first at the front; none once it is over.

    Who hears of an incident for the first time gets all of it, later only what may have changed since.
    """
    ours = alert.change.ours
    if ours is None or alert.change.kind is K.OUR_INCIDENT_RESOLVED or not size.items:
        return
    most, is_terse, is_bare = min(size.items, _MOST), not size.reasons, size.items == 1
    if ours.answer is not None:
        yield from _block(say("Suspects"), _suspects(ours.answer, size), most)
    findings = [each for each in ours.findings if not (each.ok and is_terse)]
    yield from _block(say("Our checks"), _findings(findings, alert, zone), most)
    if alert.opens or alert.change.kind is K.OUR_INCIDENT_REOPENED:
        yield from _block(say("Runbooks"), [_runbook(each) for each in ours.runbooks], most)
        contacts = () if is_bare else ours.contacts
        yield from _block(say("The vendors' support"), [_contact(each) for each in contacts], most)
        changed = [Item(retold(one_line(line, 200))) for line in ours.recent if line.strip()]
        yield from _block(say("Changed lately"), [] if is_terse else changed, most)


def _block(heading: str, items: Sequence[Item], most: int) -> Iterator[Block]:
    if items:
        rest = len(items) - most
        yield Block(heading, tuple(items[:most]), say("and {count} more", count=rest) if rest > 0 else "")


def _suspects(answer: Answer, size: Size) -> list[Item]:
    causes = [_suspect(each, later("{suspect}: it explains this"), size) for each in answer.links]
    return [
        *causes,
        *(_suspect(each, later("{suspect}: not certain enough"), size) for each in answer.suspects),
    ]


def _suspect(suspect: Suspect, text: str, size: Size) -> Item:
    vendor, title = one_line(suspect.vendor, 60), one_line(suspect.title, 160)
    named = (
        f'{certainty(suspect.score)} {vendor}: "{title}"' if title else f"{certainty(suspect.score)} {vendor}"
    )
    return Item(say(text, suspect=named), details=tuple(_reasons(suspect.reasons, size.reasons)))


def _reasons(reasons: Iterable[Evidence], most: int) -> Iterator[str]:
    """Yield the reasons that weigh most, for or against."""
    for reason in sorted(reasons, key=lambda each: -abs(each.weight))[:most]:
        said = retold(one_line(reason.evidence, 200))
        yield say("speaks against it: {reason}", reason=said) if reason.weight < 0 else said


def _findings(findings: Sequence[Finding], alert: Alert, zone: ZoneInfo) -> list[Item]:
    """Return what our checks of vendors found, what failed first."""
    today = alert.circumstances.at or alert.change.at
    return [_finding(each, clock(each.at, today, zone)) for each in sorted(findings, key=_is_ok)]


def _is_ok(finding: Finding) -> bool:
    return finding.ok


def _finding(finding: Finding, at: str) -> Item:
    text = (
        later("ok: {vendor}: {finding} ({time})")
        if finding.ok
        else later("FAILS: {vendor}: {finding} ({time})")
    )
    return Item(say(text, vendor=one_line(finding.vendor, 60), finding=one_line(finding.text, 200), time=at))


def _runbook(hint: RunbookHint) -> Item:
    name, where = one_line(hint.name, 100), link(hint.where)
    return Item(name, where) if where else Item(f"{name}: {one_line(hint.where, 200)}")


def _contact(contact: Contact) -> Item:
    vendor, support = one_line(contact.vendor, 60), link(contact.support)
    parts = [
        one_line(contact.support, 200) if contact.support and not support else "",
        say("contract {contract}", contract=one_line(contact.contract, 80)) if contact.contract else "",
    ]
    said = ", ".join(filter(None, parts))
    return Item(f"{vendor}: {said}" if said else vendor, support)
