# SPDX-License-Identifier: Apache-2.0
"""The classifier that is trained, not told: hashed character n-grams, logistic, calibrated.

For triage, not a gate (Articles 4 and 14): it says what a person or a guard model should look at.
"""

from guiju.screening.classifier.card import card
from guiju.screening.classifier.cases import Example, Reading, read_examples
from guiju.screening.classifier.scorer import WINDOW, Classifier, Window, shipped
from guiju.screening.classifier.solver import Settings
from guiju.screening.classifier.training import measure, trained

__all__ = [
    "WINDOW",
    "Classifier",
    "Example",
    "Reading",
    "Settings",
    "Window",
    "card",
    "measure",
    "read_examples",
    "shipped",
    "trained",
]
