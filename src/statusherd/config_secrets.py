"""Where secrets are fetched from: the config itself, the environment, a file, the service manager."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from statusherd.config_problems import quoted
from statusherd.config_values import SecretPlace

_MAX_BYTES: Final = 64 * 1024


class MissingSecretError(Exception):
    """A secret cannot be had. The text names where it should be, never what it is."""


def fetch_secret(place: SecretPlace, folder: Path) -> str:
    """Return the secret that stands at `place`; relative files are taken from `folder`.

    Raise MissingSecretError where it cannot be had or is empty.
    """
    try:
        text = _fetch(place, folder)
    except (OSError, UnicodeDecodeError) as error:
        raise _missing(place, _why(error)) from error
    if not text.strip():
        raise _missing(place, f"is not set or empty. {_REMEDIES[place.kind]}")
    return text.strip()


_REMEDIES: Final = {
    "inline": "Write the value, or where it stands",
    "env": "Set it in the environment of the program",
    "file": "Write the secret into the file",
    "credential": "Fill the file that LoadCredential= names",
}


def _fetch(place: SecretPlace, folder: Path) -> str:
    if place.kind == "inline":
        return place.text
    if place.kind == "env":
        return os.environ.get(place.text, "")
    if place.kind == "file":
        return _read(folder / Path(place.text).expanduser())
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if not given:
        why = "is not handed over: $CREDENTIALS_DIRECTORY is not set. Use LoadCredential= in the unit"
        raise _missing(place, why)
    return _read(Path(given) / place.text)


def _missing(place: SecretPlace, why: str) -> MissingSecretError:
    return MissingSecretError(f"{place.kind} {quoted(place.text)} {why}")


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MAX_BYTES).decode()


def _why(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist. Create it, or correct the name"
    reason = (error.strerror or "").lower() if isinstance(error, OSError) else "not UTF-8 text"
    return f"cannot be read ({reason}). Let the user the program runs as read it"
