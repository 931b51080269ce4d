# SPDX-License-Identifier: Apache-2.0
"""Who may use how much, on many workers as on one: shares in hand, an authority behind them."""

from guiju.gateway.limiting.authority import Authority, Hears
from guiju.gateway.limiting.embedded import Embedded
from guiju.gateway.limiting.embedded import tell as tell_here
from guiju.gateway.limiting.floods import Levee
from guiju.gateway.limiting.office import Office
from guiju.gateway.limiting.refusing import BUDGET, RATE
from guiju.gateway.limiting.rows import Rows
from guiju.gateway.limiting.rows import tell as tell_everywhere
from guiju.gateway.limiting.shares import Group, Hold, Mark, Shares, Tally

__all__ = [
    "BUDGET",
    "RATE",
    "Authority",
    "Embedded",
    "Group",
    "Hears",
    "Hold",
    "Levee",
    "Mark",
    "Office",
    "Rows",
    "Shares",
    "Tally",
    "tell_everywhere",
    "tell_here",
]
