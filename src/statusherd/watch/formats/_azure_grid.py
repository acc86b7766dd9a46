"""The page of Azure's status: tables of services by region, a table for each part of the world.

Facts: clients that read the page from 2021 to 2026. A table has `data-zone-name`; its head names the regions,
with marks for reserved ones, and `*Non-Regional` in each zone; its rows are a service with a cell for each
region. A cell has an element with `data-label`, or on older pages a drawing (`use`, `#svg-check` and its
like). Rows with one wide cell are headings, those of class `capability-row` parts of the service above.
"Not available" and an empty cell mean that the region does not have the service.

The page also lists what goes on, in words that no client reads: it is read for states alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from statusherd.model.records import Component
from statusherd.model.words import Status
from statusherd.watch.formats._azure_names import is_everywhere
from statusherd.watch.formats._worst import worst_of_each
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.text import clean, plain_line
from statusherd.watch.reading.words import Notes, fold

STATES: Final[Mapping[str, Status]] = {
    "good": Status.OPERATIONAL,
    "information": Status.OPERATIONAL,
    "warning": Status.DEGRADED,
    "critical": Status.MAJOR_OUTAGE,
    "#svgcheck": Status.OPERATIONAL,
    "#svghealthinformation": Status.OPERATIONAL,
    "#svghealthwarning": Status.DEGRADED,
    "#svghealtherror": Status.MAJOR_OUTAGE,
}
_NOT_THERE: Final = frozenset(["", "notavailable", "blank"])
_MARK: Final = "data-zone-name"
_FOOTNOTES: Final = "*‡†§ "
_PART: Final = "capability-row"
_HEADING: Final = "status-category"
_END: Final = re.compile(r"</html\s*>\s*(?:<!--.{0,500}-->\s*)?$", re.IGNORECASE | re.DOTALL)
_TAIL: Final = 2_000

Element = Any  # lxml has no types of its own


def is_grid(text: str) -> bool:
    """Tell whether `text` is a page with a table of states by region."""
    if not looks_like_html(text) or _MARK not in text:
        return False
    return "status-table" in text and ("data-label" in text or "#svg-" in text)


def read_grid(document: Document, notes: Notes) -> tuple[Component, ...]:
    """Return each service in each region that has it, as bad as any row tells. Raise ParseError."""
    text = document.text
    if not is_grid(text):
        raise not_this("azure", document, "a page without tables of states by region")
    if not _END.search(text[-_TAIL:]):
        raise not_this("azure", document, "the page is cut off before its end")
    components = worst_of_each(_leaves(_tree(text, document), notes))
    if not components:
        raise not_this("azure", document, "its tables of states by region are empty")
    return components


def _tree(text: str, document: Document) -> Element:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(clean(text).encode(errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        raise not_this("azure", document, str(error)[:120]) from error
    if root is None:
        raise not_this("azure", document, "an empty page")
    return root


def _leaves(root: Element, notes: Notes) -> Iterator[Component]:
    for table in root.iter("table"):
        is_within = any(above.get(_MARK) is not None for above in table.iterancestors("table"))
        if table.get(_MARK) is not None and not is_within:
            yield from _of_zone(table, notes)


def _of_zone(table: Element, notes: Notes) -> Iterator[Component]:
    regions: list[str] = []
    group: str | None = None
    service: str | None = None
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if not regions and len(cells) > 1 and all(cell.tag == "th" for cell in cells):
            regions = [_region(cell) for cell in cells[1:]]
        elif cells and (len(cells) == 1 or _HEADING in _classes(row)):
            group, service = _words(cells[0]) or None, None
        elif cells and (name := _words(cells[0])):
            is_part = _PART in _classes(row) and service is not None
            service = service if is_part else name
            yield from _of_row(name, service if is_part else group, cells[1:], regions, notes)


def _of_row(
    name: str, group: str | None, cells: list[Element], regions: list[str], notes: Notes
) -> Iterator[Component]:
    for cell, region in zip(cells, regions, strict=False):
        word = _state(cell)
        if not region or fold(word) in _NOT_THERE:
            continue
        status = notes.look_up(STATES, word, Status.UNKNOWN, "state of a region")
        where = None if is_everywhere(region) else region
        yield Component(f"{name}/{where}" if where else name, name, group, where, status)


def _classes(row: Element) -> list[str]:
    return str(row.get("class") or "").split()


def _state(cell: Element) -> str:
    """Return the word or the drawing of a cell, empty where it has none."""
    for element in cell.iter():
        if (label := element.get("data-label")) is not None:
            return plain_line(label)
        drawing = element.get("xlink:href") or element.get("href") if element.tag == "use" else None
        if drawing is not None:
            return plain_line(drawing)
    return ""


def _region(cell: Element) -> str:
    return _words(cell).strip(_FOOTNOTES)


def _words(cell: Element) -> str:
    return plain_line(" ".join(cell.itertext()))
