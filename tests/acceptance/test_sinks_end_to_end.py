"""From a vendor's page to real servers: each event arrives once in each, and can be read there."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from brokers import IrcSink, MqttSink, irc_sink, mqtt_sink
from stories import Story

from statusherd.model.routing import Route
from statusherd.model.words import Impact, Phase
from statusherd.notify.channels import Channel
from statusherd.notify.deliver import AppriseSender
from statusherd.setup import Setup
from statusherd.store import outbox
from statusherd.store.deliveries import attempts_of
from statusherd.testing import HttpSink, MailSink

HOSTILE = "Stör\r\nQUIT :bye\x01\u202eung @everyone <script>alert(1)</script> {{ 7*7 }} " + "задержка " * 400
HEADLINES = ("OPENED: Acme: major incident", "UPDATE: Acme: major incident", "RESOLVED after ")


@dataclass
class Sinks:
    mail: MailSink
    http: HttpSink
    mqtt: MqttSink
    irc: IrcSink

    def channels(self) -> dict[str, Channel]:
        urls = {"mail": self.mail.url, "http": self.http.url, "mqtt": self.mqtt.url, "irc": self.irc.url}
        return {name: Channel(name, url) for name, url in urls.items()}

    async def read(self, count: int) -> dict[str, list[str]]:
        """Return all messages of each sink, once each has at least `count`."""
        for sink in (self.mail, self.http, self.mqtt, self.irc):
            await sink.wait_for(count)
        return {
            "mail": [mail.text for mail in self.mail.received],
            "http": [json.loads(request.body)["message"] for request in self.http.received],
            "mqtt": [text for _, text, _ in await self.mqtt.hear_out()],
            "irc": [line.partition(b" PRIVMSG #ops :")[2].decode() for line in await self.irc.hear_out()],
        }


@asynccontextmanager
async def all_sinks(folder: Path) -> AsyncIterator[Sinks]:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        yield Sinks(
            await enter(MailSink()),
            await enter(HttpSink()),
            await enter(mqtt_sink(folder)),
            await enter(irc_sink(folder)),
        )


def story_of(folder: Path, channels: dict[str, Channel]) -> Story:
    """A story whose sender is the real one; messages go to all channels."""
    story = Story(folder, routes=(Route("all", channels=tuple(channels)),))
    story.setup = Setup(story.vendors, story.setup.routes, channels)
    story.sender = AppriseSender(host="herd.example")
    return story


async def from_first_to_last(story: Story) -> None:
    """An incident opens, changes its phase after a restart and is resolved; between them nothing is new."""
    await story.look()
    incident = story.page.open("API errors", Impact.MAJOR)
    await story.look(times=3)
    await story.restart()
    await story.look()
    story.page.update(incident, Phase.IDENTIFIED)
    await story.look(times=2)
    story.page.resolve(incident)
    await story.look(times=2)
    await story.restart()
    await story.look()


def assert_headlines(texts: list[str], where: str) -> None:
    assert len(texts) == len(HEADLINES), (where, texts)
    for text, headline in zip(texts, HEADLINES, strict=True):
        assert headline in text.splitlines()[0], where


async def test_each_event_arrives_once_in_mail_queue_chat_and_webhook(tmp_path: Path) -> None:
    async with all_sinks(tmp_path) as sinks:
        async with story_of(tmp_path, sinks.channels()) as story:
            await from_first_to_last(story)
        read = await sinks.read(len(HEADLINES))
    for name, texts in read.items():
        assert_headlines(texts, name)
    for line in read["irc"]:
        assert " | https://status.acme.example/incidents/" in line
        assert " | Ref " in line
    assert {(topic, qos) for topic, _, qos in sinks.mqtt.received} == {("ops/alerts", 1)}


async def test_each_event_arrives_once_where_no_server_is_installed(tmp_path: Path) -> None:
    async with MailSink() as mail, HttpSink() as http:
        channels = {"mail": Channel("mail", mail.url), "http": Channel("http", http.url)}
        async with story_of(tmp_path, channels) as story:
            await from_first_to_last(story)
    assert_headlines([each.text for each in mail.received], "mail")
    assert_headlines([json.loads(each.body)["message"] for each in http.received], "http")
    assert [each.subject for each in mail.received] == [
        "Acme: API errors", "Re: Acme: API errors", "Re: Acme: API errors",
    ]  # fmt: skip
    (root,) = {each.message["References"] for each in mail.received}
    assert root.endswith("@statusherd.herd.example>")
    for sink in (
        [each.message["X-Statusherd-Dedup"] for each in mail.received],
        [each.headers["X-Statusherd-Dedup"] for each in http.received],
    ):
        assert len(set(sink)) == len(HEADLINES)


async def test_a_queue_keeps_no_message_for_later_and_no_connection_stays(tmp_path: Path) -> None:
    async with mqtt_sink(tmp_path) as sink:
        async with story_of(tmp_path, {"mqtt": Channel("mqtt", sink.url)}) as story:
            await story.look()
            story.page.open("API errors", Impact.MAJOR)
            await story.look()
        assert len(await sink.hear_out()) == 1
        late = MqttSink(sink.port, "late")
        await late.subscribe()
        # Who subscribes later must not be alarmed by what may be over.
        assert await late.hear_out() == []
        late.close()
        listening = [each.name for each in threading.enumerate() if each.name.startswith("paho-mqtt")]
    assert listening == ["paho-mqtt-client-listener"]


async def test_a_hostile_title_stays_one_harmless_message_everywhere(tmp_path: Path) -> None:
    async with all_sinks(tmp_path) as sinks:
        async with story_of(tmp_path, sinks.channels()) as story:
            await story.look()
            story.page.open(HOSTILE, Impact.MAJOR)
            await story.look(times=2)
        read = await sinks.read(1)
    (line,) = sinks.irc.received
    assert len(line) <= 512
    assert line.endswith(b"\r\n")
    for name, texts in read.items():
        (text,) = texts
        assert "\u202e" not in text, name
        assert "\x01" not in text, name
        assert "{{ 7*7 }}" in text, name
        assert "@everyone" not in text, name
    assert "https://status.acme.example/incidents/" in read["irc"][0]
    assert " | Ref " in read["irc"][0]


@pytest.mark.parametrize(
    ("mode", "detail"),
    [
        ("+m", "chat server: 404 "),  # only members may speak: Apprise takes it for sent
        ("+i", "chat server: 473 "),  # only who is invited gets in
    ],
)
async def test_what_a_chat_of_lines_refuses_counts_as_refused(
    tmp_path: Path, *, mode: str, detail: str
) -> None:
    async with irc_sink(tmp_path) as sink:
        await sink.command(f"MODE #ops {mode}")
        async with story_of(tmp_path, {"irc": Channel("irc", sink.url)}) as story:
            await story.look()
            story.page.open("API errors", Impact.MAJOR)
            await story.look(times=2)
            (dead,) = story.store.read_now(outbox.dead_letters)
            (attempt,) = story.store.read_now(lambda conn: attempts_of(conn, dead.id))
        assert await sink.hear_out() == []
    assert attempt.outcome.detail.startswith(detail)
