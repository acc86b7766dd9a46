"""Names of watched vendors, for a shell that completes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from statusherd.model.errors import StatusherdError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_TYPEABLE: Final = re.compile(r"[\w.:@+/-]+")


def watched_names(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the watched vendors for a shell that completes a name; none rather than an error."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415

    from statusherd.cli.glimpse import glimpse  # noqa: PLC0415
    from statusherd.cli.states import sight  # noqa: PLC0415

    try:
        vendors = sight(glimpse(ctx.find_root().params.get("config"))).vendors
    except (StatusherdError, OSError):
        return []
    # A shell takes what it is given as it stands: no name that it would read as more than a word.
    return [
        CompletionItem(vendor.name, help=vendor.status.value)
        for vendor in vendors
        if vendor.name.startswith(incomplete) and _TYPEABLE.fullmatch(vendor.name)
    ]
