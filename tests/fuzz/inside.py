"""In the process that libFuzzer ends: ``python -m tests.fuzz.inside answer``, then libFuzzer's options."""

import sys
import time
from collections.abc import Callable

import atheris  # type: ignore[import-untyped]

# Whatever is imported within is what coverage is measured of: to do so of every library takes minutes, and an
# input would be kept for having led to another line of those.
with atheris.instrument_imports(include=["bot", "tomllib"]):
    from tests.fuzz.targets import TARGETS


#: Seconds of CPU, measured ones, which are slower; those on the wall say how busy the machine is.
LONGEST = 1.0


class TooSlowError(Exception):
    """An input takes longer than any may."""


def timed(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The same; what takes too long is found like what raises."""

    def each(data: bytes) -> None:
        before = time.process_time()
        run(data)
        if time.process_time() - before > LONGEST:
            raise TooSlowError

    return each


def main() -> None:
    """Fuzz the target that is named."""
    target, *flags = sys.argv[1:]
    atheris.Setup([sys.argv[0], *flags], timed(TARGETS[target].run))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
