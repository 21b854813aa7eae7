"""The page about the command line, from click's own definitions."""

from collections.abc import Iterator

import click

from bot.cli import main

__all__ = ["command_line", "commands"]

PAGE = """# The command line

Made by `make docs`, from the definitions of the commands. All but `keys new` and `demo` read the same
[settings](configuration.md) as the bot does, so run them where it runs; `.venv/bin/python -m bot` is the one
with everything installed. Each has `--help`.

A command ends with 0 if it did what it says, 1 if it did not or found something, 2 if the settings or its
options are wrong.
"""


def commands(group: click.Group = main, path: str = "python -m bot") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with what is typed for it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}", command


def command_line() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield PAGE
    for path, command in commands():
        yield from _command(path, command)


def _command(path: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    arguments = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
    yield f"## `{' '.join((path, *arguments))}`\n"
    yield " ".join((command.help or "").split()) + "\n"
    if options := [p for p in command.params if isinstance(p, click.Option)]:
        yield "| option | |"
        yield "|---|---|"
        for option in options:
            written, meaning = option.get_help_record(context) or ("", "")
            yield f"| `{written.replace('|', '&#124;')}` | {meaning} |"
        yield ""
