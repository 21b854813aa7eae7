"""The documentation is tested like code: complete, its links alive, every sentence there and in use."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.pofile import read_po

from bot.config.reading import definitions
from bot.core.errors import BotError
from bot.core.typed.command import VERBS
from docs.coverage import items, undocumented
from docs.make import made

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
CATALOGUE = ROOT / "bot/text/locale/en/LC_MESSAGES/bot.po"
#: Variables that are no settings: where the settings are, and what the tests use.
OTHER_VARIABLES = {"BOT_CONFIG", "SUPEROFFICE_WSDL_DIR"}

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def tracked() -> list[str]:
    """Every file that is in git or would be; without git, every file that is not hidden."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, check=False, text=True)
    names = listed.stdout.split("\0")
    if listed.returncode:
        visible = [path for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "data"]
        names = [str(file.relative_to(ROOT)) for path in visible for file in (path, *path.rglob("*"))]
    return [name for name in names if (ROOT / name).is_file()]


@by_page
def test_nothing_is_left_to_be_filled_in(page: Path) -> None:
    assert not re.search(r"\b(?:[A-Z]+_SECONDS|TODO|TBD|FIXME|XXX)\b", text_of(page))


# ------------------------------------------------------------------ settings, commands, dependencies


ITEMS = list(items())
KINDS = sorted({item.kind for item in ITEMS})


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The pages on which something has to stand."""
    return {item.page: text_of(ROOT / item.page) for item in ITEMS}


def test_nothing_is_undocumented(pages: dict[str, str]) -> None:
    assert undocumented(pages) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_is_taken_out_is_missed(pages: dict[str, str], kind: str) -> None:
    of_kind = [item for item in ITEMS if item.kind == kind]
    for item in (of_kind[0], of_kind[len(of_kind) // 2], of_kind[-1]):
        lines = pages[item.page].splitlines()
        lines.remove(next(line for line in lines if line.startswith(item.line)))
        assert item in undocumented(pages | {item.page: "\n".join(lines)})


def test_what_must_be_documented_is_what_there_is() -> None:
    must = {"command", "setting", "error", "error's sentence", "metric", "scope", "environment variable"}
    assert must <= set(KINDS)
    named = {item.name for item in ITEMS}
    assert {"since", "web.listen", "busy", "chat:write", "PORT", "python -m bot run"} <= named


@by_page
def test_a_variable_that_is_named_is_a_setting(page: Path) -> None:
    known = OTHER_VARIABLES | {setting.variable for _, _, setting in definitions()}
    named = re.findall(r"\b(?:BOT|SLACK|SUPEROFFICE)_[A-Z][A-Z_]*[A-Z]\b", text_of(page))
    assert set(named) <= known


@pytest.mark.parametrize(("file", "text"), made().items(), ids=lambda value: getattr(value, "name", ""))
def test_what_make_docs_makes_is_committed(file: Path, text: str) -> None:
    assert text_of(file) == text


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    listed = [*project["project"]["dependencies"], *chain(*project["dependency-groups"].values())]
    names = [re.split(r"[^a-z0-9-]", requirement)[0] for requirement in listed]
    decisions = text_of(ROOT / "docs/decisions.md")
    assert [name for name in names if f"`{name}`" not in decisions] == []


@by_page
def test_a_test_that_is_named_is_there(page: Path) -> None:
    for name, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text_of(page)):
        assert re.search(rf"^(async )?def {test}\(", text_of(ROOT / name), re.MULTILINE), f"{name}::{test}"


@by_page
def test_a_file_that_is_named_is_there(page: Path) -> None:
    """In a back-tick, by its whole path or, of the bot's parts, by the one within `bot/`."""
    own = re.findall(r"`((?:bot|tests|docs|playground|config)/[\w./-]+)(?:::\w+)?`", text_of(page))
    parts = re.findall(r"`((?:core|slack|services|crm|store|web|text|app)/[\w./-]+)`", text_of(page))
    made_by_readers = {"config/ca.pem", "config/channels.toml"}
    named = {*own, *(f"bot/{each}" for each in parts)} - made_by_readers
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_threat_has_its_test() -> None:
    threats = re.findall(
        r"^\| (?!---)(.+) \| (.+) \| (.+) \|$", text_of(ROOT / "docs/security.md"), re.MULTILINE
    )
    unproven = [threat for threat, _, proof in threats if not re.fullmatch(r"`tests/.+`|shown by", proof)]
    assert len(threats) > 50
    assert unproven == []


#: What Slack calls something itself.
OTHERS_NAMES = {
    "App Credentials",
    "App-Level Tokens",
    "Bot User OAuth Token",
    "Redirect URLs",
    "Signing Secret",
}


@pytest.mark.parametrize("page", PAGES[:1] + PAGES[2:], ids=lambda page: page.name)
def test_a_button_that_is_named_is_there(page: Path) -> None:
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    named = set(
        re.findall(r"(?<![*\w])\*((?:[A-Z][\w'?]*)(?: (?:[A-Z][\w'?]*|a|in|the|of))+)\*(?!\*)", prose)
    )
    said = CATALOGUE.read_text("utf-8")
    assert {name for name in named - OTHERS_NAMES if name not in said} == set()


# ------------------------------------------------------------------ links


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures, outside code."""
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\(<?([^)>\s]+)>?(?: \"[^\"]*\")?\)", prose)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, the way GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@by_page
def test_links_between_pages_resolve(page: Path) -> None:
    for link in links(page):
        if not re.match(r"[a-z]+:", link):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def test_every_page_is_reached_from_the_readme() -> None:
    reached, new = set(), {ROOT / "README.md"}
    while new:
        page = new.pop()
        reached.add(page)
        linked = {(page.parent / link.partition("#")[0]).resolve() for link in links(page) if ":" not in link}
        new |= {target for target in linked if target in PAGES} - reached
    assert reached == set(PAGES)


# ------------------------------------------------------------------ the site


def in_nav(entries: Iterable[Any]) -> Iterator[str]:
    for entry in entries:
        (target,) = entry.values()
        yield from [target] if isinstance(target, str) else in_nav(target)


def test_every_page_is_in_the_site_once() -> None:
    nav = sorted(in_nav(yaml.safe_load(text_of(ROOT / "mkdocs.yml"))["nav"]))
    folder = ROOT / "docs"
    pages = [str(page.relative_to(folder)) for page in folder.rglob("*.md")]
    assert nav == sorted([*pages, "index.md", "changelog.md"])


@pytest.mark.parametrize("name", ["bench", "browser", "run", "scale", "site"])
def test_what_is_pinned_twice_is_pinned_alike(name: str) -> None:
    def pinned(file: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==(\S+)(?: ;.*)? \\$", text_of(ROOT / file), re.MULTILINE))

    pins, others = pinned("constraints.txt"), pinned(f"constraints-{name}.txt")
    assert others
    assert {each for each in pins.keys() & others.keys() if pins[each] != others[each]} == set()
    if name == "run":
        assert others.items() <= pins.items()
        needed = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["dependencies"]
        assert {re.split(r"[^a-z0-9-]", each)[0] for each in needed} <= others.keys()


# ------------------------------------------------------------------ what no file may say


def test_no_file_names_this_machine_or_a_registry() -> None:
    machine = re.compile(r"(?<![\w.])/(root|work|farm)/")
    registry = re.compile(r"(registry|resolved|index-url|index_url)\"? *[=:] *\"?https?://")
    beside = re.compile(r"\bshared[/]")
    for name in tracked():
        try:
            text = text_of(ROOT / name)
        except UnicodeDecodeError:
            continue
        assert not machine.search(text), name
        assert not registry.search(text), name
        assert name == ".ci/run" or not beside.search(text), name


# ------------------------------------------------------------------ sentences


def catalogue() -> set[str]:
    with CATALOGUE.open("rb") as file:
        ids = [message.id for message in read_po(file) if message.id]
    return {id_ if isinstance(id_, str) else id_[0] for id_ in ids}


def as_pattern(node: ast.JoinedStr) -> str:
    """The ids that an f-string may make: each value of it is one word, without a full stop."""
    parts = [
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[^.]+" for part in node.values
    ]
    return "".join(parts)


@dataclass
class Uses:
    """Ids and patterns that ``sentence`` is called with; any text and any pattern there is."""

    asked: set[str] = field(default_factory=set)
    asked_patterns: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)

    def read_code(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.texts.add(node.value)
            elif isinstance(node, ast.JoinedStr) and re.match(r"[a-z-]+\\\.", as_pattern(node)):
                self.patterns.add(as_pattern(node))
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("sentence") and node.args:
                self.read_call(node.args[0])

    def read_call(self, id_: ast.expr) -> None:
        if isinstance(id_, ast.Constant):
            self.asked.add(str(id_.value))
        self.asked_patterns |= {as_pattern(part) for part in ast.walk(id_) if isinstance(part, ast.JoinedStr)}

    def read_template(self, text: str) -> None:
        self.texts |= set(re.findall(r"""["']([a-z][a-z0-9.-]+)["']""", text))
        self.patterns |= {
            f"{re.escape(start)}[^.]+" for start in re.findall(r"""["']([a-z.-]+\.)["'] *~""", text)
        }


@pytest.fixture(scope="module")
def uses() -> Uses:
    found = Uses()
    for file in (ROOT / "bot").rglob("*.py"):
        if "demo" not in file.relative_to(ROOT).parts:
            found.read_code(ast.parse(text_of(file)))
    for file in (ROOT / "bot").rglob("*.html"):
        found.read_template(text_of(file))
    return found


def test_every_sentence_that_is_asked_for_exists(uses: Uses) -> None:
    ids = catalogue()
    assert uses.asked - ids == set()
    assert {
        pattern for pattern in uses.asked_patterns if not any(re.fullmatch(pattern, id_) for id_ in ids)
    } == set()


def test_every_sentence_is_in_use(uses: Uses) -> None:
    rest = catalogue() - uses.texts
    assert {id_ for id_ in rest if not any(re.fullmatch(pattern, id_) for pattern in uses.patterns)} == set()


def errors(kind: type[BotError] = BotError) -> Iterator[type[BotError]]:
    yield kind
    for other in kind.__subclasses__():
        yield from errors(other)


def test_every_error_has_its_sentence_and_the_way_out() -> None:
    codes = {error.code for error in errors() if error.__module__.startswith("bot.core.")}
    ids = catalogue()
    assert {code for code in codes if f"error.{code}" not in ids or f"error.{code}.next" not in ids} == set()
    told = {match[1] for id_ in ids if (match := re.fullmatch(r"error\.(.+)\.next", id_))}
    assert told == codes


def test_every_verb_has_its_sentences() -> None:
    told = {match[1] for id_ in catalogue() if (match := re.fullmatch(r"verb\.([^.]+)", id_))}
    assert told == {verb.name for verb in VERBS}
