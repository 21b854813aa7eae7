"""Findings for people, for a program, and for the shell."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import zip_longest

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.doctor.examination import SETTINGS
from bot.doctor.findings import Finding, Result

__all__ = ["as_json", "exit_code", "show"]

STYLES = {Result.OK: "green", Result.WARNING: "yellow", Result.PROBLEM: "bold red", Result.SKIPPED: "dim"}


def show(findings: Sequence[Finding], console: Console) -> None:
    """A line for each, and what to do below the last one that needs it."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    before = ""
    for finding, after in zip_longest(findings, findings[1:]):
        name = "" if finding.check == before else finding.check
        before = finding.check
        table.add_row(Text(finding.result, STYLES[finding.result]), name, Text(finding.what))
        if finding.fix and not (after and after.fix == finding.fix):
            table.add_row("", "", Text(f"→ {finding.fix}", "dim"))
    console.print(table)
    counts = Counter(finding.result for finding in findings)
    told = ", ".join(
        f"{counts[result]} {_named(result, counts[result])}" for result in Result if counts[result]
    )
    console.print(f"\n{told}", highlight=False, markup=False)


def _named(result: Result, count: int) -> str:
    plural = count != 1 and result in {Result.WARNING, Result.PROBLEM}
    return f"{result}s" if plural else str(result)


def as_json(findings: Sequence[Finding]) -> str:
    """The same for a program."""
    worst = next((each for each in (Result.PROBLEM, Result.WARNING) if each in _results(findings)), Result.OK)
    told = [{name: asdict(each)[name] for name in ("check", "result", "what", "fix")} for each in findings]
    return json.dumps({"result": worst, "findings": told}, indent=2, ensure_ascii=False)


def exit_code(findings: Sequence[Finding]) -> int:
    """2 for settings that are wrong, as of every command; 1 for another problem; else 0."""
    if any(each.check == SETTINGS and each.result is Result.PROBLEM for each in findings):
        return 2
    return 1 if Result.PROBLEM in _results(findings) else 0


def _results(findings: Sequence[Finding]) -> set[Result]:
    return {each.result for each in findings}
