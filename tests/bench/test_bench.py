"""The benchmarks run: a short round each, so that they do not rot."""

import pytest

from tests.bench import acknowledge, reader


@pytest.mark.long
def test_they_run() -> None:
    for bench in (reader, acknowledge):
        assert len(list(bench.measure(2))) > 3
