"""What the service manager is told (sd_notify), and the files and folders it hands over.

The protocol is one datagram per message to the socket named in NOTIFY_SOCKET (sd_notify(3)). Without a
service manager every call does nothing.
"""

from __future__ import annotations

import os
import socket
import time


def ready(status: str = "") -> None:
    """Tell that start-up, or a reload, is done."""
    _notify("READY=1", *_status_line(status))


def status(text: str) -> None:
    """Tell what `systemctl status` shows, one line."""
    _notify(*_status_line(text))


def watchdog() -> None:
    """Tell that the daemon truly got on with its work since the last time."""
    _notify("WATCHDOG=1")


def reloading() -> None:
    """Tell that the config is being read again; `ready` tells the end of it."""
    _notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def stopping(text: str = "") -> None:
    """Tell that the daemon is on its way out."""
    _notify("STOPPING=1", *_status_line(text))


def extend_timeout(seconds: float) -> None:
    """Ask for `seconds` more from now to start or to stop: migrations of a large store take their time."""
    _notify(f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}")


def watchdog_interval() -> float | None:
    """Return the seconds between two calls of `watchdog`, half of what is allowed, else None."""
    allowed, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID")
    if not allowed.isdecimal() or int(allowed) == 0 or (pid and pid != str(os.getpid())):
        return None
    return int(allowed) / 2_000_000


def _status_line(text: str) -> tuple[str, ...]:
    # A line break would begin another assignment.
    return (f"STATUS={' '.join(text.split())}",) if text else ()


def _notify(*assignments: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not assignments or not address.startswith(("/", "@")):
        return
    if address.startswith("@"):  # Linux's abstract name space
        address = f"\0{address[1:]}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            # A full queue must not stop the daemon: it is the watchdog's matter then.
            sender.setblocking(False)
            sender.sendto("\n".join(assignments).encode(), address)
    except OSError:
        return
