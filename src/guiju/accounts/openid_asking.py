# SPDX-License-Identifier: Apache-2.0
"""Asking a provider over the network: briefly, not too much, by https, and never led elsewhere."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from joserfc.jwk import KeySet

from guiju.accounts import openid_refusing as refusing
from guiju.accounts.openid_model import Endpoints
from guiju.accounts.openid_tokens import keys_of
from guiju.kernel import monotonic

# Asks one address: the body of a form, or None to read; the headers besides.
Ask = Callable[[str, bytes | None, Mapping[str, str]], bytes]
_PATIENCE_SECONDS = 5.0
_MOST_BYTES = 256 * 1024
_KNOWN_SECONDS = 600.0
_ASK_AGAIN_SECONDS = 60.0
_FINE = 200
_WELL_KNOWN = "/.well-known/openid-configuration"


def ask(url: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
    """What is answered at `url` with status 200; a redirect is no answer.

    Raises:
        Unavailable: `openid-unavailable`.
    """
    parts = urlsplit(url)
    connection = _connection(parts)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    try:
        connection.request("GET" if body is None else "POST", path, body, dict(headers))
        answer = connection.getresponse()
        read = answer.read(_MOST_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise refusing.provider_away() from error
    finally:
        connection.close()
    if answer.status != _FINE or len(read) > _MOST_BYTES:
        raise refusing.provider_away()
    return read


def check_url(param: str, url: str) -> SplitResult:
    """The parts of an address that may be asked: https, or this machine.

    Raises:
        Invalid: `openid-invalid`.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise refusing.bad_setting(param, "不是网址", "is no address") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        raise refusing.bad_setting(param, "须为 https 地址", "must be an https address")
    if not host or parts.username or parts.fragment or not url.isascii() or not url.isprintable():
        raise refusing.bad_setting(param, "不是网址", "is no address")
    return parts


class _Known(NamedTuple):
    """A provider's own description and keys, and until when they are believed."""

    endpoints: Endpoints
    keys: KeySet
    until: float
    again: float


class Descriptions:
    """What providers say of themselves, for ten minutes; asked anew for a key nobody knows."""

    def __init__(self, how: Ask = ask) -> None:
        """`how` asks an address."""
        self.ask = how
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def endpoints(self, issuer: str) -> Endpoints:
        """Where the provider is asked; raises Unavailable `openid-unavailable`."""
        return self._of(issuer).endpoints

    def keys(self, issuer: str, kid: str | None) -> KeySet:
        """Its keys; when none is called `kid`, they are asked for anew, once a minute at most."""
        known = self._of(issuer)
        if kid is None or any(one.kid == kid for one in known.keys.keys):
            return known.keys
        return known.keys if monotonic() < known.again else self._read(issuer).keys

    def _of(self, issuer: str) -> _Known:
        known = self._known.get(issuer)
        return known if known is not None and monotonic() < known.until else self._read(issuer)

    def _read(self, issuer: str) -> _Known:
        said = self.read_json(issuer.rstrip("/") + _WELL_KNOWN)
        # Whoever describes another issuer would have its tokens believed as that one's.
        if said.get("issuer") != issuer:
            raise refusing.provider_away()
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        found = [said.get(one) for one in names]
        try:
            for name, one in zip(names, found, strict=True):
                check_url(name, one if isinstance(one, str) else "")
            says = said.get("authorization_response_iss_parameter_supported") is True
            authorize, token, published = (str(one) for one in found)
            endpoints = Endpoints(authorize, token, published, names_itself=says)
            keys = keys_of(self.read_json(endpoints.keys))
        except ValueError as error:
            raise refusing.provider_away() from error
        now = monotonic()
        made = _Known(endpoints, keys, now + _KNOWN_SECONDS, now + _ASK_AGAIN_SECONDS)
        with self._lock:
            self._known[issuer] = made
        return made

    def read_json(
        self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """The object that is answered; raises Unavailable `openid-unavailable`."""
        given = self.ask(url, body, {"accept": "application/json", **(headers or {})})
        try:
            said = json.loads(given)
        except (ValueError, RecursionError) as error:
            raise refusing.provider_away() from error
        if not isinstance(said, dict):
            raise refusing.provider_away()
        return said


def _connection(parts: SplitResult) -> HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return HTTPSConnection(host, parts.port, timeout=_PATIENCE_SECONDS, context=context)
    return HTTPConnection(host, parts.port, timeout=_PATIENCE_SECONDS)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
