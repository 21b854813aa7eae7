"""What fuzzing found worth keeping breaks nothing."""

import pytest

from tests.fuzz.corpora import corpus
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_every_input_is_read_or_refused(name: str) -> None:
    inputs = [*TARGETS[name].seeds(), *corpus(name)]
    assert inputs
    for data in inputs:
        TARGETS[name].run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_a_corpus_is_small(name: str) -> None:
    assert len(corpus(name)) < 400
    assert sum(map(len, corpus(name))) < 400_000
