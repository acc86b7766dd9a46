"""GET /metrics: figures of this process in Prometheus' text format. Counted in memory, from the start on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from aiohttp import web

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Labels: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Family:
    """One metric and its values by labels. `name` ends in _total where it is a counter."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    values: dict[Labels, float] = field(default_factory=dict)

    def count(self, **labels: str) -> None:
        """Count one up. Labels say what is ours or configured: strangers must make no series."""
        key = tuple(sorted(labels.items()))
        self.values[key] = self.values.get(key, 0) + 1

    def set(self, value: float, **labels: str) -> None:
        self.values[tuple(sorted(labels.items()))] = value


def exposition(families: Iterable[Family]) -> str:
    """Return families as Prometheus reads them."""
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
        lines += [
            f"{family.name}{_labels(labels)} {value:g}" for labels, value in sorted(family.values.items())
        ]
    return "\n".join(lines) + "\n"


def _labels(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}" if labels else ""


def _escaped(value: str) -> str:
    escapes: Mapping[str, str] = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    return "".join(escapes.get(char, char) for char in value)


class MetricsPage:
    """Answers Prometheus. `refresh` brings up to date what is asked for and not counted."""

    def __init__(
        self, families: Iterable[Family], refresh: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._families = tuple(families)
        self._refresh = refresh

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/metrics", self._show)]

    async def _show(self, _request: web.Request) -> web.Response:
        if self._refresh is not None:
            await self._refresh()
        body = exposition(self._families).encode()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})
