"""Read the tables of settings from the TOML file and the variables. Variables win."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from bot.config.definition import DEFINITION, TABLE, TABLES, Definition
from bot.config.problems import SettingProblem
from bot.config.settings import Settings
from bot.config.tenant import TenantConfig
from bot.config.workspace import WorkspaceConfig

__all__ = ["Table", "definitions", "named", "read"]

Tree = Mapping[str, object]
ONSITE = "onsite"
#: What an id is like, in words, and an example.
IDS: Mapping[type[Any], tuple[re.Pattern[str], str, str]] = {
    TenantConfig: (
        re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.ASCII),
        "a tenant's id is of small letters, digits, - and _, at most 32.",
        f"[tenants.{ONSITE}]",
    ),
    WorkspaceConfig: (
        re.compile(r"[TE][A-Z0-9]{1,31}", re.ASCII),
        "Slack's id of a workspace begins with T, that of an organization with E.",
        "[workspaces.T024BE7LH]",
    ),
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table as far as it could be read: a setting that is wrong is missing from ``values``."""

    key: str
    kind: type[Any]
    values: dict[str, Any] = field(repr=False)

    def value(self, name: str) -> Any:
        """The value of a setting; ``None`` where it is absent or wrong."""
        return self.values.get(name)

    def lacks(self, name: str) -> bool:
        """Whether a setting is absent, rather than set and wrong."""
        return name in self.values and self.values[name] is None

    def problem(self, name: str, what: str) -> SettingProblem:
        """A problem with a setting of this table."""
        definition = next(f.metadata[DEFINITION] for f in fields(self.kind) if f.name == name)
        return SettingProblem(named(_join(self.key, name), definition), what, definition.example)


def definitions(kind: type[Any] = Settings, key: str = "") -> Iterator[tuple[str, type[Any], Definition]]:
    """Every setting with its key in the TOML file and its table; a tenant's id stands as ``<id>``."""
    for item in fields(kind):
        at = _join(key, item.name)
        if DEFINITION in item.metadata:
            yield at, kind, item.metadata[DEFINITION]
        elif TABLE in item.metadata:
            yield from definitions(item.metadata[TABLE], at)
        elif TABLES in item.metadata:
            yield from definitions(item.metadata[TABLES], _join(at, "<id>"))


def named(key: str, definition: Definition) -> str:
    """How a problem calls a setting: by its variable, where one sets it, and its key."""
    return f"{definition.variable} ({key})" if definition.variable and _has_variables(key) else key


def _has_variables(key: str) -> bool:
    table, _, rest = key.partition(".")
    return table != "tenants" or rest.split(".")[0] == ONSITE


def read(tree: Tree, variables: Mapping[str, str]) -> tuple[list[Table], list[SettingProblem]]:
    """All tables, and what is wrong."""
    reader = _Reader(variables)
    reader.table(Settings, tree, "")
    return reader.tables, reader.problems


class _Reader:
    """Goes through the tree once and collects."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.tables: list[Table] = []
        self.problems: list[SettingProblem] = []

    def table(self, kind: type[Any], tree: Tree, key: str) -> None:
        table = Table(key, kind, {})
        self.tables.append(table)
        for item in fields(kind):
            at = _join(key, item.name)
            if DEFINITION in item.metadata:
                self.setting(table, item.name, item.metadata[DEFINITION], tree.get(item.name))
            elif TABLE in item.metadata:
                self.table(item.metadata[TABLE], self.subtree(tree, item.name, at), at)
            elif TABLES in item.metadata:
                self.several(item.metadata[TABLES], self.subtree(tree, item.name, at), at)
        self.unknown(kind, tree, key)

    def several(self, kind: type[Any], tree: Tree, key: str) -> None:
        """A table for each id. The variables may name a tenant that the file does not."""
        pattern, what, example = IDS[kind]
        for id_ in [*tree, *(self.unnamed(tree, key) if kind is TenantConfig else ())]:
            if pattern.fullmatch(id_):
                self.table(kind, self.subtree(tree, id_, _join(key, id_)), _join(key, id_))
            else:
                self.problems.append(SettingProblem(f"[{_join(key, id_)}]", what, example))

    def unnamed(self, tree: Tree, key: str) -> list[str]:
        of_tenants = (made for _, kind, made in definitions() if kind is TenantConfig)
        by_variables = any(self.variable(made, _join(key, ONSITE))[0] for made in of_tenants)
        return [ONSITE] if ONSITE not in tree and (by_variables or not tree) else []

    def setting(self, table: Table, name: str, made: Definition, given: object) -> None:
        key = _join(table.key, name)
        variable, text = self.variable(made, key)
        called = f"{variable} ({key})" if variable else named(key, made)
        try:
            text = text or _as_text(given, made)
            if text is not None:
                table.values[name] = made.parse(text)
            elif not made.required:
                table.values[name] = made.absent()
            else:
                self.problems.append(SettingProblem(called, "it is missing.", made.example))
        except ValueError as error:
            self.problems.append(SettingProblem(called, f"it must be {error}.", made.example))

    def variable(self, made: Definition, key: str) -> tuple[str | None, str | None]:
        """The variable that sets it, and its text. A blank one is as good as none."""
        if made.variable and _has_variables(key):
            for name, form in [(made.variable, "{}"), *([made.stand_in] if made.stand_in else [])]:
                if text := self.variables.get(name, "").strip():
                    return name, form.format(text)
        return None, None

    def subtree(self, tree: Tree, name: str, key: str) -> Tree:
        found = tree.get(name, {})
        if isinstance(found, dict):
            return found
        self.problems.append(SettingProblem(key, "it must be a table.", f"[{key}]"))
        return {}

    def unknown(self, kind: type[Any], tree: Tree, key: str) -> None:
        names = [item.name for item in fields(kind) if item.metadata]
        for name in tree:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                what = "there is no such setting." + (f" Did you mean {_join(key, near[0])}?" if near else "")
                self.problems.append(SettingProblem(_join(key, name), what))


def _as_text(value: object, made: Definition) -> str | None:
    """A value of the TOML file as one would write it in a variable."""
    if isinstance(value, dict) or (isinstance(value, list) and not made.listed):
        raise ValueError("one value")
    if isinstance(value, list):
        return ",".join(str(part) for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value).strip() or None


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
