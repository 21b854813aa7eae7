"""The markup that Slack puts into what is typed, undone.

Source: docs.slack.dev, "Formatting message text" and "Implementing slash commands".
"""

import re

__all__ = ["as_typed"]

#: A mention, a channel, a group, a date or a link: what it points at, and what it is called.
_MARKUP = re.compile(r"<([@#!]?)([^<>|\s]*)(?:\|([^<>]*))?>")

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>", re.ASCII)


def as_typed(text: str, typist: str, *, ids: bool = False) -> str:
    """What a command's text was before Slack, asked by ``should_escape``, marked people and channels in it.

    The user ``typist`` who mentions herself means ``me``. Of anybody else Slack's name is left: what
    SuperOffice calls that person, Slack does not know. With ``ids`` all people are named by their ids.
    """
    if ids:
        text = _PERSON.sub(r"@\1", text)
    plain = _MARKUP.sub(lambda found: _name(found[1], found[2], found[3] or "", typist), text)
    # `&amp;` last: what was `&amp;lt;` is no `<`.
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _name(sigil: str, target: str, label: str, typist: str) -> str:
    if sigil == "@" and target == typist:
        return "me"
    if sigil == "!":
        return label or f"@{target.partition('^')[0]}"
    return f"{sigil}{label.removeprefix(sigil) or target}" if sigil else label or target
