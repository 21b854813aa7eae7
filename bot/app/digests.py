"""The parts that make digests."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot import store
from bot.core.schedule import Schedule
from bot.holidays import COUNTRIES, holidays_in
from bot.services.channels.rights import ChannelRights
from bot.services.digests.asking import Asking
from bot.services.digests.composing import Composer
from bot.services.digests.delivering import Delivering
from bot.services.digests.desk import DigestDesk
from bot.services.digests.guarding import ChannelGuard
from bot.services.digests.pausing import Pausing
from bot.services.digests.proving import Proving
from bot.services.digests.settings import DigestSettings
from bot.services.digests.showing import DigestShowing
from bot.services.digests.teams import TeamComposer
from bot.services.digests.waves import Waves
from bot.services.ports import UNCOUNTED, Admins, Clock, Messenger, Metrics, Posts, Runner
from bot.services.preferences import Preferences
from bot.services.signins import SignIns
from bot.services.tenants import Tenant

__all__ = ["Digests", "digests"]


@dataclass(frozen=True, slots=True)
class Digests:
    """What the other parts need of them."""

    waves: Waves
    settings: DigestSettings
    desk: DigestDesk
    showing: DigestShowing
    proving: Proving
    composer: Composer
    pausing: Pausing
    asking: Asking


def digests(
    *,
    database: store.Store,
    clock: Clock,
    runner: Runner,
    tenants: Mapping[str, Tenant],
    sign_ins: SignIns,
    preferences: Preferences,
    messenger: Messenger,
    admins: Admins,
    rights: ChannelRights,
    posts: Posts,
    guard: ChannelGuard,
    default: Schedule,
    automatic: bool,
    metrics: Metrics = UNCOUNTED,
    monotonic: Callable[[], float] = time.monotonic,
) -> Digests:
    """Put them together. ``monotonic`` is in seconds and never goes back."""
    asking = Asking(
        tenants=tenants,
        sign_ins=sign_ins,
        mutes=database.mutes,
        preferences=preferences,
        told=database.told,
        holidays=holidays_in,
    )
    teams = TeamComposer(
        asking=asking,
        subscriptions=database.subscriptions,
        participants=database.participants,
        links=database.links,
        ledger=database.ledger,
        told=database.told,
        clock=clock,
    )
    composer = Composer(asking=asking, teams=teams, mutes=database.mutes, ledger=database.ledger, clock=clock)
    pausing = Pausing(
        subscriptions=database.subscriptions,
        links=database.links,
        sign_ins=database.sign_ins,
        messenger=messenger,
        admins=admins,
        rights=rights,
        audit=database.audit,
        clock=clock,
        holidays=holidays_in,
    )
    delivering = Delivering(
        subscriptions=database.subscriptions,
        ledger=database.ledger,
        composer=composer,
        posts=posts,
        pausing=pausing,
        guard=guard,
        clock=clock,
        metrics=metrics,
        monotonic=monotonic,
    )
    settings = DigestSettings(
        subscriptions=database.subscriptions,
        ledger=database.ledger,
        audit=database.audit,
        clock=clock,
        holidays=holidays_in,
        default=default,
        automatic=automatic,
        countries=COUNTRIES,
    )
    waves = Waves(
        subscriptions=database.subscriptions,
        ledger=database.ledger,
        delivering=delivering,
        runner=runner,
        clock=clock,
        holidays=holidays_in,
        metrics=metrics,
    )
    showing = DigestShowing(
        participants=database.participants,
        composer=composer,
        posts=posts,
        token=lambda: secrets.token_hex(8),
    )
    proving = Proving(database.ledger, clock, holidays_in)
    desk = DigestDesk(
        settings=settings,
        showing=showing,
        proving=proving,
        preferences=preferences,
        tenants=tenants,
    )
    return Digests(waves, settings, desk, showing, proving, composer, pausing, asking)
