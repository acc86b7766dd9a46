"""Alerts, explanations and dead letters in words, for somebody who was woken by one, or was not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import click

from statusherd.cli.alert_records import id_of, line_of
from statusherd.cli.moments import ago, local
from statusherd.cli.output import count, shown, table
from statusherd.explaining import Explanation, alert_about
from statusherd.model.delivery import Alert, Decision, Delivery
from statusherd.model.words import DeliveryState
from statusherd.store.alerts import Answer, DeadLetter, Sight, Verdict
from statusherd.store.deliveries import Attempt

_WHAT: Final = 72
_FIRST, _LAST = 2, 3
"""Of many attempts so many of the first and of the last are shown."""

_STATES: Final = {
    DeliveryState.PENDING: ("… waiting", "yellow"),
    DeliveryState.SENDING: ("… being sent", "yellow"),
    DeliveryState.SENT: ("✓ sent", "green"),
    DeliveryState.DEAD: ("✗ given up", "red"),
    DeliveryState.CANCELLED: ("- overtaken", None),
}

_TOLD: Final = {
    DeliveryState.PENDING: ("is to be told", "yellow"),
    DeliveryState.SENDING: ("is being told", "yellow"),
    DeliveryState.SENT: ("was told", "green"),
    DeliveryState.DEAD: ("was to be told", "red"),
    DeliveryState.CANCELLED: ("was to be told", None),
}


def answer_table(answers: Sequence[Answer], now: datetime) -> list[str]:
    """Return `alert list`: a line for each decision."""
    head = ("SEEN", "ID", "CHANNEL", "OUTCOME", "REASON", "WHAT")
    return table(head, [_answer(each, now) for each in answers])


def _answer(answer: Answer, now: datetime) -> tuple[str, ...]:
    decision = answer.decision
    return (
        local(answer.logged.change.at, now),
        id_of(answer.logged.number, answer.delivery),
        shown(decision.channel or "-", 30),
        _outcome(answer.delivery, told=decision.told),
        _reason(answer),
        _headline(alert_about(answer.logged, answer.vendor_title)),
    )


def _reason(answer: Answer) -> str:
    reason = answer.decision.reason.value.replace("_", " ")
    ack = answer.delivery.alert.circumstances.acknowledged if answer.delivery else None
    return f"{reason} by {shown(ack.author, 20)}" if ack else reason


def _headline(alert: Alert) -> str:
    return shown(line_of(alert), _WHAT)


def _outcome(delivery: Delivery | None, *, told: bool) -> str:
    if delivery is None:
        return "✓ told" if told else "- not told"
    word, colour = _STATES[delivery.state]
    maybe = " (maybe sent)" if delivery.maybe_sent and delivery.state is not DeliveryState.SENT else ""
    return click.style(f"{word}{maybe}", fg=colour)


def explanation_lines(each: Explanation, now: datetime) -> Iterator[str]:
    """Yield the lines that explain one Change: what happened, what it means, and each channel's answer."""
    logged, alert = each.account.logged, each.alert
    change = logged.change
    yield click.style(shown(line_of(alert_about(logged, alert.vendor_title))), bold=True)
    yield f"  Seen       {local(change.at, now)}, {ago(change.at, now)} ago, as change {logged.number}"
    yield f"  What       {change.kind.value.replace('_', ' ')}{_moved(each)}"
    yield f"  Why        {shown(change.reason)}"
    judged = " (by the rules of now: nobody was told)" if each.judged_now else ""
    yield f"  Severity   {alert.severity}: {shown(alert.severity_reason)}{judged}"
    if not each.judged_now:
        yield f"  Thread     {shown(alert.thread.subject)}"
    for ack in each.acknowledgements:
        held = f", until {local(ack.until, now)}" if ack.until else ""
        note = f": {shown(ack.note)}" if ack.note else ""
        yield f"  Taken on   by {shown(ack.author, 40)} {local(ack.at, now)}{held}{note}"
    if each.account.routed_at is None:
        yield "  Nothing is decided on it yet: the daemon does that, within a second while it runs."
    for verdict in each.account.verdicts:
        yield ""
        yield from _verdict(verdict, each, now)


def _moved(each: Explanation) -> str:
    change = each.account.logged.change
    if change.before and change.after and change.before != change.after:
        return f": {shown(change.before)} → {shown(change.after)}".replace("_", " ")
    return f": {shown(change.after)}".replace("_", " ") if change.after else ""


def _verdict(verdict: Verdict, of: Explanation, now: datetime) -> Iterator[str]:
    decision = verdict.decision
    who = shown(decision.channel) if decision.channel else "Nobody"
    by = f" by {shown(decision.route)}" if decision.route else ""
    word, colour = _TOLD[verdict.delivery.state] if verdict.delivery else ("was told", "green")
    if not decision.told:
        word, colour = ("was not told", "yellow") if decision.channel else ("was told", None)
    start = f"  {click.style(who, bold=True)} {click.style(word, fg=colour)}{by}"
    yield f"{start}: {decision.reason.sentence}{_wait(decision, now)}"
    before = of.heard_before.get(decision.channel or "")
    if before is not None:
        when = f"sent {local(before.sent_at, now)}" if before.sent_at else f"which is {before.state}"
        yield f"    The last it was told of this: {before.dedup_key}, {when}"
    if verdict.delivery is not None:
        yield from _delivery(verdict.delivery, verdict.attempts, now)
    elif decision.told:
        yield "    Its message is no longer kept."


def _wait(decision: Decision, now: datetime) -> str:
    silence = f" (silence {decision.silence})" if decision.silence is not None else ""
    silence = f" ({shown(decision.behind)})" if decision.behind else silence
    return f"{silence}, until {local(decision.until, now)}" if decision.until else silence


def _delivery(delivery: Delivery, attempts: Sequence[Attempt], now: datetime) -> Iterator[str]:
    word = _outcome(delivery, told=True)
    tries = count(len(attempts), "attempt")
    if delivery.state is DeliveryState.SENT and delivery.sent_at:
        repeat = ", marked as perhaps a repeat" if delivery.maybe_sent else ""
        yield f"    {word} {local(delivery.sent_at, now)}, with the {_nth(len(attempts))} attempt{repeat}"
    elif delivery.state is DeliveryState.PENDING:
        yield f"    {word}, due {local(delivery.due_at, now)}, after {tries}"
    elif delivery.state is DeliveryState.DEAD:
        yield f"    {word} {local(delivery.due_at, now)}, after {tries}"
        yield f"    Send it again: statusherd alert resend {delivery.dedup_key}"
    else:
        yield f"    {word}, after {tries}"
    yield f"    Reference {delivery.dedup_key}"
    yield from _attempts(attempts, now)


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _attempts(attempts: Sequence[Attempt], now: datetime) -> Iterator[str]:
    hidden = len(attempts) - _FIRST - _LAST
    if hidden <= 1:
        yield from (_attempt(each, now) for each in attempts)
        return
    yield from (_attempt(each, now) for each in attempts[:_FIRST])
    yield f"      … {hidden} more like these"
    yield from (_attempt(each, now) for each in attempts[-_LAST:])


def _attempt(attempt: Attempt, now: datetime) -> str:
    outcome = attempt.outcome
    what = "sent" if outcome.sent else "maybe sent" if outcome.maybe_sent else "not sent"
    final = ", for good" if outcome.permanent and not outcome.sent else ""
    detail = f": {shown(outcome.detail)}" if outcome.detail else ""
    return f"      {local(attempt.at, now, seconds=True)}  {what}{final}{detail}"


def sight_line(sight: Sight, now: datetime) -> str:
    """Return when a vendor's page was last read, and since when it cannot be."""
    seen = f"last read {ago(sight.seen_at, now)} ago" if sight.seen_at else "never read"
    if sight.failing_since is None:
        return f"Its page was {seen}."
    return f"Its page was {seen}; it cannot be read since {local(sight.failing_since, now)}."


def letter_table(letters: Sequence[DeadLetter], now: datetime) -> list[str]:
    """Return `alert dead`: a line for each message that was given up."""
    head = ("GIVEN UP", "ID", "CHANNEL", "TRIES", "WHY", "WHAT")
    return table(head, [_letter(each, now) for each in letters])


def _letter(letter: DeadLetter, now: datetime) -> tuple[str, ...]:
    delivery = letter.delivery
    notes = [shown(letter.why, 60) or "-"]
    notes += ["may have arrived"] if delivery.maybe_sent else []
    notes += ["overtaken"] if letter.overtaken else []
    return (
        local(delivery.due_at, now),
        delivery.dedup_key,
        shown(delivery.channel, 30),
        str(delivery.attempts),
        "; ".join(notes),
        _headline(delivery.alert),
    )
