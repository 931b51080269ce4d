# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.make_migration import import_every_table

from guiju.kernel import FixedClock, Keyring, NotFound, Text, Unavailable, software
from guiju.ledger import append
from guiju.storage import Database, destroy_key, metadata, vault

PERSON, PLACE = "pe_1", "exchange/req_1"


class ManagementService:
    """A key management service as this port sees one: handles go out, keys stay inside."""

    def __init__(self) -> None:
        self.kept: dict[bytes, tuple[bytes, bytes]] = {}
        self.away = False
        self.asked = 0
        self.id = "kms:1"
        self.root = None

    def opens(self, master: str) -> bool:
        return master.startswith("kms:")

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

    def _answer(self) -> None:
        self.asked += 1
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
    made.check_master_key()
    yield made
    made.close()


def another(database: Database, service: ManagementService, seconds: float = 300) -> Database:
    """A process that starts on the same data."""
    made = Database(database.engine, Keyring(service), database.clock, seconds)
    made.check_master_key()
    return made


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
    """Whatever speaks the port's verbs will do; the database holds handles, not keys."""
    content = sealed(database)
    (_, root), (key, context) = service.kept.values()
    assert (root, context) == (b"guiju/root", PERSON.encode())
    for secret, _ in service.kept.values():
        assert secret not in database_bytes(database)
    assert key not in content
    with database.read() as tx:
        assert tx.unseal(PERSON, content, PLACE) == b"content"


def test_service_keys_are_the_same_in_every_process(database, service):
    """They are derived from the one root that the service unwraps."""
    started = another(database, service)
    assert started.keys.service_key("sign") == database.keys.service_key("sign")
    assert started.keys.check == database.keys.check


def test_while_the_service_is_away_nothing_new_is_sealed_and_nothing_lost(database, service):
    """A closed door and a clear error; what was sealed opens again when it is back."""
    content = sealed(database)
    stranger = another(database, service)
    service.away = True
    with pytest.raises(Unavailable), database.write() as tx:
        tx.seal("pe_2", b"other", PLACE)
    with pytest.raises(Unavailable), stranger.read() as tx:
        tx.unseal(PERSON, content, PLACE)
    with pytest.raises(Unavailable):
        another(database, service)
    service.away = False
    with stranger.read() as tx:
        assert tx.unseal(PERSON, content, PLACE) == b"content"


@pytest.mark.control("records-sealed")
def test_what_is_remembered_of_keys_ends_with_its_time(database, service, monkeypatch):
    """Once the service says no, the door closes after as many seconds as were set, also to seal."""
    now = [1_000.0]
    monkeypatch.setattr(vault, "monotonic", lambda: now[0])
    started = another(database, service, seconds=60)
    content = sealed(started)
    with started.read() as tx:
        tx.unseal(PERSON, content, PLACE)
    service.away = True
    now[0] += 59
    sealed(started)
    with started.read() as tx:
        assert tx.unseal(PERSON, content, PLACE) == b"content"
    now[0] += 2
    with pytest.raises(Unavailable):
        sealed(started)
    with pytest.raises(Unavailable), started.read() as tx:
        tx.unseal(PERSON, content, PLACE)


def test_a_service_is_asked_once_for_many_records_of_a_person(database, service):
    """Ten thousand records of one person are not ten thousand questions."""
    contents = [sealed(database) for _ in range(20)]
    started = another(database, service)
    before = service.asked
    with started.read() as tx:
        for content in contents:
            tx.unseal(PERSON, content, PLACE)
    assert service.asked == before + 1


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
