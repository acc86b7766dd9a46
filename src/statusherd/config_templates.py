"""The key `template` of a channel: the file is read, and tried on a message of every kind."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from statusherd.config_problems import KeyPath, Problems, quoted
from statusherd.notify.channels import Channel, OwnTemplate

_MOST_BYTES: Final = 80_000
"""More than the longest template can take; how long it may be is judged with the rest of it."""


def read_template(path: KeyPath, name: str | None, folder: Path, problems: Problems) -> OwnTemplate | None:
    """Return a template, its file sought from the config's folder; note why it cannot be read."""
    if name is None:
        return None
    file = folder / name
    try:
        with file.open("rb") as opened:
            text = opened.read(_MOST_BYTES + 1).decode("utf-8")
    except UnicodeDecodeError:
        problems.add(path, f"{quoted(name)} is no text in UTF-8. Save it as such")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file name"
        problems.add(path, f"{quoted(name)} cannot be read ({why}). Paths begin at the config's folder")
    else:
        return OwnTemplate(name, text)
    return None


def check_template(path: KeyPath, channel: Channel, problems: Problems) -> None:
    """Note what is wrong with the template of a channel that is right otherwise."""
    if channel.template is None or problems.at(path):
        return
    # Jinja takes a while to load, and most configs have no template.
    from statusherd.notify.own_templates import fault_of  # noqa: PLC0415

    if fault := fault_of(channel):
        problems.add((*path, "template"), f"{fault}. docs/messages.md tells what a template can write")
