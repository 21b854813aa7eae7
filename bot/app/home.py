"""The parts that show the Home tab."""

from collections.abc import Mapping

from bot import store
from bot.app.digests import Digests
from bot.services.access import Access
from bot.services.home.composing import HomeComposer
from bot.services.home.publishing import HomeTabs
from bot.services.ports import Clock, HomeView, Runner
from bot.services.readers import Readers
from bot.services.tenants import Tenant
from bot.services.whoami import Whoami

__all__ = ["home_tabs"]


def home_tabs(
    *,
    database: store.Store,
    clock: Clock,
    runner: Runner,
    tenants: Mapping[str, Tenant],
    access: Access,
    digests: Digests,
    readers: Readers,
    view: HomeView,
) -> HomeTabs:
    """Put them together."""
    composer = HomeComposer(
        links=database.links,
        overviews=database.overviews,
        filters=database.filters,
        settings=digests.settings,
        proving=digests.proving,
        whoami=Whoami(tenants, access, clock),
        access=access,
        readers=readers,
        clock=clock,
    )
    return HomeTabs(
        homes=database.homes,
        view=view,
        composer=composer,
        readers=readers,
        runner=runner,
        clock=clock,
    )
