# SPDX-License-Identifier: Apache-2.0
"""The certificate of an erasure: what was reached, by whom it was decided, that nothing was found.

It holds numbers and a pseudonym that leads to nobody, none of what was deleted. A leaf of the
ledger holds its digest, so whoever has the certificate and a bundle with that leaf can check it
without us and without the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from guiju import ledger
from guiju.casework import Case, decisions
from guiju.kernel import Actor, canonical, digest, isoformat
from guiju.ledger import append
from guiju.measures import enforces
from guiju.privacy import planning, refusing, store
from guiju.privacy.model import DEEDS, SCHEMA, Certificate
from guiju.storage import Database, PersonStore, Tx, is_erased

ERASURE_VERIFIED = "erasure-verified"
_CONTROLS = ("erasure-proved",)


class Deciders(NamedTuple):
    """The two people who decided that a key is destroyed."""

    first: str
    second: str


def deciders(tx: Tx, case: Case) -> Deciders:
    """Who decided the erasure of this case, and who approved it."""
    made = [one for one in decisions(tx, case) if one.verb == "erase"][-1]
    return Deciders(made.decider, made.second or "")


@enforces("erasure-proved")
def certify(
    tx: Tx, actor: Actor, case: Case, stores: Sequence[PersonStore], person: str
) -> Certificate:
    """Make the certificate; every store was asked again just before and found empty.

    Raises:
        Unavailable: `still-found`.
    """
    for one in stores:
        if one.probe(tx, person):
            raise refusing.still_found(one.name)
    made = planning.plan(tx, stores, person)
    body = _body(tx, case, stores, made)
    mark = digest(canonical(body))
    store.add_certificate(
        tx,
        {
            "case_id": case.id,
            "person": person,
            "body": body,
            "digest": mark,
            "rest_until": made.rest_until,
            "made_at": tx.now,
            "complete": not made.rests,
        },
    )
    append(
        tx,
        ERASURE_VERIFIED,
        controls=_CONTROLS,
        actor=actor,
        subject=case.id,
        facts={
            "case": case.number,
            "certificate": mark,
            "stores": len(stores),
            "found": "nothing",
            "rests": len(made.rests),
            **deciders(tx, case)._asdict(),
        },
    )
    return body


def _body(tx: Tx, case: Case, stores: Sequence[PersonStore], made: planning.Plan) -> Certificate:
    head, people = store.head(tx, case.id), deciders(tx, case)
    steps = {one.store: one for one in store.steps(tx, case.id)}
    return {
        "schema": SCHEMA,
        "request": case.number,
        "subject": made.person,
        "wish": head.wish.value,
        "asked_at": isoformat(case.opened_at),
        "finished_at": isoformat(tx.now),
        "decided_by": people.first,
        "approved_by": people.second,
        "key_destroyed": is_erased(tx, made.person),
        "stores": [
            {
                "store": one.name,
                "removed": steps[one.name].gone if one.name in steps else 0,
                "found_afterwards": 0,
                "how": {"zh": one.how.zh, "en": one.how.en},
            }
            for one in stores
        ],
        "besides": [one for one in DEEDS if one in steps],
        "kept": [
            {
                "store": one.name,
                "count": conflict.number,
                "rule": conflict.rule,
                "until": None if conflict.until is None else isoformat(conflict.until),
                "why": {"zh": conflict.text.zh, "en": conflict.text.en},
            }
            for one, conflict in made.rests
        ],
    }


def evidence_of(tx: Tx, case: Case) -> dict[str, Any] | None:
    """The leaf that holds the digest of the certificate of this case."""
    found = [one for one in ledger.of_case(tx, case.id) if one["kind"] == ERASURE_VERIFIED]
    return found[-1] if found else None


def write(database: Database, tiles: Path, case: Case, out: Path) -> Path:
    """Write the certificate and a bundle that proves it to the folder `out`.

    Raises:
        NotFound: `certificate-none`; or the leaf is not published yet.
        Conflict: `out` exists and is not empty.
    """
    with database.read() as tx:
        body, leaf = store.certificate_body(tx, case.id), evidence_of(tx, case)
    if body is None or leaf is None:
        raise refusing.not_certified(case.number)
    ledger.export(database, tiles, out, [leaf["id"]])
    (out / "certificate.json").write_bytes(canonical(body) + b"\n")
    (out / "CERTIFICATE.md").write_text(_EXPLAINED, encoding="utf-8")
    return out


def read(data: bytes) -> Certificate | None:
    """A certificate as it was written; None for anything else."""
    try:
        found = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) and found.get("schema") == SCHEMA else None


_EXPLAINED = """# 删除证明 / Certificate of erasure

`certificate.json` 的 SHA-256（去掉末尾换行）等于账本叶子 `facts.certificate` 的值；
`verify_bundle.py` 证明该叶子在签名的检查点之下。都不需要联系我们。

The SHA-256 of `certificate.json` (without the newline at its end) is the value `facts.certificate`
of the leaf in this bundle; `verify_bundle.py` proves that the leaf stands under a signed
checkpoint. Neither needs us.

    python3 verify_bundle.py .
    head -c -1 certificate.json | sha256sum
"""
