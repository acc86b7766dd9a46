"""Who gives a command."""

from __future__ import annotations

import getpass
import os


def login() -> str:
    """Return the login name of who gives the command, else the number of the user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"user {os.getuid()}"
