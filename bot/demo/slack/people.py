"""The Web API's methods about who and where: ``auth``, ``team``, ``users``, ``conversations``."""

from collections.abc import Mapping
from typing import Any

from bot.demo.slack.calls import Arguments, Caller, Method, is_true, page
from bot.demo.slack.errors import ApiError
from bot.demo.slack.installs import end
from bot.demo.slack.workspace import Channel, Member, Workspace

__all__ = ["METHODS", "user_object"]


def _auth_test(caller: Caller, _: Arguments) -> Mapping[str, Any]:
    """Of an org-wide token, the organization stands where the workspace would."""
    installation, where = caller.installation, caller.installation.where
    enterprise = installation.enterprise
    host = f"{where.domain}.enterprise" if installation.is_enterprise_install else where.domain
    user = caller.workspace.members.get(installation.user)
    return {
        "url": f"https://{host}.slack.example/",
        "team": where.name,
        "user": user.name if user is not None else "superoffice",
        "team_id": where.id,
        "user_id": installation.user,
        **({"bot_id": caller.workspace.bot_id} if installation.is_bot else {}),
        **({"enterprise_id": enterprise.id} if enterprise is not None else {}),
        "is_enterprise_install": installation.is_enterprise_install,
    }


def _auth_revoke(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    """Does not uninstall the app. Source: docs.slack.dev, "auth.revoke"."""
    tried = is_true(arguments.get("test"))
    if not tried:
        end(caller.installation)
    return {"revoked": not tried}


def _team_info(caller: Caller, _: Arguments) -> Mapping[str, Any]:
    team = {"id": caller.workspace.id, "name": caller.workspace.name, "domain": caller.workspace.domain}
    enterprise = caller.workspace.enterprise
    if enterprise is not None:
        team |= {"enterprise_id": enterprise.id, "enterprise_name": enterprise.name}
    return {"team": team}


def user_object(workspace: Workspace, member: Member, **how: bool) -> dict[str, Any]:
    """A user as a workspace tells of one; in an organization, also what the user is there."""
    user, enterprise = member.info(**how), workspace.enterprise
    if enterprise is not None and member.team == workspace.id:
        teams = [id_ for id_, each in enterprise.workspaces.items() if member.id in each.members]
        roles = {name: name in member.flags for name in ("is_admin", "is_owner")}
        names = {"enterprise_id": enterprise.id, "enterprise_name": enterprise.name}
        user["enterprise_user"] = {"id": member.id, **names, **roles, "teams": teams}
    return user


def _told(caller: Caller, member: Member, arguments: Arguments) -> Mapping[str, Any]:
    with_email = caller.may("users:read.email") and member.team == caller.workspace.id
    with_locale = is_true(arguments.get("include_locale"))
    return user_object(caller.workspace, member, with_email=with_email, with_locale=with_locale)


def _users_info(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    member = caller.workspace.members.get(arguments.get("user", ""))
    if member is None:
        raise ApiError("user_not_found")
    return {"user": _told(caller, member, arguments)}


def _users_list(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    members = [_told(caller, member, arguments) for member in caller.workspace.members.values()]
    return page(members, arguments)


def _visible(caller: Caller, arguments: Arguments) -> Channel:
    channel = caller.workspace.channels.get(arguments.get("channel", ""))
    bot = caller.workspace.bot_user
    hidden = channel is not None and "is_private" in channel.flags and bot not in channel.members
    if channel is None or hidden:
        raise ApiError("channel_not_found")
    if not channel.user:
        caller.need("groups:read" if "is_private" in channel.flags else "channels:read")
    return channel


def _conversations_info(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    channel = _visible(caller, arguments)
    counted = is_true(arguments.get("include_num_members"))
    return {"channel": channel.info() | ({"num_members": len(channel.members)} if counted else {})}


def _conversations_members(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    return page(sorted(_visible(caller, arguments).members), arguments)


def _conversations_open(caller: Caller, arguments: Arguments) -> Mapping[str, Any]:
    workspace, user = caller.workspace, arguments.get("users", "")
    if user not in workspace.members:
        raise ApiError("user_not_found")
    if "deleted" in workspace.members[user].flags:
        raise ApiError("user_disabled")
    return {"channel": {"id": workspace.direct(user).id}}


#: By name, with the scope that each needs.
METHODS: Mapping[str, tuple[Method, str | None]] = {
    "auth.test": (_auth_test, None),
    "auth.revoke": (_auth_revoke, None),
    "team.info": (_team_info, "team:read"),
    "users.info": (_users_info, "users:read"),
    "users.list": (_users_list, "users:read"),
    "conversations.info": (_conversations_info, None),
    "conversations.members": (_conversations_members, None),
    "conversations.open": (_conversations_open, "im:write"),
}
