"""Reading [[intake]]: what senders deliver to, how they show who they are, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from ipaddress import ip_address
from typing import Any, Final

from statusherd import config_schema as schema
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.config_values import SecretPlace
from statusherd.config_web_values import Listen, token_problem
from statusherd.model.intake import Access, FieldMap, IncidentPer, Intake
from statusherd.model.services import Service
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import Severity
from statusherd.respond.intake import kind_names, needed_of, signs, takes_mapping

_LEAST_SECRET: Final = 16
_LISTEN: Final = 'Add listen = "127.0.0.1:8080" to [web]'
_ALONE: Final = ("name", "kind", "token", "secret", "open", "mapping")
"""The keys that are not taken over as they stand."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What else the config says that intakes are judged by."""

    listen: Listen | None
    vendors: Sequence[WatchedVendor]
    services: Sequence[Service]


class IntakeReader:
    """Makes intakes of their tables. `secret` fetches what senders show or sign with."""

    def __init__(
        self, secret: Callable[[SecretPlace, KeyPath], str], beside: Beside, problems: Problems
    ) -> None:
        self._secret = secret
        self._beside = beside
        self._problems = problems

    def read(
        self, tables: Iterable[tuple[KeyPath, schema.Intake]]
    ) -> tuple[tuple[Intake, ...], Mapping[str, Access]]:
        """Return the intakes, and by name how their senders show who they are."""
        found: dict[str, Intake] = {}
        access: dict[str, Access] = {}
        for path, given in tables:
            intake, door = self._intake(path, given), self._access(path, given)
            if intake.name in found:
                text = f"an intake named {quoted(intake.name)} stands above. Give each a name of its own"
                self._problems.add((*path, "name"), text)
            elif intake.name:
                found[intake.name], access[intake.name] = intake, door
        return tuple(found.values()), access

    def _intake(self, path: KeyPath, given: schema.Intake) -> Intake:
        self._check_kind(path, given)
        self._check_known(path, given)
        if self._beside.listen is None:
            self._problems.add(path, f"is reached by nobody: nothing listens. {_LISTEN}")
        plain: dict[str, Any] = given.model_dump(exclude_none=True, exclude=set(_ALONE))
        kinds = {"per": IncidentPer, "opens_at": Severity, "severity": Severity}
        plain |= {key: kind(plain[key]) for key, kind in kinds.items() if key in plain}
        kind = given.kind or ""
        return Intake(
            name=given.name or kind, kind=kind, mapping=FieldMap(**given.mapping.model_dump()), **plain
        )

    def _check_kind(self, path: KeyPath, given: schema.Intake) -> None:
        names = kind_names()
        if given.kind is None:
            if not self._problems.at((*path, "kind")):
                self._problems.add(path, f"kind is missing. Add one of: {', '.join(names)}")
        elif given.kind not in names:
            text = f"{quoted(given.kind)} is no kind of intake. {did_you_mean(given.kind, names)}"
            self._problems.add((*path, "kind"), text)
        else:
            self._check_mapping((*path, "mapping"), given.kind, given.mapping)
            if given.secret is not None and not signs(given.kind):
                text = (
                    f"{given.kind} does not sign what it sends. Write token, unless something between signs"
                )
                self._problems.warn((*path, "secret"), text)

    def _check_mapping(self, path: KeyPath, kind: str, mapping: schema.IntakeMapping) -> None:
        if mapping != schema.IntakeMapping() and not takes_mapping(kind):
            self._problems.add(path, f"is not for {kind}, whose form is known. Remove it")
        for key in needed_of(kind):
            if not getattr(mapping, key) and not self._problems.at((*path, key)):
                text = f'mapping.{key} is missing. Add where it stands: mapping.{key} = "alert.{key}"'
                self._problems.add(path[:-1], text)

    def _check_known(self, path: KeyPath, given: schema.Intake) -> None:
        known = {
            "service": [service.name for service in self._beside.services],
            "vendor": [vendor.name for vendor in self._beside.vendors],
        }
        for key, names in known.items():
            name = getattr(given, key)
            if name is not None and name not in names:
                text = f"there is no {key} {quoted(name)}. {did_you_mean(name, names)}"
                self._problems.add((*path, key), text)

    def _access(self, path: KeyPath, given: schema.Intake) -> Access:
        self._check_ways(path, given)
        token = self._secret(given.token, (*path, "token")) if given.token else ""
        if token and (wrong := token_problem(token)):
            self._problems.add((*path, "token"), wrong)
        secret = self._secret(given.secret, (*path, "secret")) if given.secret else ""
        if secret and len(secret) < _LEAST_SECRET:
            text = f"is short enough to be guessed. Take {_LEAST_SECRET} characters or more"
            self._problems.add((*path, "secret"), text)
        return Access(token or None, secret or None, given.open)

    def _check_ways(self, path: KeyPath, given: schema.Intake) -> None:
        """Note where nobody could tell the sender, or where two ways would leave open which one holds."""
        shown = [key for key in ("token", "secret") if getattr(given, key) is not None]
        listen = self._beside.listen
        if len(shown) == 2:
            self._problems.add((*path, "secret"), "stands beside token. Keep to one of them")
        elif given.open and shown:
            self._problems.add((*path, "open"), f"does nothing beside {shown[0]}. Remove one of them")
        elif given.open and listen is not None and not _is_loopback(listen.host):
            text = f"lets in everybody who reaches {listen}. Add token in its place, or listen on 127.0.0.1"
            self._problems.add((*path, "open"), text)
        elif not given.open and not shown and not any(self._problems.at((*path, key)) for key in _ALONE[2:5]):
            self._problems.add(path, "shows no way to tell its sender. Add token or secret")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def shown_intake(intake: Intake, access: Access, mask: str) -> dict[str, Any]:
    """Return an [[intake]] in the words of the file, its token or secret masked."""
    mapping = {each.name: getattr(intake.mapping, each.name) for each in fields(FieldMap)}
    return {
        "name": intake.name,
        "kind": intake.kind,
        "token": mask if access.token else None,
        "secret": mask if access.secret else None,
        "open": access.is_open,
        "service": intake.service,
        "service_label": intake.service_label,
        "per": intake.per.value,
        "opens_at": intake.opens_at.value,
        "severity": intake.severity.value,
        "resolves": intake.resolves,
        "vendor": intake.vendor,
        "mapping": {key: _plain(value) for key, value in mapping.items() if value},
    }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
