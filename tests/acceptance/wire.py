"""Where hosted services end in tests: every request of an Apprise plug-in goes to a sink on loopback instead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from statusherd.testing import HttpSink
from statusherd.testing.sinks import Received


@contextmanager
def diverted(sink: HttpSink) -> Iterator[None]:
    """Send what any plug-in posts by HTTP to `sink`, with the path that the service itself would have got."""
    home = urlsplit(sink.http_url)
    really = requests.adapters.HTTPAdapter.send

    def send(adapter: Any, request: requests.PreparedRequest, **also: Any) -> requests.Response:
        request.url = urlsplit(request.url or "")._replace(scheme="http", netloc=home.netloc).geturl()
        return really(adapter, request, **also)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.adapters.HTTPAdapter, "send", send)
        yield


def fields(request: Received) -> Any:
    """Return what a request says: JSON, or the fields of a form, or the text."""
    text = request.body.decode()
    if text.startswith(("{", "[")):
        return json.loads(text)
    if "form" in request.headers.get("Content-Type", ""):
        return {key: values[0] for key, values in parse_qs(text, keep_blank_values=True).items()}
    return text


def words(thing: Any) -> str:
    """Return all strings of what was posted, as the service reads them."""
    if isinstance(thing, dict):
        return "\n".join(words(value) for value in thing.values())
    if isinstance(thing, list):
        return "\n".join(map(words, thing))
    return thing if isinstance(thing, str) else ""


def shown(thing: Any, indent: str = "") -> str:
    """Return what was posted as a person can compare it: one line for each line of a text."""
    if isinstance(thing, dict):
        kept = ((key, value) for key, value in thing.items() if key != "ts")
        return "".join(f"\n{indent}{key}:{shown(value, indent + '  ')}" for key, value in kept)
    if isinstance(thing, list):
        return "".join(f"\n{indent}-{shown(value, indent + '  ')}" for value in thing)
    text = thing if isinstance(thing, str) else json.dumps(thing)
    visible = text.replace("\u200b", "<ZWSP>").replace("\r\n", "\n")
    if "\n" not in visible:
        return f" {visible}"
    return "".join(f"\n{indent}| {line}".rstrip() for line in visible.split("\n"))
