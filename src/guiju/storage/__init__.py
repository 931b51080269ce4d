# SPDX-License-Identifier: Apache-2.0
"""Storage: one engine (SQLite or PostgreSQL), one transaction context, one migration history.

A room declares its tables with `table(...)` and reads and writes through a `Tx`. A table is
*attested* (the default), *coded* or protects *self*; see `guiju.storage.tables`. Whoever changes an
attested row must append evidence in the same transaction, or the commit refuses: state and proof
cannot drift apart (house rule of section 6; Article 19 asks for what this makes provable).
"""

from guiju.storage.columns import CanonicalJson, Instant
from guiju.storage.database import Database, engine_at
from guiju.storage.listening import Listener, notify
from guiju.storage.marks import clear_mark, mark, set_mark
from guiju.storage.migrate import head_revision, migrate, revision
from guiju.storage.person_store import Conflict, Hinders, PersonStore, Piece, Stage
from guiju.storage.question import Question
from guiju.storage.renewing import (
    Owned,
    begin_renewal,
    owned_by,
    reseal_some,
    sealed,
    sealed_columns,
)
from guiju.storage.scrubbing import scrub
from guiju.storage.tables import (
    RowDigest,
    coded_row_holds,
    guard_of,
    later,
    metadata,
    named_key,
    row_digest,
    row_key,
    span_of,
    table,
)
from guiju.storage.tallying import Tallies
from guiju.storage.transaction import Tx, UnattestedChangeError
from guiju.storage.vault import (
    destroy_key,
    end_renewal,
    has_earlier_key,
    has_key,
    is_erased,
    keys_held,
    keys_to_wrap,
    wrap_root,
    wrap_some,
)

__all__ = [
    "CanonicalJson",
    "Conflict",
    "Database",
    "Hinders",
    "Instant",
    "Listener",
    "Owned",
    "PersonStore",
    "Piece",
    "Question",
    "RowDigest",
    "Stage",
    "Tallies",
    "Tx",
    "UnattestedChangeError",
    "begin_renewal",
    "clear_mark",
    "coded_row_holds",
    "destroy_key",
    "end_renewal",
    "engine_at",
    "guard_of",
    "has_earlier_key",
    "has_key",
    "head_revision",
    "is_erased",
    "keys_held",
    "keys_to_wrap",
    "later",
    "mark",
    "metadata",
    "migrate",
    "named_key",
    "notify",
    "owned_by",
    "reseal_some",
    "revision",
    "row_digest",
    "row_key",
    "scrub",
    "sealed",
    "sealed_columns",
    "set_mark",
    "span_of",
    "table",
    "wrap_root",
    "wrap_some",
]
