"""The composition root: the only part that knows every concrete part.

:func:`running` starts a bot and stops it again; the command line, the demo and the tests all call it.
"""

from bot.app.previewing import NobodyKnown, Preview, preview, why_no_preview
from bot.app.roles import Role
from bot.app.running import CANNOT_START, Bot, migrate, running, settle

__all__ = [
    "CANNOT_START",
    "Bot",
    "NobodyKnown",
    "Preview",
    "Role",
    "migrate",
    "preview",
    "running",
    "settle",
    "why_no_preview",
]
