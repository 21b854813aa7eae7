"""PostgreSQL: what it is, whether it keeps what it is told, its schema, its back-ups."""

from collections.abc import AsyncIterator

from bot.doctor.findings import OLD, OLDER, Finding, Patient, good, problem, skipped, unusable, warning

__all__ = ["answers", "back_up", "kept", "schema", "written"]

#: Source: docs/postgresql.md.
OLDEST = 13
#: What one process uses, and a command beside it.
CONNECTIONS = 12
PG_DUMP = "pg_dump, every night; it is for whoever runs PostgreSQL"


async def answers(patient: Patient) -> AsyncIterator[Finding]:
    """What it is."""
    facts = await patient.postgres()
    if facts.version < OLDEST:
        yield problem(f"it is PostgreSQL {facts.version}", f"the bot needs {OLDEST} or newer")
    if facts.encoding != "UTF8":
        yield problem(f"its encoding is {facts.encoding}", "make it anew: createdb --encoding UTF8")
    if facts.connections < CONNECTIONS:
        yield warning(
            f"it takes {facts.connections} connections, of all programs",
            "raise max_connections: each process of the bot uses up to ten, one with a role up to six more",
        )
    if not facts.is_private:
        yield warning(
            "what goes there and back can be read on the way", "add sslmode=verify-full to BOT_DATABASE"
        )
    yield good(f"PostgreSQL {facts.version} answers")


async def written(patient: Patient) -> AsyncIterator[Finding]:
    """Whether it takes anything."""
    if (await patient.postgres()).reads_only:
        yield problem(
            "it takes no writes: a standby, or set to read only", "look at BOT_DATABASE, and at its disk"
        )
    else:
        yield good("it can be written")


async def kept(patient: Patient) -> AsyncIterator[Finding]:
    """Whether what is committed outlives a crash. What kind of disk that is on, it tells nobody."""
    if lossy := (await patient.postgres()).lossy:
        yield problem(
            f"a crash loses what was committed: {', '.join(lossy)} off",
            "turn it on, or a digest may come twice",
        )
    else:
        yield good("what is committed outlives a crash")


async def schema(patient: Patient) -> AsyncIterator[Finding]:
    """Whether it is this version's."""
    found = (await patient.postgres()).schema
    if found.unusable:
        yield unusable(found.unusable)
    elif found.is_new:
        yield skipped("there is nothing in it yet: it is made at the first start")
    elif found.needed:
        yield warning(
            OLDER.format(found.needed),
            "they are applied at the next start; make a back-up before, with pg_dump",
        )
    else:
        yield good("it is up to date")


async def back_up(patient: Patient) -> AsyncIterator[Finding]:
    """Of its own kind alone: pg_dump leaves no trace."""
    facts = await patient.postgres()
    if not facts.archives:
        yield skipped("pg_dump's are not known here", PG_DUMP)
    elif facts.fails_to_archive:
        yield problem("its log is not archived any more", "look at archive_command, and at PostgreSQL's log")
    elif facts.archived_at is None:
        yield warning("its log was never archived", "look at archive_command, and at PostgreSQL's log")
    elif patient.now - facts.archived_at > OLD:
        yield warning(
            f"its log was archived {(patient.now - facts.archived_at).days} days ago",
            "look at archive_command",
        )
    else:
        yield good(f"its log was last archived {facts.archived_at:%Y-%m-%d %H:%M} UTC")
