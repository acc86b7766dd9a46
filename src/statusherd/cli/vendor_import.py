"""`statusherd vendor import`: what a team has written down, or builds with, becomes watched."""

from __future__ import annotations

from collections.abc import Sequence

import click

_FORMS = click.Choice(
    [
        "list",
        "opml",
        "package",
        "package-lock",
        "requirements",
        "pyproject",
        "poetry-lock",
        "go-mod",
        "gemfile",
        "gemfile-lock",
        "composer",
        "terraform",
        "terraform-lock",
        "compose",
        "dockerfile",
    ]
)


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--as", "form", type=_FORMS, help="Take each FILE for this; default: by name or contents.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask: add what is recognised and not watched yet.")
@click.option("--dry-run", is_flag=True, help="Show what is recognised; add nothing.")
@click.option("--look", is_flag=True, help="Look once at each first; add none that cannot be read.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(  # noqa: PLR0913 - its options
    ctx: click.Context,
    files: Sequence[str],
    form: str | None,
    *,
    yes: bool,
    dry_run: bool,
    look: bool,
    json_wanted: bool,
) -> None:
    r"""Watch the vendors that files mention, as far as the catalogue knows them.

    A FILE is a list of names, domains or addresses, one a line (# begins a comment); the OPML of a feed
    reader; or what software is built with: package.json, package-lock.json, requirements.txt,
    pyproject.toml, poetry.lock, go.mod, Gemfile, Gemfile.lock, composer.json, Terraform's *.tf and
    .terraform.lock.hcl, Dockerfile, compose.yaml. - is what is piped in.

    What is recognised is shown with the evidence, then you are asked. Nothing is added on a guess, and
    nothing is fetched without --look. Ends with 1 where nothing could be done.

    \b
    Examples: statusherd vendor import vendors.txt feeds.opml
              statusherd vendor import package.json requirements.txt infra/*.tf --dry-run
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.importing import Wish, import_vendors  # noqa: PLC0415

    wish = Wish(tuple(dict.fromkeys(files)), form, yes, dry_run, look, json_wanted)
    if not import_vendors(config_of(ctx), wish):
        ctx.exit(1)
