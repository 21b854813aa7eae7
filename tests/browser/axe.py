"""What axe-core finds: accessibility, by rule."""

from collections.abc import Mapping
from typing import Any

from tests.browser.desk import Page

__all__ = ["findings"]


async def findings(page: Page, where: str) -> list[Mapping[str, Any]]:
    """What is wrong in the page now, of whatever impact, as far as one needs it to mend it."""
    from axe_playwright_python.async_playwright import Axe  # beside Playwright, which desk looks for first

    results = await Axe().run(page)
    return [
        {
            "where": where,
            "rule": each["id"],
            "impact": each["impact"],
            "nodes": [
                (node["html"][:160], node.get("failureSummary", "")[:300]) for node in each["nodes"][:3]
            ],
        }
        for each in results.response["violations"]
    ]
