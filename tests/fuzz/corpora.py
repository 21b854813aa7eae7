"""The inputs that fuzzing kept, and which lines they reach."""

import base64
import importlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tests.fuzz.targets import TARGETS

__all__ = ["Line", "corpus", "lines_of", "reached_by", "write"]

CORPORA = Path(__file__).parent / "corpora"

#: A file and a line in it.
Line = tuple[str, int]


def corpus(target: str) -> list[bytes]:
    """The inputs that are kept, one a line."""
    file = CORPORA / f"{target}.txt"
    return [base64.b64decode(line) for line in file.read_text("ascii").split()] if file.exists() else []


def write(target: str, inputs: Iterable[bytes]) -> None:
    """Keep these."""
    CORPORA.mkdir(exist_ok=True)
    lines = "".join(f"{base64.b64encode(data).decode()}\n" for data in inputs)
    (CORPORA / f"{target}.txt").write_text(lines, "ascii")


@cache
def lines_of(target: str) -> frozenset[Line]:
    """The lines within the functions of a target's modules."""
    files = [inspect.getfile(importlib.import_module(name)) for name in TARGETS[target].modules]
    codes = (compile(Path(file).read_text("utf-8"), file, "exec") for file in files)
    return frozenset(line for code in codes for line in _lines(code))


def reached_by(target: str, data: bytes) -> set[Line]:
    """Those of them that an input reaches."""
    wanted, reached = lines_of(target), set[Line]()
    files = {file for file, _ in wanted}

    def seen(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            reached.add((frame.f_code.co_filename, frame.f_lineno))
        return seen

    before = sys.gettrace()
    sys.settrace(seen)
    try:
        TARGETS[target].run(data)
    finally:
        sys.settrace(before)
    return reached & wanted


def _lines(code: CodeType) -> Iterator[Line]:
    within = [each for each in code.co_consts if isinstance(each, CodeType)]
    if code.co_flags & inspect.CO_NEWLOCALS:
        yield from (
            (code.co_filename, line) for _, _, line in code.co_lines() if line and line > code.co_firstlineno
        )
    for each in within:
        yield from _lines(each)
