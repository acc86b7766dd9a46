"""What the commands on incidents have in common: the number, who does it, and JSON."""

from __future__ import annotations

import re

import click


def given_number(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read the number of an incident, written 12 or INC-12. A callback of arguments."""
    if value is None:
        return None
    found = re.fullmatch(r"(?:INC-|#)?0*([1-9][0-9]{0,17})", value.strip(), re.ASCII | re.IGNORECASE)
    if found is None:
        text = f"{value[:60]!r} is no number of an incident. Write it like 12 or INC-12."
        raise click.BadParameter(text, ctx, param)
    return int(found[1])


number = click.argument("number", metavar="NUMBER", callback=given_number)
by = click.option("--author", help="Who does it. Default: your login name.")
as_json = click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
