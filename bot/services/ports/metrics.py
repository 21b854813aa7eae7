"""What the use cases and the clients tell whoever watches the bot: counts and times, never a name."""

from typing import Protocol

__all__ = ["UNCOUNTED", "Metrics"]


class Metrics(Protocol):
    """Counts what happens. Outcomes are short words from a fixed set, such as an error's ``code``."""

    def command(self, outcome: str, seconds: float) -> None:
        """A command or a press was answered, so long after it came."""
        ...

    def refused(self, reason: str) -> None:
        """A request in Slack's name was not taken."""
        ...

    def crm_call(self, tenant: str, operation: str, outcome: str, seconds: float) -> None:
        """SuperOffice was asked, its retries included."""
        ...

    def post(self, outcome: str) -> None:
        """A digest's message was posted, or not."""
        ...

    def lookup(self, outcome: str) -> None:
        """A message that was in doubt was looked for."""
        ...

    def digest(self, outcome: str, reason: str = "", late: float | None = None) -> None:
        """A slot came to an end, and why so; ``late``: a digest came so many seconds after its time."""
        ...


class _Uncounted:
    """For where nobody watches."""

    def command(self, outcome: str, seconds: float) -> None:
        pass

    def refused(self, reason: str) -> None:
        pass

    def crm_call(self, tenant: str, operation: str, outcome: str, seconds: float) -> None:
        pass

    def post(self, outcome: str) -> None:
        pass

    def lookup(self, outcome: str) -> None:
        pass

    def digest(self, outcome: str, reason: str = "", late: float | None = None) -> None:
        pass


UNCOUNTED: Metrics = _Uncounted()
