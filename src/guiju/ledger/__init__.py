# SPDX-License-Identifier: Apache-2.0
"""The ledger: append-only evidence in a Merkle tree, with proofs (Articles 14, 17, 19).

Whoever changes state appends evidence in the same transaction. What stands here can be handed to an
inspector as files and checked without this program.
"""

from guiju.ledger.exporting import export
from guiju.ledger.fresh import Fresh
from guiju.ledger.model import Checkpoint, Evidence, Problem, VerifyReport
from guiju.ledger.proving import Proof, prove
from guiju.ledger.publishing import publish, published_at
from guiju.ledger.restoring import Behind, Returned, behind
from guiju.ledger.service import (
    append,
    append_many,
    append_numbered,
    checkpoint,
    entry,
    integrate,
    leaves,
    of_case,
    size,
)
from guiju.ledger.signing import verifier_keys
from guiju.ledger.verifying import verify, verify_folder

__all__ = [
    "Behind",
    "Checkpoint",
    "Evidence",
    "Fresh",
    "Problem",
    "Proof",
    "Returned",
    "VerifyReport",
    "append",
    "append_many",
    "append_numbered",
    "behind",
    "checkpoint",
    "entry",
    "export",
    "integrate",
    "leaves",
    "of_case",
    "prove",
    "publish",
    "published_at",
    "size",
    "verifier_keys",
    "verify",
    "verify_folder",
]
