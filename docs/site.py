"""Gather the pages of the site: this folder's, the README and the changelog, and the files they link to.

`make site` runs it, and then Zensical. In the repository the same links lead to the same files.
"""

import re
import shutil
import sys
from pathlib import Path

__all__ = ["gather"]

ROOT = Path(__file__).parent.parent
#: Pages that stand outside this folder, by their names in the site.
PAGES = {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}
#: Where a link leads to in the site: to those pages, and from them to this folder.
MOVED = {
    **{f"]({up}{name}": f"]({page}" for name, page in PAGES.items() for up in ("", "../")},
    "](docs/": "](",
    "](LICENSE)": "](LICENSE.txt)",
}
#: Above pages that have every word in them, and would be found before the one that is meant.
NOT_SEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"
#: A link to a file of the project's that is no page.
OUTSIDE = re.compile(r"\]\((?:\.\./)?(config/[^)#]+)\)")


def gather(folder: Path) -> None:
    """Put everything that the site is made of into a new folder; what is there goes."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        ROOT / "docs", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "*.md", "theme")
    )
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE.txt")
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs")
        head = NOT_SEARCHED if name.parts[0].startswith("messages") else ""
        _put(head + page.read_text("utf-8"), folder / name)
    for file, page_name in PAGES.items():
        _put((ROOT / file).read_text("utf-8"), folder / page_name)


def _put(text: str, page: Path) -> None:
    """Write a page, and beside it whatever it links to that is no page."""
    for before, after in MOVED.items():
        text = text.replace(before, after)
    page.write_text(OUTSIDE.sub(r"](\1)", text), "utf-8")
    for name in OUTSIDE.findall(text):
        file = page.parent / name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, file)


if __name__ == "__main__":
    gather(Path(sys.argv[1]))
