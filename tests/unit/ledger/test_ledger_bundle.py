# SPDX-License-Identifier: Apache-2.0
"""Bundles: what an inspector is given, checked by the one file that comes with it."""

from __future__ import annotations

import ast
import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guiju.kernel import Conflict, Invalid, NotFound, Unavailable
from guiju.ledger import export, integrate, publish, verifier_keys, verify_bundle, verify_folder


def key_line(db) -> str:
    with db.read() as tx:
        return verifier_keys(tx)[0].line


def run(folder: Path, *arguments: str, isolated: bool = True) -> subprocess.CompletedProcess[str]:
    """The verifier as it lies in the bundle, in a Python that sees no guiju."""
    script = folder / "verify_bundle.py"
    flags = ["-I"] if isolated else []
    command = [sys.executable, *flags, str(script), str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def result_of(folder: Path, *arguments: str) -> Any:
    done = run(folder, "--json", "--lang", "en", *arguments)
    assert done.returncode in {0, 1}, done.stderr
    value = json.loads(done.stdout)
    assert value["ok"] == (done.returncode == 0)
    return value


@pytest.fixture
def published(db, record, folder):
    """Seven hundred leaves, published, with an earlier checkpoint kept aside."""
    names = record(db, 300)
    integrate(db)
    publish(db, folder)
    held = folder.parent / "held"
    shutil.copyfile(folder / "checkpoint", held)
    names += record(db, 400)
    integrate(db)
    publish(db, folder)
    return names, held


@pytest.mark.control("evidence-ledger")
def test_chosen_evidence_is_proved_outside_the_house(db, published, folder, tmp_path) -> None:
    """By id or position: leaves, proofs, key and checkpoint; nothing else of the ledger."""
    names, _ = published
    out = export(db, folder, tmp_path / "out", [names[3], "699", 255])
    assert sorted(path.name for path in (out / "leaves").iterdir()) == [
        "255.json",
        "3.json",
        "699.json",
    ]
    assert json.loads((out / "leaves/3.json").read_bytes())["id"] == names[3]
    assert not (out / "tile").exists()
    value = result_of(out, "--key", key_line(db))
    assert (value["ok"], value["size"], value["leaves"]) == (True, 700, 3)
    assert (value["complete"], value["own_key"], value["problems"]) == (False, False, [])
    assert verify_folder(out).ok


def test_the_whole_ledger_is_computed_again(db, published, folder, tmp_path) -> None:
    """Without names every entry goes along, and the verifier makes the root itself."""
    out = export(db, folder, tmp_path / "out")
    value = result_of(out)
    assert (value["ok"], value["complete"], value["own_key"]) == (True, True, True)
    report = verify_folder(out, key=key_line(db))
    assert (report.ok, report.size, report.root) == (True, 700, value["root"])


def test_growth_since_a_checkpoint_the_inspector_holds_is_proved(
    db, published, folder, tmp_path
) -> None:
    """From a proof in the bundle, or from the entries; without either it is said to be unproved."""
    names, held = published
    some = export(db, folder, tmp_path / "some", names[:1], since=held.read_text())
    every = export(db, folder, tmp_path / "every")
    bare = export(db, folder, tmp_path / "bare", names[:1])
    assert result_of(some, "--since", str(held))["since"] == 300
    assert result_of(every, "--since", str(held))["since"] == 300
    assert result_of(bare, "--since", str(bare / "checkpoint"))["since"] == 700
    assert [one["where"] for one in result_of(bare, "--since", str(held))["problems"]] == [
        "--since"
    ]


def test_a_ledger_that_forked_does_not_continue_the_held_checkpoint(
    db, published, folder, tmp_path
) -> None:
    """A checkpoint signed by the same key over another history is refused, and not exported for."""
    from guiju.ledger.notes import Statement, sign  # noqa: PLC0415 - the forger's tools
    from guiju.ledger.signing import signers  # noqa: PLC0415 - as above

    with db.read() as tx:
        (signer,) = signers(tx)
        fork = sign(Statement(signer.key.name, 300, bytes(32), tx.now), [signer])
    (tmp_path / "fork").write_text(fork)
    every = export(db, folder, tmp_path / "every")
    assert not result_of(every, "--since", str(tmp_path / "fork"))["ok"]
    with pytest.raises(Unavailable, match="ledger-broken"):
        export(db, folder, tmp_path / "out", ["0"], since=fork)
    with pytest.raises(Invalid, match="checkpoint-unreadable"):
        export(db, folder, tmp_path / "again", ["0"], since="nothing")


def test_the_answer_says_what_was_proved_and_what_cannot_be(
    db, published, folder, tmp_path
) -> None:
    """In both languages, with the exit status of the contract."""
    names, _ = published
    out = export(db, folder, tmp_path / "out", names[:2])
    english, chinese = run(out, "--lang", "en"), run(out, "--lang", "zh")
    assert english.returncode == chinese.returncode == 0
    assert "Proved: 2 leaves" in english.stdout
    assert "Not proved: that events are true" in english.stdout
    assert "The key came with the bundle" in english.stdout
    assert "已证明 2 条证据" in chinese.stdout
    assert "不能证明：事件真实" in chinese.stdout
    (out / "leaves/0.json").write_text("{}")
    broken = run(out, "--lang", "zh")
    assert broken.returncode == 1
    assert "leaves/0.json: " in broken.stdout
    assert "有不符之处" in broken.stdout


def test_what_cannot_be_read_is_no_verdict(db, published, folder, tmp_path) -> None:
    """Exit status 2: no bundle, no key line, no file to compare with."""
    out = export(db, folder, tmp_path / "out", ["0"])
    assert run(out, "--key", "nonsense").returncode == 2
    assert run(out, "--since", str(tmp_path / "nothing")).returncode == 2
    (out / "checkpoint").unlink()
    assert run(out).returncode == 2
    with pytest.raises(Invalid, match="bundle-unreadable"):
        verify_folder(tmp_path)


def test_another_key_does_not_open_the_bundle(db, published, folder, tmp_path) -> None:
    """A bundle re-signed by a stranger fails against the key the inspector holds."""
    from guiju.ledger.notes import Signer, statement_of  # noqa: PLC0415 - the forger's tools

    out = export(db, folder, tmp_path / "out", ["0"])
    note = (out / "checkpoint").read_text()
    said = statement_of(note.rpartition("\n\n")[0] + "\n")
    stranger = Signer.create(said.origin, "ed25519")
    (out / "checkpoint").write_text(said.text + "\n" + stranger.line(said.text))
    (out / "key.txt").write_text(stranger.key.line)
    assert result_of(out)["ok"]
    assert not result_of(out, "--key", key_line(db))["ok"]


@pytest.mark.parametrize("whole", [True, False], ids=["tiles", "proofs"])
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_changed_bit_in_any_file_is_refused(model, whole, data) -> None:
    """Whatever is checked: checkpoint, key, leaf, proof, tile."""
    source = model / ("whole" if whole else "some")
    files = sorted(
        path
        for path in source.rglob("*")
        if path.is_file() and path.name not in {"README.md", "verify_bundle.py"}
    )
    path = data.draw(st.sampled_from(files))
    raw = path.read_bytes().rstrip() if path.suffix == ".json" else path.read_bytes()
    place = data.draw(st.integers(0, len(raw) - (2 if path.name == "key.txt" else 1)))
    changed = raw[place] ^ (1 << data.draw(st.integers(0, 7)))
    before = path.read_bytes()
    try:
        path.write_bytes(raw[:place] + bytes([changed]) + raw[place + 1 :])
        if "proofs" in path.parts and same_proof(before, path.read_bytes()):
            return
        with contextlib.suppress(ValueError):
            assert not verify_bundle.check(source)["ok"]
    finally:
        path.write_bytes(before)


def test_every_byte_of_the_checkpoint_counts(model) -> None:
    """Each byte in turn, down to the line ends."""
    path = model / "some" / "checkpoint"
    whole = path.read_bytes()
    try:
        for place in range(len(whole)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert not verify_bundle.check(model / "some")["ok"], place
    finally:
        path.write_bytes(whole)


def same_proof(before: bytes, after: bytes) -> bool:
    """Whether a proof file still says the same: white space between values may differ."""
    try:
        return bool(json.loads(before) == json.loads(after))
    except ValueError:
        return False


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bundles of one small ledger, made once."""
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    from guiju.kernel import FixedClock, Keyring, LocalMasterKey, software  # noqa: PLC0415 - as above
    from guiju.ledger import Evidence, append_many, store  # noqa: PLC0415 - as above
    from guiju.storage import Database  # noqa: PLC0415 - as above
    from guiju.storage.marks import META  # noqa: PLC0415 - as above

    path = tmp_path_factory.mktemp("bundles")
    clock = FixedClock(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    db = Database.open(f"sqlite:///{path / 'x.db'}", Keyring(LocalMasterKey(bytes(32))), clock)
    for one in (store.ENTRY, store.CHECKPOINT, store.KEY, store.STAMP, META):
        one.create(db.engine)
    item = Evidence("service-started", ("evidence-ledger",), software("probe"))
    with db.write() as tx:
        append_many(tx, [item] * 300)
    integrate(db)
    publish(db, path / "tiles")
    export(db, path / "tiles", path / "whole")
    export(db, path / "tiles", path / "some", ["0", "7", "299"])
    db.close()
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda out: (out / "proofs/0.json").unlink(),
        lambda out: (out / "leaves/0.json").unlink(),
        lambda out: (out / "leaves/0.json").rename(out / "leaves/1.json"),
        lambda out: (out / "leaves/x.json").write_text("{}"),
        lambda out: (out / "leaves/999.json").write_text("{}"),
        lambda out: (out / "proofs/0.json").write_text('{"index": 0, "size": 700, "hashes": 1}'),
        lambda out: (out / "proofs/0.json").write_text('{"index": 0, "size": 700, "hashes": []}'),
        lambda out: shutil.copyfile(out / "proofs/2.json", out / "proofs/0.json"),
    ],
)
def test_a_bundle_with_parts_missing_or_exchanged_is_refused(
    db, published, folder, tmp_path, change
) -> None:
    """Each leaf needs its own proof, and each proof its leaf."""
    out = export(db, folder, tmp_path / "out", ["0", "2"])
    change(out)
    value = result_of(out)
    assert not value["ok"]
    assert all(one["where"].startswith("leaves/") for one in value["problems"])


def test_an_export_never_mixes_with_what_is_there(db, record, folder, tmp_path) -> None:
    """A folder in use is refused; so is a ledger without a published checkpoint."""
    with pytest.raises(NotFound, match="no-checkpoint"):
        export(db, folder, tmp_path / "out")
    record(db, 1)
    integrate(db)
    publish(db, folder)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").write_text("x")
    with pytest.raises(Conflict, match="folder-not-empty"):
        export(db, folder, tmp_path / "used")
    with pytest.raises(NotFound, match="no-such-evidence"):
        export(db, folder, tmp_path / "none", ["ev_nothing"])
    (folder / "tile/0/000.p/1").unlink()
    with pytest.raises(Unavailable, match="tile-missing"):
        export(db, folder, tmp_path / "all")


def test_the_verifier_is_one_file_that_needs_little(model) -> None:
    """Standard library and cryptography, fewer than 300 lines, the same file as in the package."""
    path = model / "some" / "verify_bundle.py"
    source = path.read_text(encoding="utf-8")
    assert source == Path(verify_bundle.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) < 300
    imported = {
        (node.module or "").partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
    } | {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_the_readme_tells_how_in_both_languages(model) -> None:
    """With the size and the key filled in."""
    readme = (model / "some" / "README.md").read_text(encoding="utf-8")
    assert "怎样核验" in readme
    assert "How to check it" in readme
    assert (model / "some" / "key.txt").read_text().strip() in readme
    assert "{" not in readme
