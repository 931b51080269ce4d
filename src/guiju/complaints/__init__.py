# SPDX-License-Identifier: Apache-2.0
"""The public's door: complaints and reports, from receipt to answer (Articles 15 and 18).

Anybody may complain without an account and follows by receipt code; the provider's published limits
run as clocks; people decide, and the way to the authorities is always shown.
"""

from guiju.complaints.flood import forget_tallies
from guiju.complaints.kind import COMPLAINT
from guiju.complaints.laying import panels, picture, uncover
from guiju.complaints.model import Category, Channel, ComplaintUpheld, Outcome, Process
from guiju.complaints.own_steps import OWN_STEPS, words_kept
from guiju.complaints.pace import UPHELD
from guiju.complaints.promising import authorities, in_force, is_published, promised, publish
from guiju.complaints.service import file_complaint
from guiju.complaints.upholding import recorded, upheld

__all__ = [
    "COMPLAINT",
    "OWN_STEPS",
    "UPHELD",
    "Category",
    "Channel",
    "ComplaintUpheld",
    "Outcome",
    "Process",
    "authorities",
    "file_complaint",
    "forget_tallies",
    "in_force",
    "is_published",
    "panels",
    "picture",
    "promised",
    "publish",
    "recorded",
    "uncover",
    "upheld",
    "words_kept",
]
