# SPDX-License-Identifier: Apache-2.0
"""What goes on by itself: copies are made, erasures carried on, and what a rule kept is let go."""

from __future__ import annotations

from guiju.privacy.erasing import Eraser
from guiju.privacy.packing import Packer


def work(eraser: Eraser, packer: Packer) -> None:
    """Take what is due, some of it at a time."""
    packer.work()
    eraser.work()
    eraser.release_rests()
