"""Messages in the languages of their readers: nothing is missing, nothing is left in English, and numbers are right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from snapshots import assert_as_before
from statusherd.model.changes import Change
from statusherd.model.delivery import Alert
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.words import ChangeKind, Impact, Severity
from statusherd.notify import threads
from statusherd.notify.channels import Channel
from statusherd.notify.languages import ENGLISH, LANGUAGES, catalogue, say, say_many, speaking, spoken, word
from statusherd.notify.render import Message, render
from statusherd.notify.retelling import SUBJECTS, retold, retold_subject
from statusherd.notify.samples import sample, samples
from statusherd.notify.times import length, window
from statusherd.respond.severity import SeverityRules, judge, judge_touched
from texts import texts

SNAPSHOTS = Path(__file__).parent / "snapshots"
OTHERS = [language for language in LANGUAGES if language != ENGLISH]


def _others_words() -> Iterator[str]:
    """What others said in the samples of incidents of ours, and what is stored in English."""
    ours = sample(ChangeKind.OUR_INCIDENT_OPENED).change.ours
    assert ours is not None
    assert ours.answer is not None
    for suspect in (*ours.answer.links, *ours.answer.suspects):
        yield from (reason.evidence for reason in suspect.reasons)
    yield from (finding.text for finding in ours.findings)
    yield from ours.recent
    yield sample(ChangeKind.EARLY_WARNING).change.reason


NAMES = re.compile(r"\{(\w+)\}")
THEIRS = re.compile(
    r"^>.*$|Payments are delayed|orders are queued and charged later|Slow search|Database upgrade|^(?:- )?Grund: .*$|`[^`]*`"
    r"|https?://\S+|Runbook|"
    + "|".join(re.escape(text).replace(r"\*", r"\\?\*") for text in _others_words()),
    re.MULTILINE,
)
"""What stands in the samples and is no text of ours, or not to be translated."""
ENGLISH_WORDS = re.compile(
    r"\b(the|of|is|are|and|it|its|this|now|no|not|by|after|ago|since|to|from|key|seen)\b", re.IGNORECASE
)


def written(alert: Alert, language: str, form: str = "text") -> Message:
    channel = Channel("ops", f"json://127.0.0.1?format={form}", timezone="Europe/Berlin", language=language)
    return render(
        alert, channel=channel, now=alert.change.at, dedup_key="5f1e", page_url="https://ops.example/7"
    )


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_has_its_translation_and_no_translation_has_lost_its_text(language: str) -> None:
    assert set(catalogue(language)) == texts()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_names_of_its_text(language: str) -> None:
    for english, other in catalogue(language).items():
        assert set(NAMES.findall(english)) == set(NAMES.findall(other)), english
        assert other.strip()


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_no_message_is_left_in_english(language: str, form: str) -> None:
    for alert in samples():
        marked = replace(alert, drill=True, circumstances=replace(alert.circumstances, openings=3))
        for each in (alert, marked):
            message = written(each, language, form)
            ours = THEIRS.sub("", f"{message.subject}\n{message.body}".replace("> ", "\n> "))
            assert not ENGLISH_WORDS.findall(ours), f"{alert.change.kind}: {ours}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_as_it_was_looked_at(language: str) -> None:
    told = [(alert, written(alert, language)) for alert in samples()]
    pages = (f"== {alert.change.kind}\n{message.subject}\n\n{message.body}\n" for alert, message in told)
    assert_as_before("\n".join(pages), SNAPSHOTS / f"{language}.txt")


def test_a_mail_names_its_language() -> None:
    opened = sample(ChangeKind.INCIDENT_OPENED)
    assert '<html lang="de">' in written(opened, "de", "html").body
    assert '<html lang="en">' in written(opened, "en", "html").body


@pytest.mark.parametrize(
    ("span", "english", "german"),
    [
        (timedelta(seconds=59), "less than a minute", "weniger als einer Minute"),
        (timedelta(minutes=1), "1 min", "1 Min."),
        (timedelta(hours=3, minutes=5), "3 h 5 min", "3 Std. 5 Min."),
        (timedelta(hours=3), "3 h", "3 Std."),
        (timedelta(days=2, hours=4, minutes=9), "2 d 4 h", "2 Tg. 4 Std."),
        (timedelta(days=1), "1 d", "1 Tg."),
    ],
)
def test_durations(span: timedelta, english: str, german: str) -> None:
    assert length(span) == english
    with speaking("de"):
        assert length(span) == german


def touch(name: str) -> Touch:
    return Touch(name, 1, "acme", TouchedBy.UNKNOWN_COMPONENTS)


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [
        (1, "a at risk", "a gefährdet"),
        (2, "a and b at risk", "a und b gefährdet"),
        (3, "a, b and 1 more service at risk", "a, b und 1 weiterer Dienst gefährdet"),
        (5, "a, b and 3 more services at risk", "a, b und 3 weitere Dienste gefährdet"),
    ],
)
def test_plurals(count: int, english: str, german: str) -> None:
    alert = replace(sample(ChangeKind.INCIDENT_OPENED), touches=tuple(map(touch, "abcde"[:count])))
    assert f"SEV2 OPENED: {english}: Acme Pay" in written(alert, "en").body
    assert f"SEV2 NEU: {german}: Acme Pay" in written(alert, "de").body


def test_a_window_is_in_the_language() -> None:
    start = datetime(2026, 3, 12, 1, tzinfo=UTC)
    with speaking("de"):
        assert window(start, start + timedelta(hours=2), ZoneInfo("UTC")) == "2026-03-12 01:00 bis 03:00 UTC"
        assert window(start, None, ZoneInfo("UTC")) == "2026-03-12 01:00 UTC, ohne Angabe des Endes"


def test_a_language_ends_where_its_message_does() -> None:
    assert spoken() == ENGLISH
    with speaking("de"), speaking("en"):
        assert say("OPENED") == "OPENED"
    with pytest.raises(ZeroDivisionError), speaking("de"):
        say(str(1 // 0))
    assert spoken() == ENGLISH


def test_what_no_catalogue_has_is_said_in_english() -> None:
    with speaking("de"):
        assert say("a new text of {what}", what="ours") == "a new text of ours"
        assert say_many(2, "{count} thing", "{count} things") == "2 things"
        assert word("a vendor's own phase") == "a vendor's own phase"


def test_braces_in_words_of_a_vendor_stay() -> None:
    with speaking("de"):
        assert say("now {state}", state="{before} {0} {x.y}") == "jetzt: {before} {0} {x.y}"


# What is stored in English


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_the_subject_of_a_thread_is_told_in_the_language(kind: ChangeKind) -> None:
    subject = sample(kind).thread.subject
    with speaking("de"):
        told = retold_subject(subject)
    is_a_title = subject in ("Acme Pay: Payments are delayed", "INC-12: Checkout 5xx")
    assert (told == subject) is is_a_title
    assert retold_subject(subject) == subject


def test_the_subjects_are_those_of_threads() -> None:
    assert set(threads._SUBJECTS.values()) <= set(SUBJECTS)


def test_every_reason_of_a_severity_is_told_in_the_language() -> None:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    incident = sample(ChangeKind.INCIDENT_OPENED).change.incident
    assert incident is not None
    own = Touch("checkout", 2, "acme", TouchedBy.NAMED, cushion="checkout", fallback="x")
    others = replace(own, cushion="billing")
    rules = SeverityRules(hours=(), lower_outside=(2,))
    closed = replace(rules, hours=tuple(_never()))
    reasons = {judge(Change("acme", ChangeKind.BLIND, at, "why")).reason}
    for impact in Impact:
        change = Change(
            "acme", ChangeKind.INCIDENT_OPENED, at, "why", incident=replace(incident, impact=impact)
        )
        reasons.add(judge(change).reason)
        for touches in ((), (own,), (others,), (replace(own, cushion=None),)):
            reasons.update(judge_touched(change, touches, rule).reason for rule in (rules, closed))
    assert len(reasons) > 15
    with speaking("de"):
        for reason in reasons:
            assert not re.search(
                r"\b(impact|tier|fallback|lowers|service|outside|information|notice)\b", retold(reason)
            )
    assert all(retold(reason) == reason for reason in reasons)


def _never():
    from statusherd.model.hours import parse_window  # noqa: PLC0415

    yield parse_window("Sun 23:00-23:01")


def test_a_reason_that_nobody_knows_stays() -> None:
    with speaking("de"):
        assert (
            retold("an older version's reason, fallback or not")
            == "an older version's reason, fallback or not"
        )
        assert retold("") == ""


def test_severities_and_ids_stay() -> None:
    body = written(sample(ChangeKind.INCIDENT_OPENED), "de").body
    assert Severity.SEV2 in body
    assert "acme/incident/k7" in body
    assert "5f1e" in body
