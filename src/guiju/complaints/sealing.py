# SPDX-License-Identifier: Apache-2.0
"""The words and files of a complainant: sealed with the case, opened for who may read them."""

from __future__ import annotations

import json
from typing import Any

from guiju.casework import Case, words_gone
from guiju.complaints import refusing, store
from guiju.complaints.model import Attached, Filing, Given
from guiju.kernel import digest, new_id
from guiju.storage import Tx


def words(tx: Tx, case: Case, filing: Filing) -> bytes:
    """What was filed in words, under the seal of the case."""
    sent = filing.forwarded
    said = {
        "text": filing.text,
        "about": filing.about,
        "contact": filing.contact,
        "authority": sent.authority if sent else "",
        "reference": sent.reference if sent else "",
    }
    return tx.seal(case.sealed_for, json.dumps(said).encode(), place(case.id))


def file(tx: Tx, case: Case, ordinal: int, one: Attached) -> dict[str, Any]:
    """The row of an attachment, under the same seal."""
    name = new_id("cpf")
    return {
        "id": name,
        "case_id": case.id,
        "ordinal": ordinal,
        "kind": one.kind,
        "size": len(one.data),
        "digest": digest(one.data),
        "content": tx.seal(case.sealed_for, one.data, place(name)),
    }


def given(tx: Tx, case: Case) -> Given:
    """The words of the complainant, opened.

    Raises:
        NotFound: `key-destroyed`.
        Conflict: `case-expired`.
    """
    row = store.find(tx, case.id)
    if row is None:
        raise RuntimeError(f"the case {case.id} has no complaint")
    if not row.words:
        raise words_gone(case.number)
    return Given(**json.loads(tx.unseal(case.sealed_for, row.words, place(case.id))))


def attachment(tx: Tx, case: Case, name: str) -> tuple[str, bytes]:
    """The kind and bytes of an attachment, as they came.

    Raises:
        NotFound: `attachment-unknown`, or `key-destroyed`.
    """
    row = store.file(tx, case.id, name)
    if row is None:
        raise refusing.attachment_unknown()
    return row.kind, tx.unseal(case.sealed_for, row.content, place(name))


def place(name: str) -> str:
    """What a seal is bound to."""
    return f"complaint/{name}"
