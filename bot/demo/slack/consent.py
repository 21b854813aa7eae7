"""Slack's own pages in a browser: may the app be installed, and why not."""

from collections.abc import Iterable, Mapping
from html import escape

from aiohttp import web

__all__ = ["install", "refusal"]

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title} – Slack (demo)</title>
<style>
body {{ max-width: 36rem; margin: 3rem auto; padding: 0 1rem; font: 1.1rem/1.5 sans-serif;
  color: #1d1c1d; background: #fff; }}
button, select {{ font: inherit; padding: .4rem 1rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""
#: As oauth pages must not be framed or kept.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def install(asked: Mapping[str, str], places: Iterable[tuple[str, str]], action: str) -> web.Response:
    """ "Install SuperOffice in workspace …", with Allow and Cancel; what was asked comes along."""
    choices = list(places)
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
        if name not in {"where", "decision"}
    )
    options = "".join(f'<option value="{escape(id_)}">{escape(name)}</option>' for id_, name in choices)
    scopes = f"{asked.get('scope', '')},{asked.get('user_scope', '')}".split(",")
    wanted = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in scopes if scope)
    content = f"""<form method="post" action="{escape(action)}">
{hidden}
<p><label for="where">Workspace</label>
<select id="where" name="where">{options}</select></p>
<h2>SuperOffice asks to</h2>
<ul>{wanted}</ul>
<p><button name="decision" value="allow">Allow</button>
<button name="decision" value="cancel">Cancel</button></p>
</form>"""
    return _page(f"Install SuperOffice in workspace {choices[0][1]}", content, 200)


def refusal(why: str) -> web.Response:
    """A page that says what is wrong and leads nowhere."""
    return _page("Something went wrong", f'<p role="alert">{escape(why)}</p>', 400)


def _page(title: str, content: str, status: int) -> web.Response:
    text = _PAGE.format(title=escape(title), content=content)
    return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)
