# SPDX-License-Identifier: Apache-2.0
"""Inputs, outputs and usage: minimal, sealed per person, every reading logged (Article 11)."""

from guiju.records.answers import Answered, answered, request_of, words_delivered
from guiju.records.assessing import (
    Due,
    assessment,
    assessments,
    audits,
    due,
    note_audit,
    review_assessment,
    write_assessment,
)
from guiju.records.assessment_model import (
    Assessment,
    AssessmentState,
    AssessmentWritten,
    Audit,
)
from guiju.records.bulk import BulkReading, announce, opened
from guiju.records.catching_up import catch_up
from guiju.records.companions import remove_said
from guiju.records.concerning import Asked, persons_asking, persons_of
from guiju.records.counting import active_persons, readings_counted
from guiju.records.coverage import close_gap, gaps, get_gap, open_gaps
from guiju.records.coverage_model import OFFICER as GAP_OFFICER
from guiju.records.coverage_model import Gap, GapState
from guiju.records.disclosure_model import (
    Disclosure,
    DisclosureAsked,
    DisclosureState,
    RecipientKind,
)
from guiju.records.disclosures import (
    ask_disclosure,
    decide_disclosure,
    disclosure,
    disclosures,
    disclosures_of,
    end_disclosure,
    note_given,
)
from guiju.records.expiring import expire, held_days
from guiju.records.expiry_model import Expired
from guiju.records.gently import expire_gently
from guiju.records.hits import clear_hits, hits_are_old, personal_hits
from guiju.records.jobs import VideoJob, check_job_free, drop_job, job, jobs
from guiju.records.keys import KeyStatus, begin_rotation, key_status, retire_masters, rotate_some
from guiju.records.media import MadeMedium, drop_kept, fetched, kept, made, made_in, made_with_mark
from guiju.records.minimising import columns, review_collection
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
from guiju.records.purposes import Purpose, purpose_named, purposes
from guiju.records.renewal_model import Renewal, RenewalState
from guiju.records.renewing import Renewer, ask_renewal, decide_renewal, renewals
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
from guiju.records.training import Overlap, PoolMaker, overlaps, pools
from guiju.records.training_model import (
    Consents,
    NobodyAgreed,
    Pool,
    Standing,
    TrainingConsent,
)

__all__ = [
    "GAP_OFFICER",
    "WAIVED",
    "Answered",
    "Asked",
    "Assessment",
    "AssessmentState",
    "AssessmentWritten",
    "Audit",
    "BulkReading",
    "Carried",
    "Consents",
    "Disclosure",
    "DisclosureAsked",
    "DisclosureState",
    "Due",
    "Exchange",
    "ExchangeView",
    "Expired",
    "Finding",
    "Gap",
    "GapState",
    "HandingOver",
    "Holdings",
    "Job",
    "KeyStatus",
    "Label",
    "Look",
    "MadeMedium",
    "Medium",
    "NobodyAgreed",
    "Overlap",
    "PictureScreening",
    "Piece",
    "Pool",
    "PoolMaker",
    "Purpose",
    "RecipientKind",
    "Refusal",
    "Removed",
    "Renewal",
    "RenewalState",
    "Renewer",
    "Screening",
    "Source",
    "Spill",
    "Standing",
    "TrainingConsent",
    "Usage",
    "VideoJob",
    "active_persons",
    "announce",
    "answered",
    "ask_disclosure",
    "ask_renewal",
    "assessment",
    "assessments",
    "audits",
    "begin_rotation",
    "catch_up",
    "check_job_free",
    "clear_hits",
    "close_gap",
    "columns",
    "decide_disclosure",
    "decide_renewal",
    "disclosure",
    "disclosures",
    "disclosures_of",
    "drop_job",
    "drop_kept",
    "due",
    "end_disclosure",
    "erase",
    "expire",
    "expire_gently",
    "fetched",
    "find",
    "gaps",
    "get_gap",
    "hand_over",
    "held_days",
    "hits_are_old",
    "holdings",
    "job",
    "jobs",
    "kept",
    "key_status",
    "looks_at",
    "made",
    "made_in",
    "made_with_mark",
    "note_audit",
    "note_given",
    "note_picture",
    "note_reading",
    "open_gaps",
    "opened",
    "overlaps",
    "own_page",
    "own_record",
    "personal_hits",
    "persons_asking",
    "persons_of",
    "picture_screening",
    "piece_file",
    "pieces",
    "pools",
    "purpose_named",
    "purposes",
    "read",
    "readings_counted",
    "recent",
    "record",
    "remove_said",
    "remove_some",
    "renewals",
    "request_of",
    "retire_masters",
    "review_assessment",
    "review_collection",
    "rotate_some",
    "words_delivered",
    "write_assessment",
]
