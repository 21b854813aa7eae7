"""``docs/scale.md``: what came of it, in tables."""

from collections.abc import Iterable, Iterator, Sequence

from tests.bench.scale.costs import COSTS
from tests.bench.scale.scenarios import BASE, ENOUGH
from tests.bench.scale.summary import SIZES, Load, Summary
from tests.bench.scale.world import AT_HOME, ONSITE, TIMES, ZONES, World

__all__ = ["page"]

CLASSES = ("1–10", "11–100", "101–1,000", "1,001–10,000", "more")


def page(world: World, load: Load, workers: Sequence[Summary], levers: Sequence[Summary]) -> str:
    """The whole page."""
    base, enough = levers[0], levers[1]
    parts = (
        _head(world, base, enough, _few(workers), load),
        _workers(workers, load),
        _levers(levers),
        _sizes(base, enough),
        _all_day(load),
        _assumed(world),
        _costs(),
    )
    return "\n".join("\n".join(part) + "\n" for part in parts)


def _head(world: World, base: Summary, enough: Summary, few: Summary, load: Load) -> Iterator[str]:
    clock = len(world.workspaces) * COSTS.hand_out
    largest = max(len(each.due) for each in world.workspaces)
    yield f"# {world.users:,} users in {len(world.workspaces):,} workspaces"
    yield ""
    yield "Simulated, not tried: a workday of digests, event by event, as [several processes](postgresql.md#several-processes-several-machines) on"
    yield "PostgreSQL see to them, from what each step was measured to cost and from [assumptions](#what-is-assumed) that stand below."
    yield "`make scale` makes this page and its pictures anew; the same seed makes the same page (`tests/bench/scale`)."
    yield ""
    yield "What is short, in the order in which one meets it:"
    yield ""
    yield f"1. **A place at a worker**, where it has few workspaces in hand (`workspaces_at_once`, {BASE.workspaces_at_once} as it comes): each is paced by Slack, so its CPU idles while"
    yield f"   small workspaces wait behind large ones. With {BASE.workers} workers half of all digests come within {_time(base.late[0])}, the latest after {_time(base.late[3])}; with 8 in hand it would be"
    yield f"   {_time(few.late[0])} and {_time(few.late[3])}, with {ENOUGH.workspaces_at_once} {_time(enough.late[0])} and {_time(enough.late[3])}."
    yield f"2. **The workers' CPU**, from then on: {COSTS.digest_cpu * 1000:.1f} ms for each digest, so {1 / COSTS.digest_cpu:.0f} a second and worker; half of it is talk with PostgreSQL, in {COSTS.digest_statements}"
    yield "   statements. More workers help, and so does asking for less."
    yield f"3. **Slack's limit for each workspace**, which no worker moves: in the largest, of {largest:,} users, half want theirs at 08:00, and"
    yield f"   at 240 messages a minute (229 where several processes take turns) that takes {_time(largest * 0.5 / 240 * 60)}. Only a higher `messages_per_minute` and beginning earlier move it."
    yield f"4. **PostgreSQL**, above {COSTS.digest_cpu / COSTS.digest_database:.1f} busy workers for each of its cores."
    yield ""
    yield f"All day long tickets are kept alive, {_mean(load.keep_alives):.0f} a second, by {_mean(load.jobs):.0f} jobs: a SuperOffice is looked at when a ticket of it is due. With the"
    yield f"digests and all else {_mean(load.writes()):.0f} transactions a second write on average ([below](#all-day-long)). To hand out a job for each of"
    yield f"{len(world.workspaces):,} at once takes the clock {clock:.1f} s."


def _workers(workers: Iterable[Summary], load: Load) -> Iterator[str]:
    yield "## Workers"
    yield ""
    yield "How late digests come, by how many workers there are and how many workspaces each has in hand. Above so many, more workers do"
    yield f"nothing: what is left is Slack's limit. *Over*: the four hours of the slot had passed; what it owes comes with the next digest. In {sum(each > 1 for each in load.cpu()):,} of the day's {len(load.digests):,} minutes one worker's core is not enough."
    yield ""
    yield "![Minutes of lateness by the number of workers: it falls until Slack's limit is left](images/scale-workers.png)"
    yield ""
    yield "| workers × workspaces at once | half within | 90 % | 99 % | the latest | over | a second in the busiest minute | waited for most |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in workers:
        late = " | ".join(map(_time, each.late))
        yield f"| {each.setup.name} | {late} | {each.over:,} | {max(each.sent) / 60:,.0f} | {each.bottleneck} |"


def _levers(levers: Iterable[Summary]) -> Iterator[str]:
    yield "## What moves it"
    yield ""
    yield "The same day with one thing changed. *Early*: the bot begins with each digest at a moment of the minutes before its time, by chance for each user; what happens\nin between comes with the next."
    yield ""
    yield "![Minutes within which 99 of 100 digests come, by the size of the workspace](images/scale-lateness.png)"
    yield ""
    yield "| | half within | 90 % | 99 % | the latest | waited for most |"
    yield "|---|---|---|---|---|---|"
    for each in levers:
        yield f"| {each.setup.name} | {' | '.join(map(_time, each.late))} | {each.bottleneck} |"


def _sizes(*of: Summary) -> Iterator[str]:
    yield "## How late, by the size of the workspace"
    yield ""
    yield "Half within / 99 % / the latest."
    yield ""
    yield f"| users | {' | '.join(each.setup.name.partition(',')[0] for each in of)} |"
    yield f"|---|{'---|' * len(of)}"
    for name, size in zip(CLASSES, SIZES, strict=True):
        cells = [
            " / ".join(_time(each.by_size[size][number]) for number in (0, 2, 3))
            for each in of
            if size in each.by_size
        ]
        if cells:
            yield f"| {name} | {' | '.join(cells)} |"


def _all_day(load: Load) -> Iterator[str]:
    yield "## All day long"
    yield ""
    yield f"With {ENOUGH.name}. Tickets that were used for the digests of 08:00 are due again at about ten, at twelve and so on, each time less"
    yield "together. Tokens of online tenants are had anew for a digest, in the ten minutes before it; here as if at the digest itself."
    yield ""
    yield "![What is done a second over the day, and how many transactions a second write](images/scale-day.png)"
    yield ""
    yield "| a second | least | on average | most |"
    yield "|---|---|---|---|"
    rows = (
        ("digests", load.digests),
        ("tickets kept alive", load.keep_alives),
        ("tokens refreshed", load.refreshes),
        ("jobs of the keep-alive", load.jobs),
        ("transactions that write", load.writes()),
        ("PostgreSQL's cores", load.database()),
        ("workers' cores", load.cpu()),
    )
    for name, values in rows:
        yield f"| {name} | {min(values):,.1f} | {_mean(values):,.1f} | {max(values):,.1f} |"
    yield ""
    yield f"Questions to one SuperOffice: at most 8 for digests and 4 for keep-alives at the same time, where {16} places are; it is not what is short as"
    yield "long as each workspace has a tenant of its own."


def _assumed(world: World) -> Iterator[str]:
    sizes = sorted(len(each.due) for each in world.workspaces)
    yield "## What is assumed"
    yield ""
    yield "Nobody publishes it. Change it in `tests/bench/scale/world.py`, and make the page anew."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| sizes | log-normal; median {sizes[len(sizes) // 2]:,}, 99 % up to {sizes[int(0.99 * len(sizes))]:,}, the largest {sizes[-1]:,} users. One SuperOffice for each |"
    yield f"| zones of workspaces, % | {', '.join(f'{zone} {share}' for zone, share in ZONES.items())}. {AT_HOME:.0%} of the users live where their workspace is, in winter |"
    times = ", ".join(f"{time} {share}" for time, share in TIMES.items())
    yield f"| times that were chosen, % | {times}; the others any quarter of an hour from 06:00 to 18:00. Everybody has one digest a day |"
    yield f"| SuperOffice | {ONSITE:.0%} onsite; answers log-normal, median {COSTS.crm_median * 1000:.0f} ms, 99 % within {_time(_crm_p99())} |"
    yield f"| Slack | answers in {COSTS.slack_seconds * 1000:.0f} ms, refuses nothing; {COSTS.two_messages} % of the digests are of two messages |"
    yield ""
    yield "Not in it: people's own commands, channels' digests, failures, a network's limits, disks that are slow to flush, the ten connections that each\nprocess has to PostgreSQL."


def _costs() -> Iterator[str]:
    yield "## What was measured"
    yield ""
    yield "By `python -m tests.bench.scale.measure`: a whole bot on PostgreSQL 15, ten companies in a digest, 400 of each; two cores that had other work"
    yield "besides (load 3), and a digest had two statements more, so rather too much than too little."
    yield ""
    yield "| | CPU of the bot | CPU of PostgreSQL | transactions that write |"
    yield "|---|---|---|---|"
    of = COSTS
    rows = (
        (
            f"a digest, due to posted ({of.digest_statements} statements)",
            of.digest_cpu,
            of.digest_database,
            of.digest_writes,
        ),
        (
            "a ticket kept alive (5)",
            of.keep_alive_cpu,
            of.keep_alive_database,
            of.keep_alive_writes,
        ),
        ("a look at a tenant of which nothing is due (4)", of.look_cpu, of.look_database, 0.0),
        ("a job, from the clock to its end", of.job_cpu, of.job_database, of.job_writes),
    )
    for name, cpu, database, writes in rows:
        yield f"| {name} | {cpu * 1000:.1f} ms | {database * 1000:.1f} ms | {writes:.2f} |"
    yield ""
    yield f"To hand one job out takes the clock {of.hand_out * 1000:.1f} ms, one after another; a digest writes {of.digest_log:,} bytes of log. With a million subscriptions, a third of"
    yield "them due, PostgreSQL tells in 0.2 s which workspaces are due, in 0.05 s how many, and in 0.1 ms the next twenty of a workspace."
    yield "Slack's limits are the bot's own, and the model's is tested against `PostLimits` (`tests/bench/test_scale.py`)."


def _few(workers: Iterable[Summary]) -> Summary:
    """With as many workers as it comes with, and fewer workspaces in hand."""
    return next(each for each in workers if each.setup.name == f"{BASE.workers} × 8")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _crm_p99() -> float:
    return float(COSTS.crm_median * 2.718281828 ** (2.326 * COSTS.crm_sigma))


def _time(seconds: float) -> str:
    return (
        f"{seconds:.1f} s"
        if seconds < 10
        else f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
    )
