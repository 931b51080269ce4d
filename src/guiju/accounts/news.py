# SPDX-License-Identifier: Apache-2.0
"""What other rooms have to say to a person on the first page of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from guiju.kernel import Text
from guiju.storage import Tx


class News(NamedTuple):
    """One thing in a sentence, and the page that says more."""

    text: Text
    address: str


NewsOf = Callable[[Tx, str], Sequence[News]]
"""The news of a person, by pseudonym, the newest first."""


def no_news(tx: Tx, person: str) -> Sequence[News]:  # noqa: ARG001 - as news are asked for
    """Where no other room has any."""
    return ()
