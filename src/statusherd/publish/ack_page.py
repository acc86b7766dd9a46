"""/ack/TOKEN: the page behind the link in a message. To look at it changes nothing; its form acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from statusherd.publish.answers import page
from statusherd.publish.desk import Desk, Matter, Refusal
from statusherd.publish.words_given import LONGEST_AUTHOR, LONGEST_NOTE, Given, given

_MOST_FIELDS: Final = 10
_ASK_AGAIN: Final = "The reference at the end of the message works still: statusherd alert ack REFERENCE."
_REFUSALS: Final[Mapping[Refusal, tuple[int, str, str]]] = {
    Refusal.FORGED: (403, "This link is not valid", f"It is incomplete, or not one of ours. {_ASK_AGAIN}"),
    Refusal.EXPIRED: (410, "This link has expired", f"A link holds for a day. {_ASK_AGAIN}"),
    Refusal.UNKNOWN: (404, "There is no such alert", "It is no longer kept."),
    Refusal.OVER: (409, "It is over", "Nothing has to be acknowledged any more."),
}


class AckPage:
    """Answers the links of messages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers. Programs that only look at links (GET, HEAD) change nothing."""
        return [web.get("/ack/{token}", self._show), web.post("/ack/{token}", self._act)]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        found = await self._desk.matter(request.match_info["token"])
        return _refused(found) if isinstance(found, Refusal) else _form(found, Given(found.reader, ""))

    async def _act(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        found = await self._desk.matter(token)
        if isinstance(found, Refusal):
            return _refused(found)
        form = await _typed(request)
        asked = given(form.get("author", ""), form.get("note", ""))
        if isinstance(asked, str):
            return _form(found, _as_typed(form), problem=asked)
        done = await self._desk.take_on(token, asked.author, asked.note)
        return _refused(done) if isinstance(done, Refusal) else _form(done, asked, done=True)


async def _typed(request: web.Request) -> dict[str, str]:
    """Return what a form was filled with; what is no form is an empty one."""
    body = (await request.read()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


def _as_typed(form: Mapping[str, str]) -> Given:
    return Given(form.get("author", "")[:LONGEST_AUTHOR], form.get("note", "")[:LONGEST_NOTE])


def _form(matter: Matter, values: Given, *, problem: str = "", done: bool = False) -> web.Response:
    return page(
        "ack.html.j2",
        400 if problem else 200,
        matter=matter,
        author=values.author,
        note=values.note,
        problem=problem,
        done=done,
        longest_author=LONGEST_AUTHOR,
        longest_note=LONGEST_NOTE,
    )


def _refused(refusal: Refusal) -> web.Response:
    status, title, text = _REFUSALS[refusal]
    return page("notice.html.j2", status, title=title, text=text)
