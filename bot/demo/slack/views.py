"""Modals and Home tabs: who has which open, one upon another."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from bot.demo.slack.errors import ApiError
from bot.demo.slack.limits import problems
from bot.demo.slack.triggers import Triggers

__all__ = ["View", "Views"]

View = dict[str, Any]
#: "After a modal is opened, the app is limited to pushing 2 additional views" (docs.slack.dev, "views.push").
MOST_STACKED = 3


class Views:
    """``views.*``. ``opened`` holds every modal there was by id, ``homes`` the Home tab by user."""

    def __init__(self, triggers: Triggers) -> None:
        self.opened: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        #: Called with a user and a view that came or changed, or with the id of a modal that is gone.
        self.listeners: list[Callable[[str, View | str], None]] = []
        self._stacks: dict[str, list[str]] = {}
        self._triggers = triggers
        self._opened = asyncio.Event()
        self._updated: set[str] = set()

    async def modal(self, number: int = 1, timeout: float = 5) -> View:  # noqa: ASYNC109
        """The modal that was opened as the ``number``-th, now or to come. Raises :class:`TimeoutError`."""
        async with asyncio.timeout(timeout):
            while len(self.opened) < number:
                self._opened.clear()
                await self._opened.wait()
        return list(self.opened.values())[number - 1]

    async def updated(self, number: int = 1, timeout: float = 5) -> View:  # noqa: ASYNC109
        """The same modal once ``views.update`` has changed it. Raises :class:`TimeoutError`."""
        async with asyncio.timeout(timeout):
            while (view := await self.modal(number, timeout))["id"] not in self._updated:
                self._opened.clear()
                await self._opened.wait()
        return self.opened[view["id"]]

    async def home(self, user: str, wanted: Callable[[View], bool] = bool, timeout: float = 5) -> View:  # noqa: ASYNC109
        """A user's Home tab, as soon as it is what is wanted. Raises :class:`TimeoutError`."""
        if user in self.homes and wanted(self.homes[user]):
            return self.homes[user]
        future: asyncio.Future[View] = asyncio.get_running_loop().create_future()

        def told(whose: str, view: View | str) -> None:
            if whose == user and not isinstance(view, str) and view["type"] == "home" and wanted(view):
                self.listeners.remove(told)
                future.set_result(view)

        self.listeners.append(told)
        try:
            return await asyncio.wait_for(future, timeout)
        finally:
            if told in self.listeners:
                self.listeners.remove(told)

    def stack(self, user: str) -> list[View]:
        """The modals that a user has open, the one on top last."""
        return [self.opened[each] for each in self._stacks.get(user, ())]

    # ------------------------------------------------------------ what the app does

    def open(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """``views.open``: in place of whatever the user has open."""
        view = _checked(arguments, "modal")
        user = self._triggers.exchange(str(arguments.get("trigger_id", "")))
        self.clear(user)
        return {"view": self._stacked(user, view)}

    def push(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """``views.push``: upon the modal that the trigger comes from."""
        view = _checked(arguments, "modal")
        user = self._triggers.exchange(str(arguments.get("trigger_id", "")))
        if not self._stacks.get(user):
            raise ApiError("not_found")
        return {"view": self._stacked(user, view)}

    def update(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """``views.update``, by ``view_id`` or ``external_id``; a stale ``hash`` is refused."""
        external = arguments.get("external_id")
        old = self.opened.get(str(arguments.get("view_id", "")))
        if old is None and external:
            old = next((view for view in self.opened.values() if view.get("external_id") == external), None)
        if old is None:
            raise ApiError("not_found")
        if arguments.get("hash") not in {None, old["hash"]}:
            raise ApiError("hash_conflict")
        return {"view": self._replaced(old, _checked(arguments, "modal"))}

    def publish(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """``views.publish``: the Home tab of a user."""
        view = _checked(arguments, "home")
        user = str(arguments.get("user_id", ""))
        old = self.homes.get(user)
        if arguments.get("hash") and old is not None and arguments["hash"] != old["hash"]:
            raise ApiError("hash_conflict")
        self.homes[user] = _with_ids(view) | {"id": f"VHOME{user}", "hash": secrets.token_hex(8)}
        self._tell(user, self.homes[user])
        return {"view": self.homes[user]}

    # ------------------------------------------------------------ what the user does

    def answered(self, user: str, view: Mapping[str, Any], body: object) -> None:
        """Do what a submission was acknowledged with; where something is wrong, the view stays.

        Source: docs.slack.dev, "Modals", ``response_action``. Raises :class:`ApiError` for a view that Slack
        does not take.
        """
        said = body if isinstance(body, Mapping) else {}
        match said.get("response_action"):
            case "errors":
                pass
            case "update":
                self._replaced(view, _checked(said, "modal"))
            case "push":
                self._stacked(user, _checked(said, "modal"))
            case "clear":
                self.clear(user)
            case _:
                self.close(user, view.get("id", ""))

    def close(self, user: str, id_: str) -> None:
        """A modal is gone; the one below it is on top again."""
        if id_ in self._stacks.get(user, ()):
            self._stacks[user].remove(id_)
            self._tell(user, id_)

    def clear(self, user: str) -> None:
        """All of a user's modals are gone."""
        for id_ in reversed(self._stacks.pop(user, [])):
            self._tell(user, id_)

    # ------------------------------------------------------------ helpers

    def _stacked(self, user: str, view: View) -> View:
        stack = self._stacks.setdefault(user, [])
        if len(stack) >= MOST_STACKED:
            raise ApiError("push_limit_reached")
        id_ = f"V{len(self.opened) + 1:04d}{secrets.token_hex(4).upper()}"
        below = {"root_view_id": (stack or [id_])[0], "previous_view_id": stack[-1] if stack else None}
        stack.append(id_)
        self._opened.set()
        return self._keep(user, view | below | {"id": id_})

    def _replaced(self, old: Mapping[str, Any], view: View) -> View:
        self._updated.add(old["id"])
        self._opened.set()
        same = {name: old.get(name) for name in ("id", "root_view_id", "previous_view_id")}
        user = next((each for each, stack in self._stacks.items() if old["id"] in stack), "")
        return self._keep(user, view | same)

    def _keep(self, user: str, view: View) -> View:
        kept = _with_ids(view) | {"hash": secrets.token_hex(8)}
        self.opened[view["id"]] = kept
        self._tell(user, kept)
        return kept

    def _tell(self, user: str, what: View | str) -> None:
        for listener in list(self.listeners):
            listener(user, what)


def _with_ids(view: View) -> View:
    """Slack gives an id to each block that has none."""
    blocks = [{"block_id": f"v{number}", **block} for number, block in enumerate(view["blocks"])]
    return view | {"blocks": blocks}


def _checked(arguments: Mapping[str, Any], surface: str) -> View:
    view = arguments.get("view")
    if not isinstance(view, dict) or view.get("type") != surface:
        raise ApiError("invalid_arguments")
    found = problems(view.get("blocks"), surface)
    for name, most in (("title", 24), ("submit", 24), ("close", 24)):
        if len(view.get(name, {}).get("text", "")) > most:
            found.append(f"[ERROR] must be less than {most + 1} characters [json-pointer:/view/{name}/text]")
    if surface == "modal" and not view.get("title"):
        found.append("[ERROR] missing required field: title [json-pointer:/view]")
    for name, most in (("private_metadata", 3000), ("callback_id", 255)):
        if len(view.get(name, "")) > most:
            found.append(f"[ERROR] must be less than {most + 1} characters [json-pointer:/view/{name}]")
    if found:
        raise ApiError("invalid_arguments", response_metadata={"messages": found})
    return view
