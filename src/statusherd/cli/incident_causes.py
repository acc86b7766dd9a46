"""`statusherd incident link/confirm/reject/unlink`: what people say of a cause."""

from __future__ import annotations

from typing import Final

import click

from statusherd.cli import incident_options as options
from statusherd.model.suspects import LinkState


def _command(name: str, state: LinkState, done: str, told: str) -> click.Command:
    """Return a command that says one thing of a cause."""

    @click.command(name, help=told)
    @options.number
    @click.argument("cause")
    @click.option("--note", default="", help="Why, for those who ask later.")
    @options.by
    @options.as_json
    @click.pass_context
    def command(
        ctx: click.Context,
        number: int,
        cause: str,
        note: str,
        author: str | None,
        json_wanted: bool,  # noqa: FBT001 - click hands a flag over
    ) -> None:
        _judge(ctx, number, (cause, state, note), author, done, json_wanted=json_wanted)

    return command


def _judge(
    ctx: click.Context,
    number: int,
    said: tuple[str, LinkState, str],
    author: str | None,
    done: str,
    *,
    json_wanted: bool,
) -> None:
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.incident_acts import Act  # noqa: PLC0415
    from statusherd.incidents.causes import Judgement, judge  # noqa: PLC0415
    from statusherd.setup_reading import setup_of  # noqa: PLC0415

    cause, state, note = said
    setup = setup_of(config_of(ctx))
    act = Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: judge(conn, number, Judgement(cause, state, who, note), setup, now),
        lambda found: f"{found.name}: {cause} {done}.",
    )


_EXAMPLE: Final = "\n\n\b\nExample: statusherd incident {} 12 stripe/k7"
CAUSES: Final = tuple(
    _command(name, state, done, told + _EXAMPLE.format(name))
    for name, state, done, told in (
        (
            "link",
            LinkState.CONFIRMED,
            "is its cause",
            "Link an incident to the vendor's trouble that caused it, also to one that nobody suspected.",
        ),
        (
            "confirm",
            LinkState.CONFIRMED,
            "is its cause",
            "Say that a suspect is the cause. It counts for the next incident of the service too.",
        ),
        (
            "reject",
            LinkState.REJECTED,
            "is not its cause",
            "Say that a suspect is not the cause. It is never linked again by itself.",
        ),
        (
            "unlink",
            LinkState.RELEASED,
            "is unlinked",
            "Take a link away, without saying that it was wrong. It is not linked again by itself.",
        ),
    )
)
