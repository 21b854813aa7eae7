"""``python -m bot doctor``: what is wrong with a set-up, and how to mend it, for whoever runs the bot.

Each check is a small function in the table of its family; :mod:`bot.doctor.examination` makes them all.
"""

from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Result
from bot.doctor.showing import as_json, exit_code, show

__all__ = ["Finding", "Result", "as_json", "examine", "exit_code", "show"]
