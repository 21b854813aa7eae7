"""zeep's objects as records of the bot's. An element that is missing, nil or empty is ``""`` or ``0``."""

from collections.abc import Iterator
from typing import Any

from bot.core.people import Principal
from bot.services.ports import Category, SystemInfo

__all__ = ["categories", "person", "principal", "system_info"]


def principal(carrier: Any) -> Principal:
    """Who signed in: a ``SoPrincipalCarrier``."""
    return Principal(
        associate_id=carrier.AssociateId or 0,
        person_id=carrier.PersonId or 0,
        full_name=carrier.FullName or "",
        login=carrier.Associate or "",
        email=carrier.EMailAddress or "",
        role=carrier.RoleName or "",
    )


def person(entity: Any) -> Principal:
    """Who a ticket belongs to: a ``PersonEntity``. Its associate is told if the person is a user."""
    associate = entity.CorrespondingAssociate
    names = (entity.Firstname, entity.MiddleName, entity.Lastname)
    emails = [item.Value for item in _items(entity.Emails, "EntityElement") if item.Value]
    return Principal(
        associate_id=(associate and associate.AssociateId) or 0,
        person_id=entity.PersonId or 0,
        full_name=entity.FullName or " ".join(name for name in names if name),
        login=(associate and associate.Name) or "",
        email=next(iter(emails), ""),
    )


def categories(array: Any) -> list[Category]:
    """An ``ArrayOfMDOListItem``, without its headings: the items that have others below them."""
    return [
        Category(item.Id or 0, item.Name or "", item.Rank or 0, bool(item.Deleted)) for item in _leaves(array)
    ]


def system_info(carrier: Any) -> SystemInfo:
    """What an installation is: a ``SoSystemInfoCarrier``."""
    return SystemInfo(company=carrier.CompanyName or "", version=carrier.AssemblyVersion or "")


def _leaves(array: Any) -> Iterator[Any]:
    for item in _items(array, "MDOListItem"):
        below = list(_leaves(item.ChildItems))
        yield from below or (item,)


def _items(array: Any, name: str) -> list[Any]:
    """The items of an array that may be ``None``, an object without any, or hold nil ones."""
    return [item for item in getattr(array, name, None) or () if item is not None]
