"""Every refusal has its words wherever one is told of it, and so has whatever else a digest waits for."""

from dataclasses import replace

import pytest

from bot.core.audience import Refusal
from bot.core.causes import REFUSED, SLACK
from bot.core.channeldigest import DELETED, NARROWED, ORPHANED, OVER_BY_ITSELF
from bot.core.errors import CrmError, MissingScope, NotLinked, SignInOver
from bot.slack.blocks.digestwords import slot_reason
from bot.text import LANGUAGES, has_sentence
from tests.slack.replies import READER

#: Why an answer is not shared, which no digest can be refused for.
OF_SHARING = {Refusal.CHANGED, Refusal.DIRECT}


@pytest.mark.parametrize("refusal", [each for each in Refusal if each not in OF_SHARING])
def test_a_refusal_has_words(refusal: Refusal) -> None:
    ids = [f"refusal.{refusal}", f"channel.refused.{refusal}", f"reason.refused:{refusal}"]
    ids += [] if refusal.passes else [f"paused.{refusal}"]
    assert [id_ for id_ in ids if not has_sentence(id_)] == []


OF_THE_CRM = sorted(error.code for error in CrmError.__subclasses__() if error.code.startswith("crm-"))
REASONS = [
    *(f"{REFUSED}{each}" for each in Refusal if each not in OF_SHARING),
    *sorted(OVER_BY_ITSELF),
    *(Refusal.OPENED, Refusal.RESTRICTED, DELETED, NARROWED, ORPHANED, "account_inactive"),
    *(SignInOver.code, NotLinked.code, MissingScope.code),
    *OF_THE_CRM,
    f"{SLACK}fatal_error",
]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_reads_a_code_alone(reason: str, language: str) -> None:
    said = slot_reason(reason, replace(READER, locale=language))
    assert " " in said
    assert said.split()[0] != reason


def test_what_has_no_words_is_told_as_it_is() -> None:
    assert slot_reason("<!channel> *x*", READER) == "<!channel> *x*"
