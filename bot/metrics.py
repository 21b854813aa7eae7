"""Counts and times for Prometheus. What each means: docs/metrics.md."""

from collections.abc import Callable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

__all__ = ["PrometheusMetrics"]

PREFIX = "superoffice_slack"
#: Seconds. People notice the first ones; a command gives up after 25.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)
#: Seconds. A tick comes every ten; a slot lasts for four hours.
LATE_BUCKETS = (5, 15, 60, 300, 900, 3600, 14_400)


class PrometheusMetrics:
    """Implements the port ``Metrics`` for one bot. Nothing is global: several may share a process."""

    #: The form of what :meth:`expose` gives, as an HTTP ``Content-Type``.
    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._commands = self._counter("commands", "Commands and presses, by their answers", "outcome")
        self._command_seconds = self._histogram("command_seconds", "From receipt to answer")
        self._crm_calls = self._counter("crm_calls", "Calls to SuperOffice", "tenant", "operation", "outcome")
        self._crm_seconds = self._histogram("crm_seconds", "How long SuperOffice takes", "tenant")
        self._crm_paused = self._gauge(
            "crm_paused", "1: SuperOffice did not answer, and is not asked", "tenant"
        )
        self._posts = self._counter("posts", "Messages of digests", "outcome")
        self._lookups = self._counter("lookups", "Searches for messages that were in doubt", "outcome")
        self._digests = self._counter("digests", "Digests, by how they ended", "outcome", "reason")
        self._late = self._histogram(
            "digest_late_seconds", "How long after its time a digest stands in Slack", buckets=LATE_BUCKETS
        )
        self._queues = self._gauge("queue_length", "How many wait", "queue")
        self._sign_ins = self._gauge("sign_ins", "Sign-ins of linked users", "tenant", "state")
        self._backed_up = self._gauge("backup_timestamp_seconds", "When the last back-up was made")

    def watch(self, queue: str, length: Callable[[], int]) -> None:
        """Ask how many wait in a queue whenever somebody looks."""
        self._queues.labels(queue).set_function(length)

    def watch_paused(self, tenant: str, is_paused: Callable[[], bool]) -> None:
        """Ask whether a SuperOffice is asked at all whenever somebody looks."""
        self._crm_paused.labels(tenant).set_function(is_paused)

    def command(self, outcome: str, seconds: float) -> None:
        """Count a command, and how long its user waited."""
        self._commands.labels(outcome).inc()
        self._command_seconds.observe(seconds)

    def crm_call(self, tenant: str, operation: str, outcome: str, seconds: float) -> None:
        """Count a call, and how long SuperOffice took."""
        self._crm_calls.labels(tenant, operation, outcome).inc()
        self._crm_seconds.labels(tenant).observe(seconds)

    def post(self, outcome: str) -> None:
        """Count a message."""
        self._posts.labels(outcome).inc()

    def lookup(self, outcome: str) -> None:
        """Count a search."""
        self._lookups.labels(outcome).inc()

    def digest(self, outcome: str, reason: str = "", late: float | None = None) -> None:
        """Count a digest, and how late it came."""
        self._digests.labels(outcome, reason).inc()
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

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, namespace=PREFIX, registry=self._registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, namespace=PREFIX, registry=self._registry)

    def _histogram(
        self, name: str, meaning: str, *labels: str, buckets: tuple[float, ...] = BUCKETS
    ) -> Histogram:
        return Histogram(name, meaning, labels, namespace=PREFIX, registry=self._registry, buckets=buckets)
