"""`statusherd completion`: the script that completes commands, options and vendors in a shell."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    r"""Print the completion script for SHELL.

    \b
    bash: statusherd completion bash > ~/.local/share/bash-completion/completions/statusherd
    zsh:  statusherd completion zsh > "${fpath[1]}/_statusherd"
    fish: statusherd completion fish > ~/.config/fish/completions/statusherd.fish
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - part of no other command

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(ctx.find_root().command, {}, "statusherd", "_STATUSHERD_COMPLETE").source())
