"""A ledger whose process may be gone while it notes very many rows, a few at a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.subscription import Delivery
from bot.store import Store
from bot.store.ledger import StoredLedger
from bot.store.noting import Noted

__all__ = ["Killed", "mortal"]


class Killed(BaseException):
    """The process is gone, as by kill -9: nothing after it happens."""


class _Ledger(StoredLedger):
    def __init__(self, store: Store, fates: list[bool]) -> None:
        super().__init__(store.db, store.ledger._hashes)
        self._fates = fates

    async def _note(self, delivery: Delivery, rows: Sequence[Noted], state: str, now: datetime) -> bool:
        done = await super()._note(delivery, rows, state, now)
        if self._fates and self._fates.pop(0):
            raise Killed
        return done


def mortal(store: Store, fates: list[bool]) -> Store:
    """The same; of each note, as long as there is one in the list, whether the process is gone after it."""
    return replace(store, ledger=_Ledger(store, fates))
