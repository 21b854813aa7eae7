"""What each thing costs, and where that was measured."""

import math
from dataclasses import dataclass
from random import Random

__all__ = ["COSTS", "Costs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds, unless it says otherwise."""

    #: CPU of the bot's process for a digest of ten companies, from due to posted.
    digest_cpu: float
    #: CPU of PostgreSQL for the same.
    digest_database: float
    #: Transactions that write for the same, and bytes of write-ahead log.
    digest_writes: float
    digest_log: float
    #: With the ``BEGIN`` and ``COMMIT`` of each transaction.
    digest_statements: int
    #: The same of a ticket that is kept alive.
    keep_alive_cpu: float
    keep_alive_database: float
    keep_alive_writes: float
    #: The same of a minute's look at a tenant of which nothing is due, without its job.
    look_cpu: float
    look_database: float
    #: A job of Procrastinate: what the clock needs to hand one out, one after another; until a worker has it.
    hand_out: float
    job: float
    job_cpu: float
    #: PostgreSQL's CPU for a job from beginning to end, and transactions that write.
    job_database: float
    job_writes: float
    #: Assumed: SuperOffice's answers, log-normal, and Slack's to a message.
    crm_median: float = 0.2
    crm_sigma: float = 0.9
    slack_seconds: float = 0.3
    #: Assumed: of a hundred digests so many are of more than fifteen companies, and so of two messages.
    two_messages: int = 10

    def crm_seconds(self, random: Random) -> float:
        """How long SuperOffice takes; never longer than the 25 seconds after which the bot gives up."""
        return min(25.0, random.lognormvariate(math.log(self.crm_median), self.crm_sigma))

    def messages(self, random: Random) -> int:
        """How many messages a digest has."""
        return 1 + (random.random() * 100 < self.two_messages)


#: Measured by ``python -m tests.bench.scale.measure`` on 2026-11-27, the median of three runs: Python 3.11.7,
#: PostgreSQL 15 (no fsync) on a socket, two cores with little besides. The statements of a digest were
#: counted in PostgreSQL's own log.
COSTS = Costs(
    digest_cpu=0.0033,
    digest_database=0.0016,
    digest_writes=3.96,
    digest_statements=21,
    digest_log=10900,
    keep_alive_cpu=0.0007,
    keep_alive_database=0.0001,
    keep_alive_writes=1.0,
    look_cpu=0.0004,
    look_database=0.0007,
    hand_out=0.0001,
    job=0.0007,
    job_cpu=0.0005,
    job_database=0.0003,
    job_writes=2.0,
)
