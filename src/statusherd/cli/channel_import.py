"""`statusherd channel import`: the channels of an Apprise configuration file, as lines for ours."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from statusherd.cli.output import say, shown, warn
from statusherd.config import MASK
from statusherd.model.errors import StatusherdError
from statusherd.notify.apprise_file import MAX_FILE, AppriseFile, Entry, UnreadableError, read_apprise_file
from statusherd.notify.channels import problems, schema_of

_REMEDY: Final = "Name a file that the program apprise takes with --config"


@dataclass(frozen=True, slots=True)
class Imported:
    """A channel to be: its name, its address, and the tags it had. `file` holds its secret, None for none."""

    name: str
    url: str = field(repr=False)
    tags: tuple[str, ...]
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file gives: channels, the names each tag became, and what was left out, with why."""

    channels: tuple[Imported, ...]
    tags: tuple[tuple[str, tuple[str, ...]], ...]
    left: tuple[str, ...]


def plan_of(source: str, taken: Collection[str], folder: Path | None) -> Plan:
    """Read an Apprise file; raise StatusherdError where it cannot be. Nothing is written.

    `taken` are names that channels have already. With `folder` each secret gets a file there.
    """
    read = _read(source)
    names, channels = set(taken), []
    left = list(read.left)
    for entry in read.entries:
        if wrong := problems(entry.url):
            left.append(f"{_place(entry)}: {'; '.join(wrong)}")
            continue
        name = _unused(entry.tags[0] if entry.tags else schema_of(entry.url) or "channel", names)
        names.add(name)
        channels.append((name, entry))
    files = _files([name for name, _ in channels], folder)
    made = tuple(Imported(n, e.url, e.tags, f) for (n, e), f in zip(channels, files, strict=True))
    return Plan(made, tuple(_names_of_tags(made, read)), tuple(left))


def _read(source: str) -> AppriseFile:
    try:
        body = _body(source)
        if len(body) > MAX_FILE:
            raise StatusherdError(f"is larger than {MAX_FILE // 1024} KiB", subject=source, remedy=_REMEDY)
        return read_apprise_file(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise StatusherdError("is not UTF-8", subject=source, remedy=_REMEDY) from None
    except UnreadableError as error:
        raise StatusherdError(f"cannot be used: {error}", subject=source, remedy=_REMEDY) from error


def _body(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(MAX_FILE + 1)
    with Path(source).open("rb") as file:
        return file.read(MAX_FILE + 1)


def _place(entry: Entry) -> str:
    tags = f" ({', '.join(entry.tags)})" if entry.tags else ""
    return f"address {entry.place}, {entry.url.partition('://')[0].lower()}://{tags}"


def _unused(wanted: str, names: Collection[str]) -> str:
    base = wanted.lstrip("*") or "channel"
    numbered = (f"{base}-{number}" for number in range(2, len(names) + 3))
    return base if base not in names else next(name for name in numbered if name not in names)


def _files(names: Sequence[str], folder: Path | None) -> list[Path | None]:
    if folder is None:
        return [None] * len(names)
    found: list[str] = []
    for name in names:
        found.append(_unused(re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "channel", found))
    return [folder.absolute() / f"{name}.url" for name in found]


def _names_of_tags(channels: Sequence[Imported], read: AppriseFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    direct = {tag: [c.name for c in channels if tag in c.tags] for c in channels for tag in c.tags}
    for group, tags in read.groups.items():
        members = (name for tag in tags for name in direct.get(tag, ()))
        direct[group] = list(dict.fromkeys((*direct.get(group, ()), *members)))
    yield from ((tag, tuple(names)) for tag, names in direct.items() if names)


def write_secrets(plan: Plan) -> None:
    """Write each secret into its file, for the owner alone; raise StatusherdError where one is there."""
    files = [(each.file, each.url) for each in plan.channels if each.file]
    for path, _ in files:
        if path.exists() or path.is_symlink():
            remedy = "Name another folder, or remove the file"
            raise StatusherdError("exists already; nothing was written", subject=str(path), remedy=remedy)
    for path, url in files:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(f"{url}\n")


def toml_lines(plan: Plan, *, show_secrets: bool) -> Iterator[str]:
    """Yield the channels as they stand in a config file."""
    for number, each in enumerate(plan.channels):
        if number:
            yield ""
        yield "[[channel]]"
        yield f"name = {_quoted(each.name)}"
        if each.file:
            yield f"url = {{ file = {_quoted(str(each.file))} }}"
        elif show_secrets:
            yield f"url = {_quoted(each.url)}"
        else:
            yield f"url = {_quoted(masked(each))}"


def masked(each: Imported) -> str:
    """Return the address of a channel without its secret."""
    return f"{schema_of(each.url)}://{MASK}"


def _quoted(text: str) -> str:
    import tomlkit  # noqa: PLC0415 - rarely

    return tomlkit.string(text).as_string()


def talk(plan: Plan, *, show_secrets: bool) -> None:
    """Tell what became of tags, what was left out, and what is to do."""
    for tag, names in plan.tags:
        if names != (tag,):
            say(f"Tag {shown(tag)}: channels = [{', '.join(_quoted(shown(name)) for name in names)}]")
    for text in plan.left:
        warn(f"left out: {text}")
    if any(each.file is None for each in plan.channels) and not show_secrets:
        say(f"The addresses are masked ({MASK}). Say --secrets-dir DIR to write each into a file of its own.")


def plan_json(plan: Plan, *, show_secrets: bool) -> dict[str, object]:
    """Return the plan as `channel import --json` prints it."""
    return {
        "channels": [
            {
                "name": each.name,
                "service": schema_of(each.url),
                "tags": list(each.tags),
                "url": each.url if show_secrets and not each.file else masked(each),
                "secret_file": str(each.file) if each.file else None,
            }
            for each in plan.channels
        ],
        "tags": [{"tag": tag, "channels": list(names)} for tag, names in plan.tags],
        "left": list(plan.left),
    }
