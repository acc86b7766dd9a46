"""How an incident of ours reads: opened by Alertmanager, an error tracker, a synthetic check or a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from random import Random
from typing import Final

from benchmarks.correlation.cases import OurIncident, Service
from benchmarks.correlation.vocabulary import Facet, Role, display, pick


class Says(IntEnum):
    """How much an alert says of where the trouble comes from."""

    NOTHING = 0  # "Checkout 5xx > 5 %"
    FEATURE = 1  # what does not work, in our words
    HOST = 2  # a host of the vendor in an error or a label
    NAME = 3  # a person or a rule names the vendor


@dataclass(frozen=True, slots=True)
class Story:
    """What an alert is written from. `facet` is what the words are about, None for trouble of our own.

    `own_host` stands in the errors instead of a vendor's host; `clues` are sentences for the text.
    """

    service: Service
    role: Role
    at: datetime
    facet: Facet | None = None
    says: Says = Says.NOTHING
    own_host: str = ""
    clues: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    style: str = ""


ERRORS: Final = (
    "ConnectTimeout: HTTPSConnectionPool(host='{host}', port=443): Max retries exceeded",
    "ReadTimeout: read timed out ({host}, read timeout=10)",
    "502 Bad Gateway for url https://{host}/",
    "upstream request timeout, upstream={host}:443 response_flags=UT",
    "dial tcp: lookup {host}: i/o timeout",
    "java.net.SocketTimeoutException: {host} Read timed out",
    "HTTP 503 from {host} (attempt 3 of 3)",
    "ECONNRESET {host}:443",
    "APIConnectionError: unexpected error communicating with {host}",
    "context deadline exceeded (Client.Timeout exceeded while awaiting headers) https://{host}/",
)
OWN_ERRORS: Final = (
    'psycopg.OperationalError: connection to server at "{host}" failed: FATAL: too many clients',
    "redis.exceptions.TimeoutError: Timeout reading from {host}",
    "rpc error: code = Unavailable desc = connection to {host} refused",
    "io.grpc.StatusRuntimeException: DEADLINE_EXCEEDED calling {host}",
    "no healthy upstream ({host})",
    "x509: certificate for {host} has expired",
)
BLAND_ERRORS: Final = (
    "TimeoutError: request took more than 30 s",
    "RuntimeError: job gave up after 5 attempts",
    "HTTPError: 500 Server Error",
    "OperationFailed: could not complete",
    "UnhandledRejection: undefined",
)
PLACES: Final = ("eu-central-1", "eu-west-1", "us-east-1", "fra", "ams", "prod-a")


def tell(rng: Random, story: Story) -> OurIncident:
    """One incident of ours, the same for the same state of `rng`."""
    style = story.style or rng.choices(tuple(_STYLES), weights=(5, 3, 3, 2))[0]
    if story.says == Says.HOST and style == "person":
        style = "errors"
    return _STYLES[style](rng, story)


def _hint(rng: Random, story: Story) -> str:
    return rng.choice(story.facet.hints) if story.facet and story.says >= Says.FEATURE else ""


def _error(rng: Random, story: Story) -> str:
    """An error as it is logged, with the host that it was met at, if one is known."""
    if story.own_host:
        return rng.choice(OWN_ERRORS).replace("{host}", story.own_host)
    if story.facet and story.says >= Says.HOST:
        return rng.choice(ERRORS).replace("{host}", rng.choice(story.facet.hosts))
    return ""


def _text(rng: Random, story: Story, *sentences: str) -> str:
    """The sentences and clues, sometimes with what stands in alerts anyway."""
    lines = [sentence for sentence in (*sentences, *story.clues) if sentence]
    if story.facet and story.says == Says.NAME:
        lines.append(pick(rng, "named_right", vendor=display(story.facet.vendor)))
    if rng.random() < 0.3:
        lines.append(pick(rng, "noise", service=story.service.name, team=story.role.team))
    if rng.random() < 0.3:
        rng.shuffle(lines)
    return rng.choice((". ", "\n", "; ")).join(lines)


def _alertmanager(rng: Random, story: Story) -> OurIncident:
    name, role = story.service.name, story.role
    title = rng.choice(role.vague)
    labels = {
        "alertname": "".join(word.capitalize() for word in title.replace("%", "").split() if word.isalnum()),
        "severity": rng.choice(("critical", "warning", "page")),
        "service": name,
        rng.choice(("job", "app", "container")): name,
        "team": role.team,
    }
    if rng.random() < 0.5:
        labels["instance"] = f"10.{rng.randrange(20)}.{rng.randrange(250)}.{rng.randrange(250)}:8080"
    if rng.random() < 0.4:
        labels[rng.choice(("cluster", "location", "dc"))] = rng.choice(PLACES)
    error = _error(rng, story)
    if story.facet and story.says >= Says.HOST and not story.own_host and rng.random() < 0.6:
        labels[rng.choice(("host", "endpoint", "target", "upstream", "peer"))] = rng.choice(story.facet.hosts)
        error = error if rng.random() < 0.4 else ""
    elif story.own_host and rng.random() < 0.5:
        labels[rng.choice(("host", "upstream", "peer"))] = story.own_host
    if rng.random() < 0.3:
        title = f"[FIRING:{rng.randrange(1, 6)}] {title} ({name})"
    text = _text(rng, story, _hint(rng, story), error)
    return OurIncident(name, story.at, title, text, labels | story.labels)


def _errors(rng: Random, story: Story) -> OurIncident:
    error = _error(rng, story)
    title = error or rng.choice(BLAND_ERRORS)
    labels = {
        "environment": rng.choice(("production", "prod", "live")),
        "level": rng.choice(("error", "fatal")),
        "release": f"{story.service.name}@4.{rng.randrange(10, 20)}.{rng.randrange(9)}",
    }
    if rng.random() < 0.6:
        labels["server_name"] = f"{story.service.name}-{rng.randrange(16**5):05x}"
    counted = f"{rng.randrange(20, 4000)} events in {rng.choice((5, 10, 15))} minutes"
    text = _text(rng, story, _hint(rng, story), counted)
    return OurIncident(story.service.name, story.at, title, text, labels | story.labels)


def _synthetic(rng: Random, story: Story) -> OurIncident:
    check = f"{story.service.name}-{rng.choice(('journey', 'smoke', 'e2e', 'check'))}"
    title = rng.choice(
        (
            f"{check} fails from {rng.randrange(2, 6)} of 5 locations",
            f"{check} DOWN",
            f"Check {check}: timeout in step 4",
        )
    )
    labels = {"check": check, "location": rng.choice(PLACES)}
    text = _text(rng, story, _hint(rng, story), _error(rng, story))
    return OurIncident(story.service.name, story.at, title, text, labels | story.labels)


def _person(rng: Random, story: Story) -> OurIncident:
    labels = (
        {"reporter": rng.choice(("support", "sales", "ana", "duty officer"))} if rng.random() < 0.4 else {}
    )
    text = _text(rng, story, _hint(rng, story), _error(rng, story) if story.own_host else "")
    return OurIncident(
        story.service.name, story.at, rng.choice(story.role.human), text, labels | story.labels
    )


_STYLES: Final[dict[str, Callable[[Random, Story], OurIncident]]] = {
    "alertmanager": _alertmanager,
    "errors": _errors,
    "synthetic": _synthetic,
    "person": _person,
}
