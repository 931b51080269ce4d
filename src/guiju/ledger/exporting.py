# SPDX-License-Identifier: Apache-2.0
"""Bundles for an inspector: evidence with its proofs, the key, and the verifier (Article 19)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from guiju.kernel import Conflict, Invalid, Text, isoformat
from guiju.ledger import notes, proving, store
from guiju.ledger.folder import Folder, missing
from guiju.ledger.model import Checkpoint
from guiju.ledger.signing import verifier_keys
from guiju.ledger.tiles import needed
from guiju.ledger.tree import Subtree
from guiju.storage import Database, Tx

_HERE = Path(__file__).parent


def export(
    db: Database,
    folder: Path,
    out: Path,
    ids: Sequence[str | int] | None = None,
    *,
    since: str | None = None,
) -> Path:
    """Write a bundle to `out`: the named entries with proofs, or, without names, the whole ledger.

    `since` is an earlier checkpoint the inspector holds; the bundle then proves the growth.

    Raises:
        NotFound: nothing is published, or an entry is not.
        Conflict: `out` exists and is not empty.
        Invalid: `since` is no checkpoint of this ledger.
    """
    if out.exists() and any(out.iterdir()):
        raise _not_empty(out)
    with db.read() as tx:
        under = proving.published(tx, folder)
        if under is None:
            raise proving.no_checkpoint()
        _, hashes = proving.source(tx, folder)
        out.mkdir(parents=True, exist_ok=True)
        if ids is None:
            _copy_tiles(Folder(folder), under.size, out)
        else:
            _write_leaves(tx, ids, under, hashes, out)
        _write_stamp(tx, under, hashes, out)
        if since is not None:
            _write_growth(_earlier(tx, since), under, hashes, out)
        _write_head(tx, under, out)
    return out


def _write_head(tx: Tx, under: Checkpoint, out: Path) -> None:
    """What a reader looks for first; the checkpoint last, as in publishing."""
    keys = verifier_keys(tx)
    (out / "key.txt").write_text(keys[0].line + "\n", encoding="utf-8")
    readme = (_HERE / "bundle.md").read_text(encoding="utf-8")
    told = {"size": str(under.size), "at": isoformat(under.at), "key": keys[0].line}
    for name, value in told.items():
        readme = readme.replace("{" + name + "}", value)
    (out / "README.md").write_text(readme, encoding="utf-8")
    shutil.copyfile(_HERE / "verify_bundle.py", out / "verify_bundle.py")
    (out / "checkpoint").write_text(under.note, encoding="utf-8")


def _write_leaves(
    tx: Tx, ids: Sequence[str | int], under: Checkpoint, hashes: Subtree, out: Path
) -> None:
    for name in ("leaves", "proofs"):
        (out / name).mkdir(exist_ok=True)
    for index in sorted({proving.position_of(tx, one) for one in ids}):
        proof = proving.prove_under(tx, index, under, hashes)
        (out / "leaves" / f"{index}.json").write_bytes(proof.leaf)
        _write_json(out / "proofs" / f"{index}.json", proof.as_file())


def _copy_tiles(folder: Folder, size: int, out: Path) -> None:
    for tile in needed(size):
        data = folder.read_tile(tile)
        if data is None:
            raise missing(tile.path)
        target = out / tile.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _write_stamp(tx: Tx, under: Checkpoint, hashes: Subtree, out: Path) -> None:
    """The newest stamp that the exported checkpoint can be joined to, if there is any."""
    stamp = store.newest_stamp(tx, under.size)
    row = None if stamp is None else store.checkpoint_at(tx, stamp.size)
    if stamp is None or row is None:
        return
    (out / "stamp").mkdir(exist_ok=True)
    (out / "stamp" / "checkpoint").write_text(row.note, encoding="utf-8")
    (out / "stamp" / "token.tsr").write_bytes(stamp.token)
    _write_growth(Checkpoint(row.size, row.root, row.at, row.note), under, hashes, out)


def _write_growth(first: Checkpoint, under: Checkpoint, hashes: Subtree, out: Path) -> None:
    steps = proving.prove_growth(first.size, first.root, under, hashes)
    (out / "consistency").mkdir(exist_ok=True)
    value = {
        "first": first.size,
        "second": under.size,
        "hashes": [notes.encode(one) for one in steps],
    }
    _write_json(out / "consistency" / f"{first.size}.json", value)


def _earlier(tx: Tx, note: str) -> Checkpoint:
    try:
        said = notes.opened(note, verifier_keys(tx))
    except Invalid as error:
        raise Invalid(error.code, error.what, error.remedy, param="since") from error
    return Checkpoint(said.size, said.root, said.at, note)


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="ascii")


def _not_empty(out: Path) -> Conflict:
    return Conflict(
        "folder-not-empty",
        Text(zh=f"目录 {out} 不是空的。", en=f"The folder {out} is not empty."),
        Text(zh="请给出新的目录。", en="Name a new folder."),
    )
