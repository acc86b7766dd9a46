"""The runbooks of a config, and the commands that they may name: all that can be run stands there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statusherd import config_runbook_schema as schema
from statusherd.config_permissions import can_be_run, open_to_others
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.config_runbook_files import read_file
from statusherd.config_runbook_steps import read_steps
from statusherd.config_schema import read_section
from statusherd.config_services import GLOB, OurSide
from statusherd.config_values import duration_text, size_text
from statusherd.model.runbooks import Command, Parameter, Runbook, Runbooks, Step
from statusherd.model.selection import matches
from statusherd.model.vendors import WatchedVendor

_COMMANDS: KeyPath = ("runbooks", "commands")
Tables = Sequence[tuple[KeyPath, "schema.Runbook"]]


@dataclass(frozen=True, slots=True)
class RunbookReader:
    """Judges runbooks against what else the file `config` defines, and notes all that is wrong."""

    config: Path
    problems: Problems
    vendors: Sequence[WatchedVendor]
    ours: OurSide

    def read(self, allowed: schema.Allowed, tables: Tables) -> Runbooks:
        """Return what the tables say."""
        if allowed.commands and (place := open_to_others(self.config)):
            self.problems.warn(
                _COMMANDS, f"every user can change them: {place} is open to all. Run chmod o-w on it"
            )
        commands = dict(self._commands(allowed.commands))
        found: dict[str, Runbook] = {}
        for path, given in tables:
            book = self._runbook(path, given, commands)
            if book is None:
                continue
            if book.name.casefold() in found:
                text = f"a runbook named {quoted(book.name)} stands above. Rename or remove one"
                self.problems.add((*path, "name"), text)
            found.setdefault(book.name.casefold(), book)
        return Runbooks(tuple(found.values()), commands)

    # The allow-list

    def _commands(self, raw: Mapping[str, Any]) -> Iterable[tuple[str, Command]]:
        for name, value in raw.items():
            path = (*_COMMANDS, name)
            table = value if isinstance(value, dict) else {"argv": value}
            given = read_section(schema.Command, table, path, self.problems)
            if given.argv is None:
                if not self.problems.at(path):
                    self.problems.add(path, 'names no program. Add argv = ["/…"]')
                yield name, Command(name, ())  # so that no step is told that there is none
                continue
            self._check_program(path, Path(given.argv[0]))
            plain = Command(name, given.argv)
            yield (
                name,
                Command(
                    name,
                    given.argv,
                    given.approval,
                    given.timeout or plain.timeout,
                    given.output or plain.output,
                ),
            )

    def _check_program(self, path: KeyPath, program: Path) -> None:
        if not can_be_run(program):
            text = (
                f"{quoted(str(program))} is no program that can be run here. Install it, or correct the path"
            )
            self.problems.warn(path, text)
        elif place := open_to_others(program):
            text = f"every user can change what {quoted(str(program))} does: {place} is open to all"
            self.problems.warn(path, f"{text}. Run chmod o-w on it")

    # Runbooks

    def _runbook(
        self, path: KeyPath, given: schema.Runbook, commands: Mapping[str, Command]
    ) -> Runbook | None:
        self._check_globs(path, given)
        text, steps = self._steps(path, given, commands)
        if given.name is None:
            if not self.problems.at((*path, "name")):
                self.problems.add(path, "name is missing. Add it to the [[runbook]]")
            return None
        return Runbook(
            given.name, steps, given.vendors, given.components, given.services, given.file or "", text
        )

    def _steps(
        self, path: KeyPath, given: schema.Runbook, commands: Mapping[str, Command]
    ) -> tuple[str, tuple[Step, ...]]:
        if given.file is None:
            if self.problems.at((*path, "file")):
                return "", ()
            return given.text or "", read_steps(given.steps, (*path, "steps"), commands, self.problems)
        if given.steps:
            self.problems.add((*path, "steps"), "stand in the file. Remove them, or file")
        file = self.config.parent / given.file
        written = read_file(file, commands)
        for text in written.problems:
            self.problems.add((*path, "file"), f"{quoted(given.file)}: {text}")
        if not written.problems and (place := open_to_others(file)):
            text = f"every user can change {quoted(given.file)}: {place} is open to all"
            self.problems.warn((*path, "file"), f"{text}. Run chmod o-w on it")
        return given.text or written.text, written.steps

    def _check_globs(self, path: KeyPath, given: schema.Runbook) -> None:
        services = [service.name for service in self.ours.services]
        vendors = [name for vendor in self.vendors for name in (vendor.name, vendor.title)]
        for key, patterns, names in (
            ("vendors", given.vendors, vendors),
            ("services", given.services, services),
        ):
            for pattern in patterns:
                if not any(matches(pattern, name) for name in names):
                    hint = "" if GLOB.search(pattern) else f". {did_you_mean(pattern, names)}"
                    text = f"{quoted(pattern)} selects no {key[:-1]} of this file{hint}"
                    self.problems.warn((*path, key), text)


def shown_runbooks(books: Runbooks) -> dict[str, Any]:
    """Return [runbooks] and every [[runbook]] in the words of the file."""
    commands = {
        command.name: {
            "argv": list(command.words),
            "approval": command.approval,
            "timeout": duration_text(command.timeout),
            "output": size_text(command.output),
        }
        for command in books.commands.values()
    }
    return {"runbooks": {"commands": commands}, "runbook": [_shown(book) for book in books.every]}


def _shown(book: Runbook) -> dict[str, Any]:
    return {
        "name": book.name,
        "file": book.file or None,
        "vendors": list(book.vendors),
        "components": list(book.components),
        "services": list(book.services),
        "text": None if book.file else book.text or None,
        "steps": [] if book.file else [_shown_step(step) for step in book.steps],
    }


def _shown_step(step: Step) -> dict[str, Any]:
    by_hand = not step.link and not step.command
    return {
        "title": step.title,
        "manual": (step.text or step.title) if by_hand else None,
        "text": None if by_hand else step.text or None,
        "link": step.link or None,
        "run": step.command or None,
        "params": {parameter.name: _shown_choice(parameter) for parameter in step.parameters} or None,
        "approval": step.approval,
    }


def _shown_choice(parameter: Parameter) -> object:
    return {"pattern": parameter.pattern} if parameter.pattern else list(parameter.values)
