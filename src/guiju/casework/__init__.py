# SPDX-License-Identifier: Apache-2.0
"""What every case is made of, Articles 14 to 19: transition tables as data, clocks, evidence.

Who may do what from which state stands in a table that one can read and draw; `Machine.step` is
the only way from one state to the next, and where a person or a second person must decide,
software or the first person is refused. A `Kind` adds names, queues and clocks to a table;
`open_case` and `advance` keep state, event, evidence and clocks together. `due` says when a time
limit ends, in working days too.
"""

from guiju.casework.approving import Approval, approvals, approve, ask_approval
from guiju.casework.calendar import Calendar, prc, read_calendar
from guiju.casework.case import (
    Case,
    Claim,
    Event,
    Origin,
    Outcome,
    RunningClock,
    Severity,
    Tie,
)
from guiju.casework.choices import Choice, choices
from guiju.casework.claiming import claim, claim_next, claimed, release
from guiju.casework.clock_store import clocks
from guiju.casework.confirming import (
    CONFIRM_TOPIC,
    Asked,
    Confirmation,
    MailStanding,
    address_refused,
    ask_again,
    ask_contact,
    confirm_contact,
    confirmation,
    decline_contact,
    link_stands,
    mail_standing,
    refused_addresses,
    settle_confirmation,
)
from guiju.casework.contacting import Contact, contact_of, drop_contact, is_address
from guiju.casework.deciding import decisions
from guiju.casework.drawing import kind_text, mermaid, table_text
from guiju.casework.expiring import expire, forget_again, has_expired
from guiju.casework.exposing import Covered
from guiju.casework.form_steps import FormSteps
from guiju.casework.holding import (
    Hold,
    held,
    held_count,
    held_then,
    hold,
    holds,
    is_held,
    release_hold,
    release_holds,
)
from guiju.casework.kind import (
    CASE_MOVED,
    CASE_OPENED,
    Basis,
    Guard,
    Kind,
    Kinds,
    LegalClock,
    Limit,
)
from guiju.casework.legal_time import Due, Pause, Unit, due
from guiju.casework.linking import cases_about, cases_of, link, linked, repin, route
from guiju.casework.looking_again import draw as draw_looks
from guiju.casework.looking_again import looks_due
from guiju.casework.mailing import MAIL_TOPIC, Mail, Undelivered, is_pending, mail, undelivered
from guiju.casework.model import (
    Effect,
    Machine,
    Step,
    Transition,
    cancels,
    meets,
    pauses,
    resumes,
    starts,
)
from guiju.casework.outbox import Handler, afterwards, deliver, stuck
from guiju.casework.own_steps import Facts, NothingMore, OwnStep, Reason
from guiju.casework.panel import (
    Bench,
    Panel,
    Passage,
    Picture,
    Row,
    Sheet,
    Span,
    Words,
    no_such_panel,
)
from guiju.casework.paper import PAGE, Message, Note, Notice, NoticeState
from guiju.casework.queue_store import Page, Waiting, page, waiting
from guiju.casework.reading import NoteReading, open_words, reads_until
from guiju.casework.receipts import draw_receipt, read_receipt, receipt_digest
from guiju.casework.refusing import words_gone
from guiju.casework.retention import CaseRetention, Retention
from guiju.casework.review import Lead, Review
from guiju.casework.ruling import Decision, Ground, GroundKind, Ruling
from guiju.casework.sealing import owned_with_case
from guiju.casework.service import advance, get_case, open_case
from guiju.casework.sweeping import Swept, sweep
from guiju.casework.telling import verb_text
from guiju.casework.trail import history
from guiju.casework.welfare import Allowance, HarmAllowance, ReviewRules
from guiju.casework.wiping import wiped
from guiju.casework.writing import announce, note, notes, notices, notify, settle

__all__ = [
    "CASE_MOVED",
    "CASE_OPENED",
    "CONFIRM_TOPIC",
    "MAIL_TOPIC",
    "PAGE",
    "Allowance",
    "Approval",
    "Asked",
    "Basis",
    "Bench",
    "Calendar",
    "Case",
    "CaseRetention",
    "Choice",
    "Claim",
    "Confirmation",
    "Contact",
    "Covered",
    "Decision",
    "Due",
    "Effect",
    "Event",
    "Facts",
    "FormSteps",
    "Ground",
    "GroundKind",
    "Guard",
    "Handler",
    "HarmAllowance",
    "Hold",
    "Kind",
    "Kinds",
    "Lead",
    "LegalClock",
    "Limit",
    "Machine",
    "Mail",
    "MailStanding",
    "Message",
    "Note",
    "NoteReading",
    "NothingMore",
    "Notice",
    "NoticeState",
    "Origin",
    "Outcome",
    "OwnStep",
    "Page",
    "Panel",
    "Passage",
    "Pause",
    "Picture",
    "Reason",
    "Retention",
    "Review",
    "ReviewRules",
    "Row",
    "Ruling",
    "RunningClock",
    "Severity",
    "Sheet",
    "Span",
    "Step",
    "Swept",
    "Tie",
    "Transition",
    "Undelivered",
    "Unit",
    "Waiting",
    "Words",
    "address_refused",
    "advance",
    "afterwards",
    "announce",
    "approvals",
    "approve",
    "ask_again",
    "ask_approval",
    "ask_contact",
    "cancels",
    "cases_about",
    "cases_of",
    "choices",
    "claim",
    "claim_next",
    "claimed",
    "clocks",
    "confirm_contact",
    "confirmation",
    "contact_of",
    "decisions",
    "decline_contact",
    "deliver",
    "draw_looks",
    "draw_receipt",
    "drop_contact",
    "due",
    "expire",
    "forget_again",
    "get_case",
    "has_expired",
    "held",
    "held_count",
    "held_then",
    "history",
    "hold",
    "holds",
    "is_address",
    "is_held",
    "is_pending",
    "kind_text",
    "link",
    "link_stands",
    "linked",
    "looks_due",
    "mail",
    "mail_standing",
    "meets",
    "mermaid",
    "no_such_panel",
    "note",
    "notes",
    "notices",
    "notify",
    "open_case",
    "open_words",
    "owned_with_case",
    "page",
    "pauses",
    "prc",
    "read_calendar",
    "read_receipt",
    "reads_until",
    "receipt_digest",
    "refused_addresses",
    "release",
    "release_hold",
    "release_holds",
    "repin",
    "resumes",
    "route",
    "settle",
    "settle_confirmation",
    "starts",
    "stuck",
    "sweep",
    "table_text",
    "undelivered",
    "verb_text",
    "waiting",
    "wiped",
    "words_gone",
]
