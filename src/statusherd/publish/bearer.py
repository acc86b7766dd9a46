"""What all of the API that acts has in common: the token that must be shown, and the object that is sent."""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection
from hashlib import sha256

from aiohttp import web

from statusherd.publish.answers import failed


class Bearer:
    """The token that programs must show."""

    def __init__(self, token: str) -> None:
        self._digest = sha256(token.encode()).digest()

    def refusal(self, request: web.Request) -> web.StreamResponse | None:
        """Return the answer to who does not show it, None to who does."""
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        digest = sha256(shown.strip().encode("utf-8", "surrogateescape")).digest()
        if scheme.lower() == "bearer" and hmac.compare_digest(digest, self._digest):
            return None
        wanted = {"WWW-Authenticate": 'Bearer realm="statusherd"'}
        return failed(request, 401, "show the admin_token: Authorization: Bearer …", **wanted)


async def read_body(request: web.Request, keys: Collection[str], example: str) -> dict[str, object] | str:
    """Return the object in the body, in which only `keys` may stand; or what is wrong with it."""
    try:
        body = json.loads(await request.text())
    except (ValueError, LookupError, RecursionError):
        return f"the body is no JSON. Write it like {example}"
    if not isinstance(body, dict):
        return f"the body must be an object. Write it like {example}"
    unknown = sorted(map(str, body.keys() - set(keys)))
    return f"unknown key {unknown[0][:60]!r}. Known are: {', '.join(keys)}" if unknown else body
