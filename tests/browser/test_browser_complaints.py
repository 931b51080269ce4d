# SPDX-License-Identifier: Apache-2.0
"""A complaint from beginning to end, as its complainant and staff do it, without a script."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By

from .conftest import NARROW, Browser

pytestmark = pytest.mark.browser

TEXT = "回答里写了我的名字和住处。"


def fill(browser: Browser, **fields: str) -> None:
    for name, value in fields.items():
        browser.driver.find_element(By.CSS_SELECTOR, f"main [name={name}]").send_keys(value)


def step(browser: Browser, number: str, verb: str, words: str = "", outcome: str = "") -> None:
    browser.visit(f"/console/complaints/{number}")
    inside = f"//form[.//input[@value='{verb}']]"
    form = browser.driver.find_element(By.XPATH, inside)
    folded = form.find_element(By.XPATH, "./parent::details")
    if folded.get_attribute("open") is None:
        folded.find_element(By.TAG_NAME, "summary").click()
    if outcome:
        form.find_element(By.CSS_SELECTOR, f"[value={outcome}]").click()
    if words:
        form.find_element(By.NAME, "words").send_keys(words)
    browser.go(form.find_element(By.CSS_SELECTOR, "button.main"))


def look(browser: Browser, code: str) -> None:
    browser.driver.delete_all_cookies()
    browser.visit("/complaints/follow")
    fill(browser, receipt=code)
    browser.send("main button.main")


@pytest.mark.control("complaint-entry")
def test_somebody_complains_and_is_answered(plain_browser: Browser) -> None:
    """No account, no script, a telephone's width; asked, decided, looked at once more, closed."""
    browser = plain_browser
    browser.resize(NARROW)
    browser.visit("/")
    browser.follow("投诉举报")
    browser.press("[value=A4]")
    fill(browser, text=TEXT)
    browser.send("main form button.main")
    assert browser.shows("查询码只显示这一次")
    assert "12377" in browser.text
    code = browser.driver.find_element(By.ID, "code").text
    number = browser.driver.find_element(By.CSS_SELECTOR, "dd code").text
    browser.sign_in("safety")
    step(browser, number, "accept")
    step(browser, number, "handle")
    step(browser, number, "ask", "是哪一次回答？")
    look(browser, code)
    assert browser.shows("是哪一次回答？")
    fill(browser, words="昨天上午那一次。")
    browser.send("main form button.main")
    assert browser.shows("已收到你的补充")
    browser.sign_in("safety")
    step(browser, number, "decide", "情况属实，内容已删除。", "upheld")
    step(browser, number, "tell")
    look(browser, code)
    assert browser.shows("情况属实，内容已删除。")
    fill(browser, why="还能看到。")
    browser.send("form[action$=reopen] button")
    assert browser.shows("将由另一人办理")
    browser.sign_in("safety")
    step(browser, number, "decide", "仍然属实。", "upheld")
    assert browser.shows("须由另一人执行")
    browser.sign_in("second")
    step(browser, number, "decide", "缓存也已清除。", "upheld")
    step(browser, number, "tell")
    look(browser, code)
    assert browser.shows("缓存也已清除。")
    assert not browser.driver.find_elements(By.CSS_SELECTOR, "form[action$=reopen]")
    browser.press("[name=content][value=yes]")
    browser.send("form[action$=close] button")
    assert browser.shows("已记下你的评价")
    assert "12377" in browser.text
