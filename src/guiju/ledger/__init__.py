# SPDX-License-Identifier: Apache-2.0
"""The ledger: append-only evidence in a Merkle tree, with proofs (Articles 14, 17, 19).

Whoever changes state appends evidence in the same transaction. What stands here can be handed to an
inspector as files and checked without this program.
"""

from guiju.ledger.model import Checkpoint, Evidence, Problem, VerifyReport
from guiju.ledger.service import (
    append,
    append_many,
    checkpoint,
    entries_about,
    entry,
    integrate,
    leaves,
    size,
)

__all__ = [
    "Checkpoint",
    "Evidence",
    "Problem",
    "VerifyReport",
    "append",
    "append_many",
    "checkpoint",
    "entries_about",
    "entry",
    "integrate",
    "leaves",
    "size",
]
