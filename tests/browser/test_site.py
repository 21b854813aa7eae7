"""The documentation's site: it is built strictly, loads nothing from elsewhere, and can be searched."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from docs.site import gather
from tests.browser.axe import findings
from tests.browser.desk import Browser, Page, expect

if TYPE_CHECKING:
    from playwright.async_api import Request

ROOT = Path(__file__).parents[2]
ZENSICAL = Path(sys.prefix, "bin/zensical")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not ZENSICAL.exists(), reason="Zensical is not installed: make test-long installs it"),
]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and does not tell of it."""

    def log_message(self, *_: object) -> None:
        pass


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Make the site of what is gathered there, with nowhere to load anything from."""
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(ROOT / "docs/theme", folder / "docs/theme", dirs_exist_ok=True)
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    command = [str(ZENSICAL), "build", "--strict", "--clean"]
    return subprocess.run(command, cwd=folder, env=nowhere, capture_output=True, check=False, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's files."""
    folder = tmp_path_factory.mktemp("site")
    gather(folder / "site/pages")
    built = build(folder)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site/html"


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    """Where it is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def lost(request: "Request") -> bool:
    """Whether a request failed, and not because its page was left."""
    return "ERR_ABORTED" not in (request.failure or "")


async def opened(browser: Browser) -> tuple[Page, list[str]]:
    """A tab, and what goes wrong in it: errors, and whatever it wants of others."""
    page, wrong = await browser.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("requestfailed", lambda request: wrong.append(request.url) if lost(request) else None)
    ours = re.compile(r"(https?://127\.0\.0\.1[:/]|data:|blob:)")
    page.on("request", lambda request: None if ours.match(request.url) else wrong.append(request.url))
    return page, wrong


def pages_in(folder: Path) -> list[str]:
    """Every page of the site."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*.html"))


async def test_each_page_opens_and_asks_nobody_else(browser: Browser, folder: Path, url: str) -> None:
    page, wrong = await opened(browser)
    names = pages_in(folder)
    assert {"index.html", "tutorial.html", "troubleshooting.html", "messages/nb.html"} <= {*names}
    for name in names:
        await page.goto(f"{url}/{name}")
        await expect(page.locator("h1").first, name).to_be_visible()
        assert wrong == [], name


async def test_a_sentence_that_somebody_reads_is_found(browser: Browser, url: str) -> None:
    page, wrong = await opened(browser)
    await page.goto(f"{url}/index.html")
    await page.keyboard.press("/")
    await page.keyboard.type("SuperOffice ended your sign-in")
    await expect(page.get_by_role("option").first).to_contain_text("SuperOffice ended your sign-in.")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/troubleshooting\.html.*#superoffice-ended-your-sign-in"))
    assert wrong == []


@pytest.mark.parametrize("name", ["index", "tutorial", "configuration", "permissions", "messages/de"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_axe_finds_nothing_serious(
    browser: Browser, url: str, scheme: Literal["light", "dark"], width: int, name: str
) -> None:
    page = await browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 844})
    await page.goto(f"{url}/{name}.html")
    found = await findings(page, name)
    assert [each for each in found if each["impact"] in {"serious", "critical"}] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_link_that_leads_nowhere_breaks_the_build(tmp_path: Path) -> None:
    gather(tmp_path / "site/pages")
    with (tmp_path / "site/pages/why.md").open("a", encoding="utf-8") as file:
        file.write("\n[gone](nowhere.md) [too](errors.md#nowhere)\n")
    built = build(tmp_path)
    assert built.returncode != 0
    assert "2 issues" in built.stdout + built.stderr
