"""Make what is made of definitions: pages of the reference, tables within pages. Run by `make docs`."""

import re
from pathlib import Path

from bot.config.document import example_toml, reference
from bot.core.typed.command import usage_hint
from bot.text import LANGUAGES
from docs.commandline import command_line
from docs.errorpages import errors, troubleshooting
from docs.parts import commands_page, commands_table, faults_table, filters_table, metrics_table, scopes_table

__all__ = ["made", "part"]

ROOT = Path(__file__).parent.parent
#: What Slack shows while one types, in the manifest.
HINT = re.compile(r'(?<="usage_hint": ")[^"]*')


def made() -> dict[Path, str]:
    """Each file that is made, wholly or in part, and what it should say."""
    manifest = HINT.sub(lambda _: usage_hint(), _read("config/manifest.json"))
    return {
        ROOT / "config/bot.example.toml": example_toml(),
        ROOT / "config/manifest.json": manifest,
        ROOT / "docs/configuration.md": reference(),
        ROOT / "docs/errors.md": "\n".join(errors()),
        ROOT / "docs/troubleshooting.md": "\n".join(troubleshooting()),
        ROOT / "docs/commands.md": "\n".join(commands_page()),
        ROOT / "docs/command-line.md": "\n".join(command_line()),
        ROOT / "docs/faults.md": _with("docs/faults.md", faults=faults_table()),
        ROOT / "docs/metrics.md": _with("docs/metrics.md", metrics=metrics_table()),
        ROOT / "docs/slack-app.md": _with(
            "docs/slack-app.md",
            scopes=scopes_table(optional=False),
            optional_scopes=scopes_table(optional=True),
        ),
        ROOT / "docs/tutorial.md": _with("docs/tutorial.md", manifest=f"```json\n{manifest}```\n"),
        ROOT / "README.md": _with("README.md", commands=commands_table(), filters=filters_table()),
    }


def part(name: str) -> re.Pattern[str]:
    """A part of a page that is made: between a comment that says of what, and another."""
    return re.compile(rf"(<!-- {name}: made from [^>]* -->\n).*?(<!-- /{name} -->)", re.DOTALL)


def _with(name: str, **parts: str) -> str:
    """A page with its parts made anew."""
    text = _read(name)
    for of, made_anew in parts.items():
        pieces = part(of.replace("_", "-")).split(text)
        if len(pieces) != 4:
            raise ValueError(f"{name} has not one part {of}")
        before, start, end, after = pieces
        text = "".join((before, start, made_anew, end, after))
    return text


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


if __name__ == "__main__":
    from docs.drawn import messages_page, page_of

    for file, text in {**made(), **{page_of(each): messages_page(each) for each in LANGUAGES}}.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
