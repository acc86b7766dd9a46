"""GET /api/v1/triage: us or them, for programs, with the bearer token of [web] admin_token."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from aiohttp import web

from statusherd.model.errors import NotUnderstoodError
from statusherd.model.triage import Question, Triage
from statusherd.publish.answers import as_json
from statusherd.publish.bearer import Bearer
from statusherd.publish.incident_bodies import moment
from statusherd.publish.triage_json import triage_json

_SPAN: Final = re.compile(r"(\d{1,4})(s|m|h|d)\Z", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_TEXT: Final = 4000


class TriageDesk(Protocol):
    """Where the API is answered; raises StoreError where the store cannot be used."""

    def services(self) -> tuple[str, ...]:
        """Return the names of the services that can be asked about."""

    async def triage(self, question: Question) -> Triage:
        """Return what explains that something is wrong since a time."""


class TriageApi:
    """Answers programs. `token` is what they must show, `now` the time."""

    def __init__(self, desk: TriageDesk, token: str, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._bearer = Bearer(token)
        self._now = now

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        return [web.get("/api/v1/triage", self._triage)]

    async def _triage(self, request: web.Request) -> web.StreamResponse:
        if (refused := self._bearer.refusal(request)) is not None:
            return refused
        now = self._now()
        try:
            question = self._question(request, now)
        except NotUnderstoodError as error:
            return as_json({"error": {"message": str(error)}}, 400)
        return as_json(triage_json(await self._desk.triage(question), (), now))

    def _question(self, request: web.Request, now: datetime) -> Question:
        query = request.query
        unknown = sorted(query.keys() - {"service", "since", "text"})
        if unknown:
            raise NotUnderstoodError(
                "is not known here", subject=unknown[0][:60], remedy="Ask service, since, text"
            )
        service, known = query.get("service"), self._desk.services()
        if service is not None and service.casefold() not in {name.casefold() for name in known}:
            remedy = f"Configured are: {', '.join(known) or 'none'}"
            raise NotUnderstoodError("is no service of ours", subject=service[:60], remedy=remedy)
        since = _since(query.get("since", "30m"), now)
        return Question(since, service, query.get("text", "")[:_LONGEST_TEXT])


def _since(text: str, now: datetime) -> datetime:
    """Return since when: a span like 30m before now, or a time."""
    if (found := _SPAN.match(text)) is not None:
        return now - timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    at = moment("since", text)
    if at > now or at < datetime(1970, 1, 2, tzinfo=UTC):
        raise NotUnderstoodError("must be past", subject="since")
    return at
