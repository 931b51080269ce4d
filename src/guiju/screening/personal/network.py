# SPDX-License-Identifier: Apache-2.0
"""E-mail addresses, IP addresses and the addresses of network cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address

from guiju.screening.personal.model import Family, Raw
from guiju.screening.personal.surface import LEFT, WORD, labelled
from guiju.screening.personal.tokens import open_at

_EMAIL = re.compile(
    r"[0-9A-Za-z](?<![0-9A-Za-z_].)(?=[0-9A-Za-z._%+\-]{0,39} ?@ ?([0-9A-Za-z.\-]{4,50}))"
)
_LABEL = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z\-]*[0-9A-Za-z])?\Z")
_TOP = re.compile(r"[A-Za-z]{2,14}")
# What ends so is the name of a file, such as a picture for a finer screen ("@2x").
_FILES = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "gif",
        "svg",
        "webp",
        "bmp",
        "pdf",
        "js",
        "css",
        "ts",
        "json",
        "html",
        "txt",
        "md",
    ]
)

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(
    rf"[0-9]{LEFT}(?<![0-9]\..)(?<!==.)(?=([0-9]{{0,2}}(?:\.[0-9]{{1,3}}){{3}})(?!{WORD}|\.[0-9]))"
)
_QUAD = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_HIGH_FOR_A_VERSION = 32
_LOW_FOR_A_HOST = 10
_HOST = re.compile(r"地址|主机|服务器|来自|登录|网关|(?<![a-z])(?:ip|host|addr|dns|ping|server)")
_NOBODY = ("0.", "127.", "255.")
_VERSION = re.compile(
    r"(?:版本?|固件|驱动|内核|章|节|条|第|version|ver|(?<![a-z])v|build|release|firmware|oid)"
    r"[号为是: .]{0,3}\Z"
)

_HEX = re.compile(rf"[0-9A-Fa-f]{LEFT}(?=([0-9A-Fa-f:.\-]{{7,46}}))")
# A group of a longer address stands before: "ab:" but not "mac:".
_LED = re.compile(rf"(?<!{WORD})[0-9A-Fa-f]{{0,4}}[:\-]\Z")
_MAC = re.compile(
    r"(?:[0-9A-Fa-f]{2}([:\-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}"
    r"|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"
)
_MAC_LABEL = re.compile(r"mac|物理地址|网卡|蓝牙")
_IPV6 = re.compile(r"[0-9A-Fa-f]{1,4}(?::{1,2}[0-9A-Fa-f]{1,4})+(?:::)?")
_AFTER = re.compile(rf"(?!{WORD}|[:.\-]{WORD})")
_FEWEST_GROUPS = 3


def _emails(text: str, low: int) -> Iterator[Raw]:
    if "@" not in text:
        return
    for match in _EMAIL.finditer(text, low):
        if length := _domain(match[1]):
            yield match.start(), match.start(1) + length, "email"


def _domain(run: str) -> int:
    """How much of the run is a domain name; 0 if none."""
    name = run.rstrip(".-")
    parts = name.split(".")
    if len(parts) == 1 or not _TOP.fullmatch(parts[-1]) or parts[-1].lower() in _FILES:
        return 0
    return len(name) if all(map(_LABEL.match, parts)) else 0


def _addresses(text: str, low: int) -> Iterator[Raw]:
    if "." in text:
        yield from _ipv4(text, low)
    if ":" in text or "-" in text or "." in text:
        yield from _hexadecimal(text, low)


def _ipv4(text: str, low: int) -> Iterator[Raw]:
    for match in _IPV4.finditer(text, low):
        start, end = match.start(), match.end(1)
        quad = text[start:end]
        if not _QUAD.fullmatch(quad) or quad.startswith(_NOBODY):
            continue
        if not (labelled(_VERSION, text, start) or _is_release(text, start, quad)):
            yield start, end, "ip"


def _is_release(text: str, start: int, quad: str) -> bool:
    """Whether small numbers are those of a version or section: no address is said to follow."""
    octets = list(map(int, quad.split(".")))
    if max(octets) >= _HIGH_FOR_A_VERSION:
        return False
    if text.endswith("@", 0, start):
        return True
    return octets[0] < _LOW_FOR_A_HOST and not labelled(_HOST, text, start)


def _hexadecimal(text: str, low: int) -> Iterator[Raw]:
    for match in _HEX.finditer(text, low):
        start = match.start()
        if _LED.search(text, max(0, start - 6), start):
            continue
        if (mac := _MAC.match(text, start)) and _AFTER.match(text, mac.end()):
            if _is_mac(mac, text):
                yield start, mac.end(), "mac"
        elif (ipv6 := _IPV6.match(text, start, start + 46)) and _is_ipv6(ipv6, text):
            yield start, ipv6.end(), "ip"


def _is_mac(match: re.Match[str], text: str) -> bool:
    """Twelve digits with dashes may be anything."""
    sure = match[1] == ":" or not set(match[0]).isdisjoint("abcdefABCDEF")
    return sure or labelled(_MAC_LABEL, text, match.start())


def _is_ipv6(match: re.Match[str], text: str) -> bool:
    groups = match[0].replace("::", ":").strip(":").split(":")
    if len(groups) < _FEWEST_GROUPS or not _AFTER.match(text, match.end()):
        return False
    if not any(map(str.isdigit, match[0])):
        return False
    try:
        IPv6Address(match[0])
    except AddressValueError:
        return False
    return True


EMAILS = Family(frozenset({"email"}), _emails, open_at)
ADDRESSES = Family(frozenset({"ip", "mac"}), _addresses, open_at)
