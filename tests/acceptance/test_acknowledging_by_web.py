"""Acknowledging by the link in a message and by the API: a real server on loopback, over a real store."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest
from stories import Story

from statusherd.config_records import Web
from statusherd.config_web_values import Listen
from statusherd.model.escalation import Escalation, EscalationStep
from statusherd.model.oncall import Person, Roster
from statusherd.model.routing import Route
from statusherd.model.words import Impact
from statusherd.notify.ack_links import Links
from statusherd.notify.channels import Channel
from statusherd.store import escalations
from statusherd.web import AckDesk, Desks, answering

DUTY = Escalation("duty", (EscalationStep(("ada-phone",), 600), EscalationStep(("lead",), 600)))
ROUTES = (Route("chat", channels=("ops",), go_on=True), Route("duty", channels=("escalation:duty",)))
VENDOR = "https://status.acme.example/incidents/"
BASE = "https://status.example.com"
TOKEN = "correct-horse-battery-staple"
WEB = Web(Listen("127.0.0.1", 0), BASE, TOKEN)
LINK = re.compile(re.escape(BASE) + r"(/ack/\S+)")


@dataclass
class Site:
    """A story whose links are answered, and a client that asks."""

    story: Story
    client: aiohttp.ClientSession
    port: int
    incident: str

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def links(self, channel: str) -> list[str]:
        """The links that a channel was sent, of each message its own."""
        told = [sent for sent in self.story.sender.sent if sent.delivery.channel == channel]
        return [found[1] for sent in told if (found := LINK.search(sent.message.body))]

    async def get(self, path: str) -> tuple[int, str]:
        async with self.client.get(self.url(path)) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        async with self.client.post(self.url(path), data=form) as answer:
            status, text = answer.status, await answer.text()
        await self.story.tell()
        return status, text

    async def call(self, id_: str, body: object, token: str | None = TOKEN) -> tuple[int, dict]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = self.url(f"/api/v1/alerts/{id_}/ack")
        async with self.client.post(url, json=body, headers=headers) as answer:
            status, found = answer.status, await answer.json()
        await self.story.tell()
        return status, found

    async def acknowledged(self) -> list[str]:
        thread = self.story.sender.sent[0].delivery.alert.thread.id
        found = await self.story.store.read(lambda conn: escalations.acknowledgements(conn, thread))
        return [each.author for each in found]

    def heard(self, channel: str) -> list[str]:
        return [
            sent.message.body.splitlines()[0]
            for sent in self.story.sender.sent
            if sent.delivery.channel == channel
        ]


@asynccontextmanager
async def site(folder: Path, title: str = "API errors", web: Web = WEB) -> AsyncIterator[Site]:
    """A site whose story has one incident open, of which ops and ada-phone were told."""
    story = Story(folder, routes=ROUTES)
    names = ("ops", "ada-phone", "lead")
    channels = {name: Channel(name, "json://127.0.0.1:9/") for name in names}
    roster = Roster({"ada": Person("ada", ("ada-phone",))}, {})
    story.setup = replace(story.setup, channels=channels, escalations={DUTY.target: DUTY}, roster=roster)
    async with story:
        links = Links(BASE, b"k" * 32)
        story.dispatcher.link_of = links.address
        await story.look()
        incident = story.page.open(title, Impact.MAJOR)
        await story.look()
        desk = AckDesk(story.store, story.clock, lambda: story.pipeline.setup, links)
        async with answering(web, Desks(desk)) as port, aiohttp.ClientSession() as client:
            assert port
            yield Site(story, client, port, incident)


async def test_the_link_in_a_message_shows_a_form_and_its_form_acknowledges(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        (link,) = at.links("ada-phone")
        status, text = await at.get(link)
        assert status == 200
        assert "Acme: major incident &#34;API errors&#34; (investigating)" in text
        assert 'name="author" value="ada"' in text, "a reader whose channel it is need not write a name"
        assert await at.acknowledged() == []
        status, text = await at.post(link, author="ada", note="rolling back")
        assert status == 200
        assert "ada took it on at " in text
        assert "rolling back" in text
        assert "<form" not in text
        assert at.heard("ops")[-1].startswith("ACKNOWLEDGED by ada: Acme: ")
        await at.story.clock.advance(3600)
        await at.story.tell()
        assert at.heard("lead") == [], "the escalation has stopped"


async def test_what_only_looks_at_links_changes_nothing(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        (link,) = at.links("ops")
        told = len(at.story.sender.sent)
        for _ in range(3):
            for method in ("GET", "HEAD"):
                async with at.client.request(method, at.url(link)) as answer:
                    assert answer.status == 200
        for method in ("PUT", "DELETE", "PATCH"):
            async with at.client.request(method, at.url(link)) as answer:
                assert answer.status == 405
        async with at.client.options(at.url(link)) as answer:
            assert answer.status == 405
            assert "Access-Control-Allow-Origin" not in answer.headers
        assert await at.acknowledged() == []
        await at.story.tell()
        assert len(at.story.sender.sent) == told


async def test_acknowledging_again_tells_nobody_and_another_may_take_it_over(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        (link,) = at.links("ops")
        await asyncio.gather(*(at.post(link, author="ada", note="") for _ in range(4)))
        assert at.heard("ops")[1:] == at.heard("ops")[1:2]
        assert await at.acknowledged() == ["ada"]
        _, text = await at.get(link)
        assert "ada took it on at " in text
        assert "Take it over" in text
        await at.post(link, author="bob", note="")
        assert at.heard("ops")[-1].startswith("ACKNOWLEDGED by bob: ")
        assert await at.acknowledged() == ["ada", "bob"]


async def test_a_link_has_an_end_and_what_is_over_needs_no_answer(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        (link,) = at.links("ops")
        await at.story.clock.advance(timedelta(hours=24, minutes=2).total_seconds())
        for answer in (await at.get(link), await at.post(link, author="ada")):
            assert answer[0] == 410
            assert "expired" in answer[1]
        assert await at.acknowledged() == []


async def test_the_page_of_what_has_ended_says_so(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        (link,) = at.links("ops")
        at.story.page.resolve(at.incident)
        await at.story.look()
        assert at.links("ops") == [link], "the message on the end has no link"
        status, text = await at.get(link)
        assert (status, "<form" in text) == (200, False)
        assert "It is over" in text
        assert (await at.post(link, author="ada"))[0] == 409
        assert await at.acknowledged() == []


FORGERIES = (
    lambda link: link[:-1] + ("a" if link[-1] != "a" else "b"),
    lambda link: link[:-1],
    lambda link: link + "a",
    lambda link: re.sub(r"\.[0-9a-f]+\.", ".ffffffff.", link),
    lambda link: link.replace("/ack/", "/ack/0"),
    lambda _: "/ack/5f0c2a9d41b7e863.1c4f8ab.aaaaaaaaaaaaaaaaaaaa",
    lambda _: "/ack/%00",
    lambda _: "/ack/..%2f..%2fetc%2fpasswd",
    lambda _: "/ack/" + "x" * 4000,
)


async def test_forged_links_are_refused_and_say_what_works(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        (link,) = at.links("ops")
        for forge in FORGERIES:
            forged = forge(link)
            for status, text in (await at.get(forged), await at.post(forged, author="mallory")):
                assert status == 403, forged
                assert "statusherd alert ack" in text
        assert await at.acknowledged() == []


async def test_a_link_of_one_channel_does_not_tell_of_another(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        (mine,), (theirs,) = at.links("ada-phone"), at.links("ops")
        key = theirs.removeprefix("/ack/").partition(".")[0]
        assert (await at.get(f"/ack/{key}.{mine.partition('.')[2]}"))[0] == 403


async def test_every_answer_is_kept_to_itself(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        (link,) = at.links("ops")
        for path in (link, "/ack/forged", "/", "/robots.txt", "/api/v1/alerts/1/ack"):
            async with at.client.get(at.url(path)) as answer:
                headers = answer.headers
                text = await answer.text()
            assert headers["Referrer-Policy"] == "no-referrer", path
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Robots-Tag"].startswith("noindex")
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["Server"] == "statusherd"
            assert "<script" not in text
            assert "src=" not in text, "nothing is loaded"
            assert set(re.findall('href="(.*?)"', text)) <= {VENDOR + at.incident}


async def test_the_page_leads_to_the_vendors_and_tells_it_nothing(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        _, text = await at.get(at.links("ops")[0])
        place = VENDOR + at.incident
    assert f'<a href="{place}" rel="noreferrer noopener nofollow">{place}</a>' in text


async def test_the_style_is_the_one_that_the_policy_lets_through(tmp_path: Path) -> None:
    async with site(tmp_path) as at, at.client.get(at.url(at.links("ops")[0])) as answer:
        policy, text = answer.headers["Content-Security-Policy"], await answer.text()
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert not re.search(r"\sstyle=|\son\w+=", text)


async def test_words_of_others_come_out_harmless(tmp_path: Path) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'
    async with site(tmp_path, title=evil) as at:
        (link,) = at.links("ops")
        _, text = await at.get(link)
        _, after = await at.post(link, author=f"ada{evil}", note=f"{evil}\r\nBcc: x")
        async with at.client.post(at.url(link), data={"author": "", "note": evil}) as answer:
            again = await answer.text()
    for found in (text, after, again):
        assert "<script" not in found
        assert "<img" not in found
        assert "49" not in re.sub(r"[\d:. -]{4,}|&#\d+;", "", found)
    assert "\nBcc" not in after


async def test_who_gives_no_name_is_asked_again_with_what_was_written(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        (link,) = at.links("ops")
        status, text = await at.post(link, author="  ", note="on it")
        assert status == 400
        assert "give a name" in text
        assert 'value="on it"' in text
        for body in (b"", b"\xff\xfe", b"a&" * 5000, b'{"author": "ada"}'):
            async with at.client.post(at.url(link), data=body) as answer:
                assert answer.status == 400
        assert await at.acknowledged() == []


# The API


async def test_the_api_acknowledges_by_reference_number_and_thread(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        message = at.story.sender.sent[0].delivery
        thread = message.alert.thread.id
        status, found = await at.call(message.dedup_key, {"author": "ada", "note": "on it"})
        assert status == 200
        (done,) = found["acknowledged"]
        assert done["thread"] == {"id": thread, "subject": "Acme: API errors"}
        assert (done["author"], done["note"], done["until"]) == ("ada", "on it", None)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", done["at"])
        assert done["told"] == ["ada-phone", "ops"]
        _, again = await at.call(message.dedup_key, {"author": "ada", "note": "on it"})
        assert again["acknowledged"][0]["told"] == []
        for number, id_ in enumerate((str(message.change_number), thread, thread.replace("/", "%2F"))):
            status, found = await at.call(id_, {"author": f"ada {number}"})
            assert (status, found["acknowledged"][0]["author"]) == (200, f"ada {number}")


async def test_the_api_refuses_those_without_the_token(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        key = at.story.sender.sent[0].delivery.dedup_key
        for token in (None, "", "wrong", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), "é"):
            status, found = await at.call(key, {"author": "mallory"}, token)
            assert status == 401, token
            assert TOKEN not in str(found)
        async with at.client.post(at.url(f"/api/v1/alerts/{key}/ack?admin_token={TOKEN}")) as answer:
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert await at.acknowledged() == []


NOT_TAKEN = (
    ("ffffffffffffffff", {"author": "ada"}, 404, "no such alert"),
    ("999999", {"author": "ada"}, 404, "no such alert"),
    ("KEY", {}, 400, "give a name"),
    ("KEY", {"author": 7}, 400, "must be texts"),
    ("KEY", {"author": "ada", "by": "bob"}, 400, "unknown key 'by'"),
    ("KEY", ["ada"], 400, "must be an object"),
    ("KEY", "ada", 400, "must be an object"),
    ("KEY", {"author": "a" * 101}, 400, "too long"),
    ("KEY", {"author": "ada", "note": "n" * 20_000}, 413, "Too Large"),
)


async def test_the_api_says_what_it_does_not_take(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        key = at.story.sender.sent[0].delivery.dedup_key
        for id_, body, status, says in NOT_TAKEN:
            got, found = await at.call(id_.replace("KEY", key), body)
            assert (got, says in found["error"]["message"]) == (status, True), found
        assert await at.acknowledged() == []


async def test_the_api_refuses_what_is_no_json_and_what_is_over(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        key = at.story.sender.sent[0].delivery.dedup_key
        url, headers = at.url(f"/api/v1/alerts/{key}/ack"), {"Authorization": f"Bearer {TOKEN}"}
        for body in (b"", b"\xff", b"[" * 10_000, b"author=ada"):
            async with at.client.post(url, data=body, headers=headers) as answer:
                assert answer.status == 400
                assert "no JSON" in (await answer.json())["error"]["message"]
        at.story.page.resolve(at.incident)
        await at.story.look()
        status, found = await at.call(key, {"author": "ada"})
        assert (status, "nobody waits" in found["error"]["message"]) == (409, True)


@pytest.mark.parametrize(
    ("web", "link", "api"),
    [
        (replace(WEB, admin_token=None), 403, 404),
        (replace(WEB, url=None), 404, 401),
    ],
)
async def test_only_what_is_configured_is_answered(tmp_path: Path, web: Web, link: int, api: int) -> None:
    async with site(tmp_path, web=web) as at:
        assert (await at.get("/ack/forged"))[0] == link
        async with at.client.post(at.url("/api/v1/alerts/1/ack")) as answer:
            assert answer.status == api
