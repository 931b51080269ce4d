# SPDX-License-Identifier: Apache-2.0
"""Keys to model services and guard models, and of labels: sealed by a named person (Art. 12, 13).

A policy names a key; what stands behind the name is sealed under the master key. A policy takes two
people, a key one, as a key alone changes nothing about who is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from guiju.accounts import Role, requires_role
from guiju.gateway import upstream_store as store
from guiju.kernel import Actor, Conflict, GuijuError, Invalid, NotFound, Text, seal, unseal
from guiju.labelling import pem_body
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

_CONTROLS = ("upstream-keys-sealed",)
_KEEPERS = (Role.OPERATOR, Role.ACCOUNTABLE_PERSON)
_PURPOSE = "upstream-keys"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_LONGEST = 4_096
_OWN = "GUIJU_"
_START = "GUIJU_UPSTREAM_KEY"


class SealedKey(NamedTuple):
    """What may be known of a key: its name, how often it was replaced, by whom and when."""

    name: str
    version: int
    sealed_by: str
    sealed_at: datetime


@enforces("upstream-keys-sealed")
def seal_key(tx: Tx, actor: Actor, name: str, key: str) -> SealedKey:
    """Keep `key` under `name`, in place of the one that was there; the next second uses it.

    Of a private key in PEM its one line of Base64 is kept.

    Raises:
        Refused: `role-needed`.
        Invalid: `upstream-key-invalid`, for what cannot be a name or a key.
        Conflict: `upstream-key-overtaken`, when somebody else has just sealed one.
    """
    requires_role(actor, *_KEEPERS)
    if not _NAME.fullmatch(name):
        raise _no_name()
    key = pem_body(key) or key.strip()
    if not key or len(key) > _LONGEST or not key.isascii() or not key.isprintable() or " " in key:
        raise _no_key()
    row = store.find(tx, name)
    before = 0 if row is None else int(row.version)
    made = SealedKey(name, before + 1, actor.id, tx.now)
    values = {
        "version": made.version,
        "sealed": seal(tx.keys.service_key(_PURPOSE), key.encode(), _context(made)),
        "sealed_by": made.sealed_by,
        "sealed_at": made.sealed_at,
    }
    if not store.put(tx, name, before, values):
        raise _overtaken()
    _append(tx, "upstream-key-sealed", actor, made)
    return made


def remove_key(tx: Tx, actor: Actor, name: str) -> SealedKey:
    """Destroy the key of this name; who needs it is not asked any more.

    Raises:
        Refused: `role-needed`.
        NotFound: `upstream-key-unknown`.
    """
    requires_role(actor, *_KEEPERS)
    row = store.find(tx, name)
    if row is None or not store.drop(tx, name):
        raise _unknown(name)
    gone = SealedKey(row.name, row.version, row.sealed_by, row.sealed_at)
    _append(tx, "upstream-key-removed", actor, gone)
    return gone


def sealed_keys(tx: Tx) -> tuple[SealedKey, ...]:
    """What may be known of every key, by name."""
    rows = store.listed(tx)
    return tuple(SealedKey(row.name, row.version, row.sealed_by, row.sealed_at) for row in rows)


def opened(
    tx: Tx, name: str, otherwise: Callable[[str], str | None] = lambda _: None
) -> str | None:
    """The key of this name, or what `otherwise` (the environment) has; None for none.

    A row that was changed behind our back opens nothing: its upstream counts as one without a key.
    """
    row = store.find(tx, name)
    if row is None:
        # The service's own secrets are no keys for others, whatever a policy says.
        ours = name.upper().startswith(_OWN) and name != _START
        return None if ours else otherwise(name)
    held = SealedKey(row.name, row.version, row.sealed_by, row.sealed_at)
    try:
        return unseal(tx.keys.service_key(_PURPOSE), row.sealed, _context(held)).decode()
    except GuijuError:
        return None


def _context(key: SealedKey) -> bytes:
    """What a seal is bound to, so that no row can stand in for another or for an older one."""
    return f"upstream-key/{key.name}/{key.version}".encode()


def _append(tx: Tx, kind: str, actor: Actor, key: SealedKey) -> None:
    facts = {"key": key.name, "version": key.version}
    append(
        tx, kind, controls=_CONTROLS, actor=actor, subject=f"upstream-key/{key.name}", facts=facts
    )


def _no_name() -> Invalid:
    return Invalid(
        "upstream-key-invalid",
        Text(
            zh="密钥名称只能用字母、数字、_、. 和 -，至多 100 个字符。",
            en="The name of a key has letters, digits, _, . and -, at most 100.",
        ),
        Text(zh="请换一个名称。", en="Choose another name."),
        param="name",
    )


def _no_key() -> Invalid:
    return Invalid(
        "upstream-key-invalid",
        Text(
            zh=f"密钥应为一行 ASCII 字符，不含空格，至多 {_LONGEST} 个。",
            en=f"A key is one line of ASCII without blanks, at most {_LONGEST} characters.",
        ),
        Text(
            zh="请从标准输入给出密钥，例如 guiju upstream key NAME < 文件。",
            en="Give it on standard input, as in guiju upstream key NAME < FILE.",
        ),
    )


def _unknown(name: str) -> NotFound:
    shown = name[:60]
    return NotFound(
        "upstream-key-unknown",
        Text(zh=f"没有密封的密钥 {shown!r}。", en=f"There is no sealed key {shown!r}."),
        Text(zh="运行 guiju upstream list 查看。", en="See guiju upstream list."),
    )


def _overtaken() -> Conflict:
    return Conflict(
        "upstream-key-overtaken",
        Text(zh="他人刚刚密封了这个密钥。", en="Somebody else has just sealed this key."),
        Text(zh="请查看现状后重试。", en="Look at how it stands now and try again."),
    )
