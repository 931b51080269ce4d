# SPDX-License-Identifier: Apache-2.0
"""Operators' own lists of words, in every usual form, read into entries; and what they would hit.

Pure: a file comes in as an open stream, a report goes out line by line, and no word that was read
stands in a report or an error.
"""

from guiju.screening.artefact import Compiled, compile_entries
from guiju.screening.importing.columns import ROLES
from guiju.screening.importing.forecast import (
    USUAL_MOST,
    Forecast,
    Noise,
    forecast,
    terms_of,
    texts_of,
    without,
)
from guiju.screening.importing.gathering import (
    MOST_ENTRIES,
    Duplicate,
    Gathered,
    digest_of,
    entries_of,
    gather,
    joined,
    pack,
    unpack,
)
from guiju.screening.importing.hearing import Hearing, heard, hearing
from guiju.screening.importing.model import (
    FORMS,
    Event,
    Form,
    Manner,
    Options,
    Passed,
    Rejected,
    Source,
    Taken,
)
from guiju.screening.importing.reading import read_list
from guiju.screening.laying import refusals

__all__ = [
    "FORMS",
    "MOST_ENTRIES",
    "ROLES",
    "USUAL_MOST",
    "Compiled",
    "Duplicate",
    "Event",
    "Forecast",
    "Form",
    "Gathered",
    "Hearing",
    "Manner",
    "Noise",
    "Options",
    "Passed",
    "Rejected",
    "Source",
    "Taken",
    "compile_entries",
    "digest_of",
    "entries_of",
    "forecast",
    "gather",
    "heard",
    "hearing",
    "joined",
    "pack",
    "read_list",
    "refusals",
    "terms_of",
    "texts_of",
    "unpack",
    "without",
]
