"""Channels' digests as a reviewed file: read, compared and applied as a whole; nothing private in it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import main
from bot.config.channelfile import ChannelFileError, read_channels
from bot.core.channeldigest import MAX_FILTER, ChannelSettings, Grouping, Layout
from bot.core.channelfile import ChangeKind, ChannelEntry, write
from bot.core.digest import WhenEmpty
from bot.core.filters import Filter, Style, of_one_reader
from bot.core.people import SlackChannel, SlackUser
from bot.core.recurrence import MonthDay, Monthly
from bot.core.schedule import Schedule
from bot.core.secret import Secret
from bot.core.slots import next_due
from bot.core.subscription import State, Subscription
from bot.core.typed.filtertext import written
from bot.holidays import COUNTRIES
from bot.ops.channels import difference, export_channels, import_channels, show_changes
from bot.store import Store
from tests.conftest import NOW
from tests.core.schedules import ZONES, schedules
from tests.core.test_filters import FILTERS
from tests.databases import fresh_database
from tests.sqlite import connection, opened

TEXT_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
KEY = Secret(TEXT_KEY)
OSLO = ZoneInfo("Europe/Oslo")
HOSTILE = 'Ø "<!channel>" \\ AS'
FILE = """
[channels.T1.C1]
owner = "U2"
schedule = "09:15,16:00 weekdays except holidays in NO"
zone = "Europe/Stockholm"
filters = "category:VIP top:5"
grouping = "day"
quorum = 75
"""

Make = Callable[[str], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A new database."""

    def making(name: str) -> Path:
        path = tmp_path / name
        fresh_database(path)
        return path

    return making


def digest(channel: str = "C1", workspace: str = "T1", **changes: object) -> Subscription:
    """A channel's digest."""
    made = Subscription(
        0,
        SlackUser(workspace, "U1"),
        Schedule.at(time(8)),
        OSLO,
        channel=channel,
        since=NOW,
        considered_until=NOW,
        team=ChannelSettings(is_private=False),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def put(path: Path, *digests: Subscription) -> None:
    """Store them."""
    with opened(path, KEY) as store:
        for each in digests:
            due = next_due(each.schedule, each.zone, NOW)
            asyncio.run(store.subscriptions.put(each, due))


def found(path: Path, channel: str = "C1", workspace: str = "T1") -> Subscription:
    """What a channel has."""
    with opened(path, KEY) as store:
        there = asyncio.run(store.subscriptions.of_channel(SlackChannel(workspace, channel)))
    assert there
    return there


def read(text: str) -> tuple[ChannelEntry, ...]:
    return read_channels(text, COUNTRIES)


VARIED = (
    digest(),
    digest("C2", schedule=Schedule.at(time(7, 30), time(16), days=Monthly.of(MonthDay(1)), country="NO")),
    digest("C1", "T2", zone=ZoneInfo("Asia/Kolkata"), locale="nb", when_empty=WhenEmpty.NOTE),
    digest("G3", filter=Filter(categories=(HOSTILE, "VIP"), not_by=("Ida Holm",), top=20, style=Style.TABLE)),
    digest("C4", team=ChannelSettings(Grouping.CATEGORY, Layout.FLAT, 0, is_private=False)),
    digest("C5", schedule=Schedule.at(time(8), zone="Europe/Oslo"), state=State.PAUSED, reason="external"),
)


def test_an_export_that_is_imported_elsewhere_is_exported_the_same(make: Make) -> None:
    one, other = make("one.db"), make("other.db")
    put(one, *VARIED)
    exported = export_channels(one, KEY, private=False)
    assert (exported.private, exported.unreadable, exported.text.count("[channels.")) == (0, 0, 6)
    import_channels(other, KEY, read(exported.text), NOW)
    assert export_channels(other, KEY, private=False).text == exported.text
    assert difference(other, KEY, read(exported.text), NOW) == []
    again = import_channels(one, KEY, read(exported.text), NOW)
    assert {(change.kind, change.is_taken_over, *change.after) for change in again} == {
        (ChangeKind.CHANGED, True)
    }, "it changes nothing but that they are changed in the file from now on"
    assert export_channels(one, KEY, private=False).text == exported.text


ENTRIES = st.builds(
    ChannelEntry,
    place=st.builds(SlackChannel, st.sampled_from(["T1", "T0AB"]), st.sampled_from(["C1", "G0Z"])),
    owner=st.sampled_from(["", "U1", "W0AB"]),
    schedule=schedules().map(lambda schedule: replace(schedule, zone=None)),
    zone=ZONES,
    filter=FILTERS.map(lambda each: replace(each, style=None, saved="")).filter(
        lambda each: not of_one_reader(each) and len(written(each)) <= MAX_FILTER
    ),
    style=st.sampled_from(Style),
    grouping=st.sampled_from(Grouping),
    layout=st.sampled_from(Layout),
    quorum=st.integers(0, 100),
    when_empty=st.sampled_from(WhenEmpty),
    language=st.sampled_from(["en", "nb", "pt-BR"]),
)


@given(ENTRIES)
def test_what_is_written_is_read_as_the_same(entry: ChannelEntry) -> None:
    (again,) = read(write([entry]))
    assert again.settings == entry.settings
    assert write([again]) == write([entry])


def test_nothing_of_a_private_channel_is_exported_unless_that_is_wished(make: Make) -> None:
    path = make("bot.db")
    private = [
        digest("C7PRIVATE", team=ChannelSettings(is_private=True), owner=SlackUser("T1", "U7MEMBER")),
        digest("C8UNKNOWN", team=ChannelSettings(), owner=SlackUser("T1", "U8MEMBER")),
    ]
    put(path, digest(), *private)
    exported = export_channels(path, KEY, private=False)
    assert exported.private == 2
    assert [word for word in ("C7", "C8", "U7", "U8") if word in exported.text] == []
    assert "C1" in exported.text
    whole = export_channels(path, KEY, private=True)
    assert whole.private == 0
    assert [word for word in ("C7", "C8", "U7", "U8") if word not in whole.text] == []
    import_channels(path, KEY, read(whole.text), NOW)
    assert export_channels(path, KEY, private=False).text == whole.text, "the file has them already"


def test_a_file_does_not_tell_of_digests_that_it_has_not(make: Make) -> None:
    path = make("bot.db")
    put(path, digest("C7PRIVATE", team=ChannelSettings(is_private=True)))
    shown = "\n".join(show_changes(difference(path, KEY, read(FILE), NOW)))
    assert "C7" not in shown


def test_what_is_imported_is_so(make: Make) -> None:
    path = make("bot.db")
    put(path, digest(filter=Filter(style=Style.TABLE), locale="nb"))
    (change,) = import_channels(path, KEY, read(FILE), NOW)
    after = found(path)
    assert after.owner == SlackUser("T1", "U2")
    assert after.schedule.zone == after.zone.key == "Europe/Stockholm"
    assert [(each.time, each.id) for each in after.schedule.times] == [(time(9, 15), 1), (time(16), 2)]
    assert after.schedule.country == "NO"
    assert after.filter == Filter(categories=("VIP",), top=5, style=Style.FULL)
    assert after.locale == "en", "what the file does not say is as a new one would be"
    assert after.team == ChannelSettings(
        Grouping.DAY, quorum=75, is_managed=True, imported_at=NOW, is_private=False
    )
    lines = "\n".join(show_changes([change]))
    assert "~ T1/C1 (until now it was changed in Slack)" in lines
    assert "quorum: 50 -> 75" in lines
    assert import_channels(path, KEY, read(FILE), NOW) == []


def test_times_that_stay_keep_what_was_told_at_them(make: Make) -> None:
    path = make("bot.db")
    times = Schedule.at(time(8), time(16)).dropping([time(8)])
    put(path, digest(schedule=times))
    import_channels(path, KEY, read(FILE), NOW)
    assert [(each.time, each.id) for each in found(path).schedule.times] == [(time(9, 15), 3), (time(16), 2)]


def test_what_was_due_until_then_stays_owed(make: Make) -> None:
    path, eight = make("bot.db"), NOW.replace(hour=7, minute=0)
    put(path, digest(considered_until=eight - timedelta(hours=1)))
    import_channels(path, KEY, read(FILE), NOW)
    with opened(path, KEY) as store:
        (row,) = asyncio.run(store.ledger.latest(1, 9))
    assert (row.outcome, row.due_at) == ("claimed", eight)
    assert found(path).considered_until == NOW


def test_a_stopped_digest_stays_so_and_a_new_one_comes(make: Make) -> None:
    path = make("bot.db")
    put(path, digest(state=State.OFF))
    new = FILE.replace("C1", "C9")
    import_channels(path, KEY, read(FILE + new), NOW)
    assert (found(path).state, found(path, "C9").state) == (State.OFF, State.ON)
    with opened(path, KEY) as store:
        due = (
            connection(store).execute("SELECT target, next_due FROM subscriptions ORDER BY target").fetchall()
        )
    assert [(target, bool(next_)) for target, next_ in due] == [("C1", False), ("C9", True)]


def test_what_is_not_in_the_file_any_more_is_changed_in_slack_again(make: Make) -> None:
    path = make("bot.db")
    put(path, digest("C8"))
    import_channels(path, KEY, read(FILE), NOW)
    (change,) = import_channels(path, KEY, (), NOW)
    assert change.kind is ChangeKind.RELEASED
    assert "- T1/C1" in "\n".join(show_changes([change]))
    after = found(path)
    assert (after.state, after.schedule.times[0].time) == (State.ON, time(9, 15))
    assert after.team
    assert not after.team.is_managed
    assert import_channels(path, KEY, (), NOW) == []


def test_without_an_owner_it_stays_with_whoever_it_is(make: Make) -> None:
    path, text = make("bot.db"), FILE.replace('owner = "U2"\n', "")
    put(path, digest())
    import_channels(path, KEY, read(text + text.replace("C1", "C9")), NOW)
    assert found(path).owner.user == "U1"
    new = found(path, "C9")
    assert new.owner.user == ""
    assert new.team
    assert new.team.orphaned_since == NOW, "so that one is sought"
    assert difference(path, KEY, read(text + text.replace("C1", "C9")), NOW) == []


def test_it_is_written_down_without_a_name(make: Make) -> None:
    path = make("bot.db")
    put(path, digest())
    import_channels(path, KEY, read(FILE.replace("VIP", "'Secret Customer'")), NOW)
    with opened(path, KEY) as store:
        (recorded,) = asyncio.run(store.audit.all())
    deed = recorded.deed
    assert (deed.action, deed.what, deed.why) == ("channel.imported", "C1", "changed")
    assert deed.to == SlackUser("T1", "U2")
    assert deed.before["quorum"] == 50
    assert deed.after["quorum"] == 75
    assert "Secret" not in json.dumps([dict(deed.before), dict(deed.after)])
    assert "U2" not in json.dumps([dict(deed.before), dict(deed.after)])


def test_all_or_nothing(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot changes one of two while they are imported: it is begun again, on what is there by then."""
    path = make("bot.db")
    put(path, digest(), digest("C9"))
    meddled = 0

    async def meddling(store: Store, *_: object) -> None:
        nonlocal meddled
        meddled += 1
        if meddled == 1:
            connection(store).execute("UPDATE subscriptions SET state = 'off' WHERE target = 'C9'")

    monkeypatch.setattr("bot.ops.channels._see_to_what_is_due", meddling)
    done = import_channels(path, KEY, read(FILE + FILE.replace("C1", "C9")), NOW)
    assert len(done) == 2
    assert found(path, "C9").state is State.OFF
    assert found(path, "C9").schedule.times[0].time == time(9, 15)


async def test_nothing_is_stored_where_one_was_changed_meanwhile(make: Make) -> None:
    path = make("bot.db")
    with opened(path, KEY) as store:
        one, two = [await store.subscriptions.put(digest(name), None) for name in ("C1", "C2")]
        stale = replace(two, locale="nb")
        changes = [(one, replace(one, locale="sv"), None), (stale, replace(stale, locale="sv"), None)]
        assert not await store.subscriptions.put_all(changes, [])  # type: ignore[arg-type]
        assert await store.subscriptions.get(one.id) == one


# ---------------------------------------------------------------- what is wrong


WRONG = """
extra = 1
[channels.acme.C1]
schedule = "08:00"
zone = "Europe/Oslo"
[channels.T1.general]
schedule = "08:00"
zone = "Europe/Oslo"
[channels.T1.C2]
schedule = "25:00 weekdays"
zone = "Europe/Olso"
filters = "categry:vip style:full"
style = "fancy"
grouping = "owners"
layout = 7
quorum = 101
when_empty = "shout"
owner = "@kianna"
language = "Norsk"
shedule = "08:00"
[channels.T1.C3]
schedule = "08:00 in Asia/Tokyo"
filters = "filter:vip"
quorum = true
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ChannelFileError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def test_everything_that_is_wrong_is_told_together() -> None:
    said = problems(WRONG)
    for begins in (
        "extra: there is no such setting",
        "[channels.acme]: a workspace is named by its Slack id",
        "[channels.T1.general]: a channel is named by its Slack id",
        "channels.T1.C2.shedule: there is no such setting. Did you mean schedule?",
        "channels.T1.C2.owner: it must be a user's Slack id",
        "channels.T1.C2.schedule: '25:00' cannot be read",
        "channels.T1.C2.zone: there is no time zone 'Europe/Olso'. Did you mean Europe/Oslo?",
        "channels.T1.C2.filters: 'categry",
        "channels.T1.C2.style: it must be one of full, compact, table",
        "channels.T1.C2.grouping: it must be one of owner, category, day",
        "channels.T1.C2.layout: it must be one of thread, flat",
        "channels.T1.C2.quorum: it must be a whole number from 0 to 100",
        "channels.T1.C2.when_empty: it must be one of silent, note",
        "channels.T1.C2.language: it must be a language",
        "channels.T1.C3.schedule: name the zone in `zone`",
        "channels.T1.C3.zone: it is missing",
        "channels.T1.C3.filters: a saved filter is its user's own",
        "channels.T1.C3.quorum: it must be a whole number",
    ):
        assert any(each.startswith(begins) for each in said), (begins, said)
    assert len(said) == 18


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[channels.T1.C1", "TOML"),
        (FILE + FILE, "TOML"),
        ("channels = 7", "channels: it must be a table"),
        ('[channels.T1]\nC4 = "08:00"', "channels.T1.C4: it must be a table"),
        ("[channels.T1.C1]", "channels.T1.C1.schedule: it is missing"),
        (FILE.replace("category:VIP top:5", "style:table"), "name the style in `style`"),
        (FILE.replace("top:5", "not:me"), "'not:me' means nothing in a channel"),
        (FILE.replace("VIP top:5", f"{'x' * 1000}"), "it has 1009 characters, and may have 1000"),
        (FILE.replace("in NO", "in Atlantis"), "cannot be read"),
    ],
)
def test_each_thing_that_is_wrong(text: str, what: str) -> None:
    assert what in "\n".join(problems(text))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(text)
    except ChannelFileError as error:
        assert error.problems


# ---------------------------------------------------------------- the command line


def run(path: Path, *words: str) -> tuple[int, str, str]:
    """``python -m bot channels …``."""
    env = {
        "SLACK_BOT_TOKEN": "xoxb-1-token",
        "SLACK_SIGNING_SECRET": "0123456789abcdef",
        "SUPEROFFICE_URL": "https://crm.example.com/remote/Services86/",
        "SUPEROFFICE_TIMEZONE": "Europe/Oslo",
        "BOT_SECRET_KEY": TEXT_KEY,
        "BOT_DATABASE": str(path),
    }
    result = CliRunner().invoke(main, ("channels", *words), env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_at_the_command_line(make: Make, tmp_path: Path) -> None:
    path, file = make("bot.db"), tmp_path / "channels.toml"
    put(path, digest(), digest("C7", team=ChannelSettings(is_private=True)))
    code, text, said = run(path, "export")
    assert (code, "[channels.T1.C1]" in text, "1 of private channels" in said) == (0, True, True)
    assert run(path, "export", str(file))[:2] == (0, "")
    assert file.read_text() == text
    assert run(path, "export", str(file))[0] == 1
    assert run(path, "export", str(file), "--force", "--private")[0] == 0
    assert "C7" in file.read_text()
    file.write_text(FILE)
    before = path.read_bytes()
    code, dry, _ = run(path, "import", str(file), "--dry-run")
    assert (code, path.read_bytes() == before) == (0, True)
    assert run(path, "diff", str(file)) == (1, dry, "")
    assert run(path, "import", str(file)) == (0, dry, "")
    assert run(path, "diff", str(file)) == (0, "Nothing differs.\n", "")
    file.write_text(WRONG)
    code, _, said = run(path, "import", str(file))
    assert (code, f"{file} has" in said) == (2, True)
    file.write_bytes(b"\xff")
    assert "not UTF-8" in run(path, "diff", str(file))[2]
    assert run(path, "diff", str(tmp_path / "none.toml"))[0] == 1
