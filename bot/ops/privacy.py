"""``python -m bot export``, ``forget`` and ``audit``: for whoever runs the bot, while it runs or not."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.audit import AuditAction, Deed, Departure
from bot.core.people import SlackUser
from bot.core.replies import MyData
from bot.core.secret import Secret
from bot.services.ports import Erasure, Recorded
from bot.store import Store, Where, ask
from bot.text import sentence
from bot.text.mydata import document

__all__ = ["audit_as_json", "export_user", "forget_user", "list_audit", "stored_about"]

UTC = ZoneInfo("UTC")
FORM = "%Y-%m-%d %H:%M:%S"


def export_user(where: Where, secret_key: Secret, user: SlackUser, now: datetime) -> str | None:
    """What `my-data` would send, with times in UTC; ``None`` if nothing is stored.

    It is written down in the audit log. Raises :class:`~bot.store.DatabaseUnusable` and
    :class:`~bot.store.BadKey`.
    """
    data = ask(where, secret_key, lambda store: _exported(store, user, now))
    return document(data, UTC, "en") if any(data.counts.values()) else None


def stored_about(where: Where, secret_key: Secret, user: SlackUser) -> list[str]:
    """How much of what is stored about a user, a line each. Raises what :func:`export_user` does."""
    stored = ask(where, secret_key, lambda store: store.personal.export(user))
    return list(_counted({table: len(rows) for table, rows in stored.items()}))


def forget_user(where: Where, secret_key: Secret, user: SlackUser, now: datetime) -> Iterator[str]:
    """Forget a user; the receipt, a line each. Raises what :func:`export_user` does."""

    async def forgotten(store: Store) -> tuple[Erasure, bool, datetime]:
        erasure = await store.personal.forget(user, Departure.OPERATOR, now)
        return erasure, await store.personal.empty_log(), store.personal.backups_end(now)

    erasure, traceless, until = ask(where, secret_key, forgotten)
    gone = list(_counted(erasure.gone))
    yield "Deleted:" if gone else f"Nothing is stored about {_named(user)}."
    yield from gone
    if left := sum(erasure.left.values()):
        yield f"{left} of the entries in the audit log stay, and name nobody any more."
    if gone:
        yield f"Back-ups made before an upgrade may hold it until {until:%Y-%m-%d %H:%M} UTC."
    if not traceless:
        yield sentence("forgotten.traces")


def list_audit(where: Where, secret_key: Secret) -> Iterator[str]:
    """What was done, the oldest first; times are UTC. Raises what :func:`export_user` does."""
    recorded = ask(where, secret_key, lambda store: store.audit.all())
    yield f"{len(recorded)} entries. Times are UTC; who is forgotten has a pseudonym alone."
    yield from map(_line, recorded)


def audit_as_json(where: Where, secret_key: Secret) -> Iterator[str]:
    """The same for a program, an object a line; people also by their pseudonyms."""
    for recorded in ask(where, secret_key, lambda store: store.audit.all()):
        deed = recorded.deed
        yield json.dumps(
            {
                "at": deed.at.isoformat(),
                "action": deed.action,
                "by": _identity(deed.by, recorded.by),
                "to": _identity(deed.to, recorded.to),
                "what": deed.what,
                "why": deed.why,
                "before": dict(deed.before),
                "after": dict(deed.after),
            }
        )


def _identity(user: SlackUser | None, pseudonym: str) -> Mapping[str, str] | None:
    """Who it is, unless they are forgotten; the pseudonym stays the same."""
    return {"pseudonym": pseudonym, **(user._asdict() if user else {})} if pseudonym else None


async def _exported(store: Store, user: SlackUser, now: datetime) -> MyData:
    data = MyData(user, now, await store.personal.export(user))
    if any(data.counts.values()):
        await store.audit.record(Deed(now, AuditAction.DATA_EXPORTED, to=user))
    return data


def _counted(counts: Mapping[str, int]) -> Iterator[str]:
    return (f"  {sentence(f'stored.{table}', count=count)}" for table, count in counts.items() if count)


def _line(recorded: Recorded) -> str:
    deed = recorded.deed
    facts = [f"{deed.at:{FORM}}", deed.action]
    facts += [deed.what] if deed.what else []
    facts += [f"of {_who(deed.to, recorded.to)}"] if recorded.to else []
    facts += [f"by {_who(deed.by, recorded.by)}"] if recorded.by else []
    facts += [f"({deed.why})"] if deed.why else []
    changes = ("before", deed.before), ("after", deed.after)
    facts += [f"{name} {json.dumps(dict(held))}" for name, held in changes if held]
    return "  " + "  ".join(facts)


def _who(user: SlackUser | None, pseudonym: str) -> str:
    return _named(user) if user else f"~{pseudonym[:12]}"


def _named(user: SlackUser) -> str:
    return "/".join(user)
