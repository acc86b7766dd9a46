"""What the routes of now answer to a stored Change, and the silences that withheld it then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.explaining import Explanation
from statusherd.linking import with_links
from statusherd.model.silences import Silence
from statusherd.notify.inquiry import RouteAnswer, inquire, leads_nowhere
from statusherd.notify.question import Question
from statusherd.router import KnownPages, Router
from statusherd.setup import Setup
from statusherd.store import silences as silence_rows
from statusherd.store.known import load_state


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is worked out now on a Change. `unreached` are channels that no route leads to.

    `question` has the severity and the services by the rules of now.
    """

    question: Question
    routes: tuple[RouteAnswer, ...]
    unreached: tuple[str, ...]
    silences: tuple[Silence, ...] = ()
    """Those that the stored decisions name, as they are now."""
    is_judged_otherwise: bool = False
    """The severity was another one then."""


def inquire_of(conn: Connection, each: Explanation, setup: Setup, clock: Clock) -> Inquiry:
    """Ask the routes of now about a Change that was explained."""
    logged = each.account.logged
    known = load_state(conn, logged.change.vendor).known
    router = Router(KnownPages({known.vendor: known}), clock)
    (question,) = with_links(conn, [router.question(logged, setup)], setup)
    moment = router.moment(conn, setup)
    answers = inquire(question, moment)
    named = (verdict.decision.silence for verdict in each.account.verdicts)
    otherwise = question.severity != each.alert.severity
    return Inquiry(question, answers, leads_nowhere(answers, moment), _silences(conn, named), otherwise)


def _silences(conn: Connection, numbers: Iterable[int | None]) -> tuple[Silence, ...]:
    found = (silence_rows.numbered(conn, n) for n in dict.fromkeys(numbers) if n is not None)
    return tuple(silence for silence in found if silence is not None)
