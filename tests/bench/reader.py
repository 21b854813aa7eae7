"""An answer to activities: our reader, other libraries on the same bytes, and lxml's bare parse of them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import requests
import zeep
from lxml import etree

from bot.crm.soap.envelope import open_envelope
from bot.crm.soap.reader import read
from tests.bench.parsers import OTHERS, Reader
from tests.bench.shapes import OSLO, WSDL, compact, documented
from tests.bench.timing import figure, interleaved, ratios, verdict

__all__ = ["measure"]

#: By shape, and whether it is large: zeep ÷ ours, ours ÷ lxml.
GOALS = {
    ("compact", False): (">= 10", "<= 2.9"),
    ("documented", False): (">= 10", "<= 1.9"),
    ("compact", True): (">= 8", "<= 3.2"),
    ("documented", True): (">= 8", "<= 2.2"),
}


def measure(rounds: int) -> Iterator[str]:
    """A table: how our reader compares, by the answer's shape and size."""
    yield "Answer to activities (CPU; µs a row; bare: lxml.etree.fromstring; zeep: its process_reply)"
    others = dict(_installed())
    head = "".join(f"{f'{name} ÷ ours':>16}" for name in OTHERS)
    yield f"{'':11}{'rows':>5}{'µs/row':>8}{'zeep ÷ ours':>18}{'ours ÷ bare':>25}{'':8}{head}"
    by_zeep = zeeps_own()
    for shape in (compact, documented):
        for rows in (20, 100, 1000):
            data, large = shape(rows), rows >= 1000
            readers: dict[str, Reader] = {"ours": ours, "lxml": etree.fromstring, "zeep": by_zeep}
            if not large:  # of which they take half a second each
                readers |= others
            times = interleaved({name: partial(by, data) for name, by in readers.items()}, rounds)
            faster, slower = GOALS[shape.__name__, large]
            beside = (
                f"{figure(ratios(times[name], times['ours']), 1) if name in readers else 'not installed':>16}"
                for name in ([] if large else OTHERS)
            )
            yield (
                f"{shape.__name__:11}{rows:>5}{figure(times['ours'], scale=1e6 / rows)}"
                f"{verdict(ratios(times['zeep'], times['ours']), faster):25}"
                f"{verdict(ratios(times['ours'], times['lxml']), slower):25}{''.join(beside)}"
            ).rstrip()


def _installed() -> Iterator[tuple[str, Reader]]:
    for name, made in OTHERS.items():
        with suppress(ImportError):
            reader = made()
            assert len(reader(documented(3))) == len(reader(compact(3))) == 3
            yield name, reader


def ours(data: bytes) -> object:
    """Our way from the bytes of an answer to its activities."""
    return read(open_envelope(data), OSLO)


def zeeps_own() -> Callable[[bytes], object]:
    """zeep's way from the bytes of an answer to its result."""
    logging.getLogger("zeep").setLevel(logging.WARNING)
    client: Any = zeep.Client(str(WSDL))  # type: ignore[no-untyped-call]
    (binding,) = client.wsdl.bindings.values()
    operation = binding.get("GetMyActiveContacts")

    def parse(data: bytes) -> object:
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "text/xml; charset=utf-8"
        response._content = data
        return binding.process_reply(client, operation, response)

    return parse
