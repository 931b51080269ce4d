# SPDX-License-Identifier: Apache-2.0
"""Whether a model may be asked at an address: texts and keys go there, so not just anywhere."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from guiju.kernel import Text

_LONGEST = 500
_INSIDE = (".internal", ".local", ".localhost", ".svc", ".cluster.local")
_NOT_AN_ADDRESS = Text(
    zh="不是可用的地址，应如 https://主机/v1",
    en="is no usable address; it looks like https://host/v1",
)
_NOTHING_MORE = Text(
    zh="不得含有用户名、查询或片段；密钥写在 key 里（只写名称）",
    en="must have no user name, query or fragment; a key is named in `key`",
)
_ENCRYPT = Text(
    zh="公网地址须用 https", en="must be https, since it leaves this machine and its network"
)
_NEVER = Text(
    zh="不得指向链路本地、组播或未指定的地址",
    en="must not be a link-local, multicast or unspecified address",
)


def address_fault(url: str, *, allow_http: bool = False) -> Text | None:
    """What is wrong with `url` as the base of an OpenAI-compatible service; None when nothing.

    With `allow_http` it may be unencrypted beyond this machine and its network too.
    """
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > _LONGEST:
        return _NOT_AN_ADDRESS
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return _NOT_AN_ADDRESS
    if not usable:
        return _NOT_AN_ADDRESS
    if parts.username is not None or parts.password is not None or "?" in url or "#" in url:
        return _NOTHING_MORE
    fault = _host_fault(parts)
    return None if allow_http and fault is _ENCRYPT else fault


def _host_fault(parts: SplitResult) -> Text | None:
    host = (parts.hostname or "").rstrip(".")
    number = _number(host)
    if number is None:
        inside = "." not in host or host.endswith(_INSIDE)
    else:
        # Link-local addresses are where clouds hand out the machine's own credentials.
        if number.is_link_local or number.is_multicast or number.is_unspecified:
            return _NEVER
        inside = number.is_loopback or number.is_private
    return None if inside or parts.scheme == "https" else _ENCRYPT


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        number = ip_address(host)
    except ValueError:
        return None
    mapped = number.ipv4_mapped if isinstance(number, IPv6Address) else None
    return mapped or number
