"""`statusherd alert`: who was told of what, who was not, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from statusherd.cli.alert_snooze import command as snooze
from statusherd.cli.alert_testing import command as test
from statusherd.cli.backtesting import command as backtest
from statusherd.cli.moments import given_time
from statusherd.cli.output import print_json, print_lines, say, warn

if TYPE_CHECKING:  # imported when a command is called
    from statusherd.store.engine import Store


_LIMIT: Final = click.IntRange(1, 10_000)


@click.group("alert")
def group() -> None:
    """Show who was told of what, who was not, and why; send again what was given up."""


group.add_command(backtest)
group.add_command(test)


@group.command("list")
@click.option("--vendor", "-v", metavar="GLOB", help="Only vendors whose name or title matches.")
@click.option("--since", default="7d", show_default=True, metavar="TIME", help="How far back: 2h, 7d.")
@click.option("--channel", metavar="NAME", help="Only what concerns this channel.")
@click.option("--not-told", is_flag=True, help="Only what was not told.")
@click.option("--limit", default=100, show_default=True, type=_LIMIT, help="At most so many lines.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_alerts(  # noqa: PLR0913, PLR0917 - one parameter an option
    ctx: click.Context,
    vendor: str | None,
    since: str,
    channel: str | None,
    not_told: bool,  # noqa: FBT001 - click hands a flag over
    limit: int,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""List what was told and what was not, with the reason, the newest first.

    The ID of a line is what `statusherd alert explain` takes, and the reference that stands in messages.

    \b
    Examples: statusherd alert list --since 12h
              statusherd alert list --vendor 'git*' --not-told
    """
    from statusherd.cli.alert_records import answer_json  # noqa: PLC0415
    from statusherd.cli.alert_views import answer_table  # noqa: PLC0415
    from statusherd.cli.asking import found_answers  # noqa: PLC0415

    now = datetime.now(UTC)
    start = now - _length(since)
    with _store(ctx) as store:
        found = found_answers(store, start, limit + 1, vendor=vendor, channel=channel, not_told=not_told)
    shown, more = found[:limit], len(found) > limit
    if json_wanted:
        print_json({"alerts": [answer_json(each) for each in shown], "more": more})
        return
    if shown:
        print_lines(answer_table(shown, now))
    else:
        say(f"Nothing of that kind in the last {since}.")
    if more:
        say(f"There are more than these {limit}: narrow it down, or say --limit.")


@group.command("explain")
@click.argument("id_", metavar="[ID]", required=False)
@click.option("--vendor", "-v", metavar="NAME", help="Explain what a vendor did last, instead of an ID.")
@click.option(
    "--at", metavar="TIME", callback=given_time, help="With --vendor: last before then; 02:40 will do."
)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def explain_alert(
    ctx: click.Context,
    id_: str | None,
    vendor: str | None,
    at: datetime | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Explain for each channel why it was told of something, or was not, and what became of the message.

    First comes the record of what was decided then; below it what each route would answer by the rules of
    now, in their order, with the matcher that refuses.

    ID is the reference in a message, or what `statusherd alert list` prints.

    \b
    Examples: statusherd alert explain 5f0c2a9d41b7e863
              statusherd alert explain --vendor github --at 02:40
    """
    from statusherd.cli.alert_records import explanation_json, sight_json  # noqa: PLC0415
    from statusherd.cli.alert_views import explanation_lines, sight_line  # noqa: PLC0415
    from statusherd.cli.asking import explained, explained_vendor, inquired  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.inquiry_views import inquiry_json, inquiry_lines  # noqa: PLC0415
    from statusherd.explaining import OurSide  # noqa: PLC0415
    from statusherd.respond.services import ServiceMap  # noqa: PLC0415

    if (id_ is None) == (vendor is None) or (at and not vendor):
        raise click.UsageError("Give an ID, or --vendor with or without --at.", ctx)
    now, config = datetime.now(UTC), config_of(ctx)
    ours = OurSide(ServiceMap(config.services), config.severities)
    with _store(ctx) as store:
        if vendor is None:
            found, sight = explained(store, id_ or "", ours), None
        else:
            found, sight = explained_vendor(store, vendor, at or now, ours)
        asked = inquired(store, found, config)
    if json_wanted:
        changes = [explanation_json(each) | inquiry_json(answer) for each, answer in asked]
        print_json({"changes": changes, "looks": sight_json(sight)})
        return
    texts = ((*explanation_lines(each, now), *inquiry_lines(answer, now)) for each, answer in asked)
    print_lines("\n\n".join("\n".join(lines) for lines in texts).split("\n"))
    if sight:
        say(sight_line(sight, now))


@group.command("ack")
@click.argument("id_", metavar="ID")
@click.option("--author", help="Who takes it on. Default: your login name.")
@click.option("--note", default="", help="What those who were told are to know.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def ack(
    ctx: click.Context,
    id_: str,
    author: str | None,
    note: str,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Take on what is open: escalations stop, and all who were told of it hear who takes care.

    ID is the reference in a message, the number of a Change, or a thread. It holds until the matter ends or
    becomes more severe.

    \b
    Example: statusherd alert ack 5f0c2a9d41b7e863 --note "switching to the fallback"
    """
    from statusherd.cli.acking import acked_json, acked_line  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.drill_acks import acked_anywhere  # noqa: PLC0415
    from statusherd.cli.login import login  # noqa: PLC0415

    who = (author or "").strip() or login()
    found = acked_anywhere(config_of(ctx), id_, who, note.strip(), datetime.now(UTC))
    if json_wanted:
        print_json({"acknowledged": [acked_json(each) for each in found]})
        return
    print_lines([acked_line(each) for each in found])


@group.command("unack")
@click.argument("id_", metavar="ID")
@click.pass_context
def unack(ctx: click.Context, id_: str) -> None:
    """Take an acknowledgement back: escalations go on with the step that is due."""
    from statusherd.cli.acking import unacked  # noqa: PLC0415

    with _store(ctx) as store:
        unacked(store, id_, datetime.now(UTC))
    say("The acknowledgement is taken back; a running daemon goes on with the escalation.")


@group.command("dead")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def dead(ctx: click.Context, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """List the messages that were given up, with why, the newest first."""
    from statusherd.cli.alert_records import letter_json  # noqa: PLC0415
    from statusherd.cli.alert_views import letter_table  # noqa: PLC0415
    from statusherd.cli.asking import MOST_LETTERS, letters  # noqa: PLC0415

    with _store(ctx) as store:
        found = letters(store)
    if json_wanted:
        print_json({"dead": [letter_json(each) for each in found]})
    elif found:
        print_lines(letter_table(found, datetime.now(UTC)))
        if len(found) == MOST_LETTERS:
            say(f"These are the newest {MOST_LETTERS}.")
    else:
        say("No message was given up.")


@group.command("resend")
@click.argument("id_", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help="All that were given up and are not overtaken.")
@click.option("--channel", metavar="NAME", help="Only those of this channel.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def resend(
    ctx: click.Context,
    id_: str | None,
    every: bool,  # noqa: FBT001 - click hands a flag over
    channel: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Put messages that were given up back into the queue; the daemon sends them within seconds.

    One that may have arrived says that it may be a repeat. --all leaves out what was overtaken: the channel
    has heard the newer state already. An ID of a Change stands for all its messages.

    \b
    Examples: statusherd alert resend 5f0c2a9d41b7e863
              statusherd alert resend --all --channel ops
    """
    from statusherd.cli.alert_records import resent_json  # noqa: PLC0415
    from statusherd.cli.asking import send_again  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415

    if (id_ is None) is not every:
        raise click.UsageError("Give an ID, or --all.", ctx)
    names = [each.name for each in config_of(ctx).channels]
    with _store(ctx) as store:
        sent, left = send_again(store, id_, channel, names, datetime.now(UTC))
    if json_wanted:
        print_json(resent_json(sent, left))
        return
    for each in sent:
        click.echo(f"{each.delivery.dedup_key} to {each.delivery.channel} is sent again.")
    for each, why in left:
        warn(f"{each.delivery.dedup_key} to {each.delivery.channel} is not sent again: {why}")
    if not sent and not left:
        say("No message was given up.")


group.add_command(snooze)


def _store(ctx: click.Context) -> Store:
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.stores import open_store  # noqa: PLC0415

    return open_store(config_of(ctx))


def _length(text: str) -> timedelta:
    from statusherd.config_values import parse_duration  # noqa: PLC0415

    try:
        return timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError):
        message = f'{text[:60]!r} is no length of time. Write it like "12h" or "7d".'
        raise click.BadParameter(message, param_hint="'--since'") from None
