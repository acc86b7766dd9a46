"""Acknowledging by command: what is stored, and how it is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from statusherd.acknowledging import Acknowledged, acknowledge_named, threads_named, withdraw
from statusherd.cli.output import shown
from statusherd.model.errors import StatusherdError
from statusherd.model.escalation import Acknowledgement
from statusherd.model.stamps import iso
from statusherd.store.engine import Store

_LONGEST: Final = 500


def acked(store: Store, id_: str, author: str, note: str, now: datetime) -> tuple[Acknowledged, ...]:
    """Write down who takes on what `id_` means; raise StatusherdError where nothing of it is open."""
    if len(author) > _LONGEST or len(note) > _LONGEST:
        remedy = f"Give at most {_LONGEST} characters"
        raise StatusherdError("the author or the note is too long", remedy=remedy)

    def write(conn: Connection) -> tuple[Acknowledged, ...]:
        return acknowledge_named(conn, id_, author, note, now)

    return store.write_now(write)


def unacked(store: Store, id_: str, now: datetime) -> None:
    """Take back the acknowledgements of what `id_` means; raise StatusherdError where there are none."""

    def write(conn: Connection) -> bool:
        return sum(withdraw(conn, each, now) for each in threads_named(conn, id_)) > 0

    if not store.write_now(write):
        remedy = "`statusherd alert explain` shows who acknowledged what"
        raise StatusherdError("nobody has it acknowledged", subject=repr(id_[:60]), remedy=remedy)


def acked_line(each: Acknowledged) -> str:
    """Return one acknowledgement as a line."""
    told = f"told to {', '.join(map(shown, each.told))}" if each.told else "nobody is told of it again"
    return f"{shown(each.acknowledgement.author, 40)} takes on {shown(each.thread.subject)}: {told}."


def acked_json(each: Acknowledged) -> dict[str, object]:
    """Return one acknowledgement of `alert ack --json`."""
    thread = {"id": each.thread.id, "subject": each.thread.subject}
    return {"thread": thread, **acknowledgement_json(each.acknowledgement), "told": list(each.told)}


def acknowledgement_json(ack: Acknowledgement) -> dict[str, object]:
    """Return who acknowledged, when, and until when it held."""
    return {"author": ack.author, "at": iso(ack.at), "note": ack.note, "until": iso(ack.until)}
