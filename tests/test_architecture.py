"""The house's rules that neither ruff, mypy nor import-linter can check.

What may import what is in pyproject.toml, for import-linter.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from bot.cli import main

ROOT = Path(__file__).parent.parent
BOT = ROOT / "bot"
MODULES = [file.relative_to(ROOT).as_posix() for file in sorted(BOT.rglob("*.py"))]
#: The product: all but the demo, which stands outside.
PRODUCT = [name for name in MODULES if not name.startswith("bot/demo/")]

MOST_LINES = 350
CLOCKS = {"bot/clock.py", "bot/demo/clock.py"}
#: Where a secret leaves for its destination, and why it must.
REVEALING = {
    "bot/app/": "the link page's address, to the button",
    "bot/silence.py": "the database's address, into the one that its driver gets",
    "bot/crm/": "tickets, passwords and the application token, into the envelope",
    "bot/slack/blocks/linking.py": "the link page's address, into the button of the one who asked",
    "bot/doctor/slack.py": "the app-level token, to Slack; what the signing secret looks like",
    "bot/slack/app.py": "the client secret, the code and a token that is given back, to Slack",
    "bot/slack/openid.py": "the client secret and the code, to Slack",
    "bot/slack/guard.py": "the signing secret, to Slack's verifier",
    "bot/slack/socketmode.py": "the app-level token, to Slack's client",
    "bot/slack/calls.py": "response_urls, to the HTTP client",
    "bot/slack/sdk.py": "the tokens, to Slack's client, and triggers",
    "bot/jobs.py": "the database's address, to its driver",
    "bot/store/": "what is sealed and hashed, and the database's address",
    "bot/web/": "the link page's nonce, into its form",
}

by_module = pytest.mark.parametrize("name", MODULES)
by_product_module = pytest.mark.parametrize("name", PRODUCT)


@cache
def tree_of(name: str) -> ast.Module:
    """Parsed when a test asks for it, not by every process that collects tests."""
    return ast.parse((ROOT / name).read_text("utf-8"))


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called, as it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def exported(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return None


def defined(tree: ast.Module) -> set[str]:
    """The public functions and classes that a module defines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")}


@by_module
def test_a_module_is_short(name: str) -> None:
    assert len((ROOT / name).read_text("utf-8").splitlines()) <= MOST_LINES


@by_module
def test_a_module_says_what_is_public(name: str) -> None:
    """The names in ``__all__`` exist: ruff sees to that. That there is an ``__all__``: this test."""
    if defined(tree_of(name)) and not name.endswith("__main__.py"):
        assert exported(tree_of(name)) is not None


@by_module
def test_nothing_is_printed_and_nobody_asks_the_machine_for_the_time(name: str) -> None:
    clock = r"(\w+\.)?datetime\.(now|utcnow|today)|(\w+\.)?date\.today|time\.(time|sleep)"
    asked = [called for _, called in calls(tree_of(name)) if re.fullmatch(clock, called)]
    assert not asked or name in CLOCKS
    assert not [called for _, called in calls(tree_of(name)) if called in {"print", "breakpoint"}]


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("bot/core/")])
def test_the_core_is_pure(name: str) -> None:
    """Standard library only, and of that nothing that waits, reads, writes or draws lots."""
    impure = {
        "asyncio",
        "logging",
        "os",
        "random",
        "secrets",
        "socket",
        "sqlite3",
        "subprocess",
        "threading",
        "time",
    }
    for node in ast.walk(tree_of(name)):
        imported = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        imported += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for module in imported:
            top = module.split(".")[0]
            assert module.startswith("bot.core") or (top in sys.stdlib_module_names and top not in impure)


@pytest.mark.parametrize("name", [name for name in PRODUCT if re.match("bot/(core|services|config)/", name)])
def test_a_dataclass_of_the_core_is_frozen(name: str) -> None:
    for node in ast.walk(tree_of(name)):
        for decorator in getattr(node, "decorator_list", []):
            if "dataclass" in ast.unparse(decorator):
                assert "frozen=True" in ast.unparse(decorator)


def test_listeners_are_five_lines_and_catch_nothing() -> None:
    tree = tree_of("bot/slack/listeners.py")
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            assert len(node.body) <= 5


def reveals(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "reveal" for node in ast.walk(tree))


@by_product_module
def test_a_secret_is_revealed_where_it_leaves(name: str) -> None:
    assert not reveals(tree_of(name)) or any(name.startswith(place) for place in REVEALING)


@pytest.mark.parametrize("place", REVEALING)
def test_no_place_may_reveal_that_does_not(place: str) -> None:
    assert any(reveals(tree_of(name)) for name in PRODUCT if name.startswith(place))


@by_product_module
def test_only_what_is_defined_as_sealed_is_sealed(name: str) -> None:
    """Else `keys rotate` would not find it: see bot/store/sealed.py."""
    sealing = [
        called for _, called in calls(tree_of(name)) if re.fullmatch(r"(.*\.)?_?sealer\.(seal|open)", called)
    ]
    assert not sealing or name == "bot/store/sealed.py"


@by_product_module
def test_a_log_line_has_an_action_and_a_fixed_text(name: str) -> None:
    levels = {
        f"{log}.{level}"
        for log in ("log", "_log", "logger")
        for level in ("debug", "info", "warning", "error")
    }
    for call, called in calls(tree_of(name)):
        assert called not in {"log.exception", "logging.exception"}, "a traceback's text may quote a customer"
        if called in levels:
            extra = next((ast.unparse(word.value) for word in call.keywords if word.arg == "extra"), "")
            assert "'action'" in extra, f"{name}:{call.lineno}"
            assert isinstance(call.args[0], ast.Constant), f"{name}:{call.lineno}: values go as arguments"


def test_fewer_than_five_mocks_or_patches_in_a_hundred_tests() -> None:
    texts = [file.read_text("utf-8") for file in (ROOT / "tests").rglob("*.py")]
    tests = sum(len(re.findall(r"^ *(async )?def test_", text, re.MULTILINE)) for text in texts)
    mocks = sum(
        len(re.findall(r"\b(?:\w*Mock|patch(?:\.\w+)?|monkeypatch\.set\w+)\(", text)) for text in texts
    )
    assert mocks * 20 < tests


def options(command: click.Command) -> Iterator[click.Parameter]:
    yield from command.params
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        yield from options(each)


def test_no_option_of_the_command_line_takes_a_secret() -> None:
    """Everybody on the machine sees them (`ps`), and shells remember them."""
    names = [option.name or "" for option in options(main)]
    assert len(names) > 20
    assert [name for name in names if re.search("secret|token|password|ticket|key", name)] == []


def test_the_audit_log_is_only_appended_to() -> None:
    """What is old goes by its retention, all tables' in one place; nothing in it is ever changed."""
    for name in PRODUCT:
        assert not re.search(r"\bUPDATE audit\b|\bDELETE FROM audit\b", (ROOT / name).read_text("utf-8")), (
            name
        )
