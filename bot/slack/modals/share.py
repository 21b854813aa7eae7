"""What somebody shares with a channel, in a modal: categories, and companies that never are."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.core.filters import Filter
from bot.core.people import SlackUser
from bot.core.replies import Reader
from bot.core.replies.channels import ShareForm
from bot.core.requests import Conversation, Do, Request
from bot.core.secret import Secret
from bot.core.typed.channelcommands import TypedShare
from bot.slack.blocks.elements import Block, ask, channel, multi_select, note, option, rich, span
from bot.text import sentence

__all__ = ["SHARE", "share_modal", "submitted_share"]

#: The modal's ``callback_id``.
SHARE = "share-mine"
MOST = 100
#: What an option's value holds. A category of a longer name is chosen by typing.
MAX_VALUE = 150


def share_modal(form: ShareForm, reader: Reader) -> dict[str, Any]:
    """The view."""
    titles = {
        "title": "share-form.title",
        "submit": "form.save" if form.is_shared else "share-form.see",
        "close": "form.cancel",
    }
    return {
        "type": "modal",
        "callback_id": SHARE,
        "private_metadata": json.dumps({"channel": form.channel}),
        **{
            name: {"type": "plain_text", "text": sentence(id_, reader.locale)} for name, id_ in titles.items()
        },
        "blocks": list(_blocks(form, reader.locale)),
    }


def _blocks(form: ShareForm, locale: str) -> Iterator[Block]:
    yield rich(span(f"{sentence('share-form.with', locale)} "), channel(form.channel))
    yield note(sentence("share-form.what", locale))
    names = [name for name in form.categories if len(name) <= MAX_VALUE]
    if names:
        element = multi_select([option(name, name) for name in names], form.only, MOST)
        hint = sentence("share-form.only.hint", locale)
        yield ask(
            "only", sentence("share-form.only", locale), {**element, "action_id": "only"}, hint, optional=True
        )
    if form.companies:
        options = [option(name, str(id_)) for id_, name in form.companies]
        element = multi_select(options, [str(id_) for id_ in form.never], MOST)
        hint = sentence("share-form.never.hint", locale)
        yield ask(
            "never",
            sentence("share-form.never", locale),
            {**element, "action_id": "never"},
            hint,
            optional=True,
        )


def submitted_share(body: Mapping[str, Any]) -> Request:
    """The request in a ``view_submission`` payload.

    Raises :class:`ValueError` and what else comes of a payload that is not as Slack describes it.
    """
    view = body["view"]
    values = view["state"]["values"]

    def many(name: str) -> tuple[str, ...]:
        chosen = values.get(name, {}).get(name, {}).get("selected_options") or ()
        return tuple(str(each["value"]) for each in chosen)

    share = TypedShare(Filter(categories=many("only")), tuple(str(int(id_)) for id_ in many("never")))
    user = SlackUser(body["team"]["id"], body["user"]["id"])
    conversation = Conversation(user, json.loads(view["private_metadata"])["channel"], Secret(""))
    wish = Do(f"channel narrow {share.line or 'off'}")
    return Request(f"submit:{body['trigger_id']}", conversation, wish, pressed=True)
