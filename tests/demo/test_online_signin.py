"""The authorize address of the demo's SuperOffice CRM Online, over real HTTP."""

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from lxml import html

from bot.demo.clock import TestClock
from bot.demo.online import Online

CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).decode().rstrip("=")


def said(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def request_of(page: str) -> str:
    return str(re.findall('name="request" value="([^"]+)"', page)[0])


async def test_the_configuration_names_the_addresses(online: Online, browser: Any) -> None:
    found = await browser.get("/login/.well-known/openid-configuration")
    root = f"http://127.0.0.1:{online.host.port}"
    assert found["issuer"] == root
    assert found["authorization_endpoint"] == f"{root}/login/common/oauth/authorize"
    assert found["token_endpoint"] == f"{root}/login/common/oauth/tokens"
    assert found["jwks_uri"] == f"{root}/login/.well-known/jwks"
    assert found["id_token_signing_alg_values_supported"] == ["RS256"]
    assert found["response_types_supported"] == ["code"]
    online.configuration["token_endpoint"] = "https://elsewhere.example.org/tokens"
    assert (await browser.get("/login/.well-known/openid-configuration"))["token_endpoint"].endswith(
        "example.org/tokens"
    )


async def test_single_sign_on_answers_at_once(online: Online, browser: Any) -> None:
    online.consent = online.seller
    status, location, _ = await browser.arrive(acr_values="tenant:Cust67890", login_hint="x@example.com")
    assert status == 302
    assert location.startswith("http://127.0.0.1:3000/signed-in?way=back&code=")
    assert said(location)["state"] == "a state"
    (authorization,) = online.authorizations
    assert authorization.user is online.seller
    assert authorization.tenant is online.tenants["Cust67890"]
    assert (authorization.nonce, authorization.login_hint) == ("a nonce", "x@example.com")
    assert authorization.outcome == "allowed"


async def test_who_is_not_of_the_tenant_has_no_access_there(online: Online, browser: Any) -> None:
    (stranger,) = online.add_users(1, "Cust67890")
    online.consent = stranger
    _, location, _ = await browser.arrive(acr_values="tenant:Cust12345")
    assert said(location)["error"] == "access_denied"
    _, location, _ = await browser.arrive()
    assert "code" in said(location)
    assert online.authorizations[-1].tenant is online.tenants["Cust67890"]


async def test_a_denial_goes_back_with_the_state(online: Online, browser: Any) -> None:
    online.consent = "deny"
    status, location, _ = await browser.arrive()
    assert status == 302
    assert said(location) == {
        "way": "back",
        "error": "access_denied",
        "error_description": "The user has denied the application access.",
        "state": "a state",
    }
    assert online.authorizations[0].outcome == "denied"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"client_id": "another"}, "unknown"),
        ({"leave_out": "client_id"}, "unknown"),
        ({"redirect_uri": "http://127.0.0.1:3000/signed-in"}, "InvalidRedirectUrl (2)"),
        ({"redirect_uri": "http://127.0.0.1:3000/signed-in?way=back#"}, "InvalidRedirectUrl (2)"),
        ({"leave_out": "redirect_uri"}, "InvalidRedirectUrl (2)"),
    ],
)
async def test_nobody_is_sent_to_where_nothing_is_registered(
    online: Online, browser: Any, asked: dict[str, str], why: str
) -> None:
    online.consent = online.seller
    status, location, page = await browser.arrive(**asked)
    assert (status, location) == (400, "")
    assert why in page
    assert online.authorizations == []


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"leave_out": "response_type"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"leave_out": "scope"}, "invalid_scope"),
        ({"scope": "openidx"}, "invalid_scope"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"acr_values": "tenant:Cust99999"}, "invalid_request"),
    ],
)
async def test_what_is_asked_wrongly_goes_back_as_an_error(
    online: Online, browser: Any, asked: dict[str, str], error: str
) -> None:
    online.consent = online.seller
    status, location, _ = await browser.arrive(**asked)
    assert status == 302
    assert said(location)["error"] == error
    assert said(location)["state"] == "a state"
    assert "code" not in said(location)
    assert online.authorizations == []


async def test_nothing_may_be_asked_twice(
    online: Online, browser: Any, session: aiohttp.ClientSession
) -> None:
    url = f"{online.url}/login/common/oauth/authorize?client_id={online.client_id}&client_id=x"
    async with session.get(url) as response:
        assert response.status == 400


async def test_the_page_names_the_application_and_is_accessible(online: Online, browser: Any) -> None:
    online.application.name = "<b>Slack</b> & more"
    status, location, page = await browser.arrive(login_hint='"><script>alert(1)</script>')
    assert (status, location) == (200, "")
    assert "<script" not in page
    assert "<b>" not in page
    tree = html.fromstring(page)
    assert tree.get("lang") == "en"
    assert tree.findtext(".//title") == "Sign in: <b>Slack</b> & more"
    labels = {label.get("for") for label in tree.iterfind(".//label")}
    fields = {field.get("id") for field in tree.iter("input", "select")} - {None}
    assert labels == fields == {"tenant", "login", "password"}
    assert tree.xpath("string(//input[@id='login']/@value)") == '"><script>alert(1)</script>'
    assert [button.text for button in tree.iterfind(".//button")] == ["Allow", "Deny"]
    assert [option.text for option in tree.iterfind(".//option")] == ["Cust12345", "Cust67890"]


@pytest.mark.parametrize("way", ["login", "email"])
async def test_the_page_signs_in_a_user_who_allows(online: Online, browser: Any, way: str) -> None:
    user = online.seller
    _, _, page = await browser.arrive(acr_values="tenant:Cust12345", login_hint=user.email)
    assert f'value="{user.email}"' in page
    assert "<select" not in page
    form = {"request": request_of(page), "login": getattr(user, way).upper(), "password": user.password}
    status, location, _ = await browser.decide(**form, decision="allow")
    assert status == 303
    assert said(location).keys() == {"way", "code", "state"}
    assert (online.authorizations[0].user, online.authorizations[0].outcome) == (user, "allowed")
    assert (await browser.decide(**form, decision="allow"))[0] == 400


async def test_the_page_asks_for_the_tenant_where_it_is_open(online: Online, browser: Any) -> None:
    _, _, page = await browser.arrive()
    form = {"request": request_of(page), "login": "KLED", "password": online.seller.password}
    for wrong in ("", "Cust99999"):
        assert (await browser.decide(**form, tenant=wrong, decision="allow"))[0] == 401
    assert (await browser.decide(**form, tenant="Cust67890", decision="allow"))[0] == 303
    assert online.authorizations[0].tenant is online.tenants["Cust67890"]


@pytest.mark.parametrize(("login", "password"), [("KLED", "guess"), ("KLED", ""), ("NOBODY", "x"), ("", "")])
async def test_a_wrong_password_shows_the_page_again(
    online: Online, browser: Any, login: str, password: str
) -> None:
    _, _, page = await browser.arrive(acr_values="tenant:Cust12345")
    form = {"request": request_of(page), "decision": "allow"}
    status, location, page = await browser.decide(**form, login=login, password=password)
    assert (status, location) == (401, "")
    assert 'role="alert"' in page
    assert f'value="{login}"' in page
    assert "guess" not in page
    right = {"login": "KLED", "password": online.seller.password}
    assert (await browser.decide(**form, **right))[0] == 303


async def test_the_page_lets_one_deny_without_signing_in(online: Online, browser: Any) -> None:
    _, _, page = await browser.arrive()
    form = {"request": request_of(page), "decision": "deny"}
    status, location, _ = await browser.decide(**form)
    assert (status, said(location)["error"]) == (303, "access_denied")
    assert (await browser.decide(**form))[0] == 400


async def test_neither_allowed_nor_denied_is_neither(online: Online, browser: Any) -> None:
    _, _, page = await browser.arrive(acr_values="tenant:Cust12345")
    form = {"request": request_of(page), "login": "KLED", "password": online.seller.password}
    assert (await browser.decide(**form))[0] == 400
    assert online.authorizations[0].outcome == "open"


async def test_a_page_expires(online: Online, browser: Any, clock: TestClock) -> None:
    _, _, page = await browser.arrive(acr_values="tenant:Cust12345")
    form = {"login": "KLED", "password": online.seller.password, "decision": "allow"}
    assert (await browser.decide(request="unknown", **form))[0] == 400
    clock.move(minutes=30)
    status, location, text = await browser.decide(request=request_of(page), **form)
    assert (status, location, "expired" in text) == (400, "", True)


async def test_a_page_is_kept_by_nobody_and_framed_by_nobody(
    online: Online, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{online.url}/login/common/oauth/authorize") as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_only_what_there_is_answers(online: Online, session: aiohttp.ClientSession) -> None:
    for path in ("/", "/login/Cust12345/oauth/authorize/x", "/login/common/oauth/authorize/"):
        async with session.get(online.url + path) as response:
            assert response.status == 404
    async with session.get(f"{online.url}/LOGIN/.well-known/JWKS") as response:
        assert response.status == 200
    async with session.get(f"{online.url}/login/common/oauth/tokens") as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
    async with session.post(f"{online.url}/login/.well-known/jwks") as response:
        assert response.status == 405
    assert [(asked.name, asked.status) for asked in online.requests] == [
        *[("", 404)] * 3,
        ("jwks", 200),
        ("tokens", 405),
        ("jwks", 405),
    ]
