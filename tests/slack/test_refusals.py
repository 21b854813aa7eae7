"""Every refusal has its words wherever one is told of it."""

import pytest

from bot.core.audience import Refusal
from bot.text import has_sentence

#: Why an answer is not shared, which no digest can be refused for.
OF_SHARING = {Refusal.CHANGED, Refusal.DIRECT}


@pytest.mark.parametrize("refusal", [each for each in Refusal if each not in OF_SHARING])
def test_a_refusal_has_words(refusal: Refusal) -> None:
    ids = [f"refusal.{refusal}", f"channel.refused.{refusal}", f"reason.refused:{refusal}"]
    ids += [] if refusal.passes else [f"paused.{refusal}"]
    assert [id_ for id_ in ids if not has_sentence(id_)] == []
