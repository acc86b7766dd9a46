"""/api/v1/incidents: incidents of ours for programs, with the bearer token of [web] admin_token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from statusherd.model.errors import (
    IncidentRefusedError,
    NoSuchIncidentError,
    NotUnderstoodError,
    StatusherdError,
)
from statusherd.publish.answers import as_json
from statusherd.publish.bearer import Bearer, read_body
from statusherd.publish.incident_bodies import (
    DEEDS,
    OPEN_KEYS,
    TASK_KEYS,
    Body,
    moment,
    new_incident,
    new_task,
)
from statusherd.publish.incident_desk import IncidentDesk, ListAsked
from statusherd.publish.incident_json import (
    alert_json,
    dossier_json,
    entry_json,
    incident_json,
    review_json,
    task_json,
)

Asked = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST: Final = 200
_ROOT: Final = "/api/v1/incidents"
_ONE: Final = _ROOT + r"/{number:(?:[Ii][Nn][Cc]-)?\d{1,18}}"
_YES_NO: Final = {"true": True, "false": False}


class IncidentApi:
    """Answers programs. `token` is what they must show."""

    def __init__(self, desk: IncidentDesk, token: str) -> None:
        self._desk = desk
        self._bearer = Bearer(token)

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers. A number may be written INC-12."""
        return [
            web.get(_ROOT, self._guarded(self._list)),
            web.post(_ROOT, self._guarded(self._open)),
            web.get(f"{_ROOT}/withheld", self._guarded(self._withheld)),
            web.get(_ONE, self._guarded(self._show)),
            web.get(f"{_ONE}/timeline", self._guarded(self._timeline)),
            web.get(f"{_ONE}/review", self._guarded(self._review)),
            web.post(f"{_ONE}/tasks", self._guarded(self._add_task)),
            web.post(_ONE + r"/tasks/{task:\d{1,18}}/done", self._guarded(self._finish_task)),
            web.post(f"{_ONE}/{{deed:{'|'.join(DEEDS)}}}", self._guarded(self._do)),
        ]

    def _guarded(self, asked: Asked) -> Asked:
        async def answer(request: web.Request) -> web.StreamResponse:
            if (refused := self._bearer.refusal(request)) is not None:
                return refused
            try:
                return await asked(request)
            except NoSuchIncidentError as error:
                return _refused(404, error)
            except IncidentRefusedError as error:
                return _refused(409, error, error.missing)
            except NotUnderstoodError as error:
                return _refused(400, error)

        return answer

    # Reading

    async def _list(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        asked = ListAsked(
            is_open=_yes_no(query["open"]) if "open" in query else None,
            since=moment("since", query["since"]) if "since" in query else None,
            service=query.get("service"),
            before=_count(request, "cursor", 2**63 - 1),
            limit=_count(request, "limit", MOST) or 50,
        )
        found = await self._desk.listed(asked)
        cursor = found[-1].number if len(found) == asked.limit else None
        return as_json({"incidents": [incident_json(each) for each in found], "cursor": cursor})

    async def _show(self, request: web.Request) -> web.StreamResponse:
        return as_json({"incident": dossier_json(await self._desk.dossier(_number(request)))})

    async def _timeline(self, request: web.Request) -> web.StreamResponse:
        limit = _count(request, "limit", MOST) or MOST
        found = await self._desk.timeline(_number(request), _count(request, "cursor", 2**63 - 1) or 0, limit)
        cursor = found[-1].number if len(found) == limit else None
        return as_json({"timeline": [entry_json(each) for each in found], "cursor": cursor})

    async def _review(self, request: web.Request) -> web.StreamResponse:
        return as_json({"review": review_json(await self._desk.review(_number(request)))})

    async def _withheld(self, _request: web.Request) -> web.StreamResponse:
        return as_json({"alerts": [alert_json(each) for each in await self._desk.withheld()]})

    # Doing

    async def _open(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request, OPEN_KEYS, '{"title": "checkout is slow", "author": "ada"}')
        asked = new_incident(body, request.headers.get("Idempotency-Key"))
        incident, is_new = await self._desk.open(asked)
        return as_json({"incident": incident_json(incident)}, 201 if is_new else 200)

    async def _do(self, request: web.Request) -> web.StreamResponse:
        keys, read = DEEDS[request.match_info["deed"]]
        body = await _body(request, ("author", *keys), f'{{"author": "ada", "{keys[0]}": …}}')
        found = await self._desk.do(_number(request), read(body), body.text("author"))
        return as_json({"incident": incident_json(found)})

    async def _add_task(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request, TASK_KEYS, '{"author": "ada", "text": "roll back"}')
        made = await self._desk.add_task(new_task(_number(request), body), body.text("author"))
        return as_json({"task": task_json(made)}, 201)

    async def _finish_task(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request, ("author",), '{"author": "ada"}')
        task = int(request.match_info["task"])
        done = await self._desk.finish_task(_number(request), task, body.text("author"))
        return as_json({"task": task_json(done)})


def _refused(status: int, error: StatusherdError, missing: tuple[str, ...] = ()) -> web.Response:
    return as_json({"error": {"message": str(error), "missing": list(missing)}}, status)


def _number(request: web.Request) -> int:
    return int(request.match_info["number"].rpartition("-")[2])


def _count(request: web.Request, key: str, most: int) -> int | None:
    """Return a number of the query, None where it has none."""
    text = request.query.get(key)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= most):
        raise NotUnderstoodError(f"must be a number from 1 to {most}", subject=key)
    return int(text)


def _yes_no(text: str) -> bool:
    if text not in _YES_NO:
        raise NotUnderstoodError("must be true or false", subject="open")
    return _YES_NO[text]


async def _body(request: web.Request, keys: tuple[str, ...], example: str) -> Body:
    found = await read_body(request, keys, example)
    if isinstance(found, str):
        raise NotUnderstoodError(found)
    return Body(found)
