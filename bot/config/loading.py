"""From the environment to the frozen settings, or to everything that is wrong with them."""

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.config import checks
from bot.config.problems import ConfigurationError, SettingProblem
from bot.config.reading import Table, Tree, definitions, read
from bot.config.settings import Commands, Digests, KeepAlive, Kept, Linking, Settings, Slack, Web
from bot.config.tenant import TenantConfig, Wsdl
from bot.config.workspace import WorkspaceConfig

__all__ = ["load", "variables"]

FILE = "BOT_CONFIG"
PREFIXES = ("BOT_", "SLACK_", "SUPEROFFICE_")
#: How much alike a variable must be to one of ours before it is taken for a slip of the pen.
ALIKE = 0.88


def load(environ: Mapping[str, str]) -> Settings:
    """Read the configuration from the variables and the TOML file that ``BOT_CONFIG`` names.

    Variables win; a blank one is as good as none. Raises :class:`ConfigurationError` with every
    problem of both. It reads files only, and makes none.
    """
    tree, of_file = _toml(environ.get(FILE, "").strip())
    tables, wrong = read(tree, environ)
    wrong = [*of_file, *wrong, *chain.from_iterable(map(checks.problems, tables)), *checks.together(tables)]
    slips = list(_slips(environ))
    if wrong:
        raise ConfigurationError((*wrong, *slips))
    told = [*slips, *chain.from_iterable(map(checks.warnings, tables)), *checks.to_know(tables)]
    return _settings(tables, tuple(f"{warning.setting}: {warning.what}" for warning in told))


def variables() -> frozenset[str]:
    """Every variable that the bot reads."""
    made = [definition for _, _, definition in definitions()]
    stand_ins = (each.stand_in[0] for each in made if each.stand_in)
    return frozenset((FILE, *stand_ins, *(each.variable for each in made if each.variable)))


def _toml(name: str) -> tuple[Tree, list[SettingProblem]]:
    if not name:
        return {}, []
    try:
        return tomllib.loads(Path(name).read_text("utf-8")), []
    except OSError as error:
        what = f"{name} cannot be read: {error.strerror}."
    except UnicodeDecodeError:
        what = f"{name} is not UTF-8."
    except (ValueError, RecursionError) as error:
        what = f"{name} is not TOML: {error}."
    return {}, [SettingProblem(FILE, what, "/etc/superoffice-slack/bot.toml")]


def _slips(environ: Mapping[str, str]) -> Iterator[SettingProblem]:
    ours = variables()
    for name in sorted(set(environ) - ours):
        near = get_close_matches(name, ours, n=1, cutoff=ALIKE) if name.startswith(PREFIXES) else []
        if near:
            yield SettingProblem(name, f"there is no such variable; did you mean {near[0]}?")


def _settings(tables: list[Table], warnings: tuple[str, ...]) -> Settings:
    def only(kind: type[Any]) -> dict[str, Any]:
        (values,) = (table.values for table in tables if table.kind is kind)
        return values

    def several(kind: type[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        return ((table.key.partition(".")[2], table.values) for table in tables if table.kind is kind)

    wsdls = {table.key.removesuffix(".wsdl"): Wsdl(**table.values) for table in tables if table.kind is Wsdl}
    tenants = {
        id_: TenantConfig(id=id_, wsdl=wsdls[f"tenants.{id_}"], **values)
        for id_, values in several(TenantConfig)
    }
    workspaces = {id_: WorkspaceConfig(id=id_, **values) for id_, values in several(WorkspaceConfig)}
    web = only(Web)
    return Settings(
        **only(Settings),
        slack=Slack(**only(Slack)),
        tenants=MappingProxyType(tenants),
        workspaces=MappingProxyType(workspaces),
        web=Web(**web | {"public_url": web["public_url"] or web["listen"].url}),
        linking=Linking(**only(Linking)),
        keep_alive=KeepAlive(**only(KeepAlive)),
        digests=Digests(**only(Digests)),
        retention=Kept(**only(Kept)),
        commands=Commands(**only(Commands)),
        warnings=warnings,
    )
