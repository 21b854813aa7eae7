"""Modals and Home tabs, and the trigger ids that open them."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.demo.clock import Clock
from bot.demo.errors import ApiError
from bot.demo.limits import problems

__all__ = ["Triggers", "Views"]

View = dict[str, Any]

#: "3 s, single use" (docs.slack.dev, "Handling user interaction").
TRIGGER_LIFE = timedelta(seconds=3)


class Triggers:
    """Trigger ids: each opens one view within three seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, datetime] = {}
        self._used: set[str] = set()

    def issue(self) -> str:
        """A new one."""
        trigger = (
            f"{len(self._open) + len(self._used) + 1}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        )
        self._open[trigger] = self._clock.now() + TRIGGER_LIFE
        return trigger

    def knows(self, trigger: str) -> bool:
        """Whether it was issued here."""
        return trigger in self._open

    def exchange(self, trigger: str) -> None:
        """Use it up, or say in Slack's words why not."""
        if trigger in self._used:
            raise ApiError("exchanged_trigger_id")
        ends = self._open.get(trigger)
        if ends is None:
            raise ApiError("invalid_trigger_id")
        if self._clock.now() > ends:
            raise ApiError("expired_trigger_id")
        self._used.add(trigger)


class Views:
    """``views.*``. ``opened`` holds modals by id, ``homes`` the Home tab by user."""

    def __init__(self, triggers: Triggers) -> None:
        self.opened: dict[str, dict[str, Any]] = {}
        self.homes: dict[str, dict[str, Any]] = {}
        self._triggers = triggers
        self._opened = asyncio.Event()
        self._waiting: dict[str, list[tuple[Callable[[View], bool], asyncio.Future[View]]]] = {}
        self._updated: set[str] = set()

    async def modal(self, number: int = 1, timeout: float = 5) -> dict[str, Any]:  # noqa: ASYNC109
        """The modal that was opened as the ``number``-th, now or to come. Raises :class:`TimeoutError`."""
        async with asyncio.timeout(timeout):
            while len(self.opened) < number:
                self._opened.clear()
                await self._opened.wait()
        return list(self.opened.values())[number - 1]

    async def updated(self, number: int = 1, timeout: float = 5) -> dict[str, Any]:  # noqa: ASYNC109
        """The same modal once ``views.update`` has changed it. Raises :class:`TimeoutError`."""
        async with asyncio.timeout(timeout):
            while (view := await self.modal(number, timeout))["id"] not in self._updated:
                self._opened.clear()
                await self._opened.wait()
        return self.opened[view["id"]]

    def open(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """``views.open``."""
        view = self._checked(arguments, "modal")
        self._triggers.exchange(str(arguments.get("trigger_id", "")))
        self._opened.set()
        return {"view": self._keep(f"V{len(self.opened) + 1:04d}{secrets.token_hex(4).upper()}", view)}

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
        view = self._checked(arguments, "modal")
        self._updated.add(old["id"])
        self._opened.set()
        return {"view": self._keep(old["id"], view)}

    def publish(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """``views.publish``: the Home tab of a user."""
        view = self._checked(arguments, "home")
        user = str(arguments.get("user_id", ""))
        self.homes[user] = _with_ids(view) | {"id": f"VHOME{user}", "hash": secrets.token_hex(8)}
        for wanted, future in self._waiting.get(user, ()):
            if not future.done() and wanted(self.homes[user]):
                future.set_result(self.homes[user])
        return {"view": self.homes[user]}

    async def home(self, user: str, wanted: Callable[[View], bool] = bool, timeout: float = 5) -> View:  # noqa: ASYNC109
        """A user's Home tab, as soon as it is what is wanted. Raises :class:`TimeoutError`."""
        if user in self.homes and wanted(self.homes[user]):
            return self.homes[user]
        future: asyncio.Future[View] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(user, [])
        waiting.append((wanted, future))
        try:
            return await asyncio.wait_for(future, timeout)
        finally:
            waiting.remove((wanted, future))

    def _keep(self, id_: str, view: dict[str, Any]) -> dict[str, Any]:
        self.opened[id_] = _with_ids(view) | {"id": id_, "hash": secrets.token_hex(8)}
        return self.opened[id_]

    def _checked(self, arguments: Mapping[str, Any], surface: str) -> dict[str, Any]:
        view = arguments.get("view")
        if not isinstance(view, dict) or view.get("type") != surface:
            raise ApiError("invalid_arguments")
        found = problems(view.get("blocks"), surface)
        for name, most in (("title", 24), ("submit", 24), ("close", 24)):
            if len(view.get(name, {}).get("text", "")) > most:
                found.append(
                    f"[ERROR] must be less than {most + 1} characters [json-pointer:/view/{name}/text]"
                )
        if surface == "modal" and not view.get("title"):
            found.append("[ERROR] missing required field: title [json-pointer:/view]")
        for name, most in (("private_metadata", 3000), ("callback_id", 255)):
            if len(view.get(name, "")) > most:
                found.append(f"[ERROR] must be less than {most + 1} characters [json-pointer:/view/{name}]")
        if found:
            raise ApiError("invalid_arguments", response_metadata={"messages": found})
        return view


def _with_ids(view: View) -> View:
    """Slack gives each block an id that has none."""
    blocks = [{"block_id": f"v{number}", **block} for number, block in enumerate(view["blocks"])]
    return {**view, "blocks": blocks}
