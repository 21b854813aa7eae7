"""What SuperOffice tells about a company: its latest activity."""

from datetime import datetime
from enum import IntFlag
from typing import NamedTuple

__all__ = ["ALL_ACTIONS", "Action", "Activity"]


class Action(IntFlag):
    """What happened on a company: the legal flags of SuperOffice's ``ContactAction``.

    Source: the reference of ``ContactAction`` (Services84 to 88). ``All`` and ``Unknown``
    exist in .NET but are not legal on the wire.
    """

    CREATED = 1
    UPDATED = 2
    NEW_ACTIVITY = 4
    ACTIVITY_COMPLETED = 8
    PERSON_ADDED = 16
    PERSON_UPDATED = 32
    DOCUMENT_ADDED = 64


ALL_ACTIONS = Action(127)


class Activity(NamedTuple):
    """The latest activity on one company, as ``GetMyActiveContacts`` answers it.

    A text that SuperOffice leaves out, empty or nil is ``""``; an id is then ``0``.
    """

    company_id: int
    company: str
    department: str
    org_number: str
    url: str
    category: str
    owner: str
    owner_id: int
    action: Action
    #: Actions that this bot does not know (yet), by their wire names.
    other_actions: tuple[str, ...]
    #: When it happened, in the zone that the tenant's setting says; ``None`` where it is not told.
    time: datetime | None
    actor: str
    actor_id: int
    #: The follow-up, document, person or company that it happened on; which of them is not told.
    action_id: int
    person_id: int
