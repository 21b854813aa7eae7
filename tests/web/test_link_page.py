import asyncio
import base64
import logging
import re
from dataclasses import replace
from hashlib import sha256
from html import unescape
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest

from bot.core.errors import CrmFailed, CrmTimedOut, CrmUnreachable, SlackFailed
from bot.core.people import SlackUser
from bot.services.linking import LinkPolicy
from tests.services.linkable import PASSWORD, TICKET, USER
from tests.web.conftest import MakeSite, Page, Site

HOSTILE = "<script>alert(1)</script>\" onfocus=alert(1) '&\u202e"


def shown(page: Page) -> str:
    """The page as it is read: without tags, escapes and line breaks."""
    body = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page.text, flags=re.DOTALL)
    return " ".join(unescape(body).split())


# ---------------------------------------------------------------- showing


async def test_the_page_says_who_will_be_linked_and_what_follows(site: Site) -> None:
    page = await site.get(await site.invite())
    assert page.status == 200
    for text in (
        "kianna",
        "Nordlys & Co",
        "crm.example.com",
        "“/superoffice since monday” is answered",
        "until 09:51 (Oslo time)",
    ):
        assert text in shown(page)
    assert "kianna@example.com" not in page.text


async def test_a_workspace_without_a_name_and_a_user_without_a_zone(site: Site) -> None:
    site.slack.found = replace(site.slack.found, zone=None)
    page = await site.get(await site.invite("", SlackUser("T9", "U1")))
    assert "of the workspace T9" in shown(page)
    assert "until 08:51 (UTC)" in shown(page)
    assert "is answered" not in shown(page)


async def test_the_form_is_made_for_phones_password_managers_and_readers(site: Site) -> None:
    text = (await site.get(await site.invite())).text
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert '<html lang="en">' in text
    assert re.search(r'<input id="username"[^>]*type="text"[^>]*autocomplete="username"', text)
    assert re.search(r'<input id="username"[^>]*autocapitalize="none"[^>]*spellcheck="false"', text)
    assert re.search(r'<input id="password"[^>]*type="password"[^>]*autocomplete="current-password"', text)
    assert '<label for="username">' in text
    assert '<label for="password">' in text
    assert "prefers-color-scheme: dark" in text
    assert "min-height: 3rem" in text
    assert "max-width: 30rem" in text


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("nb-NO,nb;q=0.9,en;q=0.8", "Denne siden kan ikke brukes"),
        ("fr, da;q=0.5", "Denne side kan ikke bruges"),
        ("fr", "This page cannot be used"),
        ("", "This page cannot be used"),
        (";;q=, *" * 99, "This page cannot be used"),
    ],
)
async def test_whose_page_is_unknown_reads_the_browsers_language(
    site: Site, accepted: str, said: str
) -> None:
    page = await site.get("/link/unknown", headers={"Accept-Language": accepted})
    assert said in shown(page)


async def test_a_page_is_in_the_language_of_the_slack_user(site: Site) -> None:
    site.slack.found = replace(site.slack.found, locale="sv-SE")
    page = await site.get(await site.invite(), headers={"Accept-Language": "da"})
    assert '<html lang="sv">' in page.text
    assert "Logga in och koppla" in shown(page)


async def test_nothing_comes_from_elsewhere_and_no_script(site: Site) -> None:
    path = await site.invite()
    for page in (await site.get(path), await site.sign_in(path), await site.get("/link/unknown")):
        assert "<script" not in page.text
        assert "http:" not in page.text
        assert "https:" not in page.text
        assert "//" not in page.text.replace("slack://channel?", "")
        assert not re.search(r"<(link|img|iframe|object|base)\b|\bon\w+=|style=|url\(|@import", page.text)


async def test_a_preview_or_a_reload_uses_nothing_up(site: Site) -> None:
    path = await site.invite()
    for method in ("HEAD", "GET", "HEAD", "GET"):
        assert (await site.send(method, path)).status == 200
    assert (await site.send("HEAD", path)).text == ""
    assert (await site.sign_in(path)).status == 200


async def test_hostile_names_stay_text(site: Site) -> None:
    site.slack.found = replace(site.slack.found, name=HOSTILE)
    site.crm.principal = replace(site.crm.principal, full_name=HOSTILE)
    path = await site.invite(HOSTILE)
    form = await site.get(path)
    done = await site.sign_in(path)
    for page in (form, done):
        assert "<script" not in page.text
        assert "onfocus=alert(1)" not in re.sub(r">[^<]*<", "><", page.text)
        assert "<script>alert(1)</script>" in unescape(page.text)


async def test_a_hostile_user_name_comes_back_as_text(site: Site) -> None:
    path = await site.invite()
    csrf = (await site.get(path)).csrf
    page = await site.post(path, csrf=csrf, username=HOSTILE, password="x")
    assert page.status == 422
    assert "<script" not in page.text
    assert unescape(re.search(r'<input id="username".*?value="([^"]*)"', page.text)[1]) == HOSTILE  # type: ignore[index]


# ---------------------------------------------------------------- linking


async def test_signing_in_links_and_tells_slack(site: Site) -> None:
    path = await site.invite()
    page = await site.sign_in(path)
    assert page.status == 200
    assert "Linked as Kianna Ledner" in shown(page)
    assert "“/superoffice since monday” waits for you in Slack" in shown(page)
    assert 'href="slack://channel?team=T1&amp;id=C1"' in page.text
    link = await site.store.links.get(USER)
    assert link
    assert link.ticket == TICKET
    assert [done.invitation.command for done in site.told] == ["since monday"]


async def test_the_page_promises_no_answer_that_does_not_come(make_site: MakeSite) -> None:
    site = await make_site(telling=RuntimeError("Slack is down"))
    page = await site.sign_in(await site.invite("since monday"))
    assert page.status == 200
    assert "Linked as Kianna Ledner" in shown(page)
    assert "waits for you" not in shown(page)
    assert "type “/superoffice today”" in shown(page)


async def test_without_a_waiting_command_the_page_says_what_to_type(site: Site) -> None:
    page = await site.sign_in(await site.invite(""))
    assert "type “/superoffice today”" in shown(page)


@pytest.mark.parametrize("path", ["/link/unknown", "/link/%00%FF%F0", "/link/" + "A" * 43])
async def test_an_unknown_page_says_how_to_get_one(site: Site, path: str) -> None:
    await site.invite()
    for page in (await site.get(path), await site.post(path, csrf="", username="KL", password="x")):
        assert page.status == 410
        assert "Type “/superoffice link” in Slack" in shown(page)
        assert "<form" not in page.text


async def test_used_voided_and_expired_pages_look_the_same(site: Site, clock: Any) -> None:
    voided = await site.invite()
    used = await site.invite()
    assert (await site.sign_in(used)).status == 200
    expired = await site.invite()
    clock.move(minutes=10)
    pages = [await site.get(path) for path in (used, voided, expired, "/link/never")]
    assert {page.status for page in pages} == {410}
    assert len({page.text for page in pages}) == 1


async def test_the_same_form_sent_again_links_nothing(site: Site) -> None:
    path = await site.invite()
    csrf = (await site.get(path)).csrf
    fields = {"csrf": csrf, "username": "KL", "password": PASSWORD}
    assert (await site.post(path, **fields)).status == 200
    assert (await site.post(path, **fields)).status == 410
    assert len(site.told) == 1


async def test_of_two_at_once_one_links(site: Site) -> None:
    path = await site.invite()
    csrf = (await site.get(path)).csrf
    site.crm.meanwhile = asyncio.Barrier(2).wait
    fields = {"csrf": csrf, "username": "KL", "password": PASSWORD}
    both = await asyncio.gather(site.post(path, **fields), site.post(path, **fields))
    assert sorted(page.status for page in both) == [200, 410]
    assert len(site.told) == 1


# ---------------------------------------------------------------- what can go wrong


async def test_a_wrong_password_keeps_the_page_and_the_name(site: Site) -> None:
    path = await site.invite()
    page = await site.sign_in(path, "wrong password")
    assert page.status == 422
    assert 'role="alert"' in page.text
    assert "SuperOffice does not know this user name with this password" in shown(page)
    assert 'value="KL"' in page.text
    assert "wrong password" not in page.text
    assert (await site.sign_in(path)).status == 200


async def test_another_e_mail_address_is_refused_without_telling_it(site: Site) -> None:
    site.crm.principal = replace(site.crm.principal, email="per@elsewhere.example")
    path = await site.invite()
    page = await site.sign_in(path)
    assert page.status == 403
    assert "Your Slack profile has kianna@example.com." in shown(page)
    assert "elsewhere" not in page.text
    assert await site.store.links.get(USER) is None
    site.slack.found = replace(site.slack.found, email=None)
    assert "has no e-mail address" in shown(await site.sign_in(path))


@pytest.mark.parametrize("changes", [{"is_guest": True}, {"is_deleted": True}])
async def test_guests_and_deactivated_users_are_refused(site: Site, changes: dict[str, bool]) -> None:
    path = await site.invite()
    csrf = (await site.get(path)).csrf
    site.slack.found = replace(site.slack.found, **changes)  # type: ignore[arg-type]
    pages = [await site.get(path), await site.post(path, csrf=csrf, username="KL", password=PASSWORD)]
    for page in pages:
        assert page.status == 403
        assert "<form" not in page.text
    assert site.crm.asked == []


async def test_too_many_attempts_have_to_wait(site: Site, clock: Any) -> None:
    path = await site.invite()
    for _ in range(3):
        assert (await site.sign_in(path, "wrong")).status == 422
    page = await site.sign_in(path)
    assert page.status == 429
    assert page.response.headers["Retry-After"] == "2"
    assert "Try again in 2 seconds." in shown(page)
    assert len(site.crm.asked) == 3
    clock.move(seconds=2)
    assert (await site.sign_in(path)).status == 200


async def test_an_address_is_limited_by_what_a_trusted_proxy_says(make_site: MakeSite) -> None:
    proxied = await make_site(
        LinkPolicy(tries=99, tries_per_address=1), trusted_proxies=(ip_network("127.0.0.0/8"),)
    )
    path = await proxied.invite()
    one, other = ({"X-Forwarded-For": f"203.0.113.9, 192.0.2.{n}"} for n in (1, 2))
    statuses = [
        (await proxied.sign_in(path, "wrong", headers=headers)).status for headers in (one, one, other)
    ]
    assert statuses == [422, 429, 422]


async def test_an_address_is_not_what_anybody_says(make_site: MakeSite) -> None:
    direct = await make_site(LinkPolicy(tries=99, tries_per_address=1))
    path = await direct.invite()
    statuses = [
        (await direct.sign_in(path, "wrong", headers={"X-Forwarded-For": f"192.0.2.{n}"})).status
        for n in (1, 2)
    ]
    assert statuses == [422, 429]


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (CrmUnreachable(tenant="onsite", reason="refused"), "SuperOffice cannot be reached."),
        (CrmTimedOut(tenant="onsite", seconds=20), "SuperOffice took longer than 20 seconds. Try again"),
        (CrmFailed(tenant="onsite", exception_type="Fault"), "signing in failed on its side"),
    ],
)
async def test_superoffice_down_is_said(site: Site, failure: Exception, text: str) -> None:
    path = await site.invite()
    site.crm.failure = failure
    page = await site.sign_in(path)
    assert page.status == 503
    assert text in shown(page)
    assert "Reference ref-1" in shown(page)
    site.crm.failure = None
    assert (await site.sign_in(path)).status == 200


async def test_slack_down_is_said(site: Site) -> None:
    path = await site.invite()
    site.slack.failure = SlackFailed(error="internal_error")
    page = await site.get(path)
    assert page.status == 503
    assert "Slack did not answer." in shown(page)


async def test_an_unforeseen_error_gives_a_reference_and_nothing_of_itself(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = await site.invite()
    site.crm.failure = RuntimeError("Kianna's secret")
    page = await site.sign_in(path)
    assert page.status == 500
    assert "Reference ref-1" in shown(page)
    assert "Kianna's secret" not in page.text + caplog.text
    assert "ref-1" in [getattr(record, "reference", "") for record in caplog.records]


async def test_no_secret_is_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = await site.invite()
    await site.sign_in(path, "wrong password")
    await site.sign_in(path)
    await site.get(path)
    assert "link.done" in [getattr(record, "action", "") for record in caplog.records]
    nonce = path.rpartition("/")[2]
    for secret in (nonce, PASSWORD, "wrong password", "7T:", "Kianna", "kianna", "hooks.example"):
        assert secret not in caplog.text


# ---------------------------------------------------------------- forgery and junk


async def test_a_form_without_its_cookie_or_field_reaches_nobody(site: Site) -> None:
    path = await site.invite()
    csrf = (await site.get(path)).csrf
    for field in ("", "x" * len(csrf), "é", csrf[:-1]):
        page = await site.post(path, csrf=field, username="KL", password=PASSWORD)
        assert page.status == 403
        assert 'value="KL"' in page.text
    site.session.cookie_jar.clear()
    page = await site.post(path, csrf=csrf, username="KL", password=PASSWORD)
    assert page.status == 403
    assert site.crm.asked == []
    again = await site.post(path, csrf=page.csrf, username="KL", password=PASSWORD)
    assert again.status == 200


async def test_a_form_counts_for_its_own_page_and_browser_only(site: Site) -> None:
    mine, theirs = await site.invite(), await site.invite(user=SlackUser("T1", "U2"))
    csrf = (await site.get(mine)).csrf
    crossed = await site.post(theirs, csrf=csrf, username="KL", password=PASSWORD)
    assert crossed.status == 403
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as other:
        await (await other.get(site.url + mine)).read()
        fields = {"csrf": csrf, "username": "KL", "password": PASSWORD}
        async with other.post(site.url + mine, data=fields) as response:
            assert response.status == 403
    assert site.crm.asked == []


async def test_one_browser_has_two_pages_open(site: Site) -> None:
    mine, theirs = await site.invite(), await site.invite(user=SlackUser("T1", "U2"))
    csrf = (await site.get(mine)).csrf
    await site.get(theirs)
    assert (await site.post(mine, csrf=csrf, username="KL", password=PASSWORD)).status == 200


@pytest.mark.parametrize(
    "fields", [{"username": "KL"}, {"password": "x"}, {"username": "  ", "password": "x"}, {}]
)
async def test_both_fields_are_needed(site: Site, fields: dict[str, str]) -> None:
    path = await site.invite()
    csrf = (await site.get(path)).csrf
    page = await site.post(path, csrf=csrf, **fields)
    assert page.status == 422
    assert "Both the user name and the password are needed." in shown(page)
    assert site.crm.asked == []


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"username=KL", "", 415),
        (b"username=KL", "text/plain", 415),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
        (b"username=" + b"K" * 17_000, FORM, 413),
        (b"username=%FF", FORM, 400),
        (b"\xff\xfe", FORM, 400),
        (b"&".join(b"f%d=1" % n for n in range(50)), FORM, 400),
        (b"username=KL&username=PL", FORM, 400),
        (b"", FORM, 403),
        (b"&&==&=", FORM, 400),
        (b"&&username", FORM, 403),
        (b"username=KL", FORM.upper() + "; charset=utf-8", 403),
    ],
)
async def test_junk_is_refused_in_plain_words(
    site: Site, body: bytes, content_type: str, status: int
) -> None:
    path = await site.invite()
    page = await site.send("POST", path, data=body, headers={"Content-Type": content_type})
    assert page.status == status
    assert 'role="alert"' in page.text
    assert site.crm.asked == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_other_methods_are_not_allowed(site: Site, method: str) -> None:
    page = await site.send(method, await site.invite())
    assert page.status == 405
    assert {name.strip() for name in page.response.headers["Allow"].split(",")} == {"GET", "HEAD", "POST"}


# ---------------------------------------------------------------- headers


async def test_headers_let_a_browser_do_nothing_else(site: Site) -> None:
    path = await site.invite()
    junk = await site.send("POST", path, data=b"{}")
    for page in (await site.get(path), await site.sign_in(path), await site.get("/link/x"), junk):
        headers = page.response.headers
        style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
        assert style
        digest = base64.b64encode(sha256(style[1].encode()).digest()).decode()
        assert headers["Content-Security-Policy"] == (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Content-Type"] == "text/html; charset=utf-8"


async def test_behind_tls_and_without(make_site: MakeSite) -> None:
    plain, tls = await make_site(), await make_site(public_url="https://bot.example.com")
    path = await plain.invite()
    headers = (await plain.get(path)).response.headers
    assert "Strict-Transport-Security" not in headers
    assert re.fullmatch(r"link=[\w-]{43}; HttpOnly; Path=/; SameSite=strict", headers["Set-Cookie"])
    headers = (await tls.get(path)).response.headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert re.fullmatch(
        r"__Host-link=[\w-]{43}; HttpOnly; Path=/; SameSite=strict; Secure", headers["Set-Cookie"]
    )


async def test_a_cookie_of_somebody_else_s_making_is_replaced(site: Site) -> None:
    path = await site.invite()
    page = await site.get(path, headers={"Cookie": "link=short"})
    assert "link=short" not in page.response.headers["Set-Cookie"]
