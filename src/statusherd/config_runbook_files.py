"""A runbook in a file of its own: Markdown or TOML, with the same steps and the same mistakes."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from statusherd import config_runbook_schema as schema
from statusherd.config_problems import KeyPath, Problems, lines, quoted, unknown_key
from statusherd.config_runbook_steps import read_steps
from statusherd.config_schema import read_section
from statusherd.model.runbooks import Command, Step
from statusherd.respond.runbook_markdown import Block, Part, parts

_MOST_BYTES: Final = 256 * 1024
_KINDS: Final = (".md", ".toml")
_OF_BLOCK: Final = ("params", "approval")
_FORM: Final = "Write it like ```run flip target=adyen"


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says: its introduction and its steps, or sentences on all that is wrong with it."""

    text: str = ""
    steps: tuple[Step, ...] = ()
    problems: tuple[str, ...] = ()


def read_file(path: Path, commands: Mapping[str, Command]) -> Written:
    """Read a runbook; `commands` are those that it may name."""
    if path.suffix.lower() not in _KINDS:
        return Written(problems=("must be a file in Markdown or TOML. Let its name end with .md or .toml",))
    try:
        with path.open("rb") as file:
            body = file.read(_MOST_BYTES + 1)
        text = body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return Written(problems=("is no text in UTF-8. Save it as such",))
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "no file name").lower()
        return Written(problems=(f"cannot be read ({why}). Paths begin at the config's folder",))
    if len(body) > _MOST_BYTES:
        return Written(problems=(f"is larger than {_MOST_BYTES // 1024} KiB. Make several runbooks of it",))
    return _toml(text, commands) if path.suffix.lower() == ".toml" else _markdown(text, commands)


def _toml(text: str, commands: Mapping[str, Command]) -> Written:
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return Written(problems=(f"is not TOML: {error}. Correct it",))
    problems = Problems(text)
    given = read_section(schema.RunbookFile, raw, (), problems)
    steps = read_steps(given.steps, ("steps",), commands, problems)
    return Written(given.text or "", steps, problems.all)


def _markdown(text: str, commands: Mapping[str, Command]) -> Written:
    introduction, steps = parts(text)
    tables = _Tables()
    for part in (introduction, *steps):
        if part.unclosed is not None:
            tables.wrong(part.unclosed, "this block has no end. Close it with the signs that it begins with")
    for block in introduction.blocks:
        tables.wrong(block.line, "this command stands in no step. Write a heading above it: ## What to do")
    for part in steps:
        tables.add(part)
    problems = Problems("", places=tables.places)
    found = read_steps(tables.steps, ("steps",), commands, problems) if steps else ()
    if not steps:
        tables.wrong(1, "has no steps. Begin each with a heading: ## What to do")
    told = (*(f"line {line}: {text}" for line, text in sorted(tables.mistakes)), *problems.all)
    return Written(introduction.text, found, told)


@dataclass(slots=True)
class _Tables:
    """The steps of a Markdown file as the tables that they would be in TOML, and where each key stands."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    places: dict[KeyPath, int] = field(default_factory=dict)
    mistakes: list[tuple[int, str]] = field(default_factory=list)

    def wrong(self, line: int, text: str) -> None:
        self.mistakes.append((line, text))

    def add(self, part: Part) -> None:
        path: KeyPath = ("steps", len(self.steps))
        self.places[path] = part.line
        table: dict[str, Any] = {"title": part.title} if part.title else {}
        if part.link:
            table["link"] = part.link
        if part.text or not (part.link or part.blocks):
            key = "text" if part.link or part.blocks else "manual"
            table[key] = part.text or part.title
        for number, block in enumerate(part.blocks):
            if number:
                self.wrong(block.line, "is the second command of its step. Write a heading above it")
            else:
                table |= self._command(path, block)
        self.steps.append(table)

    def _command(self, path: KeyPath, block: Block) -> dict[str, Any]:
        for key in ("run", *_OF_BLOCK):
            self.places[*path, key] = block.line
        options = self._options(path, block)
        given = dict(self._words(block))
        name = given.pop("", "")
        params = options.get("params", {})
        if given and isinstance(params, dict):
            if twice := given.keys() & params.keys():
                self.wrong(block.line, f"{quoted(min(twice))} is given twice. Remove one")
            options["params"] = {**params, **given}
        # What has no command was told of; a step by hand has no mistakes of its own.
        return {"run": name, **options} if name else {"manual": "-"}

    def _words(self, block: Block) -> Iterator[tuple[str, str]]:
        """Yield the command as the value of "", and each of its parameters."""
        try:
            words = shlex.split(block.words)
        except ValueError:
            return self.wrong(block.line, f"a quotation mark has no partner. {_FORM}")
        if not words or "=" in words[0]:
            return self.wrong(block.line, f"names no command. {_FORM}")
        yield "", words[0]
        for word in words[1:]:
            name, equals, value = word.partition("=")
            if not name or not equals:
                self.wrong(block.line, f"{quoted(word)} is no parameter. {_FORM}")
            else:
                yield name, value
        return None

    def _options(self, path: KeyPath, block: Block) -> dict[str, Any]:
        try:
            found = tomllib.loads(block.body)
        except (ValueError, RecursionError) as error:
            self.wrong(block.line, f"the lines in this block are not TOML: {error}. Correct them")
            return {}
        for place, line in lines(block.body).items():
            self.places[*path, *place] = block.line + line
        for key in found.keys() - set(_OF_BLOCK):
            self.wrong(self.places[*path, key], f"{quoted(key)}: {unknown_key(key, _OF_BLOCK)}")
        return {key: value for key, value in found.items() if key in _OF_BLOCK}
