# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from guiju.kernel import choose_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("*", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("en;q=0.3, zh;q=0.7", "zh"),
        ("EN;q=0.9, zh;q=0.9", "en"),
        ("zh;q=0, en", "en"),
        ("fr-FR,de;q=0.5", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("zh;q=abc, en;q=0.1", "en"),
        ("zh;q=7, en;q=0.1", "en"),
    ],
)
def test_accept_language_is_read_with_its_weights(header: str | None, language: str):
    """Who wishes for neither of the two reads English."""
    assert choose_language(header) == language


def test_what_was_asked_for_wins_over_what_is_remembered_and_sent():
    """And a word that is no language of ours counts for nothing."""
    assert choose_language("en", asked="zh", remembered="en") == "zh"
    assert choose_language("zh", asked=None, remembered="en") == "en"
    assert choose_language("zh", asked="xx", remembered="yy") == "zh"


@given(st.text(), st.text(), st.text())
def test_no_string_breaks_the_choice(header: str, asked: str, remembered: str):
    """Headers come from anywhere."""
    assert choose_language(header, asked=asked, remembered=remembered) in {"zh", "en"}


def test_a_chosen_language_is_remembered_and_can_be_changed_back(client: TestClient):
    """The switch is a plain link; each page says its language."""
    english = client.get("/form?lang=en&x=1", headers={"accept-language": "zh"})
    assert '<html lang="en">' in english.text
    assert 'href="/form?x=1&amp;lang=zh"' in english.text
    assert '<html lang="en">' in client.get("/form", headers={"accept-language": "zh"}).text
    assert '<html lang="zh-CN">' in client.get("/form?lang=zh").text
