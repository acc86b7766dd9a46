"""Runbooks and our own maintenance for programs, with the bearer token of [web] admin_token.

Reading wants the token too: what is to be done when something breaks is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from statusherd.model.errors import NoSuchIncidentError, NotUnderstoodError, Refused, RefusedError
from statusherd.model.own_maintenance import OwnMaintenance
from statusherd.publish.answers import as_json, failed
from statusherd.publish.bearer import Bearer, read_body
from statusherd.publish.operations_desk import OperationsDesk
from statusherd.publish.operations_json import (
    freeze_json,
    maintenance_json,
    plan_json,
    run_json,
    runbook_json,
)

Asked = Callable[[web.Request], Awaitable[object]]

_STATUS: Final[Mapping[Refused, int]] = {Refused.UNKNOWN: 404, Refused.INVALID: 400, Refused.CONFLICT: 409}
_RUN_KEYS: Final = ("step", "params", "execute", "author", "incident")
_RUN_EXAMPLE: Final = '{"step": 2, "params": {"target": "adyen"}, "execute": true, "author": "ada"}'
_APPROVE_EXAMPLE: Final = '{"author": "bob"}'
_WINDOW_KEYS: Final = ("title", "services", "starts_at", "ends_at", "author", "reason")
_WINDOW_EXAMPLE: Final = (
    '{"title": "upgrade", "services": ["checkout"], "ends_at": "2026-12-01T23:00:00Z", "author": "ada"}'
)


class OperationsApi:
    """Answers programs. `token` is what they must show."""

    def __init__(self, desk: OperationsDesk, token: str) -> None:
        self._desk = desk
        self._bearer = Bearer(token)

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers. There may be slashes in the name of a runbook."""
        return [
            web.get("/api/v1/runbooks", self._guarded(self._runbooks)),
            web.post("/api/v1/runbooks/{name:.+}/run", self._guarded(self._run)),
            web.get("/api/v1/runbook-runs", self._guarded(self._runs)),
            web.post(r"/api/v1/runbook-runs/{number:\d{1,18}}/approve", self._guarded(self._approve)),
            web.get("/api/v1/maintenances/own", self._guarded(self._maintenances)),
            web.post("/api/v1/maintenances/own", self._guarded(self._plan)),
        ]

    def _guarded(self, asked: Asked) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            if (refused := self._bearer.refusal(request)) is not None:
                return refused
            try:
                return as_json(await asked(request))
            except RefusedError as error:
                return failed(request, _STATUS[error.refused], str(error))
            except NotUnderstoodError as error:
                return failed(request, 400, str(error))
            except NoSuchIncidentError as error:
                return failed(request, 404, str(error))

        return answer

    # Runbooks

    async def _runbooks(self, _request: web.Request) -> object:
        books = self._desk.runbooks()
        return {"runbooks": [runbook_json(book, books) for book in books.every]}

    async def _run(self, request: web.Request) -> object:
        given = await _read(request, _RUN_KEYS, _RUN_EXAMPLE)
        name, step, values = request.match_info["name"], _number(given, "step"), _values(given)
        plans = [plan_json(plan) for plan in self._desk.plans(name, step, values)]
        if not _flag(given, "execute"):
            return {"plans": plans, "run": None}
        run = await self._desk.run(name, step, values, _text(given, "author"), _number(given, "incident"))
        return {"plans": plans, "run": run_json(run, self._desk.now())}

    async def _approve(self, request: web.Request) -> object:
        given = await _read(request, ("author",), _APPROVE_EXAMPLE)
        run = await self._desk.approve(int(request.match_info["number"]), _text(given, "author"))
        return {"run": run_json(run, self._desk.now())}

    async def _runs(self, _request: web.Request) -> object:
        now = self._desk.now()
        return {"runs": [run_json(run, now) for run in await self._desk.runs()]}

    # Maintenance

    async def _maintenances(self, _request: web.Request) -> object:
        now = self._desk.now()
        windows, freezes = await self._desk.maintenances()
        return {
            "maintenances": [maintenance_json(window, now) for window in windows],
            "freezes": [freeze_json(freeze, now) for freeze in freezes],
        }

    async def _plan(self, request: web.Request) -> object:
        given = await _read(request, _WINDOW_KEYS, _WINDOW_EXAMPLE)
        now = self._desk.now()
        window = OwnMaintenance(
            _text(given, "title"),
            _texts(given, "services"),
            _moment(given, "starts_at") if "starts_at" in given else now,
            _moment(given, "ends_at"),
            _text(given, "author"),
            _text(given, "reason", ""),
        )
        made, freezes = await self._desk.plan_maintenance(window)
        return {
            "maintenance": maintenance_json(made, now),
            "freezes": [freeze_json(freeze, now) for freeze in freezes],
        }


# What is sent


async def _read(request: web.Request, keys: tuple[str, ...], example: str) -> Mapping[str, object]:
    body = await read_body(request, keys, example)
    if isinstance(body, str):
        raise RefusedError(Refused.INVALID, body)
    return body


def _wrong(key: str, form: str) -> RefusedError:
    return RefusedError(Refused.INVALID, f"{key} must be {form}")


def _text(given: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = given.get(key, default)
    if not isinstance(value, str):
        raise _wrong(key, "a text")
    return value


def _texts(given: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = given.get(key)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong(key, "a list of texts")
    return tuple(value)


def _number(given: Mapping[str, object], key: str) -> int | None:
    value = given.get(key)
    if value is not None and (type(value) is not int or not 1 <= value < 2**63):
        raise _wrong(key, "a whole number from 1 on")
    return value if isinstance(value, int) else None


def _flag(given: Mapping[str, object], key: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise _wrong(key, "true or false")
    return value


def _values(given: Mapping[str, object]) -> Mapping[str, str]:
    value = given.get("params", {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise _wrong("params", "an object of texts")
    return value


def _moment(given: Mapping[str, object], key: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(given, key))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wrong(key, "a time, as 2026-12-01T23:00:00Z") from None
