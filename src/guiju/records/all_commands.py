# SPDX-License-Identifier: Apache-2.0
"""`guiju records` with all its commands, which are in several files."""

from __future__ import annotations

from guiju.records.keeping_commands import group
from guiju.records.privacy_commands import assessment, classes, disclosure, review_fields
from guiju.records.search_commands import search
from guiju.records.training_commands import training_check, training_pool

for one in (search, training_pool, training_check, classes, review_fields, disclosure, assessment):
    group.add_command(one)

__all__ = ["group"]
