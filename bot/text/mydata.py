"""The file with everything that is stored about a user: JSON, to be read by people and programs."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.replies import MyData, Stored, Withheld
from bot.text import sentence

__all__ = ["document", "filename"]


def filename(data: MyData, zone: ZoneInfo) -> str:
    """The file's name, with the day."""
    return f"superoffice-my-data-{data.at.astimezone(zone):%Y-%m-%d}.json"


def document(data: MyData, zone: ZoneInfo, locale: str) -> str:
    """Every row of every table, with what each is for; times in ``zone``."""

    def shown(value: Stored) -> Stored:
        if isinstance(value, Withheld):
            return sentence(f"withheld.{value}", locale)
        return value.astimezone(zone).isoformat() if isinstance(value, datetime) else value

    told = {
        "about": sentence("mydata.about", locale),
        "not_stored": sentence("mydata.not-stored", locale),
        "as_of": shown(data.at),
        "slack": data.user._asdict(),
        "stored": {
            table: {
                "what": sentence(f"meaning.{table}", locale),
                "rows": [{name: shown(value) for name, value in row.items()} for row in rows],
            }
            for table, rows in data.stored.items()
        },
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
