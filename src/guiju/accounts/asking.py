# SPDX-License-Identifier: Apache-2.0
"""What another room asks of newcomers; `app` brings it, as rooms may not know each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from guiju.accounts.model import Person
from guiju.kernel import Text
from guiju.storage import Tx


class Question(NamedTuple):
    """What another room asks of whoever registers, and has to be answered.

    `field` is its name in the form. `keep` puts an answer on record in the transaction that makes
    the account, which it may refuse; it says where to go afterwards, empty for the usual page.
    """

    field: str
    head: Text
    hint: Text
    choices: Sequence[tuple[str, Text]]
    keep: Callable[[Tx, Person, str], str]
