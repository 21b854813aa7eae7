"""Whose request it is, behind proxies."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

__all__ = ["Network", "client_address"]

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def client_address(scope: Any, trusted: Sequence[Network]) -> str:
    """The client's IP address, or ``""`` where there is none (a Unix socket).

    ``X-Forwarded-For`` is what each proxy appends; a client can begin it with anything. So it is read from
    the right, hop by hop, as long as the one who says it is a trusted proxy.
    """
    peer = (scope.get("client") or ("",))[0]
    nearest = _address(peer)
    if nearest is None:
        return ""
    hops = _forwarded_for(scope)
    while hops and _is_trusted(nearest, trusted):
        further = _address(hops.pop())
        if further is None:
            break
        nearest = further
    return str(nearest)


def _forwarded_for(scope: Any) -> list[str]:
    values = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return b",".join(values).decode("latin-1").split(",") if values else []


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _address(text: str) -> Address | None:
    """An address as it is written there: some proxies add a port, some write IPv4 within IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
