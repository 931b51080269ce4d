# SPDX-License-Identifier: Apache-2.0
"""A file with a master key takes the place of another, whatever a kill leaves half done."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from guiju.app import master_keys
from guiju.app.settings import Settings
from guiju.kernel import Invalid, LocalMasterKey, Unavailable

NAMES = ("GUIJU_MASTER_KEY", "GUIJU_MASTER_KEY_PREVIOUS")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(str(tmp_path))
    LocalMasterKey.create(found.master_key_file)
    return found


def ids(settings: Settings) -> list[str]:
    """Which master keys a process that starts now has, the one in force first."""
    held = master_keys.master_keys(settings)
    return [one.id for one in (held.current, *held.earlier)]


def test_a_new_key_comes_into_force_and_the_old_one_stays_at_hand(settings: Settings) -> None:
    """Both for their owner only, until two people destroy the old one."""
    (old,) = ids(settings)
    assert master_keys.turn(settings)
    new, kept = ids(settings)
    assert kept == old != new
    for name in ("master.key", "master.key.previous"):
        assert (settings.folder / name).stat().st_mode & 0o777 == 0o600
    assert master_keys.discard(settings) == ["master.key.previous"]
    assert ids(settings) == [new]
    assert master_keys.discard(settings) == []


def test_a_second_turn_waits_until_the_first_is_over(settings: Settings) -> None:
    """So that no more than one old key is ever needed."""
    master_keys.turn(settings)
    before = ids(settings)
    assert not master_keys.turn(settings)
    assert ids(settings) == before


@pytest.mark.parametrize("stop", ["link", "replace"])
def test_a_kill_on_the_way_loses_no_key_and_the_next_turn_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    """The old key opens everything at every moment, and the new one is the one made first."""
    (old,) = ids(settings)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if stop == "link":
            patched.setattr("guiju.app.master_keys.os.link", killed)
        else:
            patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            master_keys.turn(settings)
    assert set(ids(settings)) == {old}
    made = LocalMasterKey.from_file(settings.folder / "master.key.next").id
    assert master_keys.turn(settings)
    assert ids(settings) == [made, old]


def test_a_key_from_the_environment_is_changed_where_it_is_set(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says how; with the old one beside it, it goes on."""
    one, two = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    settings.master_key_file.unlink()
    monkeypatch.setenv(NAMES[0], one)
    with pytest.raises(Invalid, match="master-key-in-environment"):
        master_keys.turn(settings)
    monkeypatch.setenv(NAMES[0], two)
    monkeypatch.setenv(NAMES[1], one)
    assert not master_keys.turn(settings)
    keys = [LocalMasterKey.from_text(text).id for text in (two, one)]
    assert ids(settings) == keys


def test_without_any_key_the_file_that_is_missing_is_named(settings: Settings) -> None:
    """And a file that others may read is refused, also when it is the old one."""
    settings.master_key_file.unlink()
    assert not master_keys.check_present(settings)
    with pytest.raises(Unavailable, match="master-key-missing"):
        master_keys.keyring(settings)
    LocalMasterKey.create(settings.master_key_file)
    master_keys.turn(settings)
    master_keys.previous(settings).chmod(0o644)
    with pytest.raises(Invalid, match="master-key-open"):
        master_keys.keyring(settings)
    assert master_keys.check_present(settings)


@pytest.mark.parametrize("written", [None, b"\xff\xfe", b"to\nken"])
def test_a_token_that_is_no_token_is_told_by_its_file(
    settings: Settings, written: bytes | None
) -> None:
    """Before anything is asked, and without saying what stands in the file."""
    kms = Settings(settings.data, kms="http://127.0.0.1:1")
    if written is not None:
        (kms.folder / "kms-token").write_bytes(written)
    with pytest.raises(Invalid, match="kms-invalid") as refused:
        master_keys.keyring(kms).new_key("pe_1")
    assert "kms-token" in refused.value.what.en


def test_moving_to_a_service_retires_the_file(settings: Settings) -> None:
    """The file's key opens what it wrapped until then; afterwards it goes like any old one."""
    kms = Settings(settings.data, kms="http://127.0.0.1:1")
    assert not master_keys.turn(kms)
    assert [one.name for one in master_keys.retired(kms)] == ["master.key"]
    held = master_keys.master_keys(kms)
    assert held.current.opens("transit:guiju:v7")
    assert not held.current.opens("transit:other:v7")
    assert len(held.earlier) == 1
