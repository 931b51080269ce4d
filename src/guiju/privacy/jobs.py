# SPDX-License-Identifier: Apache-2.0
"""What goes on by itself: copies, erasures, what a rule kept is let go, and what falls due."""

from __future__ import annotations

from guiju.privacy.erasing import Eraser
from guiju.privacy.packing import Packer
from guiju.privacy.reminding import remind, remind_of_pools

__all__ = ["remind", "remind_of_pools", "work"]


def work(eraser: Eraser, packer: Packer) -> None:
    """Take what is due, some of it at a time."""
    packer.work()
    eraser.work()
    eraser.release_rests()
