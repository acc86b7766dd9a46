"""A channel's own template: what it is given, what is told where it fails, and that a message goes out all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from stories import Story
from structlog.testing import capture_logs

from statusherd.model.words import ChangeKind
from statusherd.notify.channels import Channel, OwnTemplate
from statusherd.notify.own_templates import fault_of
from statusherd.notify.render import Message, render
from statusherd.notify.samples import sample
from statusherd.setup import Setup

OPENED = sample(ChangeKind.INCIDENT_OPENED)
SHORT = "{{ headline }}\n{% for label, url in links %}{{ label }}: {{ url }}\n{% endfor %}{{ reference }}"
WHOLE = Path(__file__).resolve().parents[2] / "src/statusherd/notify/templates"


def channel(text: str, url: str = "json://127.0.0.1", **also: object) -> Channel:
    return Channel("ops", url, template=OwnTemplate("ops.j2", text), **also)


def written(there: Channel, alert=OPENED) -> Message:
    return render(alert, channel=there, now=alert.change.at, dedup_key="5f1e")


def test_a_template_takes_the_place_of_the_built_in_one() -> None:
    message = written(channel(SHORT))
    assert message.fault == ""
    assert message.subject == "Acme Pay: Payments are delayed"
    assert message.body == (
        'SEV2 OPENED: checkout and invoices at risk: Acme Pay: major incident "Payments are delayed" (investigating)\n'
        "Vendor's page: https://status.acme.example/incidents/k7\n"
        "acme/incident/k7, first message of this thread, key 5f1e"
    )


@pytest.mark.parametrize("url", ["json://127.0.0.1", "discord://1/2", "mailto://mail.example"])
def test_words_of_the_vendor_are_escaped_for_the_channel(url: str) -> None:
    incident = OPENED.change.incident
    assert incident is not None
    bad = replace(incident, title="[x](http://evil.example) <script> @everyone {{ 7 * 7 }}")
    body = written(
        channel(SHORT + "{{ title }}", url), replace(OPENED, change=replace(OPENED.change, incident=bad))
    ).body
    assert "<script" not in body
    assert "@everyone" not in body
    assert "49" not in body
    assert url.startswith(("json", "mailto")) or "[x]" not in body


@pytest.mark.parametrize("written_as", ["text", "markdown", "html"])
def test_the_built_in_templates_could_be_ones_own(written_as: str) -> None:
    text = (WHOLE / f"{written_as}.j2").read_text()
    for ours, theirs in (
        ("telling.", ""),
        (" | safe", ""),
        ("{{ colour }}", "red"),
        ("{{ language }}", "en"),
    ):
        text = text.replace(ours, theirs)
    text = re.sub(r'say\("and {count} more", count=(\w+)\)', r"\1", re.sub(r'say\(("\w+")\)', r"\1", text))
    assert fault_of(channel(text, f"json://127.0.0.1?format={written_as}")) is None


def test_a_template_that_fails_leaves_the_message_as_built_in_and_says_why() -> None:
    failing = channel("{{ headline }}\n{% if vendor == 'Acme Pay' and number == 1 %}{{ gone }}{% endif %}")
    message = written(failing)
    assert message.fault == "ops.j2, line 2: 'gone' is undefined (in a message of incident_opened)"
    assert message.body == written(replace(failing, template=None)).body


def test_what_does_not_fit_is_written_smaller_and_then_as_built_in() -> None:
    incident = OPENED.change.incident
    assert incident is not None
    (update,) = incident.updates
    long = replace(incident, updates=(replace(update, text="word " * 1000),))
    alert = replace(OPENED, change=replace(OPENED.change, incident=long))
    fits = written(channel("{{ headline }}\n{{ words | join(' ') }}", "mmost://h/t", max_length=500), alert)
    assert fits.fault == ""
    assert len(fits.body) <= 500
    too_long = written(channel("{{ headline }}" + "x" * 500, max_length=500), alert)
    assert too_long.fault == (
        "ops.j2: it writes more than the 500 characters that the channel takes (in a message of incident_opened)"
    )
    assert len(too_long.body) <= 500


def test_a_chat_of_lines_takes_one_line_only() -> None:
    assert "one line of 340 bytes" in (
        fault_of(channel("{{ headline }}\n{{ reference }}", "irc://h/#c")) or ""
    )
    assert fault_of(channel("{{ severity }} {{ kind }}", "irc://h/#c")) is None


def test_a_template_is_tried_on_every_kind_of_message() -> None:
    for kind in ChangeKind:
        fault = fault_of(channel("{% if kind == '" + kind + "' %}{{ gone }}{% endif %}x"))
        assert fault == f"ops.j2, line 1: 'gone' is undefined (in a message of {kind})"
    assert fault_of(channel("{% if number > 1 %}{{ gone }}{% endif %}x")) is not None


@pytest.fixture
def whole_log() -> Iterator[None]:
    """Nothing is left out of the log, whatever level another test has set."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("whole_log")
async def test_a_failing_template_is_logged_and_the_message_sent(tmp_path: Path) -> None:
    failing = channel("{% if vendor == 'Acme' %}{{ gone }}{% endif %}x")
    assert fault_of(failing) is None
    story = Story(tmp_path)
    story.setup = Setup(story.vendors, story.setup.routes, {"ops": failing})
    async with story:
        with capture_logs() as logs:
            story.page.open("API errors")
            await story.look()
        assert "API errors" in story.sender.sent[0].message.body
    (line,) = (entry for entry in logs if entry["event"] == "own template failed, told as built in")
    assert line["channel"] == "ops"
    assert line["fault"] == "ops.j2, line 1: 'gone' is undefined (in a message of first_look)"
