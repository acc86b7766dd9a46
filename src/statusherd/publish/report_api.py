"""POST /api/v1/vendors/NAME/report: people and programs say that a vendor is in trouble."""

from __future__ import annotations

from typing import Final, Protocol

from aiohttp import web

from statusherd.model.probes import VendorReport
from statusherd.model.stamps import iso
from statusherd.publish.answers import as_json, failed
from statusherd.publish.bearer import Bearer, read_body
from statusherd.publish.words_given import given

LONGEST_SERVICE: Final = 200
_KEYS: Final = ("author", "note", "service")
_EXAMPLE: Final = '{"author": "ada", "note": "…", "service": "checkout"}'


class ReportDesk(Protocol):
    """Where reports are kept. Raises StoreError where the store cannot be used."""

    async def report(
        self, vendor: str, author: str, note: str, service: str
    ) -> tuple[VendorReport, int] | None:
        """Keep a report; return it, and how many people reported the vendor within the window.

        None where no such vendor is watched.
        """


class ReportApi:
    """Answers programs. `token` is what they must show."""

    def __init__(self, desk: ReportDesk, token: str) -> None:
        self._desk = desk
        self._bearer = Bearer(token)

    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        return [web.post("/api/v1/vendors/{name}/report", self._act)]

    async def _act(self, request: web.Request) -> web.StreamResponse:
        if (refused := self._bearer.refusal(request)) is not None:
            return refused
        body = await read_body(request, _KEYS, _EXAMPLE)
        asked = body if isinstance(body, str) else given(body.get("author", ""), body.get("note", ""))
        service = "" if isinstance(body, str) else body.get("service", "")
        if isinstance(asked, str):
            return failed(request, 400, asked)
        if not isinstance(service, str) or len(service) > LONGEST_SERVICE or not service.isprintable():
            return failed(request, 400, f"service must be a text of at most {LONGEST_SERVICE} characters.")
        found = await self._desk.report(request.match_info["name"], asked.author, asked.note, service.strip())
        if found is None:
            return failed(request, 404, "no such vendor is watched")
        return as_json({"report": report_json(*found)}, 201)


def report_json(report: VendorReport, authors: int) -> dict[str, object]:
    """Return a report, with how many people reported the vendor within the window."""
    return {
        "number": report.number,
        "vendor": report.vendor,
        "at": iso(report.at),
        "author": report.author,
        "note": report.note,
        "service": report.service or None,
        "authors": authors,
    }
