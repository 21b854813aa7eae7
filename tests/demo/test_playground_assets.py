"""The page that is committed is the one that its sources make, and it asks nobody else for anything."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "playground"
ASSETS = ROOT / "bot" / "demo" / "playground" / "assets"
#: What a page loads by itself, and where code would name it.
LOADED = re.compile(r"""(?:src|href)=["'](?!data:)(\w+:|//)|url\(["']?(?!data:)(\w+:|//)|@import""")


def test_assets_are_those_of_the_sources() -> None:
    files = [file for file in (SOURCES / "src").rglob("*") if file.is_file()]
    files += [SOURCES / name for name in ("build.mjs", "package.json", "package-lock.json")]
    digest = hashlib.sha256()
    for name, file in sorted((file.relative_to(SOURCES).as_posix(), file) for file in files):
        digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    assert (ASSETS / "SOURCES").read_text().strip() == digest.hexdigest(), "run `make playground`"


@pytest.mark.parametrize("name", ["index.html", "app.css"])
def test_loads_nothing_from_elsewhere(name: str) -> None:
    assert LOADED.search((ASSETS / name).read_text("utf-8")) is None


def test_names_no_machine_and_no_registry() -> None:
    lock = (SOURCES / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
    for file in ASSETS.iterdir():
        assert not re.search(rb"/(?:root|work|home|tmp)/", file.read_bytes()), file.name


def test_has_the_licence_of_everything_in_it() -> None:
    licences = (ASSETS / "LICENSES.txt").read_text("utf-8")
    for name in ("react", "react-dom", "slack-blocks-to-jsx", "react-markdown", "@fontsource/lato"):
        assert re.search(rf"^{re.escape(name)} \d", licences, re.MULTILINE), name
    assert "@yozora" in licences, "within the renderer's own build"
    assert "guanghechen" in licences
