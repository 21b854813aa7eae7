"""How much memory a process has, and had at the most. Linux alone knows."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Resident", "mebibytes", "watched"]

STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass
class Resident:
    """In MiB."""

    idle: float
    peak: float = 0.0

    @property
    def more(self) -> float:
        """By how much the peak is above what there was before."""
        return self.peak - self.idle


@contextmanager
def watched() -> Iterator[Resident]:
    """What is done within it is the peak's cause."""
    gc.collect()
    FORGET.write_text("5")  # the peak so far
    found = Resident(mebibytes("VmRSS"))
    yield found
    found.peak = mebibytes("VmHWM")


def mebibytes(name: str) -> float:
    """What the kernel calls so: ``VmRSS`` is now, ``VmHWM`` was the peak."""
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
