"""The pages of the demo's sign-in to SuperOffice CRM Online. Everything from outside is escaped."""

from collections.abc import Sequence
from html import escape

from aiohttp import web

__all__ = ["consent_page", "error_page"]

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}label{display:block;margin-top:1rem;font-weight:600}"
    "input,select{width:100%;box-sizing:border-box;padding:.5rem;font:inherit;border:1px solid #595959;"
    "border-radius:.25rem}button{margin:1.5rem .5rem 0 0;padding:.6rem 1.4rem;font:inherit;cursor:pointer;"
    "border:1px solid #0a5e58;border-radius:.25rem;background:#fff;color:#0a5e58}"
    "button.main{background:#0a5e58;color:#fff}.error{color:#a30000}"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def consent_page(
    application: str, request: str, login: str, tenants: Sequence[str], problem: str = ""
) -> web.Response:
    """Sign in and allow, or deny. Where more than one tenant is possible, one chooses."""
    alert = f'<p class="error" id="problem" role="alert">{escape(problem)}</p>' if problem else ""
    wrong = ' aria-invalid="true" aria-describedby="problem"' if problem else ""
    body = f"""<h1>Sign in to SuperOffice CRM Online</h1>
<p><strong>{escape(application)}</strong> asks to see what you see in SuperOffice, as you.</p>
{alert}
<form method="post">
<input type="hidden" name="request" value="{escape(request)}">
{_tenants(tenants)}
<label for="login">Login or e-mail address</label>
<input id="login" name="login" value="{escape(login)}" autocomplete="username" required{wrong}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{wrong}>
<button class="main" name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</form>
<p>This is the demo's SuperOffice: everybody in it is made up.</p>"""
    return _page(401 if problem else 200, f"Sign in: {application}", body)


def error_page(status: int, what: str) -> web.Response:
    """Nothing to redirect to."""
    return _page(status, "Sign-in failed", f'<h1>Sign-in failed</h1>\n<p role="alert">{escape(what)}</p>')


def _tenants(tenants: Sequence[str]) -> str:
    if len(tenants) == 1:
        return f"<p>Customer: {escape(tenants[0])}</p>"
    options = "".join(f"<option>{escape(tenant)}</option>" for tenant in tenants)
    return f'<label for="tenant">Customer</label><select id="tenant" name="tenant">{options}</select>'


def _page(status: int, title: str, body: str) -> web.Response:
    text = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )
    return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)
