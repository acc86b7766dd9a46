"""Alerts, explanations and dead letters as our JSON has them. The keys are a contract: docs/json.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias
from zoneinfo import ZoneInfo

from statusherd.cli.acking import acknowledgement_json
from statusherd.explaining import Explanation, alert_about
from statusherd.model.delivery import Alert, Decision, Delivery
from statusherd.model.stamps import iso
from statusherd.model.words import ChangeKind
from statusherd.notify.headlines import headline
from statusherd.store.alerts import Answer, DeadLetter, Sight, Verdict
from statusherd.store.deliveries import Attempt

Json: TypeAlias = dict[str, object]

_UTC = ZoneInfo("UTC")


def id_of(number: int | None, delivery: Delivery | None) -> str:
    """Return what `alert explain` takes: the key of the message, else the number of the Change."""
    return delivery.dedup_key if delivery else str(number)


def answer_json(answer: Answer) -> Json:
    """Return one line of `alert list --json`."""
    change, delivery = answer.logged.change, answer.delivery
    return {
        "id": id_of(answer.logged.number, delivery),
        "change": answer.logged.number,
        "at": iso(change.at),
        **_what(alert_about(answer.logged, answer.vendor_title)),
        **_decision(answer.decision),
        "state": delivery.state if delivery else None,
        "maybe_sent": delivery.maybe_sent if delivery else False,
        "sent_at": iso(delivery.sent_at) if delivery else None,
    }


def explanation_json(each: Explanation) -> Json:
    """Return one Change of `alert explain --json`."""
    logged, alert = each.account.logged, each.alert
    change = logged.change
    return {
        "change": logged.number,
        "at": iso(change.at),
        "routed_at": iso(each.account.routed_at),
        **_what(alert),
        "thread": {"id": alert.thread.id, "subject": alert.thread.subject},
        "reason": change.reason,
        "facets": list(change.facets),
        "before": change.before,
        "after": change.after,
        "status": change.status,
        "severity": alert.severity,
        "severity_reason": alert.severity_reason,
        "severity_judged_now": each.judged_now,
        "acknowledgements": [acknowledgement_json(ack) for ack in each.acknowledgements],
        "answers": [_verdict(verdict, each) for verdict in each.account.verdicts],
    }


def line_of(alert: Alert) -> str:
    """Return what happened in one line: the first line of the message, where it would have one."""
    change = alert.change
    if change.kind is ChangeKind.FIRST_LOOK and not (change.incidents or change.status.is_trouble):
        return f"FIRST LOOK: {alert.vendor_title}: {change.status.value.replace('_', ' ')}"
    return headline(alert, _UTC)


def _what(alert: Alert) -> Json:
    return {
        "vendor": alert.change.vendor,
        "title": alert.vendor_title,
        "kind": alert.change.kind,
        "headline": line_of(alert),
    }


def decision_json(decision: Decision) -> Json:
    """Return an answer as `alert explain --json` and `alert test --json` have it."""
    wait = {"until": iso(decision.until), "silence": decision.silence}
    return {**_decision(decision), **wait}


def _decision(decision: Decision) -> Json:
    return {
        "channel": decision.channel,
        "told": decision.told,
        "route": decision.route,
        "reason": decision.reason.value,
        "sentence": decision.reason.sentence,
    }


def _verdict(verdict: Verdict, of: Explanation) -> Json:
    before = of.heard_before.get(verdict.decision.channel or "")
    return {
        **decision_json(verdict.decision),
        "behind": verdict.decision.behind,
        "heard_before": before.dedup_key if before else None,
        "delivery": _delivery(verdict.delivery, verdict.attempts) if verdict.delivery else None,
    }


def _delivery(delivery: Delivery, attempts: Sequence[Attempt]) -> Json:
    return {
        "key": delivery.dedup_key,
        "state": delivery.state,
        "due_at": iso(delivery.due_at),
        "sent_at": iso(delivery.sent_at),
        "maybe_sent": delivery.maybe_sent,
        "attempts": [_attempt(attempt) for attempt in attempts],
    }


def _attempt(attempt: Attempt) -> Json:
    outcome = attempt.outcome
    return {
        "at": iso(attempt.at),
        "sent": outcome.sent,
        "maybe_sent": outcome.maybe_sent,
        "permanent": outcome.permanent,
        "elapsed": round(outcome.elapsed, 3),
        "detail": outcome.detail,
    }


def sight_json(sight: Sight | None) -> Json | None:
    """Return when a vendor was read, as `alert explain --vendor --json` has it."""
    if sight is None:
        return None
    return {
        "seen_at": iso(sight.seen_at),
        "failing_since": iso(sight.failing_since),
        "blind_since": iso(sight.blind_since),
    }


def letter_json(letter: DeadLetter) -> Json:
    """Return one message of `alert dead --json`."""
    delivery = letter.delivery
    return {
        "id": delivery.dedup_key,
        "change": delivery.change_number,
        "channel": delivery.channel,
        **_what(delivery.alert),
        "created_at": iso(delivery.created_at),
        "given_up_at": iso(delivery.due_at),
        "attempts": delivery.attempts,
        "maybe_sent": delivery.maybe_sent,
        "why": letter.why,
        "overtaken": letter.overtaken,
    }


def resent_json(sent: Sequence[DeadLetter], left: Sequence[tuple[DeadLetter, str]]) -> Json:
    """Return what `alert resend --json` prints."""
    return {
        "resent": [_letter(letter) for letter in sent],
        "left": [_letter(letter) | {"why": why} for letter, why in left],
    }


def _letter(letter: DeadLetter) -> Json:
    return {
        "id": letter.delivery.dedup_key,
        "channel": letter.delivery.channel,
        "maybe_sent": letter.delivery.maybe_sent,
    }
