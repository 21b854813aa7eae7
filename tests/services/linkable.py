"""Linking, between a SuperOffice that knows one user and a Slack that tells one profile."""

import base64
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.errors import SignInRefused
from bot.core.people import Principal, Profile, SlackUser
from bot.core.secret import Secret
from bot.services.access import Access
from bot.services.linking import LinkedNow, Linking, LinkPolicy
from bot.services.ports import Clock, SignedIn
from bot.services.tenants import Tenant
from bot.store import Store
from tests.databases import fresh_database
from tests.services.conftest import Places
from tests.sqlite import opened

__all__ = ["KIANNA", "PASSWORD", "TICKET", "USER", "Slack", "SuperOffice", "linking_of", "new_store"]

USER = SlackUser("T1", "U1")
KIANNA = Principal(528, 419, "Kianna Ledner", "KL", " Kianna@Example.com ", "Sales")
PROFILE = Profile(USER, "kianna", "Europe/Oslo", "en-GB", "kianna@example.com")
PASSWORD = "correct horse"
TICKET = Secret("7T:ticket-of-the-test")


@dataclass
class SuperOffice:
    """Knows one user; ``failure`` is raised instead, ``meanwhile`` happens while it works."""

    tenant: str = "onsite"
    principal: Principal = KIANNA
    failure: Exception | None = None
    meanwhile: Callable[[], Awaitable[object]] | None = None
    asked: list[str] = field(default_factory=list)

    async def sign_in(self, username: str, password: Secret) -> SignedIn:
        self.asked.append(username)
        if self.meanwhile:
            await self.meanwhile()
        if self.failure:
            raise self.failure
        if (username, password) != (KIANNA.login, Secret(PASSWORD)):
            raise SignInRefused(tenant=self.tenant)
        return SignedIn(self.principal, TICKET)


@dataclass
class Slack:
    """Tells one profile of everybody."""

    found: Profile = PROFILE
    failure: Exception | None = None

    async def profile(self, user: SlackUser) -> Profile:
        if self.failure:
            raise self.failure
        return replace(self.found, user=user)

    def known(self, user: SlackUser) -> Profile | None:
        return self.found


@contextmanager
def new_store(path: Path) -> Iterator[Store]:
    """A real database, with a key of its own."""
    fresh_database(path)
    key = Secret(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    with opened(path, key) as store:
        yield store


def linking_of(
    crm: SuperOffice,
    slack: Slack,
    store: Store,
    clock: Clock,
    told: list[LinkedNow],
    *,
    token: Callable[[], Secret],
    policy: LinkPolicy | None = None,
    telling: Exception | None = None,
) -> Linking:
    """The use case. Who is linked is ``told``, unless ``telling`` fails."""

    async def on_linked(done: LinkedNow) -> None:
        if telling:
            raise telling
        told.append(done)

    return Linking(
        links=store.links,
        invitations=store.invitations,
        attempts=store.attempts,
        proofs=store.proofs,
        audit=store.audit,
        tenants={"onsite": Tenant(crm, ZoneInfo("UTC"), host="crm.example.com")},  # type: ignore[arg-type] # it knows signing in alone
        access=Access(["onsite"], Places()),
        people=slack,
        clock=clock,
        token=token,
        on_linked=on_linked,
        keep_at=lambda used_at: used_at + timedelta(hours=2),
        policy=policy or LinkPolicy(),
    )
