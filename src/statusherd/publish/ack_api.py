"""POST /api/v1/alerts/ID/ack: programs acknowledge, with the bearer token of [web] admin_token."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from typing import Final

from aiohttp import web

from statusherd.publish.answers import as_json, failed
from statusherd.publish.desk import Desk, Refusal, Taken
from statusherd.publish.words_given import given

_REFUSALS: Final[Mapping[Refusal, tuple[int, str]]] = {
    Refusal.UNKNOWN: (404, "there is no such alert"),
    Refusal.OVER: (409, "nobody waits for an acknowledgement: it is over, or was told to nobody"),
}
_KEYS: Final = frozenset({"author", "note"})


class AckApi:
    """Answers programs. `token` is what they must show."""

    def __init__(self, desk: Desk, token: str) -> None:
        self._desk = desk
        self._token = sha256(token.encode()).digest()

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers. An ID may be a thread, in which there are slashes."""
        return [web.post("/api/v1/alerts/{id:.+}/ack", self._act)]

    async def _act(self, request: web.Request) -> web.StreamResponse:
        if not self._may(request):
            wanted = {"WWW-Authenticate": 'Bearer realm="statusherd"'}
            return failed(request, 401, "show the admin_token: Authorization: Bearer …", **wanted)
        body = await _body(request)
        asked = body if isinstance(body, str) else given(body.get("author", ""), body.get("note", ""))
        if isinstance(asked, str):
            return failed(request, 400, asked)
        found = await self._desk.take_on_named(request.match_info["id"], asked.author, asked.note)
        if isinstance(found, Refusal):
            return failed(request, *_REFUSALS[found])
        return as_json({"acknowledged": [_taken(each) for each in found]})

    def _may(self, request: web.Request) -> bool:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        digest = sha256(shown.strip().encode("utf-8", "surrogateescape")).digest()
        return scheme.lower() == "bearer" and hmac.compare_digest(digest, self._token)


async def _body(request: web.Request) -> dict[str, object] | str:
    """Return the object in the body, or what is wrong with it."""
    try:
        body = json.loads(await request.text())
    except (ValueError, LookupError, RecursionError):
        return 'the body is no JSON. Write it like {"author": "ada", "note": "…"}'
    if not isinstance(body, dict):
        return 'the body must be an object. Write it like {"author": "ada", "note": "…"}'
    unknown = sorted(map(str, body.keys() - _KEYS))
    return f"unknown key {unknown[0][:60]!r}. Known are: author, note" if unknown else body


def _taken(each: Taken) -> dict[str, object]:
    return {
        "thread": {"id": each.thread, "subject": each.subject},
        "author": each.author,
        "at": f"{each.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "note": each.note,
        "until": None,
        "told": list(each.told),
    }
