"""Slack's bar charts, and their figures in words: a picture says nothing to who cannot see it."""

from collections.abc import Mapping

from bot.slack.blocks.elements import Block, shorten
from bot.slack.blocks.words import GAP
from bot.text import number

__all__ = ["bars", "in_figures"]

#: What Slack's charts hold of each text.
MAX_TITLE, MAX_LABEL = 50, 20


def bars(title: str, series: str, counts: Mapping[str, int]) -> Block:
    """One bar for each label, in order; at most twenty. No two labels stay alike that are cut."""
    data = list[dict[str, object]]()
    for label, count in counts.items():
        short = shorten(label, MAX_LABEL)
        if any(each["label"] == short for each in data):
            short = f"{shorten(label, MAX_LABEL - 3)} {len(data)}"
        data.append({"label": short, "value": count})
    return {
        "type": "data_visualization",
        "title": shorten(title, MAX_TITLE),
        "chart": {
            "type": "bar",
            "series": [{"name": shorten(series, MAX_LABEL), "data": data}],
            "axis_config": {"categories": [each["label"] for each in data]},
        },
    }


def in_figures(counts: Mapping[str, int], locale: str) -> str:
    """The same in words."""
    return GAP.join(f"{label}: {number(count, locale)}" for label, count in counts.items())
