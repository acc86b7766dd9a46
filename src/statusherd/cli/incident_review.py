"""`statusherd incident review`: what is to be learned of an incident."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from statusherd.cli import incident_options as options
from statusherd.cli.output import print_json, say, shown


@click.command("review")
@options.number
@click.option("--file", "source", metavar="PATH", help="Keep this as the review; - reads what is piped in.")
@click.option("--draft", "draft_wanted", is_flag=True, help="A draft, though a review is written.")
@options.by
@options.as_json
@click.pass_context
def review(
    ctx: click.Context,
    number: int,
    source: str | None,
    draft_wanted: bool,  # noqa: FBT001 - click hands a flag over
    author: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Print the review of an incident, or a draft of what is known, in Markdown; with --file keep one.

    \b
    Examples: statusherd incident review 12 > review.md
              statusherd incident review 12 --file review.md
    """
    from statusherd.cli.incident_acts import Act, seen  # noqa: PLC0415
    from statusherd.incidents import write_review  # noqa: PLC0415

    if source is not None:
        text = _text_of(ctx, source)
        act = Act(ctx, author, json_wanted=json_wanted)
        act.done(
            lambda conn, who, now: write_review(conn, number, who, text, now),
            lambda found: f"the review of {found.name} is written.",
        )
        return
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.publish.incident_json import review_json  # noqa: PLC0415
    from statusherd.respond.review import drafted, review_of  # noqa: PLC0415

    dossier, _ = seen(config_of(ctx), number)
    found = drafted(dossier) if draft_wanted else review_of(dossier)
    if json_wanted:
        print_json({"review": review_json(found)})
        return
    if not found.is_written:
        say("This is a draft. Keep what you make of it: "
            f"statusherd incident review {number} --file review.md")  # fmt: skip
    for line in found.text.splitlines():
        click.echo(shown(line, _LINE))


_LINE = 60_000


def _text_of(ctx: click.Context, source: str) -> str:
    if source == "-":
        return sys.stdin.read()
    try:
        return Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{source!r} cannot be read: {error}", ctx, param_hint="'--file'") from error
