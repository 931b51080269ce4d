# SPDX-License-Identifier: Apache-2.0
"""What is done about a finding, by harm, direction, audience and detector (Articles 4, 10 and 14).

Pure. Detectors say what they found and what their own rules ask for; the operator's named rules may
ask for something else, and for more where the reader is a minor.
"""

from guiju.screening.matrix.answers import Answers
from guiju.screening.matrix.deciding import Decision, Matrix, Row
from guiju.screening.matrix.harms import GROUPS, collapsed, expanded
from guiju.screening.matrix.loosening import Loosening, loosened
from guiju.screening.matrix.rules import (
    AUDIENCES,
    DETECTORS,
    EVERYBODY,
    GENERAL,
    MINORS,
    SCORED,
    Audience,
    MatrixRule,
    able,
    read_rules,
)

__all__ = [
    "AUDIENCES",
    "DETECTORS",
    "EVERYBODY",
    "GENERAL",
    "GROUPS",
    "MINORS",
    "SCORED",
    "Answers",
    "Audience",
    "Decision",
    "Loosening",
    "Matrix",
    "MatrixRule",
    "Row",
    "able",
    "collapsed",
    "expanded",
    "loosened",
    "read_rules",
]
