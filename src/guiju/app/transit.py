# SPDX-License-Identifier: Apache-2.0
"""A master key that never comes here: the transit engine of HashiCorp Vault or OpenBao, by HTTP.

The service encrypts and decrypts keys of people; what it is asked for is bound to the person's id
as associated data, so that a wrapped key cannot be moved to another person there either.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from guiju.kernel import Text, Unavailable, wrong_master_key

_SECONDS = 3.0
_MOST_BYTES = 1 << 20
_FORBIDDEN, _BAD, _OK = 403, 400, 200


class TransitKey:
    """A named key of the transit engine; its versions are the service's own affair."""

    def __init__(
        self,
        address: str,
        name: str,
        token: Callable[[], str],
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """`address` is the base URL, `token` gives the token anew for each request."""
        self._parts = urlsplit(address)
        self._name = name
        self._token = token
        self._trusted = trusted
        self._version: int | None = None

    @property
    def id(self) -> str:
        """`transit:<name>:v<version>`, of the newest version that is known of."""
        if self._version is None:
            data = self._asked("GET", f"keys/{quote(self._name, safe='')}")
            self._version = int(data["latest_version"])
        return f"transit:{self._name}:v{self._version}"

    @property
    def root(self) -> None:
        """None: the key never leaves the service."""
        return None

    def opens(self, master: str) -> bool:
        """Every version of this name: which of them may still decrypt is the service's affair."""
        return master.startswith(f"transit:{self._name}:v")

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` as the service encrypts it, e.g. `vault:v3:...`."""
        given = {"plaintext": _text(key), "associated_data": _text(context)}
        made = str(
            self._asked("POST", f"encrypt/{quote(self._name, safe='')}", given)["ciphertext"]
        )
        self._version = int(made.split(":")[1].removeprefix("v"))
        return made.encode("ascii")

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key behind `wrapped`; raises Unavailable when the service refuses or is away."""
        given = {"ciphertext": wrapped.decode("ascii"), "associated_data": _text(context)}
        found = self._asked("POST", f"decrypt/{quote(self._name, safe='')}", given)
        return base64.b64decode(str(found["plaintext"]), validate=True)

    def _asked(
        self, method: str, path: str, given: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """The `data` of the answer.

        Raises:
            Unavailable: `kms-unavailable`, `kms-refused`, or `wrong-master-key`.
        """
        try:
            status, body = self._sent(method, path, given)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _away(type(error).__name__) from error
        if status == _FORBIDDEN:
            raise _refused()
        if status == _BAD and path.startswith("decrypt/"):
            raise wrong_master_key()
        try:
            data = json.loads(body)["data"] if status == _OK else None
        except (ValueError, KeyError, TypeError) as error:
            raise _away("no JSON") from error
        if not isinstance(data, dict):
            raise _away(f"status {status}")
        return data

    def _sent(self, method: str, path: str, given: Mapping[str, str] | None) -> tuple[int, bytes]:
        host = self._parts.netloc
        connection = (
            http.client.HTTPSConnection(host, timeout=_SECONDS, context=self._trusted)
            if self._parts.scheme == "https"
            else http.client.HTTPConnection(host, timeout=_SECONDS)
        )
        body = None if given is None else json.dumps(given).encode()
        headers = {"X-Vault-Token": self._token(), "X-Vault-Request": "true"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            place = f"{self._parts.path.rstrip('/')}/v1/transit/{path}"
            connection.request(method, place, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_MOST_BYTES)
        finally:
            connection.close()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


# Neither names the token nor what was asked for: errors end in logs.
def _away(why: str) -> Unavailable:
    return Unavailable(
        "kms-unavailable",
        Text(
            zh=f"密钥管理服务没有可用的答复（{why}）。",
            en=f"The key management service gave no usable answer ({why}).",
        ),
        Text(
            zh="请稍后重试；运维请检查 kms 设置和该服务。",
            en="Try again shortly; operators: check the setting kms and that service.",
        ),
    )


def _refused() -> Unavailable:
    return Unavailable(
        "kms-refused",
        Text(zh="密钥管理服务拒绝了请求。", en="The key management service refused."),
        Text(
            zh="请更新令牌文件（kms_token），并检查其对 transit 的权限。",
            en="Renew the token file (kms_token) and check what it may do with transit.",
        ),
    )
