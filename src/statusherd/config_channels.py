"""What is judged of a channel: its format, a template of its own, and the chain of its fallbacks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.notify.channels import Channel, Format, OwnTemplate

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


def check_format(path: KeyPath, channel: Channel, problems: Problems) -> None:
    """Note a format that a channel's service does not show."""
    # Text is understood everywhere: what a service cannot show as such is converted for it.
    able = dict.fromkeys((*channel.service.formats, Format.TEXT))
    if channel.format and not problems.at((*path, "url")) and channel.format not in able:
        text = f"{channel.schema}:// does not show {channel.format}. Write one of {', '.join(able)}"
        problems.add((*path, "format"), text)


def check_fallback(
    path: KeyPath, channel: Channel, channels: Mapping[str, Channel], problems: Problems
) -> None:
    """Note a fallback that does not exist, or a chain of them that comes back to where it began."""
    seen = {channel.name}
    name = channel.fallback
    if name is not None and name not in channels:
        text = f"there is no channel {quoted(name)}. {did_you_mean(name, channels)}"
        problems.add((*path, "fallback"), text)
    while name is not None and name in channels:
        if name == channel.name:
            text = f"{quoted(name)} comes back to itself. End the chain of fallbacks somewhere"
            problems.add((*path, "fallback"), text)
        if name in seen:
            return
        seen.add(name)
        name = channels[name].fallback
