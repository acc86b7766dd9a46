"""`statusherd config`: what the configuration says, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from statusherd.cli.output import count, print_json, say, shown, warn
from statusherd.model.errors import ConfigError


@click.group("config")
def group() -> None:
    """Check and show the configuration."""


@group.command("check")
@click.option("--without-secrets", is_flag=True, help="A secret that cannot be read here is no mistake.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def check(
    ctx: click.Context,
    without_secrets: bool,  # noqa: FBT001 - click hands a flag over
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Tell all mistakes of the config file at once. Ends with 78 where there are any.

    \b
    Example: statusherd --config /etc/statusherd/config.toml config check
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415

    try:
        config = config_of(ctx, need_secrets=not without_secrets)
    except ConfigError as error:
        if not json_wanted:
            raise
        print_json(
            {"path": error.subject or None, "ok": False, "problems": list(error.problems), "warnings": []}
        )
        ctx.exit(error.exit_code)
    if json_wanted:
        print_json({"path": str(config.path), "ok": True, "problems": [], "warnings": list(config.warnings)})
        return
    for warning in config.warnings:
        warn(warning)
    services = (count(len(config.services), "service"),) if config.services else ()
    numbers = (
        count(len(config.vendors), "vendor"),
        *services,
        count(len(config.channels), "channel"),
        count(len(config.routes), "route"),
    )
    click.echo(f"{shown(str(config.path), 4096)} is right: {', '.join(numbers)}")


@group.command("show")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """Print the configuration in force: every key, defaults filled in, secrets masked."""
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.config import shown as shown_config  # noqa: PLC0415

    facts = shown_config(config_of(ctx))
    if json_wanted:
        print_json(facts)
        return
    import tomlkit  # noqa: PLC0415

    for warning in facts.pop("warnings"):
        warn(warning)
    say(f"# {shown(str(facts.pop('path')), 4096)}")
    click.echo(tomlkit.dumps(_given(facts)), nl=False)


def _given(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table without the keys that have no value: TOML has no null."""
    return {key: _value(value) for key, value in table.items() if value is not None and value != []}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _given(value)
    return [_value(item) for item in value] if isinstance(value, list) else value
