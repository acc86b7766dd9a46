"""Runbooks, what they would run and what was run of them, as JSON has them: for commands and the API."""

from __future__ import annotations

from datetime import datetime

from statusherd.model.freezes import Conflict
from statusherd.model.own_maintenance import OwnMaintenance
from statusherd.model.runbooks import Parameter, Plan, Run, Runbook, Runbooks, Step, Unplanned
from statusherd.model.stamps import iso


def facts_json(book: Runbook) -> dict[str, object]:
    """Return what a runbook is for, without its words and steps."""
    return {
        "name": book.name,
        "file": book.file or None,
        "vendors": list(book.vendors),
        "components": list(book.components),
        "services": list(book.services),
    }


def runbook_json(book: Runbook, books: Runbooks) -> dict[str, object]:
    """Return a runbook with all of its steps."""
    return {
        **facts_json(book),
        "text": book.text,
        "steps": [_step_json(number, step, books) for number, step in enumerate(book.steps, 1)],
    }


def _step_json(number: int, step: Step, books: Runbooks) -> dict[str, object]:
    command = books.commands.get(step.command)
    return {
        "step": number,
        "kind": step.kind.value,
        "title": step.title,
        "text": step.text,
        "link": step.link or None,
        "command": step.command or None,
        "argv": list(command.words) if command else None,
        "params": [_parameter_json(parameter) for parameter in step.parameters],
        "approval": step.approval or (command is not None and command.approval),
    }


def _parameter_json(parameter: Parameter) -> dict[str, object]:
    return {
        "name": parameter.name,
        "values": list(parameter.values),
        "pattern": parameter.pattern or None,
    }


def plan_json(plan: Plan | Unplanned) -> dict[str, object]:
    """Return what a step would run, or why it cannot be run like that."""
    ready = plan if isinstance(plan, Plan) else None
    return {
        "step": plan.number,
        "title": plan.title,
        "command": plan.command.name,
        "argv": list(ready.argv) if ready else None,
        "params": dict(ready.values) if ready else None,
        "approval": plan.approval,
        "timeout": plan.command.timeout,
        "problem": plan.problem if isinstance(plan, Unplanned) else None,
    }


def run_json(run: Run, now: datetime) -> dict[str, object]:
    """Return what was asked to be run, and what became of it."""
    return {
        "id": run.number,
        "state": run.state_at(now).value,
        "runbook": run.runbook,
        "step": run.step,
        "title": run.title,
        "command": run.command,
        "argv": list(run.argv),
        "params": dict(run.values),
        "incident": run.incident,
        "asked_by": run.asked_by,
        "asked_at": iso(run.asked_at),
        "approved_by": run.approved_by or None,
        "approved_at": iso(run.approved_at),
        "began_at": iso(run.began_at),
        "ended_at": iso(run.ended_at),
        "exit_code": run.exit_code,
        "output": run.output,
    }


def maintenance_json(window: OwnMaintenance, now: datetime) -> dict[str, object]:
    """Return a maintenance window of ours."""
    return {
        "id": window.number,
        "state": window.state_at(now).value,
        "title": window.title,
        "services": list(window.services),
        "starts_at": iso(window.starts_at),
        "ends_at": iso(window.ends_at),
        "author": window.author,
        "reason": window.reason,
        "created_at": iso(window.created_at),
    }


def freeze_json(freeze: Conflict, now: datetime) -> dict[str, object]:
    """Return one time of a freeze."""
    return {
        "name": freeze.name,
        "state": "on" if freeze.begins_at <= now else "ahead",
        "starts_at": iso(freeze.begins_at),
        "ends_at": iso(freeze.ends_at),
    }
