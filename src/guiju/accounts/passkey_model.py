# SPDX-License-Identifier: Apache-2.0
"""What a passkey is, and for which site passkeys are made (WebAuthn Level 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Passkey:
    """One authenticator of an owner (person or staff).

    `handle` is the credential's id as its authenticator made it. `sign_count` is what it counted
    last, 0 for one that does not count. `barred_at`: since when it opens nothing, because it
    counted backwards and there may be two of it.
    """

    id: str
    owner: str
    handle: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    label: str
    backed_up: bool
    added_at: datetime
    used_at: datetime | None
    barred_at: datetime | None


class Party(NamedTuple):
    """The site in the words of WebAuthn: its domain, and the origin its pages have in a browser."""

    domain: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> Party:
        """The party that is reached at `public_url`; on this machine browsers ask for a name."""
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        if _is_loopback(host):
            host = "localhost"
        port = f":{parts.port}" if parts.port else ""
        return cls(host, f"{parts.scheme}://{host}{port}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
