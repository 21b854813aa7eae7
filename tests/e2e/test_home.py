"""The Home tab, from the first look at it: what it shows, what its buttons do, and who sees what."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.demo.slack import Slack
from bot.demo.superoffice import SuperOffice
from tests.e2e.conftest import World

View = Mapping[str, Any]


def text_of(view: View) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)


def shows(*words: str, without: str = "") -> Callable[[View], bool]:
    """Whether a view has all these words, and not that."""
    return lambda view: (
        all(word in text_of(view) for word in words) and (not without or without not in text_of(view))
    )


def actions_of(view: View) -> list[str]:
    return re.findall(r'"action_id": "([^"]+)"', json.dumps(view["blocks"]))


async def home(world: World, *words: str, user: str = "U0SELLER", without: str = "") -> View:
    """The Home tab as soon as it shows that."""
    view: View = await world.slack.views.home(user, shows(*words, without=without))
    return view


async def test_from_the_first_look_to_a_digest_and_away(world: World) -> None:
    slack = world.slack
    assert (await slack.open_home()).acknowledged
    view = await home(world, "Link SuperOffice", "1. *Link*", "3. *Let it come")
    assert "unlink" not in actions_of(view)

    await slack.press_view(view, "home.link")
    (url,) = re.findall(r'"url": "([^"]+/link/[^"]+)"', json.dumps(await slack.views.modal()))
    assert url not in text_of(view), "an address that is good once is in no view that stays"
    assert (await world.sign_in(url, SuperOffice.seller))[0] == 200
    view = await home(world, "You are *Kianna Ledner*", without="1. *Link*")

    await slack.press_view(view, "digest.at")
    view = await home(world, "08:00 weekdays", "UTC+0", "Turn Off")
    assert "digest.snooze" in actions_of(view)
    await slack.press_view(view, "digest.snooze", choice="1w")
    view = await home(world, "snoozed", "End the Snooze")
    await slack.press_view(view, "digest.wake")
    view = await home(world, "Turn Off", without="End the Snooze")
    await slack.press_view(view, "digest.off")
    view = await home(world, "Turn On")
    assert slack.direct_messages() == [slack.direct_messages()[0]], "only that linking worked was written"

    await slack.press_view(view, "unlink")
    view = await home(world, "Link SuperOffice", without="Kianna")
    assert "08:00" not in text_of(view)
    assert "7T:" not in json.dumps(slack.views.homes)


async def test_filters_run_and_go(world: World) -> None:
    await world.link()
    await world.ask("filter save vip not:me")
    await world.slack.open_home()
    view = await home(world, "vip", "not:me")
    before = len(world.slack.direct_messages())
    await world.slack.press_view(view, "filter.run")
    view = await home(world, "The answer is in *Messages*")
    assert "this week" in world.slack.direct_messages()[before].text
    await world.slack.press_view(view, "filter.remove")
    view = await home(world, "vip is removed")
    assert "filter.run" not in actions_of(view)


async def test_a_channel_s_digest_is_paused_and_left_from_there(world: World) -> None:
    await world.link(Slack.manager, SuperOffice.manager)
    await (await world.type("channel digest at 08:30 weekdays", Slack.manager, "C0SALES")).next()
    answer = await world.type("channel join", Slack.manager, "C0SALES")
    await (await world.slack.press(await answer.next(), "channel.share", user=Slack.manager)).next()
    await world.slack.open_home(Slack.manager)
    view = await home(world, "C0SALES", user="U0MANAGER")
    await world.slack.press_view(view, "channel.pause", user=Slack.manager)
    view = await home(world, "channel.resume", user="U0MANAGER")
    await world.slack.press_view(view, "channel.leave", user=Slack.manager)
    view = await home(world, "channel.resume", user="U0MANAGER", without="channel.leave")
    await world.slack.open_home(Slack.seller)
    assert "C0SALES" not in text_of(await home(world, "Link SuperOffice"))


async def test_admins_see_the_workspace_and_nobody_else_does(world: World) -> None:
    await world.link()
    await world.slack.open_home(Slack.manager)
    view = await home(world, "This workspace", "*Links*: 1 linked", user="U0MANAGER")
    assert "Kianna" not in text_of(view)
    await world.slack.press_view(view, "home.links", user=Slack.manager)
    assert "Kianna Ledner" in json.dumps(await world.slack.views.modal())
    await world.slack.press_view(view, "home.channel", user=Slack.manager, choice="C0SALES")
    assert (await world.slack.views.updated(2))["callback_id"] == "digest"

    await world.slack.open_home()
    assert "This workspace" not in text_of(await home(world, "Kianna"))
    await world.slack.press_view(view, "home.links")
    await home(world, "belongs to somebody else")
    forged = json.loads(json.dumps(view).replace("U0MANAGER", "U0SELLER"))
    await world.slack.press_view(forged, "home.links")
    await home(world, "Only admins may do that")
    await world.slack.change(Slack.manager, is_admin=False, is_owner=False)
    await home(world, "Link SuperOffice", user="U0MANAGER", without="This workspace")


async def test_guests_see_nothing(world: World) -> None:
    await world.slack.open_home(Slack.guest)
    view = await home(world, "Not for guests", user="U0GUEST")
    assert actions_of(view) == []


async def test_what_slack_refuses_is_shown_at_the_next_change(world: World) -> None:
    world.slack.fail("views.publish", "internal_error", times=1)
    await world.slack.open_home()
    await world.link()
    await home(world, "You are *Kianna Ledner*")
    assert len(world.slack.calls("views.publish")) >= 2


async def test_forget_me_takes_it_back_wherever_it_is_typed(world: World) -> None:
    await world.link()
    await world.slack.open_home()
    await home(world, "Kianna")
    question = await world.ask("forget-me")
    await (await world.slack.press(question, "forget")).next()
    await home(world, "Link SuperOffice", without="Kianna")


async def test_who_is_not_in_the_workspace_s_install_has_none(world: World) -> None:
    other = world.slack.add_workspace("T0OTHER", installed=False)
    await world.slack.open_home("U0SELLER", workspace=other)
    assert other.views.homes == {}
