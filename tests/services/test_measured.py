"""Each call to SuperOffice is counted, timed and logged, whatever becomes of it."""

import logging
from dataclasses import dataclass, field

import pytest

from bot.core.correlation import correlated
from bot.core.errors import CrmTimedOut
from bot.core.people import Principal
from bot.core.secret import Secret
from bot.services.measured import MeasuredCrm
from bot.services.ports import UNCOUNTED

ME = Principal(528, 419, "Kianna Ledner", "KL", "kianna@example.com", "Sales")


@dataclass
class SuperOffice:
    """Raises, or tells who it is."""

    error: BaseException | None = None
    tenant: str = "onsite"

    async def me(self, ticket: Secret) -> Principal:
        if self.error:
            raise self.error
        return ME


@dataclass
class Counting:
    """Remembers the calls."""

    calls: list[tuple[object, ...]] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        return getattr(UNCOUNTED, name)

    def crm_call(self, *call: object) -> None:
        self.calls.append(call)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "ok"),
        (CrmTimedOut(tenant="onsite", seconds=25), "crm-timed-out"),
        (ValueError("a customer's name"), "unexpected"),
        (KeyboardInterrupt(), "cancelled"),
    ],
)
async def test_a_call(error: BaseException | None, outcome: str, caplog: pytest.LogCaptureFixture) -> None:
    counting = Counting()
    crm = MeasuredCrm(SuperOffice(error), counting, iter((1.0, 1.25)).__next__)  # type: ignore[arg-type] # it knows who it is alone
    with caplog.at_level(logging.INFO), correlated("4f1c"):
        if error:
            with pytest.raises(type(error)):
                await crm.me(Secret("7T:a"))
        else:
            assert await crm.me(Secret("7T:a")) == ME
    assert counting.calls == [("onsite", "me", outcome, 0.25)]
    (record,) = caplog.records
    said = {name: vars(record)[name] for name in ("action", "tenant", "operation", "outcome", "seconds")}
    assert said == {
        "action": "crm.called",
        "tenant": "onsite",
        "operation": "me",
        "outcome": outcome,
        "seconds": 0.25,
    }
