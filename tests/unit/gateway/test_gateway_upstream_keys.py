# SPDX-License-Identifier: Apache-2.0
"""Keys to models: who may seal one, what becomes of it, and who ever sees it again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from guiju import ledger
from guiju.gateway.upstream_store import UPSTREAM_KEY
from guiju.gateway.upstreams.keys import opened, remove_key, seal_key, sealed_keys
from guiju.kernel import Actor, ActorKind, Invalid, NotFound, Refused
from guiju.storage import Database

KEY = "sk-orchard-1234567"


def staff(*roles: str) -> Actor:
    return Actor(ActorKind.STAFF, "staff_ops", frozenset(roles))


OPERATOR = staff("operator")


@pytest.mark.control("upstream-keys-sealed")
def test_a_sealed_key_opens_here_and_stands_nowhere(db: Database) -> None:
    """Not in the table, not in the evidence, not in what a list shows."""
    with db.write() as tx:
        made = seal_key(tx, OPERATOR, "dashscope", f"{KEY}\n")
    with db.read() as tx:
        assert opened(tx, "dashscope") == KEY
        assert sealed_keys(tx) == (made,)
        assert (made.version, made.sealed_by) == (1, "staff_ops")
        row = tx.row(select(UPSTREAM_KEY))
        assert KEY not in repr(row)
    assert db.engine.url.database is not None
    with open(db.engine.url.database, "rb") as file:  # noqa: PTH123 - every byte of it
        assert KEY.encode() not in file.read()


@pytest.mark.control("upstream-keys-sealed")
def test_replacing_and_removing_a_key_leaves_evidence(db: Database) -> None:
    """Each names the key and its version, who did it, and nothing of the key."""
    with db.write() as tx:
        seal_key(tx, OPERATOR, "k", KEY)
    with db.write() as tx:
        assert seal_key(tx, OPERATOR, "k", f"{KEY}-new").version == 2
    with db.read() as tx:
        assert opened(tx, "k") == f"{KEY}-new"
    with db.write() as tx:
        assert remove_key(tx, OPERATOR, "k").version == 2
    with db.read() as tx:
        assert opened(tx, "k") is None
        assert sealed_keys(tx) == ()
    with db.write() as tx, pytest.raises(NotFound, match="upstream-key-unknown"):
        remove_key(tx, OPERATOR, "k")
    ledger.integrate(db)
    with db.read() as tx:
        told = list(ledger.leaves(tx))
    kinds = ["upstream-key-sealed", "upstream-key-sealed", "upstream-key-removed"]
    assert [one["kind"] for one in told] == kinds
    assert [one["facts"]["version"] for one in told] == [1, 2, 2]
    assert KEY not in str(told)
    assert ledger.verify(db).ok


@pytest.mark.control("upstream-keys-sealed")
@pytest.mark.parametrize("roles", [(), ("safety-officer",), ("policy-editor",), ("auditor",)])
def test_only_those_who_run_the_service_may_seal_or_remove(db: Database, roles: Any) -> None:
    """An operator or the accountable person."""
    with db.write() as tx:
        for allowed in ("operator", "accountable-person"):
            seal_key(tx, staff(allowed), "k", KEY)
    with db.write() as tx, pytest.raises(Refused, match="role-needed"):
        seal_key(tx, staff(*roles), "k", KEY)
    with db.write() as tx, pytest.raises(Refused, match="role-needed"):
        remove_key(tx, staff(*roles), "k")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("", KEY),
        ("a b", KEY),
        ("1st", KEY),
        ("k" * 101, KEY),
        ("k", ""),
        ("k", " \n"),
        ("k", "two words"),
        ("k", "a\r\nx-evil: 1"),
        ("k", "密钥"),
        ("k", "x" * 4_097),
    ],
)
def test_what_cannot_be_a_key_or_a_name_is_refused_without_being_repeated(
    db: Database, name: str, key: str
) -> None:
    """It could be half of a secret that was pasted wrongly."""
    with db.write() as tx, pytest.raises(Invalid, match="upstream-key-invalid") as caught:
        seal_key(tx, OPERATOR, name, key)
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.control("upstream-keys-sealed")
def test_a_row_that_was_changed_opens_nothing(db: Database) -> None:
    """One key cannot stand in for another, nor an old version for a new one."""
    with db.write() as tx:
        seal_key(tx, OPERATOR, "a", KEY)
        seal_key(tx, OPERATOR, "b", f"{KEY}-b")
    with db.engine.begin() as connection:
        sealed = connection.execute(select(UPSTREAM_KEY.c.sealed).where(UPSTREAM_KEY.c.name == "a"))
        values = {"sealed": sealed.scalar_one()}
        connection.execute(update(UPSTREAM_KEY).where(UPSTREAM_KEY.c.name == "b").values(values))
        older = {"version": 7}
        connection.execute(update(UPSTREAM_KEY).where(UPSTREAM_KEY.c.name == "a").values(older))
    with db.read() as tx:
        assert (opened(tx, "a"), opened(tx, "b")) == (None, None)
    assert not ledger.verify(db).ok


def test_a_name_that_is_not_sealed_is_looked_up_elsewhere_unless_it_is_ours(db: Database) -> None:
    """No policy can send the master key to a model service."""
    held = {"GUIJU_MASTER_KEY": "m", "guiju_database": "d", "GUIJU_UPSTREAM_KEY": "u", "OTHER": "o"}
    with db.read() as tx:
        assert [opened(tx, name, held.get) for name in held] == [None, None, "u", "o"]
        assert opened(tx, "OTHER") is None
