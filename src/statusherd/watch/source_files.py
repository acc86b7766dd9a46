"""The parts of a provider file that tell where a vendor is read, and what can be wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from statusherd.model.vendors import Source
from statusherd.watch.formats import format_names, option_problems

_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?\Z")
_SOURCE_KEYS: Final = ("label", "format", "address", "region", "options")


def shown(text: str) -> str:
    """Return `text` as it stands in a message: quoted, and not at any length."""
    return repr(text if len(text) <= 60 else text[:59] + "…")


def source_of(facts: Mapping[str, Any]) -> Source:
    """Return a further source, whose facts are right."""
    return Source(
        label=facts["label"],
        format=facts["format"],
        address=facts["address"],
        region=facts.get("region"),
        options=tuple(flat(facts.get("options", {}))),
    )


def flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the options of a table as pairs; a key in a table inside it is named `table.key`."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def wrong_options(name: object, options: object) -> Iterator[str]:
    """Yield what is wrong with the options for the format called `name`."""
    if not isinstance(options, dict):
        yield "options must be a table"
        return
    pairs = list(flat(options))
    if any(not isinstance(value, str) for _, value in pairs):
        yield "options must be texts, or tables of texts"
    elif pairs and name in format_names():  # none: to judge that would mean to load every format
        yield from option_problems(str(name), dict(pairs))
    elif pairs:
        yield "options stand beside a format only"


def wrong_sources(sources: object) -> Iterator[str]:
    """Yield what is wrong with the further sources of a vendor."""
    if not isinstance(sources, list) or not all(isinstance(source, dict) for source in sources):
        yield "source must be tables: [[source]]"
        return
    labels = [source.get("label") for source in sources]
    yield from (f"source {shown(str(one))} stands twice" for one in set(labels) if labels.count(one) > 1)
    for source in sources:
        name = shown(str(source.get("label", "")))
        yield from (f"source {name}: {problem}" for problem in _wrong_source(source))


def _wrong_source(source: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"unknown key {shown(key)}" for key in source if key not in _SOURCE_KEYS)
    yield from (f"{key} is missing" for key in ("label", "format", "address") if key not in source)
    texts = {key: source[key] for key in ("label", "format", "address", "region") if key in source}
    wrong = [key for key, value in texts.items() if not is_text(value)]
    yield from (f"{key} must be a text" for key in wrong)
    if "label" not in wrong and not _LABEL.match(texts.get("label", "a")):
        yield "label must be small letters, digits and hyphens"
    if not wrong:
        yield from wrong_place(texts, ("address",), format_names())
        yield from wrong_options(texts.get("format"), source.get("options", {}))


def wrong_place(
    texts: Mapping[str, object], addresses: Collection[str], formats: Collection[str]
) -> Iterator[str]:
    """Yield what is wrong with a format and with where it is read."""
    if "format" in texts and texts["format"] not in formats:
        yield f"there is no format {shown(str(texts['format']))} (formats: {', '.join(formats)})"
    for key in addresses:
        if key in texts and not _is_web_address(str(texts[key])):
            yield f"{key} must be an https:// or http:// address without user name, blanks or fragment"


def is_text(value: object) -> bool:
    """Tell whether `value` is a text that can be shown, and not a blank one."""
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, user, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        return False
    whole = not user and not parts.fragment and " " not in address
    return parts.scheme in ("https", "http") and bool(host) and whole
