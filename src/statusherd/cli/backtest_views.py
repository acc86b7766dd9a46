"""A back-test for people and as JSON. The keys are a contract: docs/json.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import click

from statusherd.backtest_report import Difference, Missed, Recipient, Report, Tally
from statusherd.cli.alert_records import Json, line_of
from statusherd.cli.output import count, shown, table
from statusherd.model.delivery import Decision
from statusherd.model.stamps import iso

_HEAD: Final = ("CHANNEL", "MESSAGES", "A WEEK", "BUSIEST WEEK", "AT NIGHT")
_NO_CHANNEL: Final = "there is no such channel"
_NOT_ASKED: Final = "no route of it asks for this channel"


def report_lines(report: Report, timezone: str) -> Iterator[str]:
    """Yield a back-test as text; times are on the clock of `timezone`, counts by that of each channel."""
    zone = ZoneInfo(timezone)
    span = f"{_when(report.since, zone)} to {_when(report.until, zone)}"
    yield click.style(f"{count(report.changes, 'change')}, {span} ({timezone}). Now → new:", bold=True)
    yield ""
    yield from table(_HEAD, [_row(each, report.weeks) for each in _with_sum(report.recipients)])
    yield ""
    yield from _differences("More", "by the rules of now", report.more, report.more_count, zone)
    yield from _differences("Less", "by the new rules", report.less, report.less_count, zone)
    if report.moved:
        yield f"At another time: {count(report.moved, 'message')}."
        yield ""
    yield from _missed(report, zone)


def _with_sum(recipients: Sequence[Recipient]) -> tuple[Recipient, ...]:
    if len(recipients) < 2:
        return tuple(recipients)
    both = ([r.now for r in recipients], [r.new for r in recipients])
    return (*recipients, Recipient("(all)", *map(_sum, both)))


def _sum(tallies: Sequence[Tally]) -> Tally:
    weeks = {monday for tally in tallies for monday in tally.weeks}
    each_week = {monday: sum(t.weeks.get(monday, 0) for t in tallies) for monday in weeks}
    return Tally(sum(t.messages for t in tallies), sum(t.at_night for t in tallies), each_week)


def _row(recipient: Recipient, weeks: float) -> tuple[str, ...]:
    now, new = recipient.now, recipient.new
    return (
        shown(recipient.channel, 30),
        f"{now.messages} → {new.messages}",
        f"{now.messages / weeks:.1f} → {new.messages / weeks:.1f}",
        f"{now.busiest} → {new.busiest}",
        f"{now.at_night} → {new.at_night}",
    )


def _differences(
    word: str, by: str, found: Sequence[Difference], number: int, zone: ZoneInfo
) -> Iterator[str]:
    yield click.style(f"{word}: {count(number, 'message')}{'.' if not found else ''}", bold=True)
    for each in found:
        what = f"{shown(each.sending.channel, 30)}  {shown(line_of(each.alert), 100)}"
        yield f"  {_when(each.sending.at, zone)}  {what}"
        yield f"    not {by}: {_why(each)}"
    if number > len(found) > 0:
        yield f"  … {number - len(found)} more; say --limit"
    yield ""


def _why(each: Difference) -> str:
    if not each.other_has_channel:
        return _NO_CHANNEL
    return _reason(each.other, each.sending.channel)


def _reason(decision: Decision | None, channel: str) -> str:
    if decision is None or (decision.channel != channel and decision.told):
        return _NOT_ASKED
    if decision.told:
        return "it is told with other news of the same"
    by = f" ({shown(decision.route)})" if decision.route else ""
    return f"{decision.reason.sentence}{by}"


def _missed(report: Report, zone: ZoneInfo) -> Iterator[str]:
    whole = count(report.graves, "opened incident")
    if not report.missed:
        yield click.style(f"MISSED: none of {whole} of impact major or critical", fg="green", bold=True)
        return
    yield click.style(
        f"MISSED: nobody hears of {len(report.missed)} of {whole} of impact major or critical",
        fg="red",
        bold=True,
    )
    for each in report.missed:
        grave = each.grave
        whom = f", touches {shown(', '.join(grave.services), 100)}" if grave.services else ""
        now = "is told now" if each.told_now else "is not told now either"
        title = shown(grave.title, 80)
        what = f"{shown(grave.vendor, 30)}: {grave.impact}: {title}{whom}"
        yield f"  {_when(grave.at, zone)}  {what} ({now}, change {grave.number})"


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def report_json(report: Report) -> Json:
    """Return what `alert backtest --json` prints."""
    return {
        "since": iso(report.since),
        "until": iso(report.until),
        "changes": report.changes,
        "recipients": [
            {"channel": r.channel, "now": _tally_json(r.now), "new": _tally_json(r.new)}
            for r in report.recipients
        ],
        "more": {"count": report.more_count, "messages": [_difference_json(d) for d in report.more]},
        "less": {"count": report.less_count, "messages": [_difference_json(d) for d in report.less]},
        "moved": report.moved,
        "grave": report.graves,
        "missed": [_missed_json(each) for each in report.missed],
        "unseen_vendors": list(report.unseen),
    }


def _tally_json(tally: Tally) -> Json:
    weeks = [{"monday": monday.isoformat(), "messages": n} for monday, n in sorted(tally.weeks.items())]
    return {"messages": tally.messages, "at_night": tally.at_night, "weeks": weeks}


def _difference_json(each: Difference) -> Json:
    other = each.other
    return {
        "at": iso(each.sending.at),
        "channel": each.sending.channel,
        "change": each.sending.number,
        "vendor": each.alert.change.vendor,
        "thread": each.alert.thread.id,
        "severity": each.alert.severity,
        "headline": line_of(each.alert),
        "reason": other.reason.value if other and each.other_has_channel and not other.told else None,
        "route": other.route if other else None,
        "sentence": _why(each),
    }


def _missed_json(each: Missed) -> Json:
    grave = each.grave
    return {
        "at": iso(grave.at),
        "change": grave.number,
        "thread": grave.thread,
        "vendor": grave.vendor,
        "title": grave.title,
        "impact": grave.impact,
        "services": list(grave.services),
        "told_now": each.told_now,
    }
