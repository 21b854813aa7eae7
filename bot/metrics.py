"""Counts and times for Prometheus. The table in docs/metrics.md is made from what they say of themselves."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

__all__ = ["PrometheusMetrics"]

PREFIX = "superoffice_slack"
#: Seconds. People notice the first ones; a command gives up after 25.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)
#: Seconds. A tick comes every ten; a slot lasts for four hours.
LATE_BUCKETS = (5, 15, 60, 300, 900, 3600, 14_400)

# What each means.
COMMANDS = (
    "commands and presses: `answered`, `bad-command` (could not be read), `busy` (the queue was full), or "
    "the code of an error"
)
REFUSED = (
    "requests in Slack's name that were not taken: `unsigned`, `stale` (signed more than five minutes ago or "
    "ahead), `too-large`, `too-slow`, `unreadable` (signed, and not as Slack describes them), "
    "`another-workspace` (the bot is not installed there)"
)
CRM_CALLS = "calls to SuperOffice: `ok`, the code of an error, or `cancelled` (nobody waited for it any more)"
CRM_PAUSED = "1 while a SuperOffice is not asked, because it did not answer"
POSTS = (
    "messages of digests: `posted`, `passing` (not posted, and tried again later), `in-doubt` (perhaps "
    "posted), `refused` (not posted)"
)
LOOKUPS = (
    "searches for messages in doubt: `found`, `absent`, `may-not` (without the optional scopes), `passing`, "
    "`refused`"
)
DIGESTS = (
    "digests, by how they ended: `posted`, `skipped` (`nothing` to tell, `snoozed`, `off`, or `late`: over "
    "before the bot came to it), `failed` (the code of an error, or `slack`), `uncertain`"
)
LATE = "how long after its time a digest was known to stand in Slack, all its messages"
QUEUES = (
    "how many wait: `commands` for a free worker, `posts` for Slack's limits; and `digests`: how many were "
    "due or under way ten seconds ago at most"
)
SIGN_INS = (
    "linked users whose sign-in is `good`, `expiring` (less than an hour left: it was not kept alive), or "
    "`over`; looked up every minute"
)
BACKED_UP = (
    "when `python -m bot backup` last made a back-up, in seconds since 1970; 0: never; looked up every minute"
)


class PrometheusMetrics:
    """Implements the port ``Metrics`` for one bot. Nothing is global: several may share a process."""

    #: The form of what :meth:`expose` gives, as an HTTP ``Content-Type``.
    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        #: The labels of each, by its name.
        self.labels: dict[str, tuple[str, ...]] = {}
        ProcessCollector(registry=self._registry)
        self._commands = self._counter("commands", COMMANDS, "outcome")
        self._command_seconds = self._histogram(
            "command_seconds", "from receipt to the answer's arrival in Slack"
        )
        self._refused = self._counter("requests_refused", REFUSED, "reason")
        self._crm_calls = self._counter("crm_calls", CRM_CALLS, "tenant", "operation", "outcome")
        seconds = self._histogram("crm_seconds", "how long they took, retries included", "tenant")
        self._crm_seconds = cache(seconds.labels)
        self._crm_paused = self._gauge("crm_paused", CRM_PAUSED, "tenant")
        self._posts = self._counter("posts", POSTS, "outcome")
        self._lookups = self._counter("lookups", LOOKUPS, "outcome")
        self._digests = self._counter("digests", DIGESTS, "outcome", "reason")
        self._late = self._histogram("digest_late_seconds", LATE, buckets=LATE_BUCKETS)
        self._queues = self._gauge("queue_length", QUEUES, "queue")
        self._sign_ins = self._gauge("sign_ins", SIGN_INS, "tenant", "state")
        self._backed_up = self._gauge("backup_timestamp_seconds", BACKED_UP)

    def watch(self, queue: str, length: Callable[[], int]) -> None:
        """Ask how many wait in a queue whenever somebody looks."""
        self._queues.labels(queue).set_function(length)

    def watch_paused(self, tenant: str, is_paused: Callable[[], bool]) -> None:
        """Ask whether a SuperOffice is asked at all whenever somebody looks."""
        self._crm_paused.labels(tenant).set_function(is_paused)

    def command(self, outcome: str, seconds: float) -> None:
        """Count a command, and how long its user waited."""
        self._commands(outcome).inc()
        self._command_seconds.observe(seconds)

    def refused(self, reason: str) -> None:
        """Count a request that was not taken."""
        self._refused(reason).inc()

    def crm_call(self, tenant: str, operation: str, outcome: str, seconds: float) -> None:
        """Count a call, and how long SuperOffice took."""
        self._crm_calls(tenant, operation, outcome).inc()
        self._crm_seconds(tenant).observe(seconds)

    def post(self, outcome: str) -> None:
        """Count a message."""
        self._posts(outcome).inc()

    def lookup(self, outcome: str) -> None:
        """Count a search."""
        self._lookups(outcome).inc()

    def digest(self, outcome: str, reason: str = "", late: float | None = None) -> None:
        """Count a digest, and how late it came."""
        self._digests(outcome, reason).inc()
        if late is not None:
            self._late.observe(late)

    def sign_ins(self, tenant: str, state: str, number: int) -> None:
        """So many sign-ins are in that state."""
        self._sign_ins.labels(tenant, state).set(number)

    def backed_up(self, at: datetime) -> None:
        """A back-up was made then."""
        self._backed_up.set(at.timestamp())

    def expose(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Callable[..., Counter]:
        """Counters by the values of their labels: the library takes as long to find one as to count."""
        self.labels[f"{PREFIX}_{name}"] = labels
        return cache(Counter(name, meaning, labels, namespace=PREFIX, registry=self._registry).labels)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        self.labels[f"{PREFIX}_{name}"] = labels
        return Gauge(name, meaning, labels, namespace=PREFIX, registry=self._registry)

    def _histogram(
        self, name: str, meaning: str, *labels: str, buckets: tuple[float, ...] = BUCKETS
    ) -> Histogram:
        self.labels[f"{PREFIX}_{name}"] = labels
        return Histogram(name, meaning, labels, namespace=PREFIX, registry=self._registry, buckets=buckets)
