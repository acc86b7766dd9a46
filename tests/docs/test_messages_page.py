"""docs/messages.md holds: its template is one, its variables and filters are those there are, its message is ours."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

from statusherd import config
from statusherd.model.words import ChangeKind
from statusherd.notify.channels import Channel
from statusherd.notify.own_templates import Variables
from statusherd.notify.render import render
from statusherd.notify.samples import sample
from statusherd.notify.sandbox import FILTERS, MOST_ROUNDS
from statusherd.notify.services import SERVICES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "messages.md").read_text(encoding="utf-8")


def test_its_template_works_in_its_configuration(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (template,) = re.findall(r"```jinja\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "ops.j2").write_text(template)
    path = tmp_path / "config.toml"
    path.write_text(f'{block}\n[[route]]\nchannels = ["ops"]\n')
    path.chmod(0o600)
    (channel,) = config.load(path).channels
    alert = sample(ChangeKind.INCIDENT_OPENED)
    message = render(alert, channel=channel, now=alert.change.at + timedelta(seconds=5), dedup_key="5f1e")
    assert message.fault == ""
    assert (
        "\n- checkout (tier 1, owner shop) via acme:API*: https://runbooks.example.com/checkout\n"
        in message.body
    )
    assert "\nAcme Pay says: We are looking into payments" in message.body


def test_it_lists_every_variable_and_filter() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert listed == [field.name for field in fields(Variables)]
    tail = PAGE[PAGE.index("the filters `default`") :]
    assert tuple(re.findall(r"`(\w+)`", tail)) == FILTERS
    assert f"after {MOST_ROUNDS} rounds" in tail


def test_its_message_is_the_one_that_is_sent() -> None:
    alert = sample(ChangeKind.INCIDENT_OPENED)
    channel = Channel("ops", "json://127.0.0.1", timezone="Europe/Berlin")
    body = render(alert, channel=channel, now=alert.change.at, dedup_key="5f1e").body
    shown = re.findall(r"^    (\S.*)$", PAGE, re.MULTILINE)
    assert len(shown) == 5
    assert all(line in body for line in shown[1:])
    assert shown[0].replace("checkout at risk", "checkout and invoices at risk") in body


def test_its_lines_of_our_incidents_are_those_that_are_sent() -> None:
    (lines,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    kinds = (
        ChangeKind.OUR_INCIDENT_OPENED,
        ChangeKind.OUR_INCIDENT_UPDATED,
        ChangeKind.OUR_INCIDENT_RESOLVED,
    )
    channel = Channel("ops", "json://127.0.0.1", timezone="Europe/Berlin")
    for kind, line in zip(kinds, lines.splitlines(), strict=True):
        alert = sample(kind, opens=kind is ChangeKind.OUR_INCIDENT_OPENED)
        body = render(alert, channel=channel, now=alert.change.at, dedup_key="5f1e").body
        assert body.splitlines()[0] == line


def test_what_it_says_of_services_is_so() -> None:
    for name, schema in {
        "Discord": "discord",
        "Teams": "workflows",
        "Zulip": "zulip",
        "Home Assistant": "hassio",
    }.items():
        assert name in PAGE
        assert SERVICES[schema].formats[0] == "markdown"
    for schema in ("slack", "tgram", "gchat", "pagerduty", "opsgenie", "jira", "splunk", "ilert"):
        assert SERVICES[schema].formats[0] == "text"


def test_its_pictures_are_there_and_small() -> None:
    pictures = re.findall(r"\]\((screenshots/[a-z-]+\.png)\)", PAGE)
    folder = Path(__file__).resolve().parents[2] / "docs"
    assert sorted(pictures) == sorted(
        f"screenshots/{path.name}" for path in (folder / "screenshots").iterdir()
    )
    assert all((folder / picture).stat().st_size < 150_000 for picture in pictures)
