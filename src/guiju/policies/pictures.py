# SPDX-License-Identifier: Apache-2.0
"""Lists of known pictures: made ready to be stored, and loaded for who screens by them (Art. 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from guiju.policies import lists
from guiju.policies.lists_model import PICTURES, Prepared, references
from guiju.screening import images, importing
from guiju.storage import Tx


def prepare(known: Iterable[images.Listed]) -> Prepared:
    """Pack the list and name it by its digest; raises Invalid `hash-list-too-large`."""
    rows = images.rows_of(known)
    return Prepared(importing.digest_of(rows), len(rows), (), importing.pack(rows))


class PictureLists:
    """Loads the lists of a policy in one process, all of them into one index, and keeps it."""

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._mark: tuple[str, ...] = ()
        self._held: images.PdqList | None = None

    def of(self, tx: Tx, body: Mapping[str, Any]) -> images.PdqList | None:
        """The known pictures of a policy's body; None when it names no list.

        Raises:
            Unavailable: `picture-list-altered`, when a list is not as it was approved.
        """
        mark = tuple(one.digest for one in references(body, PICTURES))
        if mark != self._mark:
            rows = chain.from_iterable(lists.lines(tx, PICTURES, one) for one in mark)
            self._held = images.PdqList(images.listed_in(rows)) if mark else None
            self._mark = mark
        return self._held
