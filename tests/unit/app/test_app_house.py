# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.conftest import ROOT, START

from guiju import ledger, minors, records
from guiju.accounts.verifying_commands import ProofDesk
from guiju.app.first_run import is_first_run, set_up_demo
from guiju.app.house import House
from guiju.app.keeper import expire_records, grow_tree, lapse_urgent_terms, refresh_rules
from guiju.app.settings import Settings
from guiju.app.verification import Verification, read_verification, write_verification
from guiju.kernel import FixedClock, Invalid, LocalMasterKey, Unavailable, software
from guiju.measures import law
from guiju.policies.commands import group as policy_group
from guiju.policies.image_commands import group as image_group
from guiju.policies.lexicon_commands import group as lexicon_group
from guiju.screening import images
from guiju.screening.commands import screen


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUIJU_MASTER_KEY", raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path / "data"))


def test_a_fresh_folder_gets_a_key_a_schema_and_can_be_opened_again(settings: Settings) -> None:
    """Preparing twice changes nothing; the key is for its owner alone."""
    House.prepare(settings).close()
    key = settings.master_key_file.read_bytes()
    House.prepare(settings).close()
    House.open(settings).close()
    assert settings.master_key_file.read_bytes() == key
    assert stat.S_IMODE(settings.master_key_file.stat().st_mode) == 0o600


def test_the_room_of_minors_hears_what_the_program_withdraws(settings: Settings) -> None:
    """A verification that staff withdraw from the command line takes ages and guardians along."""
    house = House.prepare(settings)
    assert isinstance(house, ProofDesk)
    assert isinstance(house.proofs, minors.Proving)
    house.close()


def test_whoever_opens_the_data_knows_every_table() -> None:
    """In a process that loads no more than that: a verification looks at the tables it knows."""
    look = (
        "import guiju.app.house; from guiju.storage import metadata; before = set(metadata.tables);"
        "from tools.make_migration import import_every_table; import_every_table();"
        "print(sorted(set(metadata.tables) - before))"
    )
    command = [sys.executable, "-c", look]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_folder_without_data_is_named(settings: Settings) -> None:
    """Commands that read make nothing."""
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            House.open(settings)
        assert caught.value.code == "no-data"
    assert not settings.folder.exists()


def test_a_lost_master_key_is_never_replaced(settings: Settings) -> None:
    """A new key beside old data would look like a fresh start while all is lost."""
    House.prepare(settings).close()
    settings.master_key_file.unlink()
    for opening in (House.prepare, House.open):
        with pytest.raises(Unavailable) as caught:
            opening(settings)
        assert caught.value.code == "master-key-missing"
    assert not settings.master_key_file.exists()


def test_a_wrong_master_key_changes_nothing(settings: Settings) -> None:
    """The data of another key is not touched."""
    House.prepare(settings).close()
    settings.master_key_file.unlink()
    LocalMasterKey.create(settings.master_key_file)
    for opening in (House.prepare, House.open):
        with pytest.raises(Unavailable) as caught:
            opening(settings)
        assert caught.value.code == "wrong-master-key"


def test_a_key_that_others_may_read_is_refused(settings: Settings) -> None:
    """Mode 0644 is told with its remedy."""
    House.prepare(settings).close()
    settings.master_key_file.chmod(0o644)
    with pytest.raises(Invalid) as caught:
        House.open(settings)
    assert caught.value.code == "master-key-open"


def test_the_key_may_come_from_the_environment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then no file is written."""
    monkeypatch.setenv("GUIJU_MASTER_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    House.prepare(settings).close()
    assert not settings.master_key_file.exists()
    House.open(settings).close()


def test_the_demo_is_complete_and_its_credentials_are_private(settings: Settings) -> None:
    """Staff, policy, profile, agreement, a person who accepted, keys: in one file, mode 0600."""
    house = House.prepare(settings)
    assert is_first_run(house)
    set_up_demo(house)
    assert not is_first_run(house)
    found = json.loads(settings.first_run_file.read_text())
    assert stat.S_IMODE(settings.first_run_file.stat().st_mode) == 0o600
    assert set(found) == {"base_url", "console_url", "staff", "user", "app"}
    assert set(found["user"]) == {"name", "password", "api_key"}
    assert all(set(one) == {"name", "password", "role"} for one in found["staff"])
    caller = house.directory.fetch(found["user"]["api_key"])
    assert caller.agreement == caller.agreement_required == 1
    house.rules.refresh()
    assert len(house.rules.now().aigc("p")) == 7
    report = house.standing()
    outcomes = {
        control["id"]: control["outcome"]
        for article in report["articles"]
        for control in article["controls"]
    }
    assert set(outcomes) == {one for one in law().controls if law().controls[one].serves}
    assert outcomes["policy-four-eyes"] == outcomes["service-statement"] == "MET"
    house.close()


def test_what_a_verification_found_is_shared_between_processes(tmp_path: Path) -> None:
    """Written whole or not at all; a broken file counts as no verification."""
    assert read_verification(tmp_path) is None
    (tmp_path / "verified.json").write_text("{")
    assert read_verification(tmp_path) is None

    at = START
    write_verification(tmp_path, Verification(ok=True, size=5, problems=[]), at)
    found = read_verification(tmp_path)
    assert found is not None
    assert (found.holds, found.at, found.population) == (True, at, 5)


@pytest.mark.control("picture-screening")
def test_pictures_are_held_against_the_lists_in_force_and_leave_evidence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A list that two people put in force is known to the next screen; verdicts are leaves."""
    for reader in (images.ZxingReader, images.RapidReader):
        monkeypatch.setattr(reader, "is_installed", lambda: False)
    pillow = pytest.importorskip("PIL.Image")
    noise = np.random.default_rng(3).integers(0, 255, (9, 9, 3), dtype=np.uint8)
    file = tmp_path / "a.png"
    pillow.fromarray(noise).resize((300, 200)).save(file)
    house = House.prepare(settings)
    set_up_demo(house)
    hashes = tmp_path / "known.csv"
    hashes.write_text(images.hashed(file.read_bytes()).upright.hex() + ",A1f\n", encoding="utf-8")
    run = CliRunner().invoke
    made = run(image_group, ["import", str(hashes), "--as", "safety", "--json"], obj=house)
    assert made.exception is None
    policy = json.loads(made.stdout)["id"]
    assert run(policy_group, ["approve", policy, "--as", "second"], obj=house).exit_code == 0
    told = run(screen, [str(file), "--json"], obj=house)
    assert told.exit_code == 1
    said = json.loads(told.stdout)
    assert [(one["part"], one["harm"], one["distance"]) for one in said["findings"]] == [
        ("hashes", "A1f", 0)
    ]
    ledger.integrate(house.database)
    with house.database.read() as tx:
        (leaf,) = [one for one in ledger.leaves(tx) if one["kind"] == "picture-screened"]
    assert leaf["controls"] == ["picture-screening"]
    facts = leaf["facts"]
    assert facts["picture"] == sha256(file.read_bytes()).hexdigest()
    assert (facts["verdict"], facts["policy"]) == (said["verdict"], said["policy"])
    assert facts["parts"]["hashes"] == "full"
    assert "codes-missing" in facts["screened"]
    house.rules.refresh()
    eyes = house.rules.now().eyes
    assert eyes is not None
    (seen,) = asyncio.run(eyes.judge((file.read_bytes(),), "output"))
    assert seen.stops  # the gateway's eyes know the list as well
    house.close()


@pytest.mark.control("urgent-terms")
def test_every_process_takes_up_urgent_terms_and_lets_them_lapse(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot of one house changes by what another one wrote; the keeper notes the lapse."""
    here = House.prepare(settings)
    set_up_demo(here)
    there = House.open(settings)
    there.rules.refresh()
    add = ["add", "密词甲乙", "--harm", "A2f", "--as", "safety", "--reason", "found"]
    made = CliRunner().invoke(lexicon_group, add, obj=here)
    assert made.exception is None
    assert not there.rules.now().screen.judge("密词甲乙", "input").stops
    refresh_rules(there)
    assert there.rules.now().screen.judge("密词甲乙", "input").stops
    lapse_urgent_terms(there)
    assert there.rules.now().screen.judge("密词甲乙", "input").stops
    later = FixedClock(here.clock.now() + timedelta(hours=25))
    monkeypatch.setattr(there.database, "clock", later)
    for step in (refresh_rules, lapse_urgent_terms, lapse_urgent_terms):
        step(there)
    assert not there.rules.now().screen.judge("密词甲乙", "input").stops
    ledger.integrate(here.database)
    with here.database.read() as tx:
        kinds = [one["kind"] for one in ledger.leaves(tx)]
    assert kinds.count("urgent-term-lapsed") == 1
    here.close()
    there.close()


def test_files_follow_the_tree_when_it_rests_and_every_few_seconds_while_it_grows(
    settings: Settings,
) -> None:
    """A checkpoint a pulse is signed; its files wait five seconds at most, or for a quiet pulse."""
    house = House.prepare(settings)
    set_up_demo(house)
    file = house.tiles / "checkpoint"

    def grown() -> tuple[int, int]:
        with house.database.write() as tx:
            ledger.append(
                tx, "service-started", controls=("evidence-ledger",), actor=software("tests")
            )
        grow_tree(house)
        with house.database.read() as tx:
            return ledger.size(tx), int(file.read_text().split("\n")[1])

    grow_tree(house)
    first, published = grown()
    assert published == first - 1
    grow_tree(house)
    assert int(file.read_text().split("\n")[1]) == first
    for wrong in (-6, 3600):
        os.utime(file, times=(house.clock.now().timestamp() + wrong,) * 2)
        second, published = grown()
        assert published == second
    house.close()


@pytest.mark.control("retention-limits")
def test_the_service_deletes_what_has_reached_its_limit_by_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most a look a minute by all processes of the machine, and by the policy's own number."""
    house = House.prepare(settings)
    looked: list[int | None] = []

    def expire(_db: object, _actor: object, days: int | None, _seconds: float) -> bool:
        looked.append(days)
        return True

    monkeypatch.setattr(records, "expire_gently", expire)
    for _ in range(3):
        expire_records(house)
    assert looked == [None]
    assert house.usage_days() is None
    house.close()
