# SPDX-License-Identifier: Apache-2.0
"""Inputs, outputs and usage: minimal, sealed per person, every reading logged (Article 11)."""

from guiju.records.answers import Answered, answered, request_of, words_delivered
from guiju.records.bulk import BulkReading, announce, opened
from guiju.records.catching_up import catch_up
from guiju.records.counting import active_persons
from guiju.records.coverage import close_gap, gaps, get_gap, open_gaps
from guiju.records.coverage_model import OFFICER as GAP_OFFICER
from guiju.records.coverage_model import Gap, GapState
from guiju.records.expiring import expire, held_days
from guiju.records.expiry_model import Expired
from guiju.records.jobs import VideoJob, check_job_free, drop_job, job, jobs
from guiju.records.media import MadeMedium, drop_kept, fetched, kept, made, made_in, made_with_mark
from guiju.records.model import (
    WAIVED,
    Carried,
    Exchange,
    Finding,
    Job,
    Label,
    Medium,
    PictureScreening,
    Refusal,
    Screening,
    Source,
    Usage,
)
from guiju.records.own import Look, looks_at, own_page, own_record
from guiju.records.person import (
    HandingOver,
    Holdings,
    Piece,
    Removed,
    hand_over,
    holdings,
    piece_file,
    pieces,
    remove_some,
)
from guiju.records.pictures import note_picture, picture_screening
from guiju.records.service import (
    ExchangeView,
    erase,
    find,
    note_reading,
    read,
    recent,
    record,
)
from guiju.records.spill import Spill

__all__ = [
    "GAP_OFFICER",
    "WAIVED",
    "Answered",
    "BulkReading",
    "Carried",
    "Exchange",
    "ExchangeView",
    "Expired",
    "Finding",
    "Gap",
    "GapState",
    "HandingOver",
    "Holdings",
    "Job",
    "Label",
    "Look",
    "MadeMedium",
    "Medium",
    "PictureScreening",
    "Piece",
    "Refusal",
    "Removed",
    "Screening",
    "Source",
    "Spill",
    "Usage",
    "VideoJob",
    "active_persons",
    "announce",
    "answered",
    "catch_up",
    "check_job_free",
    "close_gap",
    "drop_job",
    "drop_kept",
    "erase",
    "expire",
    "fetched",
    "find",
    "gaps",
    "get_gap",
    "hand_over",
    "held_days",
    "holdings",
    "job",
    "jobs",
    "kept",
    "looks_at",
    "made",
    "made_in",
    "made_with_mark",
    "note_picture",
    "note_reading",
    "open_gaps",
    "opened",
    "own_page",
    "own_record",
    "picture_screening",
    "piece_file",
    "pieces",
    "read",
    "recent",
    "record",
    "remove_some",
    "request_of",
    "words_delivered",
]
