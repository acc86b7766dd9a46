"""From a vendor's page to real servers: each event arrives once in each, and can be read there."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from brokers import IrcSink, MqttSink, irc_sink, mqtt_sink
from stories import Story

from statusherd.model.routing import Route
from statusherd.model.words import Impact, Phase
from statusherd.notify.channels import Channel
from statusherd.notify.deliver import AppriseSender
from statusherd.setup import Setup
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
        """Return the messages of each sink, once there are `count`."""
        return {
            "mail": [mail.text for mail in await self.mail.wait_for(count)],
            "http": [request.body.decode() for request in await self.http.wait_for(count)],
            "mqtt": [text for _, text, _ in await self.mqtt.wait_for(count)],
            "irc": [
                line.partition(b" PRIVMSG #ops :")[2].decode() for line in await self.irc.wait_for(count)
            ],
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


@asynccontextmanager
async def story_of(folder: Path, sinks: Sinks) -> AsyncIterator[Story]:
    channels = sinks.channels()
    async with Story(folder, routes=(Route("all", channels=tuple(channels)),)) as story:
        story.pipeline.setup = story.setup = Setup(story.vendors, story.setup.routes, channels)
        story.sender = story.dispatcher._sender = AppriseSender()
        yield story


async def test_each_event_arrives_once_in_mail_queue_chat_and_webhook(tmp_path: Path) -> None:
    async with all_sinks(tmp_path) as sinks, story_of(tmp_path, sinks) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look(times=3)
        await story.restart()
        story.page.update(incident, Phase.IDENTIFIED)
        await story.look(times=2)
        story.page.resolve(incident)
        await story.look(times=3)
        read = await sinks.read(3)
        said = [line.decode() for line in await sinks.irc.hear_out()]
    for name, texts in read.items():
        assert len(texts) == 3, name
        for text, headline in zip(texts, HEADLINES, strict=True):
            assert headline in text, name
    assert len(said) == 3
    assert {(topic, qos) for topic, _, qos in sinks.mqtt.received} == {("ops/alerts", 1)}
    assert not [each for each in threading.enumerate() if each.name.startswith("paho-mqtt-client-statusherd")]


async def test_a_hostile_title_stays_one_harmless_message_everywhere(tmp_path: Path) -> None:
    async with all_sinks(tmp_path) as sinks, story_of(tmp_path, sinks) as story:
        await story.look()
        story.page.open(HOSTILE, Impact.MAJOR)
        await story.look(times=2)
        read = await sinks.read(1)
        (line,) = await sinks.irc.hear_out()
    assert len(line) <= 512
    assert line.endswith(b"\r\n")
    for name, (text,) in read.items():
        assert "\u202e" not in text, name
        assert "\x01" not in text, name
        assert "{{ 7*7 }}" in text, name
        assert "@everyone" not in text, name
    assert "https://status.acme.example/incidents/" in read["irc"][0]
    assert " | Ref " in read["irc"][0]
