# SPDX-License-Identifier: Apache-2.0
"""What every page and route of this room works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from guiju.kernel import Text
from guiju.privacy.erasing import Eraser
from guiju.privacy.packing import Packer
from guiju.storage import Database, PersonStore, Tx

KeptBack = Callable[[Tx, str], str | None]
"""By which case, by its number, an answer is kept back; None: by none."""


class Beside(NamedTuple):
    """A case of another room that the privacy officer has to do with, open or not."""

    number: str
    address: str
    text: Text
    state: Text
    due: datetime | None


Others = Callable[[Tx], Sequence[Beside]]
Recalled = Callable[[bytes, bytes], Sequence[tuple[str, str]]]
"""The texts of a record, each with its direction, `input` or `output`."""


@dataclass(frozen=True)
class Means:
    """The database, every store, who erases and packs, and where evidence is published.

    `recalled` makes texts of a record again; `None` shows it as it was sent. `kept_back` says
    which answers a case keeps back; `None`: none are. `others`: cases of other rooms to be shown.
    """

    database: Database
    stores: Sequence[PersonStore]
    eraser: Eraser
    packer: Packer
    tiles: Path
    recalled: Recalled | None = None
    kept_back: KeptBack | None = None
    others: Others | None = None
