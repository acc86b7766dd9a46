"""The answers of the web: pages and JSON, with the headers that keep a page to itself."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:18px/1.5 system-ui,sans-serif;max-width:36rem;margin:0 auto;padding:1.5rem}"
    "h1{font-size:1.25rem;overflow-wrap:anywhere}"
    "p{overflow-wrap:anywhere}"
    "label{display:block;font-weight:600;margin-top:1rem}"
    "input,button{font:inherit;width:100%;box-sizing:border-box;padding:.6rem;border:1px solid #767676;"
    "border-radius:.3rem}"
    "button{margin-top:1.5rem;border:0;background:#1b5fab;color:#fff;font-weight:600}"
    ".state{border-left:6px solid #1b5fab;padding-left:.75rem}"
)
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Server": "statusherd",
}
"""Of every answer: nothing is loaded, framed, kept or found, and no address with a link in it is told on."""


def page(name: str, status: int = 200, **values: object) -> web.Response:
    """Return the page of a template; all values are escaped."""
    text = _environment().get_template(name).render(style=_STYLE, **values)
    return web.Response(status=status, text=text, content_type="text/html")


def as_json(body: object, status: int = 200, **headers: str) -> web.Response:
    """Return `body` as JSON."""
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type="application/json", headers=headers)


def failed(request: web.Request, status: int, message: str, **headers: str) -> web.Response:
    """Return what went wrong in the form that the asker reads: JSON for the API, a page for people."""
    if request.path.startswith("/api/"):
        return as_json({"error": {"message": message}}, status, **headers)
    answer = page("notice.html.j2", status, title="This did not work", text=message)
    answer.headers.update(headers)
    return answer


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("statusherd.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
