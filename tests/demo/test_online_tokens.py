"""The token endpoint of the demo's SuperOffice CRM Online, with joserfc and oauthlib as its clients."""

import asyncio
import base64
import hashlib
import json
from collections import Counter
from typing import Any

import aiohttp
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry
from oauthlib.oauth2 import InvalidClientError, InvalidGrantError, MismatchingStateError, WebApplicationClient

from bot.demo.clock import TestClock
from bot.demo.online import Online
from bot.demo.online.identity import PREFIX, Flaw

VERIFIER = "v" * 43
PKCE = {
    "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43],
    "code_challenge_method": "S256",
}


async def read(browser: Any, id_token: str, nonce: str = "a nonce", tenant: str = "Cust12345") -> Any:
    """What a careful application does with an id_token."""
    keys = KeySet.import_key_set(await browser.get("/login/.well-known/jwks"))
    claims = jwt.decode(id_token, keys, algorithms=["RS256"]).claims
    rules: dict[str, Any] = {
        "iss": {"essential": True, "value": browser.online.url},
        "aud": {"essential": True, "value": browser.online.client_id},
        PREFIX + "ctx": {"essential": True, "value": tenant},
        "exp": {"essential": True},
        "nbf": {"essential": True},
        **({"nonce": {"essential": True, "value": nonce}} if nonce else {}),
    }
    now = int(browser.online.clock.now().timestamp())
    JWTClaimsRegistry(now=now, **rules).validate(claims | {"iat": int(claims["iat"])})
    return claims


async def test_a_code_gives_tokens_once(online: Online, browser: Any) -> None:
    code = await browser.code(online.seller)
    status, answer = await browser.exchange(code)
    assert status == 200
    assert answer.keys() == {"token_type", "access_token", "expires_in", "refresh_token", "id_token"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert answer["access_token"].startswith("8A:Cust12345.")
    assert len(answer["access_token"]) > 900
    assert online.exchanges == Counter({online.seller: 1})
    status, answer = await browser.exchange(code)
    assert (status, answer["error"]) == (400, "invalid_grant")
    assert online.exchanges.total() == 1


async def test_tokens_and_refusals_are_kept_by_no_cache(
    online: Online, session: aiohttp.ClientSession
) -> None:
    right = {
        "grant_type": "refresh_token",
        "refresh_token": online.refresh_token(online.seller),
        "client_id": online.client_id,
        "client_secret": online.client_secret,
    }
    for form, status in ((right, 200), (right | {"client_secret": "guess"}, 401)):
        async with session.post(f"{online.url}/login/common/oauth/tokens", data=form) as response:
            assert (response.status, response.headers["Cache-Control"]) == (status, "no-store")
            assert response.headers["Date"] == "Thu, 19 Nov 2026 09:00:00 GMT"


async def test_a_code_lives_ten_minutes(online: Online, browser: Any, clock: TestClock) -> None:
    code, late = await browser.code(online.seller), await browser.code(online.seller)
    clock.move(minutes=9, seconds=59)
    assert (await browser.exchange(code))[0] == 200
    clock.move(seconds=1)
    status, answer = await browser.exchange(late)
    assert (status, answer["error"]) == (400, "invalid_grant")
    assert "expired" in answer["error_description"]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({}, {"code": "another"}),
        ({}, {"redirect_uri": "http://127.0.0.1:3000/signed-in"}),
        ({}, {"code_verifier": VERIFIER}),
        (PKCE, {}),
        (PKCE, {"code_verifier": "w" * 43}),
        (PKCE, {"code_verifier": PKCE["code_challenge"]}),
    ],
)
async def test_a_wrong_exchange_is_an_invalid_grant_and_takes_the_code_with_it(
    online: Online, browser: Any, asked: dict[str, str], sent: dict[str, str]
) -> None:
    code = await browser.code(online.seller, **asked)
    status, answer = await browser.exchange(**({"code": code} | sent))
    assert (status, answer["error"]) == (400, "invalid_grant")
    assert online.exchanges.total() == 0
    if "code" not in sent:
        right = {"code_verifier": VERIFIER} if asked else {}
        assert (await browser.exchange(code, **right))[0] == 400


async def test_pkce_is_checked(online: Online, browser: Any) -> None:
    code = await browser.code(online.seller, **PKCE)
    assert (await browser.exchange(code, code_verifier=VERIFIER))[0] == 200


@pytest.mark.parametrize("missing", ["code", "redirect_uri", "grant_type"])
async def test_what_is_missing_is_an_invalid_request(online: Online, browser: Any, missing: str) -> None:
    status, answer = await browser.exchange(await browser.code(online.seller), leave_out=missing)
    assert (status, answer["error"]) == (400, "invalid_request")
    assert missing in answer["error_description"]
    assert online.refusals == [f"invalid_request: The {missing} is missing."]


@pytest.mark.parametrize("grant", ["password", "client_credentials", "implicit"])
async def test_other_grants_there_are_none(browser: Any, grant: str) -> None:
    status, answer = await browser.tokens(grant_type=grant)
    assert (status, answer["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    "sent",
    [{"client_secret": "guess"}, {"client_id": "another"}, {"leave_out": "client_secret"}],
)
async def test_a_wrong_client_gets_nothing_and_spends_nothing(
    online: Online, browser: Any, sent: dict[str, str]
) -> None:
    code = await browser.code(online.seller)
    status, answer = await browser.exchange(code, **sent)
    assert (status, answer["error"]) == (401, "invalid_client")
    assert (await browser.exchange(code))[0] == 200


async def test_the_client_may_use_basic_but_not_both(
    online: Online, browser: Any, session: aiohttp.ClientSession
) -> None:
    async def send(login: str, password: str, **more: str) -> tuple[int, Any]:
        form = {"grant_type": "refresh_token", "refresh_token": online.refresh_token(online.seller)} | more
        header = {"Authorization": aiohttp.encode_basic_auth(login, password)}
        async with session.post(f"{online.url}/login/common/oauth/tokens", data=form, headers=header) as got:
            if got.status == 401:
                assert got.headers["WWW-Authenticate"].startswith("Basic")
            return got.status, (await got.json()).get("error")

    name, secret = online.client_id, online.client_secret
    assert await send(name, secret) == (200, None)
    assert await send(name, secret, client_id=name) == (200, None)
    assert await send(name, "guess") == (401, "invalid_client")
    assert await send("another", secret) == (401, "invalid_client")
    assert await send(name, secret, client_secret=secret) == (400, "invalid_request")
    assert await send(name, secret, client_id="another") == (400, "invalid_request")


@pytest.mark.parametrize("header", ["Bearer abc", "Basic", "Basic %%%", "Basic YWJj", "Basic /w=="])
async def test_other_authorization_is_none(
    online: Online, session: aiohttp.ClientSession, header: str
) -> None:
    url, form = f"{online.url}/login/common/oauth/tokens", {"grant_type": "refresh_token"}
    async with session.post(url, data=form, headers={"Authorization": header}) as response:
        assert (response.status, (await response.json())["error"]) == (401, "invalid_client")


async def test_secrets_come_in_the_body_once(online: Online, session: aiohttp.ClientSession) -> None:
    url = f"{online.url}/login/common/oauth/tokens"
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": online.refresh_token(online.seller),
        "client_id": online.client_id,
        "client_secret": online.client_secret,
    }
    wrong: list[dict[str, Any]] = [
        {"params": fields},
        {"params": {"grant_type": "refresh_token"}, "data": fields},
        {"json": fields},
        {"data": [*fields.items(), ("refresh_token", "again")]},
    ]
    for how in wrong:
        async with session.post(url, **how) as response:
            assert (response.status, (await response.json())["error"]) == (400, "invalid_request")
    async with session.post(url, data=fields) as response:
        assert response.status == 200


async def test_a_refresh_token_lives_until_consent_is_withdrawn(
    online: Online, browser: Any, clock: TestClock
) -> None:
    _, answer = await browser.exchange(await browser.code(online.seller))
    token, access = answer["refresh_token"], {answer["access_token"]}
    for _ in range(3):
        clock.move(days=100)
        status, answer = await browser.refresh(token)
        assert status == 200
        assert answer.keys() == {"token_type", "access_token", "expires_in", "id_token"}
        access.add(answer["access_token"])
    assert len(access) == 4
    assert online.refreshes == Counter({online.seller: 3})
    online.revoke(online.manager)
    assert (await browser.refresh(token))[0] == 200
    online.revoke(online.seller)
    status, answer = await browser.refresh(token)
    assert (status, answer["error"]) == (400, "invalid_grant")
    assert online.refreshes[online.seller] == 4


async def test_a_tenant_withdraws_consent_for_itself_alone(online: Online, browser: Any) -> None:
    here, there = online.refresh_token(online.seller), online.refresh_token(online.seller, "Cust67890")
    on_its_way = await browser.code(online.manager, acr_values="tenant:Cust67890")
    online.revoke(tenant="Cust67890")
    assert (await browser.refresh(here))[0] == 200
    assert (await browser.refresh(there))[0] == 400
    assert (await browser.exchange(on_its_way))[0] == 400
    online.revoke()
    assert (await browser.refresh(here))[0] == 400


async def test_what_is_no_refresh_token_refreshes_nothing(online: Online, browser: Any) -> None:
    for wrong in ("guess", online.access_token(online.seller)):
        status, answer = await browser.refresh(wrong)
        assert (status, answer["error"]) == (400, "invalid_grant")
    status, answer = await browser.tokens(grant_type="refresh_token")
    assert (status, answer["error"]) == (400, "invalid_request")


async def test_the_id_token_says_who_signed_in(online: Online, browser: Any, clock: TestClock) -> None:
    _, answer = await browser.exchange(await browser.code(online.manager))
    claims = await read(browser, answer["id_token"])
    now = int(clock.now().timestamp())
    assert (claims["sub"], claims["nbf"], claims["exp"]) == ("per.lund@example.com", now - 60, now + 300)
    assert claims["iat"] == str(now)
    identity = {name.removeprefix(PREFIX): value for name, value in claims.items() if name.startswith(PREFIX)}
    node = online.nodes[0].url
    assert identity | {"system_token": ""} == {
        "associateid": "501",
        "company_name": "Fjell & Vidde AS",
        "ctx": "Cust12345",
        "email": "per.lund@example.com",
        "identityprovider": "superid",
        "initials": "PL",
        "is_administrator": "True",
        "netserver_url": f"{node}/Cust12345/Remote/Services86/",
        "serial": "1000123456",
        "so_primary_email_address": "per.lund@example.com",
        "system_token": "",
        "upn": "per.lund@example.com",
        "webapi_url": f"{node}/Cust12345/api/",
    }
    online.text_iat = False
    online.move()
    _, answer = await browser.refresh(answer["refresh_token"])
    claims = await read(browser, answer["id_token"], nonce="")
    assert claims["iat"] == now
    assert "nonce" not in claims
    assert claims[PREFIX + "netserver_url"].startswith(online.nodes[1].url)


async def test_a_sign_in_without_a_nonce_has_none(online: Online, browser: Any) -> None:
    _, answer = await browser.exchange(await browser.code(online.seller, leave_out="nonce"))
    assert "nonce" not in await read(browser, answer["id_token"], nonce="")


@pytest.mark.parametrize("flaw", [flaw for flaw in Flaw if flaw is not Flaw.MISSING])
async def test_a_careful_application_refuses_every_flaw(online: Online, browser: Any, flaw: Flaw) -> None:
    online.flaw = flaw
    _, answer = await browser.exchange(await browser.code(online.seller))
    with pytest.raises((JoseError, ValueError)):
        await read(browser, answer["id_token"])
    online.flaw = None
    _, answer = await browser.exchange(await browser.code(online.seller))
    assert (await read(browser, answer["id_token"]))["sub"] == online.seller.email


async def test_a_flaw_is_the_one_it_says(online: Online, browser: Any, clock: TestClock) -> None:
    async def token(flaw: Flaw | None) -> tuple[dict[str, Any], dict[str, Any]]:
        online.flaw = flaw
        _, answer = await browser.exchange(await browser.code(online.seller))
        parts = [part + "=" * (-len(part) % 4) for part in answer["id_token"].split(".")[:2]]
        header, claims = (json.loads(base64.urlsafe_b64decode(part)) for part in parts)
        return header, claims

    right_header, right = await token(None)
    (key,) = (await browser.get("/login/.well-known/jwks"))["keys"]
    assert right_header == {"alg": "RS256", "kid": key["kid"], "typ": "JWT"}
    changed = {
        Flaw.AUDIENCE: {"aud"},
        Flaw.ISSUER: {"iss"},
        Flaw.NONCE: {"nonce"},
        Flaw.TENANT: {PREFIX + "ctx"},
        Flaw.EXPIRED: {"iat", "nbf", "exp"},
        Flaw.EARLY: {"iat", "nbf", "exp"},
    }
    now = clock.now().timestamp()
    for flaw in Flaw:
        if flaw is Flaw.MISSING:
            continue
        header, claims = await token(flaw)
        assert {name for name in right if claims[name] != right[name]} == changed.get(flaw, set())
        assert header["alg"] == {Flaw.UNSIGNED: "none", Flaw.HMAC: "HS256"}.get(flaw, "RS256")
        assert (header.get("kid") != key["kid"]) == (flaw in {Flaw.UNSIGNED, Flaw.UNKNOWN_KEY})
        assert (claims["exp"] < now) == (flaw is Flaw.EXPIRED)
        assert (claims["nbf"] > now) == (flaw is Flaw.EARLY)


async def test_an_id_token_can_be_missing(online: Online, browser: Any) -> None:
    online.flaw = Flaw.MISSING
    _, answer = await browser.exchange(await browser.code(online.seller))
    assert answer.keys() == {"token_type", "access_token", "expires_in", "refresh_token"}


async def test_keys_are_rotated(online: Online, browser: Any) -> None:
    old = await browser.get("/login/.well-known/jwks")
    assert [key.keys() & {"d", "p", "q"} for key in old["keys"]] == [set()]
    _, answer = await browser.exchange(await browser.code(online.seller))
    online.rotate_keys()
    new = await browser.get("/login/.well-known/jwks")
    assert old["keys"][0]["kid"] not in {key["kid"] for key in new["keys"]}
    with pytest.raises((JoseError, ValueError)):
        await read(browser, answer["id_token"])
    _, fresh = await browser.exchange(await browser.code(online.seller))
    await read(browser, fresh["id_token"])
    online.rotate_keys(keep_old=True)
    await read(browser, fresh["id_token"])
    assert len((await browser.get("/login/.well-known/jwks"))["keys"]) == 2


async def test_oauthlib_signs_in_and_refreshes(
    online: Online, browser: Any, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    known = await browser.get("/login/.well-known/openid-configuration")
    back = online.redirect_uris[0]
    client = WebApplicationClient(online.client_id)
    client.create_code_verifier(64)
    client.create_code_challenge(str(client.code_verifier), "S256")
    asked = client.prepare_request_uri(
        known["authorization_endpoint"],
        redirect_uri=back,
        scope=["openid"],
        state="s",
        code_challenge=client.code_challenge,
        code_challenge_method="S256",
        acr_values="tenant:Cust67890",
    )

    async def send(body: str) -> str:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        async with session.post(known["token_endpoint"], data=body, headers=headers) as response:
            return await response.text()

    online.consent = online.seller
    async with session.get(asked, allow_redirects=False) as response:
        location = response.headers["Location"]
    with pytest.raises(MismatchingStateError):
        client.parse_request_uri_response(location, state="another")
    code = client.parse_request_uri_response(location, state="s")["code"]
    body = client.prepare_request_body(
        code, back, code_verifier=client.code_verifier, client_secret=online.client_secret
    )
    tokens = client.parse_request_body_response(await send(body))
    assert tokens["access_token"].startswith("8A:Cust67890.")
    await read(browser, tokens["id_token"], nonce="", tenant="Cust67890")
    with pytest.raises(InvalidGrantError):
        client.parse_request_body_response(await send(body))
    body = client.prepare_refresh_body(refresh_token=tokens["refresh_token"], client_id=online.client_id)
    with pytest.raises(InvalidClientError):
        client.parse_request_body_response(await send(body))
    body += f"&client_secret={online.client_secret}"
    refreshed = client.parse_request_body_response(await send(body))
    assert refreshed["access_token"] != tokens["access_token"]
    online.revoke(online.seller)
    with pytest.raises(InvalidGrantError):
        client.parse_request_body_response(await send(body))


async def test_outages_and_faults_of_the_login(online: Online, browser: Any) -> None:
    token = online.refresh_token(online.seller)
    online.login_down = True
    assert online.login_down
    assert (await browser.arrive())[0] == 503
    with pytest.raises(aiohttp.ContentTypeError):
        await browser.refresh(token)
    assert online.requests[-1].status == 503
    online.login_down = False
    online.faults.set("tokens", status=429, headers={"Retry-After": "7"}, times=1)
    with pytest.raises(aiohttp.ContentTypeError):
        await browser.refresh(token)
    assert online.refreshes.total() == 0
    assert (await browser.refresh(token))[0] == 200
    online.faults.set("jwks", empty=True)
    assert await browser.get("/login/.well-known/jwks") is None
    for broken in ("html", "drop", "truncated"):
        online.faults.set("jwks", **{broken: True})
        with pytest.raises((aiohttp.ClientError, ValueError)):
            await browser.get("/login/.well-known/jwks")
    online.faults.clear()
    await browser.get("/login/.well-known/jwks")
    await online.host.refuse()
    with pytest.raises(aiohttp.ClientError):
        await browser.refresh(token)
    await online.host.accept()
    assert (await browser.refresh(token))[0] == 200


async def test_the_login_waits_at_its_gate(online: Online, browser: Any) -> None:
    token = online.refresh_token(online.seller)
    online.login_gate.close()
    waiting = [asyncio.create_task(browser.refresh(token)) for _ in range(3)]
    await online.login_gate.reached(3)
    assert online.login_gate.waiting == 3
    assert online.refreshes.total() == 0
    online.login_gate.open()
    assert [status for status, _ in await asyncio.gather(*waiting)] == [200] * 3
    assert (online.refreshes.total(), online.login_gate.waiting) == (3, 0)


async def test_requests_are_remembered_without_showing_secrets(online: Online, browser: Any) -> None:
    token = online.refresh_token(online.seller)
    await browser.refresh(token)
    (asked,) = online.requests
    assert (asked.name, asked.method, asked.status) == ("tokens", "POST", 200)
    assert asked.fields["refresh_token"] == token
    assert token not in repr(asked)
    assert online.client_secret not in repr(asked)
    assert online.client_secret not in repr(online.application)
