"""The figures that the documentation says in its own words are those of the code."""

import re
from datetime import timedelta

import pytest

from bot.core.channeldigest import MAX_FILTER
from bot.core.digest import LONGEST_LOOK_BACK, QUIET_AFTER
from bot.core.replies.digests import FIRST_PART, LATER_PARTS, MOST_PARTS
from bot.core.replies.teamdigests import FLAT_PART, TEAM_PART
from bot.core.replies.teamdigests import MOST_PARTS as MOST_TEAM_PARTS
from bot.core.signin import KeepAlivePolicy
from bot.core.slots import SLOT_LENGTH
from bot.ops.keys import MOST_LISTED
from bot.ops.links import outage_survived
from bot.store.backups import LONGEST as LONGEST_BACK_UP
from docs.coverage import ROOT
from tests.bench.scale.costs import COSTS

#: What outage costs no ticket by the defaults, as `python -m bot links` says it.
OUTAGE = re.search(r"an outage of (\d+) h (\d+) min", outage_survived(KeepAlivePolicy())) or ["", "?", "?"]
#: Figures of the pages that stand in no table made from the code, with where they come from.
FIGURES = {
    "docs/digests.md": (
        f"of more than {FIRST_PART + (MOST_PARTS - 1) * LATER_PARTS} the last message",
        f"A slot lasts for {({4: 'four'})[SLOT_LENGTH // timedelta(hours=1)]} hours",
        f"at most {LONGEST_LOOK_BACK.days} days",
        f"nothing for {QUIET_AFTER.days} days",
    ),
    "docs/channels.md": (
        f"{FLAT_PART} there, {TEAM_PART} in each message of the thread, at most {MOST_TEAM_PARTS} messages",
        f"up to {MAX_FILTER:,} characters",
    ),
    "docs/operations.md": (f"are kept, for {LONGEST_BACK_UP.days} days",),
    "docs/upgrading.md": (f"for {LONGEST_BACK_UP.days} days",),
    "docs/keys.md": (f"{({20: 'twenty'})[MOST_LISTED]} at most",),
    "docs/decisions.md": (f"a digest of ten companies is {COSTS.digest_statements} of them",),
    "docs/scale.md": (f"a digest, due to posted ({COSTS.digest_statements} statements)",),
    "docs/sign-in.md": (f"no ticket: {OUTAGE[1]} h {OUTAGE[2]} min",),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_are_those_of_the_code(name: str) -> None:
    text = " ".join((ROOT / name).read_text("utf-8").split())
    assert [figure for figure in FIGURES[name] if figure not in text] == []
