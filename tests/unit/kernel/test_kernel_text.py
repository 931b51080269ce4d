# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from guiju.kernel import Text


@pytest.mark.parametrize(("language", "expected"), [("zh", "好"), ("en", "Good"), ("fr", "Good")])
def test_a_text_answers_in_the_language_asked_for(language: str, expected: str) -> None:
    """Whoever reads neither gets English."""
    assert Text(zh="好", en="Good").to(language) == expected


def test_both_sentences_take_the_same_values() -> None:
    """Filling in makes a new text; the pattern stays."""
    pattern = Text(zh="还有{left}次", en="{left} left")
    assert pattern.format(left=3) == Text(zh="还有3次", en="3 left")
    assert pattern == Text(zh="还有{left}次", en="{left} left")
