"""What each service is really handed, read from the request: plain words, and words of an enemy.

The texts stand in tests/acceptance/snapshots; STATUSHERD_RENEW=1 renews them.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from wire import diverted, fields, shown, words

from snapshots import assert_as_before
from statusherd.model.delivery import Alert, Delivery
from statusherd.model.incidents import Contact, Finding, OurNews, RunbookHint
from statusherd.model.suspects import Answer, Blindness, Evidence, Suspect, Verdict
from statusherd.model.words import ChangeKind, DeliveryState
from statusherd.notify.channels import Channel
from statusherd.notify.deliver import AppriseSender
from statusherd.notify.render import render
from statusherd.notify.samples import sample
from statusherd.testing import HttpSink, MailSink

NOW = datetime(2026, 3, 10, 10, 2, tzinfo=UTC)
HOSTILE = (
    "@everyone @here @channel @room <!channel> <@U6TTX1F9R> <@&77> <users/all> <https://evil.example|bank.example> "
    "[bank.example](https://evil.example) ![x](https://evil.example/i.png) <img src=x onerror=alert(1)> "
    "</td><script>alert(1)</script> &lt;!here&gt; **b** _i_ ~s~ `c` ||s|| {{ 7 * 7 }} {% x %} {# x #} ${7*7} "
    "=cmd|'/c calc'!A0 \u202egnp.exe\u2066 a\u200bb\u2060c \x1b[31m\x07\x00\r\nBcc: all@evil.example\r\n\r\nbody"
)
DISCORD = "4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
CHANNELS = {
    "discord": f"discord://{DISCORD}",
    "google-chat": "gchat://space/key/token",
    "home-assistant": "hassio://127.0.0.1/token",
    "json": "json://127.0.0.1",
    "mattermost": "mmost://127.0.0.1/3ccdd113474722377935511fc85d3dd4",
    "notifiarr": "notifiarr://abcdefabcdef/#1234567",
    "ntfy": "ntfy://127.0.0.1/alerts",
    "opsgenie": "opsgenie://a1b2c3d4-a1b2-a1b2-a1b2-a1b2c3d4e5f6",
    "pagerduty": "pagerduty://abcdefabcdefabcdefabcdefabcdef12@routingkey",
    "pushover": "pover://abcdefabcdefabcdefabcdefabcdef@abcdefabcdefabcdefabcdefabcdef",
    "rocket-chat": "rocket://AbcdefAbcdefAbcdefAbcdef/AbcdefAbcdefAbcdefAbcdefAbcdefAbcdefAbcdefAbcdef@127.0.0.1",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "slack-blocks": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ?blocks=yes",
    "slack-markdown": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ?format=markdown",
    "sms": "twilio://AC735c307c62944b5abcdefabcdefabcde:e29dfbcebf390dee9abcdefabcdefabc@12345678900/12345678901",
    "teams": "workflows://127.0.0.1/workflow/signature",
    "telegram": "tgram://123456789:abcdefg_hijklmnop/12315544",
    "telegram-html": "tgram://123456789:abcdefg_hijklmnop/12315544?format=html",
    "zulip": "zulip://bot@org/abcdefabcdefabcdefabcdefabcdefab/alerts",
}
HTML = ("telegram", "telegram-html")
"""Services that are handed HTML: tags of ours may stand there, none of theirs."""
MARKDOWN = ("discord", "home-assistant", "mattermost", "notifiarr", "rocket-chat", "teams", "zulip")
"""Services that make links and pictures of brackets. Slack's and Google's marks have no such thing."""
SNAPSHOTS = Path(__file__).parent / "snapshots"
OUR_TAGS = {"a", "b", "br"}


def _written(requests: list[tuple[str, Any]]) -> str:
    return "".join(f"{path}{shown(said)}\n" for path, said in requests)


def hostile(words_: str = HOSTILE) -> Alert:
    """An opened incident of which the vendor chose every word, the name of the vendor too."""
    alert = sample(ChangeKind.INCIDENT_OPENED)
    incident = alert.change.incident
    assert incident is not None
    (update,) = incident.updates
    bad = replace(
        incident,
        title=words_,
        regions=(words_,),
        url="https://evil.example/\r\nX: y",
        updates=(replace(update, text=f"{words_}\n# big\n- item\n> quoted\n---\n1. one"),),
    )
    components = tuple(replace(part, name=words_, group=words_) for part in alert.change.components)
    change = replace(
        alert.change, vendor=words_[:80], incident=bad, components=components, page_url="javascript:x"
    )
    thread = replace(alert.thread, id=f"{words_}/incident/k7", subject=f"Acme Pay: {words_}")
    return replace(alert, change=change, thread=thread, vendor_title=words_, touches=())


def hostile_ours(words_: str = HOSTILE) -> Alert:
    """An incident of ours of which senders, people and vendors chose every word."""
    alert = sample(ChangeKind.OUR_INCIDENT_OPENED)
    ours = alert.change.ours
    assert ours is not None
    incident = replace(
        ours.incident, title=words_, text=f"{words_}\n# big\n- item", services=(words_, "checkout"),
        opened_by=f"intake {words_}", labels={words_: words_}, roles={words_: words_}, url="https://a@evil.example/",
    )  # fmt: skip
    evil = Suspect(words_, words_, words_, 0.93, (Evidence(words_, 1.0, words_), Evidence("x", -1.0, words_)))
    answer = Answer(Verdict.VENDOR, words_, (evil, evil), (evil,), (Blindness(words_, NOW),))
    news = OurNews(
        incident,
        answer,
        words_,
        findings=(Finding(words_, words_, ok=False, at=NOW),),
        recent=(words_,),
        runbooks=(RunbookHint(words_, "javascript:alert(1)"), RunbookHint(words_, words_)),
        contacts=(Contact(words_, words_, words_), Contact(words_, "https://evil.example/\r\nX: y")),
    )
    change = replace(alert.change, ours=news, reason=words_, subject=words_)
    thread = replace(alert.thread, subject=f"INC-12: {words_}")
    touch = replace(alert.touches[0], service=words_, owner=words_, fallback=words_, runbook="javascript:x")
    return replace(alert, change=change, thread=thread, severity_reason=words_, touches=(touch,))


def hostile_verdict(verdict: Verdict) -> Alert:
    """The same where no vendor is blamed, or nobody can tell; to somebody who knows of it already."""
    alert = hostile_ours()
    ours = alert.change.ours
    assert ours is not None
    assert ours.answer is not None
    answer = replace(ours.answer, verdict=verdict, links=())
    change = replace(alert.change, kind=ChangeKind.OUR_INCIDENT_UPDATED, ours=replace(ours, answer=answer))
    return replace(alert, change=change, number=3)


def hostile_warning() -> Alert:
    """An early warning of which every word is an enemy's."""
    alert = sample(ChangeKind.EARLY_WARNING)
    change = replace(alert.change, vendor=HOSTILE[:80], reason=HOSTILE * 2, page_url="javascript:x")
    return replace(alert, change=change, vendor_title=HOSTILE, touches=())


def delivery(alert: Alert) -> Delivery:
    return Delivery(1, "ops", "5f1e", alert, NOW, DeliveryState.SENDING, created_at=NOW)


async def posted(url: str, alert: Alert) -> list[tuple[str, Any]]:
    """Return the path and the words of each request that a channel makes of an alert."""
    channel = Channel("ops", url, timezone="Europe/Berlin")
    message = render(alert, channel=channel, now=NOW, dedup_key="5f1e")
    async with HttpSink() as sink:
        with diverted(sink):
            await AppriseSender(host="herd.example").send(delivery(alert), channel, message)
    return [(attempt.path, fields(attempt)) for attempt in sink.attempts]


@pytest.mark.parametrize("name", CHANNELS)
async def test_an_opened_incident_as_each_service_gets_it(name: str) -> None:
    requests = await posted(CHANNELS[name], sample(ChangeKind.INCIDENT_OPENED))
    assert requests
    assert_as_before(_written(requests), SNAPSHOTS / "plain" / f"{name}.txt")


@pytest.mark.parametrize("name", CHANNELS)
async def test_words_of_an_enemy_are_harmless_at_each_service(name: str) -> None:
    requests = await posted(CHANNELS[name], hostile())
    assert requests
    for _, said in requests:
        assert_harmless(words(said), name)
    assert_as_before(_written(requests), SNAPSHOTS / "hostile" / f"{name}.txt")


@pytest.mark.parametrize("name", ["discord", "pagerduty", "slack", "sms", "telegram-html", "zulip"])
async def test_an_incident_of_ours_as_services_get_it(name: str) -> None:
    requests = await posted(CHANNELS[name], sample(ChangeKind.OUR_INCIDENT_OPENED))
    assert requests
    assert_as_before(_written(requests), SNAPSHOTS / "ours" / f"{name}.txt")


@pytest.mark.parametrize("name", CHANNELS)
async def test_words_of_an_enemy_in_what_is_ours_are_harmless_at_each_service(name: str) -> None:
    told = [
        hostile_ours(),
        *map(hostile_verdict, (Verdict.UNEXPLAINED, Verdict.CANNOT_TELL)),
        hostile_warning(),
    ]
    for alert in told:
        requests = await posted(CHANNELS[name], alert)
        assert requests
        for _, said in requests:
            assert_harmless(words(said), name)


def assert_harmless(text: str, name: str) -> None:
    for call in (
        "@everyone",
        "@here",
        "@channel",
        "@room",
        "<!",
        "<@",
        "<users",
        "<https://evil",
        "<script",
        "<img",
    ):
        assert call not in text
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2060-\u2069]", text)
    assert not re.search(r"(?m)^Bcc:", text)
    assert "49" not in text
    if name in HTML:
        assert set(re.findall(r"</?([a-z]+)", text)) <= OUR_TAGS
        assert set(re.findall(r'href="([^"]*)"', text)) == set()
    if name == "home-assistant":
        assert not re.search(r"\{[{%#]", text)
    if name in MARKDOWN:
        assert not re.search(r"(?<!\\)\[bank", text)


UNITS = ("word ", "@everyone", "<", "&", "[x](y)", "\u202e", "{{", "\r\n")


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("made", [hostile, hostile_ours])
def test_a_megabyte_of_words_costs_no_more_than_a_page(unit: str, made: Callable[[str], Alert]) -> None:
    alert = made(unit * (2**20 // len(unit)))
    begun = time.process_time()
    for url in CHANNELS.values():
        channel = Channel("ops", url)
        body = render(alert, channel=channel, now=NOW, dedup_key="5f1e").body
        assert len(body) <= channel.length
    assert time.process_time() - begun < 0.2 * len(CHANNELS)


# Mail


_OF_MAIL: dict[str, Callable[[], Alert]] = {
    "plain": lambda: sample(ChangeKind.INCIDENT_OPENED),
    "hostile": hostile,
    "ours": lambda: sample(ChangeKind.OUR_INCIDENT_OPENED),
    "hostile-ours": hostile_ours,
}


@pytest.mark.parametrize("words_", _OF_MAIL)
@pytest.mark.parametrize("form", ["html", "text"])
async def test_a_mail_as_it_arrives(form: str, words_: str) -> None:
    alert = _OF_MAIL[words_]()
    async with MailSink() as sink:
        channel = Channel("ops", sink.url.replace("format=text", f"format={form}"), timezone="Europe/Berlin")
        message = render(alert, channel=channel, now=NOW, dedup_key="5f1e")
        assert (await AppriseSender(host="herd.example").send(delivery(alert), channel, message)).sent
        (mail,) = await sink.wait_for(1)
    heads = "".join(
        f"{name}: {value}\n"
        for name, value in mail.message.items()
        if name not in ("Date", "Message-ID", "Content-Type", "User-Agent", "Content-Transfer-Encoding")
    )
    parts = [part for part in mail.message.walk() if not part.is_multipart()]
    texts = [f"== {part.get_content_type()}\n{part.get_content()}" for part in parts]
    assert_harmless_mail(mail.message, parts)
    text = f"{heads}{''.join(texts)}".replace("\r\n", "\n").replace("\u200b", "<ZWSP>")
    assert_as_before(text, SNAPSHOTS / words_ / f"mail-{form}.txt")


def assert_harmless_mail(message: Any, parts: list[Any]) -> None:
    assert message["Bcc"] is None
    assert message["List-Id"] == "<ops.statusherd.herd.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "\n" not in message["Subject"]
    for part in parts:
        text = part.get_content()
        assert not re.search(
            "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2060-\u2069]", text.replace("\r", "")
        )
        if part.get_content_type() == "text/html":
            assert "evil.example" not in " ".join(re.findall("<[^>]*>", text))
            assert "<script" not in text
            assert "<img" not in text
            assert "49" not in html.unescape(re.sub("<[^>]*>", "", text))


# What keeps the messages of a thread together, where a service has something for it

THREADED = {
    "google-chat": (CHANNELS["google-chat"], "thread", "thread_key"),
    "home-assistant": (CHANNELS["home-assistant"], "notification_id", None),
    "opsgenie": (CHANNELS["opsgenie"], "alias", None),
    "pagerduty": (CHANNELS["pagerduty"], "dedup_key", None),
    "pagertree": ("pagertree://int_a1b2c3d4e5f6", "id", None),
    "zulip": (CHANNELS["zulip"], "topic", None),
}


async def key_of(name: str, alert: Alert) -> str:
    url, field, inner = THREADED[name]
    ((_, said),) = await posted(url, alert)
    return str(said[field][inner] if inner else said[field])


@pytest.mark.parametrize("name", THREADED)
async def test_messages_of_one_thread_carry_one_key_and_another_thread_another(name: str) -> None:
    first, later = sample(ChangeKind.INCIDENT_OPENED), sample(ChangeKind.INCIDENT_UPDATED, opens=False)
    other = replace(
        first, thread=replace(first.thread, id="acme/incident/k9", subject="Acme Pay: Slow search")
    )
    key = await key_of(name, first)
    assert await key_of(name, later) == key
    assert await key_of(name, other) != key


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("gchat://space/key/token/own", "own"),
        ("gchat://space/key/token?thread=own", "own"),
        ("gchat://space/key/token?threadkey=own", "own"),
    ],
)
async def test_a_thread_that_the_url_names_is_kept(url: str, own: str) -> None:
    ((_, said),) = await posted(url, sample(ChangeKind.INCIDENT_OPENED))
    assert said["thread"] == {"thread_key": own}


async def test_a_name_that_no_header_can_hold_is_a_digest_in_the_id_of_the_list() -> None:
    async with MailSink() as sink:
        channel = Channel("Ops: Zürich\r\nBcc: x", sink.url.replace("&format=text", ""))
        message = render(sample(ChangeKind.BLIND), channel=channel, now=NOW, dedup_key="5f1e")
        assert (await AppriseSender().send(delivery(sample(ChangeKind.BLIND)), channel, message)).sent
        (mail,) = await sink.wait_for(1)
    assert re.fullmatch(r"<[0-9a-f]{24}\.statusherd\.localhost>", str(mail.message["List-Id"]))
    assert mail.message["Bcc"] is None
