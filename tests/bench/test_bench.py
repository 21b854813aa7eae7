"""The benchmarks run: a short round each, so that they do not rot."""

import pytest

from tests.bench.__main__ import BENCHES


@pytest.mark.long
@pytest.mark.parametrize("name", BENCHES)
def test_they_run(name: str) -> None:
    assert len(list(BENCHES[name].measure(1))) > 3
