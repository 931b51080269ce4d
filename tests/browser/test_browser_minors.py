# SPDX-License-Identifier: Apache-2.0
"""A child, a guardian and staff at their pages: by keyboard and telephone, without a script."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from .conftest import NARROW, Browser

pytestmark = pytest.mark.browser


def press(browser: Browser, action: str) -> None:
    """Send the form with this address."""
    browser.send(f"main form[action$='{action}'] button")


def choose(browser: Browser, name: str, value: str) -> None:
    Select(browser.driver.find_element(By.NAME, name)).select_by_value(value)


def put(browser: Browser, **fields: str) -> None:
    for name, value in fields.items():
        field = browser.driver.find_element(By.CSS_SELECTOR, f"main [name={name}]")
        field.clear()
        field.send_keys(value)


@pytest.mark.control("guardian-links", "guardian-consent", "minors-mode")
def test_a_child_a_guardian_and_staff(plain_browser: Browser) -> None:
    """An age, a code, two words, a paper; then an evening, consent, and the way out."""
    browser = plain_browser
    browser.resize(NARROW)
    browser.sign_in("xiaoming", "/sign-in")
    browser.visit("/me")
    browser.follow("未成年人模式")
    choose(browser, "band", "12-15")
    press(browser, "/me/minors/age")
    assert browser.shows("年龄已记下")
    assert "监护人同意后才能使用" in browser.text
    press(browser, "/me/minors/invite")
    code = browser.driver.find_element(By.ID, "code").text

    browser.sign_in("asker", "/sign-in")
    browser.visit("/me/guardian")
    put(browser, code=code)
    press(browser, "/me/guardian")
    assert browser.shows("等孩子在自己的页面确认")

    browser.sign_in("xiaoming", "/sign-in")
    browser.visit("/me/minors")
    assert "asker" in browser.text
    press(browser, "/confirm")
    assert browser.shows("已确认监护人")

    browser.sign_in("asker", "/sign-in")
    browser.visit("/me/guardian")
    browser.follow("xiaoming")
    assert browser.shows("监护关系还没有核实")
    press(browser, "/mode")
    assert browser.shows("只有经核实的监护人可以这样做")

    browser.sign_in("safety")
    browser.visit("/console/minors")
    put(browser, mark="household-book")
    press_first = browser.driver.find_element(By.NAME, "mark")
    press_first.send_keys(Keys.ENTER)
    assert browser.shows("监护人已核实")

    browser.sign_in("asker", "/sign-in")
    browser.visit("/me/guardian")
    browser.follow("xiaoming")
    put(browser, minutes="90")
    press(browser, "/exceptions")
    assert browser.shows("已为这个晚上放宽")
    assert "共 90 分钟" in browser.text
    press(browser, "/consent")
    assert browser.shows("撤回同意")
    put(browser, day_minutes="2000")
    press(browser, "/hours")
    assert browser.shows("时长或时刻无效")
    press(browser, "/mode")
    assert browser.shows("开启未成年人模式")
    browser.follow("English")
    assert browser.shows("Put the minors' mode on")


@pytest.mark.control("age-appeals")
def test_somebody_says_they_are_no_child(plain_browser: Browser) -> None:
    """And may take that back; the page says by when a person answers."""
    browser = plain_browser
    browser.sign_in("newcomer", "/sign-in")
    browser.visit("/me/minors")
    choose(browser, "band", "16-17")
    press(browser, "/me/minors/age")
    put(browser, words="我点错了，我三十岁。")
    press(browser, "/me/minors/appeal")
    assert browser.shows("由人决定")
    assert "答复期限" in browser.text
    press(browser, "/appeal/withdraw")
    assert browser.shows("申诉已撤回")
