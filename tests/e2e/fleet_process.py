"""``python -m bot`` that takes the dead for dead after seconds instead of minutes: a test can wait for it."""

import os
from datetime import timedelta

from bot import jobs, silence
from bot.app import clockwork, duties, roles
from bot.cli import main
from bot.services import seats
from bot.services.digests import doubts, turn
from bot.store import ledger

#: In seconds.
LEASE = int(os.environ["LEASE"])

for module in (clockwork, duties):
    module.DIGESTS = timedelta(seconds=0.5)  # type: ignore[attr-defined]
for module in (doubts, turn):
    # Longer than silence lasts, as it is in earnest, and than a message may be on its way on a busy machine.
    module.SETTLED_AFTER = timedelta(seconds=2 * LEASE)  # type: ignore[attr-defined]
turn.BACK_OFF = (timedelta(seconds=2),)
turn.TURN = timedelta(seconds=1)
ledger.LEASE = timedelta(seconds=LEASE)
silence.SILENCE = LEASE
roles.TIDY = timedelta(seconds=1)
seats.LEASE, seats.GOOD, seats.RENEWED = LEASE, LEASE * 2 / 3, LEASE / 6
jobs.DEAD_AFTER, jobs.HEARTBEAT, jobs.POLL = LEASE, 1.0, 1.0

if __name__ == "__main__":
    main()
