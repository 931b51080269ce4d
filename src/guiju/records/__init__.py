# SPDX-License-Identifier: Apache-2.0
"""Inputs, outputs and usage: minimal, sealed per person, every reading logged (Article 11)."""

from guiju.records.bulk import BulkReading, announce, opened
from guiju.records.model import Exchange, Finding, Label, Refusal, Screening, Source, Usage
from guiju.records.service import ExchangeView, erase, find, read, recent, record

__all__ = [
    "BulkReading",
    "Exchange",
    "ExchangeView",
    "Finding",
    "Label",
    "Refusal",
    "Screening",
    "Source",
    "Usage",
    "announce",
    "erase",
    "find",
    "opened",
    "read",
    "recent",
    "record",
]
