"""A region document of the PlayStation Network taken apart: its countries, its services, and every entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: at a region, a country, a service; `is_part`: on one of its devices."""

    region: str
    country: str = ""
    service: str = ""
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    countries: tuple[str, ...]
    services: tuple[str, ...]
    entries: tuple[tuple[Place, Object], ...]


def is_region(root: Object) -> bool:
    countries = list(objects(root.get("countries")))
    has_head = bool(plain_line(string(root.get("regionName")))) and isinstance(root.get("status"), list)
    return has_head and bool(countries) and all(map(_is_country, countries))


def _is_country(row: Object) -> bool:
    services = row.get("services")
    has_code = bool(plain_line(string(row.get("countryCode"))))
    return has_code and isinstance(services, list) and all(map(_is_service, map(as_object, services)))


def _is_service(row: Object) -> bool:
    return bool(_service_name(row)) and isinstance(row.get("status"), list)


def _service_name(row: Object) -> str:
    return plain_line(string(row.get("serviceName"))) or plain_line(string(row.get("serviceId")))


def read_region(document: Document) -> Region:
    root = as_object(load_json(document))
    if not is_region(root):
        raise not_this("PlayStation", document, "no regionName, status and countries with services")
    countries = list(objects(root["countries"]))
    services = [_service_name(service) for country in countries for service in objects(country["services"])]
    if not services:
        raise not_this("PlayStation", document, "a region without a service")
    return Region(
        plain_line(string(root["regionName"])),
        tuple(dict.fromkeys(plain_line(string(country["countryCode"])) for country in countries)),
        tuple(dict.fromkeys(services)),
        tuple(_entries(root)),
    )


def _entries(root: Object) -> Iterator[tuple[Place, Object]]:
    """Yield every entry of a region with where it stands."""
    region = plain_line(string(root["regionName"]))
    yield from ((Place(region), row) for row in objects(root["status"]))
    for country in objects(root["countries"]):
        code = plain_line(string(country["countryCode"]))
        yield from ((Place(region, code), row) for row in objects(country.get("status")))
        for service in objects(country["services"]):
            place = Place(region, code, _service_name(service))
            yield from ((place, row) for row in objects(service["status"]))
            part = Place(region, code, place.service, is_part=True)
            for resource in objects(service.get("resources")):
                yield from ((part, row) for row in objects(resource.get("status")))
