# SPDX-License-Identifier: Apache-2.0
"""What this room keeps of people, for whoever carries out their requests (Article 11).

Two stores: the ways in, which an erasure closes first, and the account with its name, which it
takes last. What stays is a pseudonym that nothing leads to and that leads to nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Table, delete, func, select

from guiju import limits
from guiju.accounts import (
    agreement_store,
    closed_store,
    consent_store,
    key_model_store,
    limit_store,
    openid_store,
    passkey_store,
    people,
    recovery_store,
    staff_store,
    store,
    verifying_store,
    waiver_store,
)
from guiju.accounts.model import PersonState
from guiju.casework import afterwards
from guiju.kernel import Actor, NotFound, Text, isoformat
from guiju.storage import Database, PersonStore, Piece, Stage, Tx

ERASING, ERASED = "erasing", "erased"
_IN = (
    (staff_store.SESSION, "owner"),
    (staff_store.CREDENTIAL, "owner"),
    (passkey_store.PASSKEY, "owner"),
    (recovery_store.CODE, "owner"),
    (openid_store.LINK, "owner"),
)
# Rows about a person that go with the account, each with the columns of its key.
_ROWS = (
    (agreement_store.ACCEPTANCE, "person"),
    (agreement_store.SERVED, "person"),
    (consent_store.CONSENT, "person"),
    (waiver_store.LABEL_WAIVER, "person"),
    (closed_store.CLOSED, "person"),
    (verifying_store.VERIFICATION, "person"),
    (recovery_store.GRANT, "owner"),
)


def _count(tx: Tx, subject: Table, column: str, value: str) -> int:
    row = tx.row(select(func.count()).select_from(subject).where(subject.c[column] == value))
    return int(row[0]) if row else 0


def _keys(tx: Tx, person: str) -> Sequence[Row[Any]]:
    return tx.rows(select(store.API_KEY).where(store.API_KEY.c.person == person))


def _person(tx: Tx, person: str) -> Row[Any] | None:
    return tx.row(select(store.PERSON).where(store.PERSON.c.id == person))


# -- the ways in -----------------------------------------------------------------------------------


def _ways_in(tx: Tx, person: str) -> Mapping[str, int]:
    found = {subject.name: _count(tx, subject, column, person) for subject, column in _IN}
    found["api_key"] = sum(one.revoked_at is None for one in _keys(tx, person))
    return {name: number for name, number in found.items() if number}


def _export_ways(database: Database, _actor: Actor, person: str) -> Iterator[Piece]:
    with database.read() as tx:
        yield from _ways(tx, person)


def _ways(tx: Tx, person: str) -> Iterator[Piece]:
    for one in _keys(tx, person):
        yield Piece(
            "keys",
            {
                "id": one.id,
                "label": one.label,
                "ends_in": one.last4,
                "issued_at": isoformat(one.issued_at),
                "revoked_at": None if one.revoked_at is None else isoformat(one.revoked_at),
            },
        )
    for passkey in passkey_store.of_owner(tx, person):
        at = isoformat(passkey.added_at)
        yield Piece("passkeys", {"label": passkey.label, "added_at": at})
    mine = staff_store.SESSION.c.owner == person
    for row in tx.rows(select(staff_store.SESSION).where(mine)):
        times = {name: isoformat(row._mapping[name]) for name in ("started_at", "seen_at")}  # noqa: SLF001 - SQLAlchemy's documented accessor
        yield Piece("sessions", times)


def _close_ways(tx: Tx, actor: Actor, person: str, case: str) -> int:  # noqa: ARG001 - as stores are called
    gone = 0
    tx.overwrite_deleted()
    for one in _keys(tx, person):
        if one.revoked_at is None:
            gone += tx.update(store.API_KEY, {"id": one.id}, {"revoked_at": tx.now})
    for subject, column in _IN:
        mine = delete(subject).where(subject.c[column] == person)
        gone += tx.connection.execute(mine).rowcount
    found = _person(tx, person)
    if found is not None and found.reason not in {ERASING, ERASED}:
        gone += _stand(tx, actor, person, {"reason": ERASING})
    if gone:
        # Whoever remembers this person lets them in no more.
        afterwards(tx, "standing-changed", person)
    return gone


def _stand(tx: Tx, actor: Actor, person: str, changes: Mapping[str, Any]) -> bool:
    stand = {"state": PersonState.TERMINATED.value, "standing_by": actor.id, "standing_at": tx.now}
    return tx.update(store.PERSON, {"id": person}, {**stand, **changes})


ACCESS = PersonStore(
    name="access",
    text=Text(zh="登录与密钥", en="Signing in and keys"),
    data_class="account",
    tables=("api_key", "credential", "openid_link", "passkey", "recovery_code", "session"),
    stage=Stage.ACCESS,
    how=Text(
        zh="密钥撤销，会话结束，密码、通行密钥、关联身份和恢复码删除。",
        en="Keys are revoked, sessions ended; password, passkeys, links and codes deleted.",
    ),
    sorts={
        "session": Text(zh="会话", en="sessions"),
        "credential": Text(zh="密码散列", en="a password's digest"),
        "passkey": Text(zh="通行密钥", en="passkeys"),
        "openid_link": Text(zh="关联的身份", en="linked identities"),
        "recovery_code": Text(zh="恢复码散列", en="digests of recovery codes"),
        "api_key": Text(zh="有效密钥", en="valid keys"),
    },
    what_of=_ways_in,
    export=_export_ways,
    erase=_close_ways,
    probe=_ways_in,
)


# -- the account -----------------------------------------------------------------------------------


def _account(tx: Tx, person: str) -> Mapping[str, int]:
    """What still stands of an account but for the pseudonym itself."""
    found = {subject.name: _count(tx, subject, column, person) for subject, column in _ROWS}
    row, keys = _person(tx, person), _keys(tx, person)
    owners = [person, *(one.id for one in keys)]
    found["limit_override"] = len(limit_store.overrides(tx, owners))
    found["key_models"] = len(key_model_store.models_of(tx, owners))
    found["limit_meter"] = limits.kept(tx, owners)
    found["person"] = int(row is not None and row.reason != ERASED)
    found["api_key"] = sum(bool(one.label or one.last4) for one in keys)
    return {name: number for name, number in found.items() if number}


def _export_account(database: Database, _actor: Actor, person: str) -> Iterator[Piece]:
    with database.read() as tx:
        yield from _whole_account(tx, person)


def _whole_account(tx: Tx, person: str) -> Iterator[Piece]:
    row = _person(tx, person)
    if row is None:
        return
    try:
        name = people.name_of(tx, person)
    except NotFound:
        name = None
    yield Piece(
        "account",
        {
            "pseudonym": person,
            "name": name,
            "app": row.app,
            "language": row.language,
            "state": row.state,
            "reason": row.reason,
            "registered_at": isoformat(row.registered_at),
        },
    )
    for one in agreement_store.acceptances_of(tx, person):
        yield Piece(
            "agreements",
            {
                "version": one.version,
                "digest": one.digest,
                "way": one.way.value,
                "at": isoformat(one.at),
            },
        )
    for said in consent_store.history(tx, person):
        yield Piece(
            "consents",
            {
                "purpose": said.purpose.value,
                "given": said.given,
                "asked": said.asked,
                "language": said.language,
                "way": said.way,
                "at": isoformat(said.at),
            },
        )
    for terms, at in waiver_store.accepted(tx, person).items():
        yield Piece("label-waivers", {"terms": terms, "at": isoformat(at)})
    for verified in verifying_store.of_person(tx, person):
        yield Piece(
            "verifications",
            {
                "by": verified.proof.value,
                "provider": verified.provider,
                "at": isoformat(verified.verified_at),
                "until": isoformat(verified.until),
            },
        )
    closed = sorted(closed_store.functions_closed(tx, person))
    if closed:
        yield Piece("closed-functions", {"functions": closed})
    owners = [person, *(one.id for one in _keys(tx, person))]
    for used in limits.used(tx, owners).items():
        yield Piece("use", {"of": used[0], **_plain(used[1])})


def _plain(used: limits.Use) -> dict[str, Any]:
    at = used.last_at
    return {
        "last_at": None if at is None else isoformat(at),
        "day_tokens": used.day_tokens,
        "month_tokens": used.month_tokens,
    }


def _erase_account(tx: Tx, actor: Actor, person: str, case: str) -> int:  # noqa: ARG001 - as stores are called
    gone = 0
    tx.overwrite_deleted()
    for subject, column in _ROWS:
        for row in tx.rows(select(*subject.primary_key).where(subject.c[column] == person)):
            gone += tx.delete(subject, dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's documented accessor
    keys = _keys(tx, person)
    owners = [person, *(one.id for one in keys)]
    for owner in owners:
        gone += tx.delete(limit_store.OVERRIDE, {"subject": owner})
        gone += tx.delete(key_model_store.MODELS, {"key": owner})
    gone += limits.forget(tx, owners)
    for one in keys:
        if one.label or one.last4:
            # The token's digest goes too: whoever still has the token could be told by it.
            blank = {"label": "", "last4": "", "token_digest": secrets.token_hex(32)}
            gone += tx.update(store.API_KEY, {"id": one.id}, blank)
    found = _person(tx, person)
    if found is not None and found.reason != ERASED:
        nobody = {"name_index": secrets.token_hex(32), "sealed_name": None, "reason": ERASED}
        gone += _stand(tx, actor, person, nobody)
    return gone


ACCOUNT = PersonStore(
    name="account",
    text=Text(zh="账号与同意", en="The account and what was agreed to"),
    data_class="account",
    tables=(
        "acceptance",
        "agreement_served",
        "consent",
        "identity_verification",
        "key_models",
        "label_waiver",
        "limit_meter",
        "limit_override",
        "person",
        "person_closed",
        "recovery_grant",
    ),
    stage=Stage.NAME,
    how=Text(
        zh="姓名及其索引抹除，协议接受、同意、限额、用量删除；仅留一个无从对应的化名编号。",
        en="The name and its index are wiped, acceptances, consents, limits and meters gone; what"
        " stays is a pseudonym that leads to nobody.",
    ),
    sorts={
        "acceptance": Text(zh="协议接受", en="acceptances"),
        "agreement_served": Text(zh="展示过的协议", en="agreements that were shown"),
        "consent": Text(zh="各项同意", en="consents"),
        "label_waiver": Text(zh="标识条款接受", en="accepted label terms"),
        "identity_verification": Text(zh="身份核验", en="verified identities"),
        "recovery_grant": Text(zh="恢复申请", en="grants of recovery"),
        "person_closed": Text(zh="功能限制", en="closed functions"),
        "limit_override": Text(zh="限额", en="limits"),
        "key_models": Text(zh="密钥可用模型", en="models of keys"),
        "limit_meter": Text(zh="用量表", en="meters"),
        "person": Text(zh="账号", en="the account"),
        "api_key": Text(zh="密钥名称", en="labels of keys"),
    },
    what_of=_account,
    export=_export_account,
    erase=_erase_account,
    probe=_account,
)

STORES = (ACCESS, ACCOUNT)
