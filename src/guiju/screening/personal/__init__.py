# SPDX-License-Identifier: Apache-2.0
"""Personal information of mainland China in text: found, masked, shown to who may (Articles 4, 11).

Pure. What is found and what is not is told in docs/personal-information.md.
"""

from guiju.screening.personal.display import shown, shown_all
from guiju.screening.personal.find import Looked, Personal
from guiju.screening.personal.masks import mask, unmask
from guiju.screening.personal.model import (
    CONTEXT,
    KINDS,
    LONGEST,
    ORGANISATIONS,
    REACH,
    Kind,
    PersonalHit,
)
from guiju.screening.personal.terms import TERM_KINDS, term_of, terms

__all__ = [
    "CONTEXT",
    "KINDS",
    "LONGEST",
    "ORGANISATIONS",
    "REACH",
    "TERM_KINDS",
    "Kind",
    "Looked",
    "Personal",
    "PersonalHit",
    "mask",
    "shown",
    "shown_all",
    "term_of",
    "terms",
    "unmask",
]
