"""POST /api/v1/alerts/ID/ack: programs acknowledge, with the bearer token of [web] admin_token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Final

from aiohttp import web

from statusherd.publish.answers import as_json, failed
from statusherd.publish.bearer import Bearer, read_body
from statusherd.publish.desk import Desk, Refusal, Taken
from statusherd.publish.words_given import given

_REFUSALS: Final[Mapping[Refusal, tuple[int, str]]] = {
    Refusal.UNKNOWN: (404, "there is no such alert"),
    Refusal.OVER: (409, "nobody waits for an acknowledgement: it is over, or was told to nobody"),
}
_KEYS: Final = ("author", "note")
_EXAMPLE: Final = '{"author": "ada", "note": "…"}'


class AckApi:
    """Answers programs. `token` is what they must show."""

    def __init__(self, desk: Desk, token: str) -> None:
        self._desk = desk
        self._bearer = Bearer(token)

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers. An ID may be a thread, in which there are slashes."""
        return [web.post("/api/v1/alerts/{id:.+}/ack", self._act)]

    async def _act(self, request: web.Request) -> web.StreamResponse:
        if (refused := self._bearer.refusal(request)) is not None:
            return refused
        body = await read_body(request, _KEYS, _EXAMPLE)
        asked = body if isinstance(body, str) else given(body.get("author", ""), body.get("note", ""))
        if isinstance(asked, str):
            return failed(request, 400, asked)
        found = await self._desk.take_on_named(request.match_info["id"], asked.author, asked.note)
        if isinstance(found, Refusal):
            return failed(request, *_REFUSALS[found])
        return as_json({"acknowledged": [_taken(each) for each in found]})


def _taken(each: Taken) -> dict[str, object]:
    return {
        "thread": {"id": each.thread, "subject": each.subject},
        "author": each.author,
        "at": f"{each.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "note": each.note,
        "until": None,
        "told": list(each.told),
    }
