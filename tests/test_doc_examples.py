"""The examples in the documentation: what is shown can be loaded, typed and run."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from bot.cli import main
from bot.config import ConfigurationError, load
from bot.config.channelfile import read_channels
from bot.config.reading import read
from bot.core.typed.command import parse
from bot.holidays import COUNTRIES
from docs.coverage import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def blocks(*languages: str) -> Iterator[tuple[str, str]]:
    """Each such block, with the page that it is on."""
    for page in PAGES:
        for indent, language, text in BLOCK.findall(page.read_text("utf-8")):
            if language in languages:
                yield page.name, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)


def numbered(found: Iterator[tuple[str, str]]) -> list[object]:
    return [pytest.param(text, id=f"{page}-{place}") for place, (page, text) in enumerate(found)]


def filled_in(text: str) -> str:
    """An example with something in the place of what is the reader's own."""
    return re.sub(r"\((?:what|its) [^)]*\)", KEY, text).replace("…", "1-A1-1-a")


@pytest.mark.parametrize("text", numbered(blocks("toml")))
def test_a_toml_example_is_read_by_the_bot(text: str) -> None:
    tree = tomllib.loads(text)
    if "channels" in tree:
        assert read_channels(text, COUNTRIES, "the example")
        return
    _, problems = read(tomllib.loads(filled_in(text)), {})
    assert [each for each in problems if "missing" not in each.what] == []


def test_the_tutorial_s_files_are_whole(tmp_path: Path) -> None:
    texts = [text for page, text in blocks("toml") if page == "tutorial.md"]
    for text in texts:
        file = tmp_path / "bot.toml"
        file.write_text(filled_in(text), "utf-8")
        assert load({"BOT_CONFIG": str(file)}).warnings == ()
        file.write_text(filled_in(text).replace("timezone", "time_zone"), "utf-8")
        with pytest.raises(ConfigurationError, match="timezone"):
            load({"BOT_CONFIG": str(file)})
    assert len(texts) == 2


def lines_typed() -> Iterator[str]:
    """Every `python -m bot …` of the documentation's blocks and text."""
    for _, text in blocks("sh", "bash", ""):
        yield from re.findall(r"python -m bot\b([^\n|&`]*)", re.sub(r"\s#.*", "", text))
    for page in PAGES:
        prose = BLOCK.sub("", page.read_text("utf-8"))
        yield from re.findall(r"`(?:\.venv/bin/)?python -m bot ([^`…]+)`", prose)


@pytest.mark.parametrize("line", sorted(set(lines_typed())))
def test_a_command_of_the_command_line_is_one(line: str) -> None:
    command, words = found(shlex.split(re.sub(r"\$\([^)]*\)", "today", re.sub(r"\d?>.*", "", line))))
    if isinstance(command, click.Group):
        assert words == [], "a group is named as such"
        return
    options = {name for each in command.params for name in each.opts} | {"--help"}
    assert {word for word in words if word.startswith("-")} <= options
    if words:
        command.make_context(line, words)


def found(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that is meant, and what is typed behind it."""
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        name, *words = words
        command = command.commands[name]
    return command, words


@pytest.mark.parametrize("line", ["keys turn", "backup --verfy first.db", "digests status now"])
def test_a_command_that_is_none_is_found_out(line: str) -> None:
    with pytest.raises((AssertionError, KeyError, click.UsageError)):
        test_a_command_of_the_command_line_is_one(line)


def lines_in_slack() -> Iterator[str]:
    """Every `/superoffice …` of the blocks, and what the text says outright."""
    for _, text in blocks("slack"):
        yield from text.splitlines()
    for page in PAGES:
        prose = BLOCK.sub("", page.read_text("utf-8"))
        yield from re.findall(r"`(/superoffice(?: [^`<…\[]+)?)`", prose)


@pytest.mark.parametrize("line", sorted(set(lines_in_slack())))
def test_a_slash_command_can_be_read(line: str) -> None:
    command, _, text = line.partition(" ")
    assert command == "/superoffice"
    parse(re.sub(r"@\w+", "@U024BE7LH", text))  # as a mention comes here


@pytest.mark.parametrize("text", numbered(blocks("json", "yaml")))
def test_json_and_yaml_are_that(text: str) -> None:
    assert yaml.safe_load(text)
