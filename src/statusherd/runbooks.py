"""Running a step of a runbook: asked for by a person, approved by another where wanted, and written down.

What is run is planned anew from the configuration each time, never taken from the store: whoever can write
there still runs nothing.
"""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from statusherd import runner
from statusherd.clock import Clock
from statusherd.incidents import Writing, given
from statusherd.incidents.writing import no_such
from statusherd.model.errors import Refused, RefusedError
from statusherd.model.incidents import EntryKind
from statusherd.model.runbooks import HOLDS, Plan, Run, Runbooks, RunState
from statusherd.respond.runbook import how, named, planned, same_person
from statusherd.store import incidents, runbook_runs
from statusherd.store.engine import Store


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and for which incident of ours; None where it is for none."""

    author: str
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that was written down, and what it runs. It is to be carried out unless it waits for approval."""

    run: Run
    plan: Plan


def begin(conn: Connection, plan: Plan, asked: Asked, now: datetime) -> Begun:
    """Write down that somebody asks for a step: it waits for another person where it needs approval.

    Raises NoSuchIncidentError where there is no such incident, RefusedError where the step is being run
    already.
    """
    author = given.author(asked.author)
    if asked.incident is not None and incidents.numbered(conn, asked.incident) is None:
        raise no_such(asked.incident)
    _refuse_twice(conn, plan, now)
    run = Run(
        number=0,
        runbook=plan.runbook,
        step=plan.number,
        title=plan.title,
        command=plan.command.name,
        argv=plan.argv,
        asked_by=author,
        asked_at=now,
        values=plan.values,
        timeout=plan.command.timeout,
        state=RunState.WAITING if plan.approval else RunState.RUNNING,
        incident=asked.incident,
        began_at=None if plan.approval else now,
    )
    run = runbook_runs.add(conn, run)
    words = "proposes" if plan.approval else "runs"
    _note(conn, run, now, author, f"{words} {_what(run)}: {shlex.join(run.argv)}")
    return Begun(run, plan)


def approve(conn: Connection, books: Runbooks, number: int, author: str, now: datetime) -> Begun:
    """Write down that a second person approves a run, which is to be carried out then.

    Raises RefusedError where it does not wait, the person is the one who asked, or the configuration would
    run something else by now.
    """
    author = given.author(author)
    run = runbook_runs.numbered(conn, number)
    if run is None:
        remedy = "`statusherd runbook runs` lists them"
        raise RefusedError(Refused.UNKNOWN, "there is no such run", subject=f"run {number}", remedy=remedy)
    plan = _plan_of(run, books, now)
    if same_person(author, run.asked_by):
        text = f"{run.asked_by} asked for it, and another person has to approve it"
        raise RefusedError(Refused.CONFLICT, text, subject=f"run {number}")
    _refuse_twice(conn, plan, now)
    approved = replace(run, state=RunState.RUNNING, approved_by=author, approved_at=now, began_at=now)
    if not runbook_runs.change(conn, approved, RunState.WAITING):
        raise RefusedError(Refused.CONFLICT, "somebody was faster", subject=f"run {number}")
    _note(conn, approved, now, author, f"approves {_what(run)}, and runs it: {shlex.join(run.argv)}")
    return Begun(approved, plan)


async def carry_out(store: Store, begun: Begun, folder: Path, clock: Clock) -> Run:
    """Run what was begun, in `folder`, and write down how it ended; return that.

    Where we are cancelled the program is ended, and that is written down before CancelledError is raised.
    """
    run, plan = begun.run, begun.plan
    try:
        outcome = await runner.run(
            plan.argv, folder, timeout=plan.command.timeout, output=plan.command.output
        )
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        ended = replace(run, state=RunState.NOT_STARTED, output=f"{plan.argv[0]}: {why}")
        return await _end(store, ended, clock)
    ended = replace(run, state=_state(outcome), exit_code=outcome.exit_code, output=outcome.output)
    ended = await _end(store, ended, clock)
    if outcome.stopped:
        raise asyncio.CancelledError
    return ended


def note_done(conn: Connection, books: Runbooks, name: str, number: int, asked: Asked, now: datetime) -> None:
    """Write on the timeline of an incident that a step without a command was done by hand."""
    book = named(books, name)
    if not 1 <= number <= len(book.steps) or book.steps[number - 1].command or asked.incident is None:
        text = "only a step that is done by hand can be noted, on the timeline of an incident"
        raise RefusedError(Refused.INVALID, text, subject=book.name)
    step = book.steps[number - 1]
    text = f'has done step {number} of "{book.name}" by hand: {step.title}'
    author = given.author(asked.author)
    data = {"runbook": book.name, "step": str(number), "state": RunState.DONE.value}
    with Writing(conn, now) as writing:
        writing.find(asked.incident)
        writing.enter(asked.incident, EntryKind.RUNBOOK, author, text, data)


def _plan_of(run: Run, books: Runbooks, now: datetime) -> Plan:
    """Return what a run that waits would run by the configuration of now."""
    subject, state = f"run {run.number}", run.state_at(now)
    if state is not RunState.WAITING:
        hours = f"A proposal holds for {HOLDS.total_seconds() / 3600:g} h. "
        remedy = f"{hours if state is RunState.EXPIRED else ''}Ask for it anew"
        raise RefusedError(Refused.CONFLICT, f"it {state.sentence}", subject=subject, remedy=remedy)
    try:
        plan = planned(books, run.runbook, run.step, run.values)
    except RefusedError as error:
        raise _changed(subject) from error
    if plan.argv != run.argv:
        raise _changed(subject)
    return plan


def _changed(subject: str) -> RefusedError:
    text = "the configuration has changed since, and would not run the same"
    return RefusedError(Refused.CONFLICT, text, subject=subject, remedy="Ask for it anew")


def _refuse_twice(conn: Connection, plan: Plan, now: datetime) -> None:
    for run in runbook_runs.under_way(conn):
        same = (run.runbook, run.step) == (plan.runbook, plan.number)
        if same and run.state_at(now) is RunState.RUNNING:
            text = f"step {run.step} is being run already, asked for by {run.asked_by}"
            raise RefusedError(Refused.CONFLICT, text, subject=f"run {run.number}", remedy="Wait for its end")


async def _end(store: Store, run: Run, clock: Clock) -> Run:
    now = clock.now()
    ended = replace(run, ended_at=now)

    def write(conn: Connection) -> None:
        if runbook_runs.change(conn, ended, RunState.RUNNING):
            output = f"\n\n{ended.output}" if ended.output.strip() else ""
            author = ended.approved_by or ended.asked_by
            _note(conn, ended, now, author, f"{_what(ended)} {how(ended)}{output}")

    await store.write(write)
    return ended


def _state(outcome: runner.Outcome) -> RunState:
    if outcome.stopped:
        return RunState.STOPPED
    if outcome.timed_out:
        return RunState.TIMED_OUT
    return RunState.FAILED if outcome.exit_code else RunState.DONE


def _what(run: Run) -> str:
    return f'step {run.step} of "{run.runbook}" (run {run.number})'


def _note(conn: Connection, run: Run, at: datetime, author: str, text: str) -> None:
    """Write on the timeline of the incident that a run is for."""
    if run.incident is None:
        return
    facts: Mapping[str, str] = {
        "run": str(run.number),
        "runbook": run.runbook,
        "step": str(run.step),
        "state": run.state.value,
        "argv": json.dumps(run.argv),
    }
    with Writing(conn, at) as writing:
        writing.find(run.incident)
        writing.enter(run.incident, EntryKind.RUNBOOK, author, text, facts)
