# SPDX-License-Identifier: Apache-2.0
"""Reading, accepting, and saying no to training: with real pages, counted click by click."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By

from guiju.measures import rule

from .conftest import Browser

pytestmark = pytest.mark.browser


class Clicks:
    """Clicks in a browser, counted."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.count = browser, 0

    def press(self, selector: str) -> None:
        self.browser.press(selector)
        self.count += 1


def state(browser: Browser) -> str:
    return browser.driver.find_element(By.CSS_SELECTOR, "#consent-training b").text


@pytest.mark.control("training-opt-out")
def test_training_is_switched_off_within_four_clicks_of_the_first_page(browser: Browser):
    """By links and buttons alone, with the state to be seen; as many clicks as the rule allows."""
    browser.sign_in("xiaoming", "/sign-in")
    browser.visit("/me")
    assert state(browser) == "不同意"
    browser.press("#consent-training ~ form button")
    assert browser.shows("已按你的选择记录")
    assert state(browser) == "同意"
    browser.visit("/")
    clicks = Clicks(browser)
    clicks.press("main .doors a.button")
    assert browser.path == "/me"
    assert state(browser) == "同意"
    clicks.press("#consent-training ~ form button")
    assert browser.shows("立即生效")
    assert state(browser) == "不同意"
    assert clicks.count <= rule("service.training-opt-out.clicks").number


@pytest.mark.control("agreement-before-use")
def test_the_agreement_is_read_with_its_annex_and_what_it_asks_to_read(browser: Browser):
    """The text, the request to read what is said of labels, and the statement as the annex."""
    browser.visit("/agreement?lang=en")
    assert browser.shows("Please read with care")
    browser.press("main details:last-of-type summary")
    assert browser.shows("Data collected, and what for")
    browser.visit("/agreement?lang=zh")
    assert browser.shows("隐式标识")
