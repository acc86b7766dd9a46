"""A group of commands that imports only the one that is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class LazyGroup(click.Group):
    """A group whose commands are named by module and told in one line each, so that its help is quick.

    `lazy` maps a command's name to ("module:attribute", its line in the list of commands). `everywhere`
    are options that every command takes, wherever they stand on the line.
    """

    def __init__(
        self,
        *args: Any,
        lazy: Mapping[str, tuple[str, str]],
        everywhere: Callable[[], list[click.Option]] = list,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy
        self._everywhere = everywhere
        self._loaded: dict[str, click.Command] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name in self._lazy and cmd_name not in self._loaded:
            self._loaded[cmd_name] = self._load(self._lazy[cmd_name][0])
        return self._loaded.get(cmd_name)

    def _load(self, place: str) -> click.Command:
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        self._extend(command)
        return command

    def _extend(self, command: click.Command) -> None:
        # Docstrings are raw, as linters want them; click looks for the real character.
        command.help = command.help and command.help.replace("\\b\n", "\b\n")
        if isinstance(command, click.Group):
            for each in command.commands.values():
                self._extend(each)
            return
        taken = {word for option in command.params for word in option.opts}
        command.params += [o for o in self._everywhere() if taken.isdisjoint(o.opts)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self._lazy and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"No such command {name!r}.{self._advice(name)}")
        return super().resolve_command(ctx, args)

    def _advice(self, name: str) -> str:
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

        near = get_close_matches(name, self._lazy, n=1)
        return f" Did you mean {near[0]!r}?" if near else ""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._lazy.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a completing shell needs it

        found = [
            CompletionItem(name, help=line)
            for name, (_, line) in self._lazy.items()
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)
