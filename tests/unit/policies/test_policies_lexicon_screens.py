# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guiju.kernel import FixedClock, Unavailable
from guiju.policies import Policy, Screens, active, approve, install_default, lexicons, lists, today
from guiju.policies.lists_model import LEXICONS, ListName, Prepared, since
from guiju.policies.lists_store import LEXICON
from guiju.screening import Entry, Screen, importing
from guiju.storage import Database

LINES = """\
{"term": "密词甲乙"}
{"term": "密词丙丁", "from": "2026-11-25", "to": "2026-11-26"}
"""


def prepared(lines: str) -> Prepared:
    source = importing.Source("list.jsonl", io.BytesIO(lines.encode()))
    options = importing.Options(harm="A2f", form="jsonl")
    return lexicons.prepare(importing.gather(importing.read_list(source, options)))


@pytest.fixture
def policy(db: Database, staff: Any) -> Policy:
    """A policy in force that names a lexicon with an entry for two days."""
    with db.write() as tx:
        install_default(tx, staff.editor, staff.officer)
        made = lists.propose(tx, staff.editor, ListName(LEXICONS, "样表"), prepared(LINES))
        return approve(tx, staff.officer, made.id)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries were compiled each time a lexicon was."""
    sizes: list[int] = []
    compile_entries = importing.compile_entries

    def counting(entries: Iterable[Entry], **more: Any) -> importing.Compiled:
        made = compile_entries(entries, **more)
        sizes.append(made.entries)
        return made

    monkeypatch.setattr(importing, "compile_entries", counting)
    return sizes


def screen(db: Database, policy: Policy, screens: Screens) -> Screen:
    with db.read() as tx:
        return screens.of(tx, policy.body, policy.digest)


def stops(found: Screen) -> tuple[bool, bool]:
    first, second = (found.judge(f"有{word}吗", "input").stops for word in ("密词甲乙", "密词丙丁"))
    return first, second


def test_entries_count_on_their_days_in_china(
    db: Database, policy: Policy, clock: FixedClock, tmp_path: Path
) -> None:
    """From the first minute of the first day there to the last minute of the last."""
    screens = Screens(tmp_path / "lexicons", db.keys)
    for moment, counts in (
        (datetime(2026, 11, 24, 15, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 26, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 26, 16, 0, tzinfo=UTC), False),
        (datetime(2027, 11, 26, 16, 0, tzinfo=UTC), False),
    ):
        clock.advance(seconds=(moment - clock.now()).total_seconds())
        assert stops(screen(db, policy, screens)) == (True, counts)


def test_a_lexicon_is_compiled_once_for_all_processes(
    db: Database, policy: Policy, tmp_path: Path, compiled: list[int]
) -> None:
    """And again only when other entries count; the policy's own entries are few."""
    for _ in range(3):
        screens = Screens(tmp_path / "lexicons", db.keys)
        for _ in range(2):
            assert stops(screen(db, policy, screens)) == (True, False)
    assert compiled == [1]
    assert [one.suffix for one in (tmp_path / "lexicons").glob("*.*")].count(".gjlex") == 1


def test_what_was_prepared_is_not_compiled_again(
    db: Database, policy: Policy, tmp_path: Path, compiled: list[int]
) -> None:
    """An import leaves the file that approval will need."""
    folder = tmp_path / "lexicons"
    ready = prepared(LINES)
    lines = list(importing.unpack(ready.packed))
    Screens(folder, db.keys).prepare(ready, db.clock.now(), lambda: importing.entries_of(lines))
    assert stops(screen(db, policy, Screens(folder, db.keys))) == (True, False)
    assert compiled == [1]


def test_a_damaged_file_is_made_again_from_the_attested_source(
    db: Database, policy: Policy, tmp_path: Path
) -> None:
    """Even one that would let everything pass."""
    folder = tmp_path / "lexicons"
    screen(db, policy, Screens(folder, db.keys))
    (file,) = folder.glob("*.gjlex")
    data = file.read_bytes()
    for damaged in (data[:-9], data.replace("密词甲乙".encode(), "密词甲己".encode()), b""):
        file.write_bytes(damaged)
        assert stops(screen(db, policy, Screens(folder, db.keys))) == (True, False)
        assert file.read_bytes() == data


def test_without_its_source_a_policy_closes_the_door(
    db: Database, policy: Policy, tmp_path: Path
) -> None:
    """A lexicon that is gone from the database is not screened by, whatever files lie about."""
    folder = tmp_path / "lexicons"
    screen(db, policy, Screens(folder, db.keys))
    with db.engine.begin() as raw:
        raw.execute(LEXICON.delete())
    with pytest.raises(Unavailable, match="lexicon-altered"):
        screen(db, policy, Screens(folder, db.keys))


def test_the_policy_itself_holds_no_word_of_a_lexicon(db: Database, policy: Policy) -> None:
    """However many there are, reading a policy reads a name, a digest and a count."""
    with db.read() as tx:
        found = active(tx)
    assert found is not None
    assert found.body["screening"]["lexicon"] == [
        {"name": "样表", "digest": prepared(LINES).digest, "entries": 2}
    ]
    assert "密词" not in str(found.body)


def test_a_day_finds_the_last_change_before_it() -> None:
    """Before the first change there is one too: what counts from the beginning."""
    days = prepared(LINES).days
    assert days == ("2026-11-25", "2026-11-27")
    moments = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (24, 25, 26, 27, 30)]
    found = [str(since(days, today(one))) for one in moments]
    assert found == ["0001-01-01", "2026-11-25", "2026-11-25", "2026-11-27", "2026-11-27"]
    assert since((), today(moments[0])) is None
