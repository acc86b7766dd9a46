"""Runbooks and runs as the command line shows them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from statusherd.cli.moments import local
from statusherd.cli.output import shown, table
from statusherd.model.runbooks import Plan, Run, Runbook, Runbooks, RunState, Step, Unplanned
from statusherd.publish.operations_json import facts_json
from statusherd.respond.runbook import choice, how


def list_json(book: Runbook) -> dict[str, object]:
    """Return a runbook of `runbook list --json`."""
    return {**facts_json(book), "steps": [step.title for step in book.steps]}


def list_lines(books: Sequence[Runbook]) -> list[str]:
    """Return the lines of a list of runbooks."""
    return table(("NAME", "STEPS", "FOR", "FILE"), [_cells(book) for book in books])


def _cells(book: Runbook) -> tuple[str, ...]:
    kinds = {"vendor": book.vendors, "component": book.components, "service": book.services}
    fits = ", ".join(f"{kind} {'|'.join(words)}" for kind, words in kinds.items() if words)
    return shown(book.name, 60), str(len(book.steps)), shown(fits or "-", 80), shown(book.file or "-", 60)


def show_lines(book: Runbook, books: Runbooks) -> list[str]:
    """Return the lines of one runbook."""
    lines = [click.style(shown(book.name), bold=True), *map(shown, book.text.splitlines())]
    for number, step in enumerate(book.steps, 1):
        lines += ["", f"{number}. {shown(step.title)}", *(f"   {line}" for line in _step_lines(step, books))]
    return lines


def _step_lines(step: Step, books: Runbooks) -> Iterator[str]:
    if step.text != step.title:
        yield from map(shown, step.text.splitlines())
    if step.link:
        yield shown(step.link)
    command = books.commands.get(step.command)
    if command is None:
        return
    yield f"runs: {words(command.words)}"
    for parameter in step.parameters:
        yield f"  {parameter.name} = {shown(choice(parameter))}"
    if step.approval or command.approval:
        yield "needs another person's approval"


def plan_lines(plan: Plan | Unplanned) -> list[str]:
    """Return what a step would run: the step, and the words."""
    if isinstance(plan, Unplanned):
        return [f"{plan.number}. {shown(plan.title)}", f"   cannot be run yet: {shown(plan.problem)}"]
    approval = " (once another person approves it)" if plan.approval else ""
    return [f"{plan.number}. {shown(plan.title)}{approval}", f"   {words(plan.argv)}"]


def words(argv: Sequence[str]) -> str:
    """Return the words of a command for people, each quoted where it has to be."""
    return shown(shlex.join(argv), 2000)


def run_line(run: Run) -> str:
    """Return how a run stands as a sentence."""
    what = f'run {run.number}: step {run.step} of "{shown(run.runbook)}"'
    if run.state is RunState.WAITING:
        remedy = f"Another person runs it with: statusherd runbook approve {run.number}"
        return f"{what} {run.state.sentence}. {remedy}"
    return f"{what} {how(run)}"


def runs_lines(runs: Sequence[Run], now: datetime) -> list[str]:
    """Return the lines of a list of runs."""
    head = ("ID", "STATE", "ASKED", "BY", "APPROVED BY", "INCIDENT", "RUNBOOK", "STEP", "RUNS")
    return table(head, [_run_cells(run, now) for run in runs])


def _run_cells(run: Run, now: datetime) -> tuple[str, ...]:
    code = f" ({run.exit_code})" if run.state is RunState.FAILED else ""
    return (
        str(run.number),
        f"{run.state_at(now).value}{code}",
        local(run.asked_at, now),
        shown(run.asked_by, 30),
        shown(run.approved_by or "-", 30),
        f"INC-{run.incident}" if run.incident else "-",
        shown(run.runbook, 40),
        str(run.step),
        shown(shlex.join(run.argv), 80),
    )
