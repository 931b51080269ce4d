# SPDX-License-Identifier: Apache-2.0
"""Whose network address a request came from, and which household or office it stands for."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

from guiju.kernel import BEIJING, Keyring

# Where a proxy of ours may stand: this machine, and nets that lead nowhere else.
_INSIDE = tuple(
    ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
)
_NET = 64


def address_of(request: Request) -> str:
    """Whose address a request came from.

    A proxy on this machine or in its own net names whom it serves, by the last entry of
    `X-Forwarded-For`, which it wrote itself; nobody else is believed.
    """
    peer = request.client.host if request.client else ""
    try:
        inside = any(ip_address(peer) in one for one in _INSIDE)
    except ValueError:
        return peer
    said = request.headers.get("x-forwarded-for", "")
    return said.rpartition(",")[2].strip()[:60] or peer if inside else peer


def net_of(address: str) -> str:
    """Whose an address is: of IPv6 a whole net belongs to one household."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{int(found) >> (128 - _NET):x}/{_NET}"


def daily_mark(keys: Keyring, now: datetime, purpose: str, address: str) -> str:
    """What is kept of an address to count by: 40 hex digits, other ones each day of Beijing.

    A keyed digest of its own for each `purpose`: what one room counts tells another nothing.
    """
    day = now.astimezone(BEIJING).date().isoformat()
    return keys.blind(purpose, f"{day}/{net_of(address)}")[:40]
