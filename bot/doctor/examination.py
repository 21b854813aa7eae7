"""All checks, side by side, each within its time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.app.running import session
from bot.config import ConfigurationError, Settings, load
from bot.doctor.addresses import ADDRESSES
from bot.doctor.database import DATABASE
from bot.doctor.findings import Check, Finding, Patient, good, problem, warning
from bot.doctor.slack import SLACK, ask_slack
from bot.doctor.superoffice import SUPEROFFICE
from bot.doctor.times import TIMES
from bot.services.ports import Clock

__all__ = ["CHECKS", "SETTINGS", "examine"]

SETTINGS = "settings"
#: In the order in which they are shown.
CHECKS: Sequence[Check] = (*DATABASE, *TIMES, *SLACK, *SUPEROFFICE, *ADDRESSES)
#: How long a check may take, in seconds.
PATIENCE = 20.0
#: Linux's table of what is mounted where.
MOUNTS = Path("/proc/self/mountinfo")


async def examine(
    environ: Mapping[str, str], clock: Clock, mounts: Path = MOUNTS, patience: float = PATIENCE
) -> Sequence[Finding]:
    """Look at everything, and change nothing. With settings that are wrong, only these are looked at."""
    try:
        settings = load(environ)
    except ConfigurationError as error:
        wrong = (f"{each.setting}: {each.what}" for each in error.problems)
        examples = (f"for example {each.example}" if each.example else "" for each in error.problems)
        return [replace(problem(*each), check=SETTINGS) for each in zip(wrong, examples, strict=True)]
    async with session() as web:
        patient = Patient(settings, clock, web, ask_slack, mounts)
        found = await asyncio.gather(*(_look(check, patient, patience) for check in CHECKS))
    return [*_settings(settings), *(finding for each in found for finding in each)]


def _settings(settings: Settings) -> Sequence[Finding]:
    told = [warning(each, "docs/configuration.md tells what it means") for each in settings.warnings]
    return [replace(each, check=SETTINGS) for each in told or [good("they can be read")]]


async def _look(check: Check, patient: Patient, patience: float) -> Sequence[Finding]:
    """What one check finds, up to where it broke off. An error's own text stays out."""
    found: list[Finding] = []
    try:
        async with asyncio.timeout(patience):
            async for finding in check.look(patient):
                found.append(finding)  # noqa: PERF401 - what was found before it broke off counts
    except TimeoutError:
        found.append(problem(f"no answer in {patience:.0f} s", "look at what it asks, and at the way there"))
    except Exception as error:
        found.append(problem(f"it could not be looked at: {type(error).__name__}", "tell us"))
    return [replace(finding, check=check.name) for finding in found]
