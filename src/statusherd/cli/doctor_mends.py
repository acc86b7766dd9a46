"""What to do about what is wrong: commands, lines of the config file, or a sentence. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Final

from statusherd.config_values import duration_text
from statusherd.model.errors import FailureKind
from statusherd.model.vendors import Origin, WatchedVendor
from statusherd.model.words import Impact
from statusherd.watch.drift import OF_ITS_SHAPE

DAEMON: Final = ("systemctl status statusherd", "statusherd check")
FILE: Final = ("Correct or remove the file",)

_NETWORK: Final = "See from this machine: curl -sSI {address}"
_ADVICE: Final[Mapping[FailureKind, str]] = {
    FailureKind.DNS: f"{_NETWORK}; is the name right, and does this machine resolve names?",
    FailureKind.CONNECT: f"{_NETWORK}; is there a firewall between, or a proxy to set in [http]?",
    FailureKind.TIMEOUT: f"{_NETWORK}; where it is merely slow, raise timeout in [http]",
    FailureKind.TLS: f"{_NETWORK}; where a proxy opens TLS, this machine must trust its certificate",
    FailureKind.REFUSED_ADDRESS: "Set allow_private = true in [http] where it is in your own network",
    FailureKind.BLOCKED: "Set contact in [http], look less often, and ask the vendor to let you in",
    FailureKind.RATE_LIMITED: 'Look less often: interval = "5m" or more for this vendor',
    FailureKind.SERVER_ERROR: "Wait: the page itself has trouble. Where it lasts, ask the vendor",
    FailureKind.TOO_LARGE: "Raise max_body in [http]",
}


def of_failure(kind: FailureKind | None, vendor: WatchedVendor, *, looked: bool = False) -> tuple[str, ...]:
    """Return what to do about a failed look; `looked` where the page was searched for just now."""
    if kind in OF_ITS_SHAPE and not looked:
        return look_for(vendor.name)
    if kind is not None and kind in _ADVICE:
        return (_ADVICE[kind].format(address=shlex.quote(vendor.address)),)
    return (f"statusherd inspect {shlex.quote(vendor.page_url or vendor.address)}",)


def look_for(name: str) -> tuple[str, ...]:
    """Return the command that finds out where a vendor is to be read now."""
    return (f"statusherd vendor doctor {_word(name)} --look",)


def declare(vendor: WatchedVendor) -> tuple[str, ...]:
    """Return how to declare a vendor with the address and format it has here."""
    if vendor.origin is Origin.ADDED:
        return _anew(vendor)
    facts = {"endpoint": vendor.address, "format": vendor.format}
    return _in_config(vendor, tuple(f"{key} = {_toml(value)}" for key, value in facts.items()))


def filters(vendor: WatchedVendor) -> tuple[str, ...]:
    """Return how to declare a vendor with the filters it has here."""
    if vendor.origin is Origin.ADDED:
        return _anew(vendor)
    lists = {"components": vendor.components, "regions": vendor.regions}
    lines = (f"{key} = [{', '.join(map(_toml, words))}]" for key, words in lists.items() if words)
    return _in_config(vendor, tuple(lines))


def see_components(name: str) -> tuple[str, ...]:
    """Return the command that shows what filters can match."""
    return (f"statusherd vendor show {_word(name)}",)


def close(url: str) -> tuple[str, ...]:
    """Return what to do about an incident that nobody closes."""
    return (f"See {url}: where it is over, ask the vendor to close it",)


def _in_config(vendor: WatchedVendor, lines: tuple[str, ...]) -> tuple[str, ...]:
    return (f"# in the config file, in the [[vendor]] {_toml(vendor.name)}:", *lines)


def _anew(vendor: WatchedVendor) -> tuple[str, ...]:
    """Return the commands that add a vendor anew, as it is here."""
    words = ["statusherd", "vendor", "add", vendor.address]
    words += [f"--name={vendor.name}", f"--format={vendor.format}"]
    words += [f"--component={each}" for each in vendor.components]
    words += [f"--region={each}" for each in vendor.regions]
    words += [f"--tag={each}" for each in vendor.tags]
    if vendor.min_impact is not Impact.NONE:
        words.append(f"--min-impact={vendor.min_impact}")
    if vendor.interval is not None:
        words.append(f"--interval={duration_text(vendor.interval)}")
    return (f"statusherd vendor remove --yes {_word(vendor.name)}", shlex.join([*words, "--yes"]))


def _word(name: str) -> str:
    return shlex.quote(name) if not name.startswith("-") else f"-- {shlex.quote(name)}"


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
