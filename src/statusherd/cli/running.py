"""Runbooks as the command line runs them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from statusherd.cli.login import login
from statusherd.cli.output import print_json, print_lines, say, shown
from statusherd.cli.runbook_views import plan_lines, run_line, words
from statusherd.cli.stores import has_store, make_folder, open_store
from statusherd.clock import SystemClock
from statusherd.config import Config
from statusherd.model.runbooks import Run, RunState
from statusherd.publish.operations_json import plan_json, run_json
from statusherd.respond.runbook import named, planned, plans
from statusherd.runbooks import Asked, Begun, approve, begin, carry_out, note_done
from statusherd.store import runbook_runs
from statusherd.store.engine import Store


def dry_run(
    config: Config, name: str, step: int | None, params: Mapping[str, str], *, json_wanted: bool
) -> None:
    """Print what would be run: by one step, or by each that runs anything."""
    books = config.runbooks
    found = plans(books, name, params) if step is None else (planned(books, name, step, params),)
    if json_wanted:
        print_json({"plans": [plan_json(plan) for plan in found], "run": None})
    elif found:
        print_lines(line for plan in found for line in plan_lines(plan))
        say("Nothing was run: add --execute for that.")
    else:
        say("None of its steps runs anything.")


def execute(  # noqa: PLR0913 - one argument per option
    config: Config,
    name: str,
    step: int | None,
    params: Mapping[str, str],
    incident: int | None,
    author: str | None,
    *,
    json_wanted: bool,
) -> bool:
    """Run a step, or propose it where it needs approval; tell whether that went well."""
    asked = Asked((author or "").strip() or login(), incident)
    book = named(config.runbooks, name)
    by_hand = step is not None and step <= len(book.steps) and not book.steps[step - 1].command
    now = datetime.now(UTC)
    with open_store(config, create=True) as store:
        if by_hand and step is not None:
            store.write_now(lambda conn: note_done(conn, config.runbooks, name, step, asked, now))
            print_json({"plans": [], "run": None}) if json_wanted else say(f"Step {step} is noted as done.")
            return True
        plan = planned(config.runbooks, name, step, params)
        begun = store.write_now(lambda conn: begin(conn, plan, asked, now))
        run = begun.run
        if run.state is RunState.RUNNING:
            run = _carried_out(config, store, begun, quiet=json_wanted)
    _tell(run, [plan_json(plan)], json_wanted=json_wanted)
    return run.state in (RunState.WAITING, RunState.DONE)


def approve_and_run(config: Config, number: int, author: str | None, *, json_wanted: bool) -> bool:
    """Approve a run that waits, and run it; tell whether that went well."""
    name, now = (author or "").strip() or login(), datetime.now(UTC)
    with open_store(config) as store:
        begun = store.write_now(lambda conn: approve(conn, config.runbooks, number, name, now))
        run = _carried_out(config, store, begun, quiet=json_wanted)
    _tell(run, None, json_wanted=json_wanted)
    return run.state is RunState.DONE


def listed(config: Config, incident: int | None, limit: int) -> tuple[Run, ...]:
    """Return what was run, the newest first."""
    if not has_store(config):
        return ()
    with open_store(config) as store:
        return store.read_now(lambda conn: runbook_runs.newest(conn, incident=incident, limit=limit))


def _carried_out(config: Config, store: Store, begun: Begun, *, quiet: bool) -> Run:
    make_folder(config)
    if not quiet:
        say(f"Running {words(begun.plan.argv)}")
    try:
        return asyncio.run(_until_told(carry_out(store, begun, config.daemon.data_dir, SystemClock())))
    except asyncio.CancelledError:
        raise click.Abort from None


async def _until_told(work: Coroutine[Any, Any, Run]) -> Run:
    """Do `work`; a signal that would end us ends what we run first, which has no terminal to hear of it."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task


def _tell(run: Run, plans_: list[dict[str, object]] | None, *, json_wanted: bool) -> None:
    if json_wanted:
        before = {} if plans_ is None else {"plans": plans_}
        print_json({**before, "run": run_json(run, datetime.now(UTC))})
        return
    for line in run.output.splitlines():
        click.echo(shown(line, 2000))
    say(run_line(run))
