"""What the app asks Slack for, and why: as few scopes as there can be. A page of ``docs/`` is made of it."""

from typing import NamedTuple

__all__ = ["ALL_SCOPES", "OPTIONAL_SCOPES", "SCOPES", "Scope"]


class Scope(NamedTuple):
    """A scope of the bot token."""

    name: str
    #: In Markdown, for the documentation.
    reason: str
    #: What does not work where it is missing.
    without: str
    #: The methods of Slack's Web API that it is used for.
    methods: tuple[str, ...] = ()
    #: Whoever installs the app may leave it out.
    is_optional: bool = False


_WHO_READS = ("conversations.info", "conversations.members")
_LATEST = ("conversations.history", "conversations.replies")
_PEOPLE = ("users.info", "users.list")

ALL_SCOPES = (
    Scope("commands", "`/superoffice`", "there is no slash command"),
    Scope(
        "chat:write",
        "an answer that its `response_url` does not take arrives as a direct message; *Share in Channel*, "
        "and taking it back",
        "no digest can be posted, and nothing shared",
        ("chat.postMessage", "chat.delete"),
    ),
    Scope(
        "im:write",
        "that direct message, the one with the file of `my-data`, and a digest open the conversation with "
        "the user",
        "no direct message can be begun, so no digest reaches anybody",
        ("chat.postMessage", "conversations.open"),
    ),
    Scope(
        "files:write",
        "`my-data` sends everything that is stored about you as a file",
        "my-data cannot send its file",
        ("files.getUploadURLExternal", "files.completeUploadExternal"),
    ),
    Scope(
        "users:read",
        "the reader's time zone, language and role; guests get no CRM data, and no channel that they are in "
        "does",
        "nobody's time zone, language and role are known, so nobody can link",
        _PEOPLE,
    ),
    Scope(
        "users:read.email",
        "the Slack profile and the SuperOffice user must have the same e-mail address",
        "e-mail addresses cannot be compared, so nobody can link",
        _PEOPLE,
    ),
    Scope(
        "channels:read",
        "before anything is said in a public channel: is it shared with another organisation, does a guest "
        "read it?",
        "nothing can be shared in a public channel, and no digest be posted there",
        _WHO_READS,
    ),
    Scope(
        "groups:read",
        "the same for a private channel",
        "nothing can be shared in a private channel, and no digest be posted there",
        _WHO_READS,
    ),
    Scope(
        "im:history",
        "did an uncertain digest arrive as a direct message?",
        "a personal digest whose arrival is in doubt is not sent again",
        _LATEST,
        is_optional=True,
    ),
    Scope(
        "channels:history",
        "the same in a public channel that the bot is in",
        "a digest in a public channel whose arrival is in doubt is not sent again",
        _LATEST,
        is_optional=True,
    ),
    Scope(
        "groups:history",
        "the same in a private channel that the bot is in",
        "a digest in a private channel whose arrival is in doubt is not sent again",
        _LATEST,
        is_optional=True,
    ),
)
#: What an install asks for: the manifest's, to which a test holds them.
SCOPES = tuple(scope.name for scope in ALL_SCOPES if not scope.is_optional)
OPTIONAL_SCOPES = tuple(scope.name for scope in ALL_SCOPES if scope.is_optional)
