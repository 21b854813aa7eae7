"""A person at a browser: opens the link page, types name and password, sends the form."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import aiohttp
from lxml import html

__all__ = ["Page", "log_in"]


class Page:
    """A page as far as a form-filler sees it."""

    def __init__(self, status: int, url: str, text: str) -> None:
        self.status = status
        self.url = url
        self.tree = html.fromstring(text or "<html></html>")

    @property
    def words(self) -> str:
        """What can be read on it."""
        body = self.tree.find("body")
        texts = (str(each) for each in (self.tree if body is None else body).itertext())
        return re.sub(r" (?=[.,:;!?])", "", " ".join(" ".join(texts).split()))

    def filled(self, fields: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Where its form goes and what it sends: every hidden input, and the given fields."""
        form = self.tree.find(".//form")
        if form is None:
            raise LookupError(f"there is no form on the page: {self.words[:200]}")
        hidden = {
            each.get("name", ""): each.get("value", "")
            for each in form.iter("input")
            if each.get("type") == "hidden" and each.get("name")
        }
        return urljoin(self.url, form.get("action") or self.url), hidden | dict(fields)


async def log_in(url: str, username: str, password: str) -> Page:
    """Fill in the one-time page over HTTP with cookies, as a browser would; the page that comes back."""
    timeout = aiohttp.ClientTimeout(total=15)
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of 127.0.0.1 too
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as session:
        async with session.get(url) as response:
            page = Page(response.status, str(response.url), await response.text())
        action, fields = page.filled({"username": username, "password": password})
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(action))
        async with session.post(action, data=fields, headers={"Origin": origin, "Referer": url}) as response:
            return Page(response.status, str(response.url), await response.text())
