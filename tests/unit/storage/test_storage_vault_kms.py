# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.make_migration import import_every_table

from guiju.kernel import FixedClock, Keyring, NotFound, Text, Unavailable, software
from guiju.ledger import append
from guiju.storage import Database, destroy_key, metadata

PERSON, PLACE = "pe_1", "exchange/req_1"


class ManagementService:
    """A key management service as this port sees one: handles go out, keys stay inside."""

    def __init__(self) -> None:
        self.secret = b"never leaves the service"
        self.kept: dict[bytes, tuple[bytes, bytes]] = {}
        self.away = False

    def wrap(self, key: bytes, context: bytes) -> bytes:
        self._answer()
        handle = b"kms:%d" % len(self.kept)
        self.kept[handle] = (key, context)
        return handle

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        self._answer()
        key, bound = self.kept[wrapped]
        assert bound == context
        return key

    def derive(self, purpose: str) -> bytes:
        return hmac.digest(self.secret, purpose.encode(), hashlib.sha256)

    def _answer(self) -> None:
        if self.away:
            what = Text(zh="密钥服务不可用。", en="The key service is away.")
            raise Unavailable("unavailable", what, Text(zh="请稍后重试。", en="Try again."))


@pytest.fixture
def service() -> ManagementService:
    return ManagementService()


@pytest.fixture
def database(tmp_path: Path, service: ManagementService, clock: FixedClock) -> Iterator[Database]:
    import_every_table()
    made = Database.open(f"sqlite:///{tmp_path / 'guiju.db'}", Keyring(service), clock)
    metadata.create_all(made.engine)
    yield made
    made.close()


def sealed(database: Database) -> bytes:
    with database.write() as tx:
        content = tx.seal(PERSON, b"content", PLACE)
        attest(tx)
    return content


def attest(tx) -> None:
    append(
        tx,
        "service-started",
        controls=("evidence-ledger",),
        actor=software("test"),
        subject=PERSON,
    )


def test_a_key_management_service_takes_the_place_of_the_master_key(database, service):
    """Whatever speaks the port's verbs will do; the database holds a handle, not the key."""
    content = sealed(database)
    ((key, context),) = service.kept.values()
    assert context == PERSON.encode()
    assert key not in database_bytes(database)
    with database.read() as tx:
        assert tx.unseal(PERSON, content, PLACE) == b"content"


def test_while_the_service_is_away_nothing_new_is_sealed_and_nothing_lost(database, service):
    """A closed door and a clear error; what was sealed opens again when it is back."""
    content = sealed(database)
    service.away = True
    with pytest.raises(Unavailable), database.write() as tx:
        tx.seal("pe_2", b"other", PLACE)
    with pytest.raises(Unavailable), database.read() as tx:
        tx.unseal(PERSON, content, PLACE)
    service.away = False
    with database.read() as tx:
        assert tx.unseal(PERSON, content, PLACE) == b"content"


def test_a_destroyed_key_opens_nothing_although_the_service_could(database, service):
    """Erasure takes the handle away; what the service still holds has no name any more."""
    content = sealed(database)
    with database.write() as tx:
        assert destroy_key(tx, PERSON)
        attest(tx)
    assert service.kept
    with pytest.raises(NotFound), database.read() as tx:
        tx.unseal(PERSON, content, PLACE)


def database_bytes(database: Database) -> bytes:
    path = Path(str(database.engine.url.database))
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
