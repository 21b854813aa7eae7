from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
addresses = st.ip_addresses().filter(lambda a: not getattr(a, "ipv4_mapped", None))
proxies = st.sampled_from([ip_address("10.0.0.1"), ip_address("10.9.9.9"), ip_address("fd00::7")])
strangers = addresses.filter(lambda address: not any(address in network for network in PROXIES))
anything = st.text(st.characters(max_codepoint=255))


def seen(peer: str, *forwarded: str) -> str:
    headers = [(b"host", b"x"), *((b"x-forwarded-for", value.encode("latin-1")) for value in forwarded)]
    return client_address({"client": (peer, 1234), "headers": headers}, PROXIES)


@given(peer=strangers, forwarded=st.lists(anything))
def test_a_stranger_is_not_believed(peer: object, forwarded: list[str]) -> None:
    assert seen(str(peer), *forwarded) == str(peer)


@given(claimed=st.lists(anything), client=strangers, chain=st.lists(proxies), peer=proxies)
def test_behind_proxies_the_right_most_stranger_is_the_client(
    claimed: list[str], client: object, chain: list[object], peer: object
) -> None:
    """Whatever the client claims stands left of what the first proxy saw."""
    assert seen(str(peer), ",".join([*claimed, str(client), *map(str, chain)])) == str(client)


@given(peer=proxies, client=strangers, claimed=anything)
def test_several_headers_are_one_list(peer: object, client: object, claimed: str) -> None:
    assert seen(str(peer), claimed, f"{client}", "10.1.1.1") == str(client)


@given(peer=proxies, forwarded=st.lists(anything))
def test_nothing_that_is_said_raises(peer: object, forwarded: list[str]) -> None:
    ip_address(seen(str(peer), *forwarded))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", "192.0.2.7:4711", "192.0.2.7"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:DB8:0::1", "2001:db8::1"),
        ("10.0.0.1", "::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", "192.0.2.7, 10.0.0.2", "192.0.2.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "192.0.2.7, unknown", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("192.0.2.9", "192.0.2.7", "192.0.2.9"),
        ("testclient", "192.0.2.7", ""),
    ],
)
def test_as_proxies_write_it(peer: str, forwarded: str, client: str) -> None:
    assert seen(peer, forwarded) == client


def test_a_unix_socket_has_no_address() -> None:
    assert client_address({"client": None, "headers": []}, PROXIES) == ""
    assert client_address({"headers": []}, PROXIES) == ""
