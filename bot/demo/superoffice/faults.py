"""What can go wrong on the SuperOffice side, switched on and off while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.demo.gate import Gate

__all__ = ["EVERY", "Fault", "Faults"]

#: The operation name that means all of them.
EVERY = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave. What is not set behaves."""

    #: Seconds to wait before answering.
    delay: float = 0
    #: Where to wait before answering, for as long as it is closed.
    gate: Gate = field(default_factory=Gate)
    #: An HTTP status to answer with ``body`` instead of the answer.
    status: int | None = None
    body: bytes = b"<html><head><title>Error</title></head><body><h1>Service Unavailable</h1></body></html>"
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Close the connection in the middle of the answer.
    cut: bool = False
    #: Close the connection without any answer.
    drop: bool = False
    #: Half of the XML, as a complete HTTP answer.
    truncated: bool = False
    #: An HTML page with HTTP 200, such as a proxy's login page.
    html: bool = False
    #: HTTP 200 with no body.
    empty: bool = False
    #: A SOAP Fault with HTTP 500.
    soap_fault: bool = False
    #: ``Succeeded=false`` with this ExceptionType, such as ``SuperOffice.Exceptions.SoSentryException``.
    exception_type: str | None = None
    message: str = "Something went wrong."
    #: An empty answer that does not say Succeeded at all.
    silent: bool = False
    #: Add blank text to the answer until it is this many bytes long.
    huge: int = 0
    #: How many calls it lasts; ``None``: until cleared.
    times: int | None = None


class Faults:
    """The switches, by operation."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}

    def set(self, operation: str = EVERY, **how: object) -> None:
        """Misbehave on an operation, or on all: ``set("GetMyActiveContacts", status=503, times=1)``."""
        self._faults[operation] = replace(Fault(), **how)  # type: ignore[arg-type]

    def clear(self, operation: str | None = None) -> None:
        """Behave again: on one operation, or altogether."""
        if operation is None:
            self._faults.clear()
        else:
            self._faults.pop(operation, None)

    def take(self, operation: str) -> Fault:
        """The fault for this call; what lasts a number of calls wears off."""
        for key in (operation, EVERY):
            fault = self._faults.get(key)
            if fault is not None:
                self._wear(key, fault)
                return fault
        return Fault()

    def _wear(self, key: str, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._faults[key]
        else:
            self._faults[key] = replace(fault, times=fault.times - 1)
