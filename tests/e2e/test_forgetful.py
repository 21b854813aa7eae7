"""No cache remembers anybody: what was said of companies and people goes with the message."""

import gc
from collections.abc import Iterator
from functools import _lru_cache_wrapper

from bot.demo.superoffice import SuperOffice
from bot.demo.superoffice.cast import COLLEAGUES
from tests.e2e.conftest import World
from tests.e2e.test_main_job import said


def remembered() -> Iterator[tuple[str, str]]:
    """Each text in the bot's caches, of keys and of values, with the function that is cached."""
    gc.unfreeze()
    for cached in gc.get_objects():
        if isinstance(cached, _lru_cache_wrapper) and str(cached.__module__).startswith("bot."):
            attributes = id(vars(cached))
            held = [each for each in gc.get_referents(cached) if id(each) != attributes]
            for text in texts(held):
                yield f"{cached.__module__}.{cached.__qualname__}", text


def texts(held: list[object]) -> Iterator[str]:
    """What is text in these, and in whatever data they hold."""
    seen = set[int]()
    while held:
        each = held.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, bytes):
            yield each.decode("utf-8", "replace")
        elif id(each) not in seen and is_data(each):
            seen.add(id(each))
            held += gc.get_referents(each)


def is_data(value: object) -> bool:
    """Not code, nor what belongs to all."""
    of_ours = type(value).__module__.startswith("bot.core")
    return of_ours or isinstance(value, tuple | list | dict | set | frozenset)


async def test_no_cache_remembers_anybody(world: World) -> None:
    await world.link()
    filters = f'by:me,"{COLLEAGUES[0].full_name}","Tilla Untold" category:"VIP Customer",Customer,Prospect'
    saved = await world.ask(f"filter save solveigs {filters}")
    assert "solveigs" in said(saved)
    await world.ask(f"digest at 10:00 every day {filters}")
    lines = (
        "since 3w",
        f"since 3w {filters}",
        "since 3w style:table",
        "since 3w filter:solveigs",
        "digest preview",
    )
    told = " ".join([said(await world.ask(line)) for line in lines])
    companies = {company.name for company in world.crm.companies(SuperOffice.seller) if company.name in told}
    colleagues = {each.full_name for each in COLLEAGUES if each.full_name in told}
    assert companies, "there is something to be remembered"
    assert colleagues, "and somebody"
    everybody = companies | colleagues | {SuperOffice.seller.full_name, "Tilla Untold", "solveigs"}
    caches = [*remembered()]
    assert len({name for name, _ in caches}) > 10, "the caches are found"
    assert [(name, who) for name, text in caches for who in everybody if who in text] == []
