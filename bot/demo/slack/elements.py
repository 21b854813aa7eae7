"""Blocks' interactive elements: where they stand, and what Slack tells of one that was used."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

__all__ = ["Element", "Used", "elements", "find", "used"]

Element = Mapping[str, Any]
#: A block's id, and the ``actions`` entry of a ``block_actions`` payload.
Used = dict[str, Any]

#: By the kind of element, the name of what was chosen. Source: docs.slack.dev, "Block Kit elements".
_CHOSEN = {
    **dict.fromkeys(("static_select", "external_select", "overflow", "radio_buttons"), "selected_option"),
    **dict.fromkeys(
        ("multi_static_select", "multi_external_select", "checkboxes"),
        "selected_options",
    ),
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    **dict.fromkeys(("plain_text_input", "number_input", "email_text_input", "url_text_input"), "value"),
}
_TOLD = ("type", "action_id", "text", "value", "style", "confirm")


def elements(blocks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Element]]:
    """Everything that tells the app when it is used, with its block's id.

    A form's fields do so only where ``dispatch_action`` says so.
    """
    for block in blocks:
        field = block.get("element") if block.get("dispatch_action") else None
        usable = [*block.get("elements", ()), block.get("accessory"), field]
        yield from (
            (block["block_id"], each) for each in usable if isinstance(each, Mapping) and "action_id" in each
        )


def find(
    among: Iterable[tuple[str, Element]],
    action_id: str,
    choice: str | None = None,
    number: int = 1,
    block: str | None = None,
) -> tuple[str, Element]:
    """The ``number``-th of that name, in that block if one is named, that offers the choice if one is named.

    Raises :class:`LookupError`.
    """
    there = [*among]
    for block_id, element in there:
        choices = [option.get("value") for option in _options(element)] or [choice]
        named = element["action_id"] == action_id and block in {None, block_id}
        if named and (choice is None or choice in choices):
            number -= 1
            if not number:
                return block_id, element
    raise LookupError(f"no element {action_id!r} there, only {[each['action_id'] for _, each in there]}")


def used(block_id: str, element: Element, choice: str | None, choices: Sequence[str] | None, at: str) -> Used:
    """What the app is told: of a menu with the option of value ``choice``, or with all ``choices``.

    ``choice`` is also an id, a date, a time or a text, as the element asks for. Raises :class:`LookupError`.
    """
    action = {name: element[name] for name in _TOLD if name in element}
    name = _CHOSEN.get(element["type"])
    if name is not None and (choice is not None or choices is not None):
        action[name] = _chosen(element, name, choice, choices or ())
    return action | {"block_id": block_id, "action_ts": at}


def _chosen(element: Element, name: str, choice: str | None, choices: Sequence[str]) -> Any:
    if name == "selected_options":
        return [_option(element, each) for each in choices]
    if name == "selected_option":
        return _option(element, choice)
    if name == "selected_date_time":
        return int(choice or 0)
    return list(choices) if name.endswith("s") else choice


def _options(element: Element) -> list[Mapping[str, Any]]:
    groups = [{"options": element.get("options") or ()}, *(element.get("option_groups") or ())]
    return [option for group in groups for option in group["options"]]


def _option(element: Element, choice: str | None) -> Mapping[str, Any]:
    for option in _options(element):
        if option.get("value") == choice:
            return dict(option)
    raise LookupError(f"no option with the value {choice!r}")
