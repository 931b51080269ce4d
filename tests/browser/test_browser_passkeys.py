# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import (
    Protocol,
    Transport,
    VirtualAuthenticatorOptions,
)
from selenium.webdriver.support.ui import WebDriverWait

from . import composed
from .conftest import PATIENCE, Browser

pytestmark = [pytest.mark.browser, pytest.mark.control("sign-in-guarded")]


@pytest.fixture
def holder(address: str) -> Iterator[Browser]:
    """A browser with an authenticator of its own, which asks for a finger and gets it."""
    browser = Browser(address.replace("127.0.0.1", "localhost"))
    options = VirtualAuthenticatorOptions(
        protocol=Protocol.CTAP2,
        transport=Transport.INTERNAL,
        has_resident_key=True,
        has_user_verification=True,
        is_user_consenting=True,
        is_user_verified=True,
    )
    browser.driver.add_virtual_authenticator(options)
    yield browser
    browser.driver.quit()


def enter_password(browser: Browser, name: str, where: str) -> None:
    browser.visit(where)
    browser.driver.find_element(By.ID, "name").send_keys(name)
    browser.driver.find_element(By.ID, "password").send_keys(composed.PASSWORD)
    browser.press("main form:not(.passkey) button.main")


def arrives(browser: Browser, path: str) -> bool:
    wait = WebDriverWait(browser.driver, PATIENCE)
    return bool(wait.until(lambda _: browser.path.partition("?")[0] == path))


def ask(browser: Browser, form: str) -> None:
    assert browser.ready()
    browser.press(f"form[data-passkey={form}] [data-ask]")


def leave(browser: Browser) -> None:
    browser.driver.delete_all_cookies()


def register(browser: Browser, path: str, label: str) -> None:
    browser.visit(path)
    assert browser.ready()
    browser.driver.find_element(By.ID, "passkey-label").send_keys(label)
    ask(browser, "create")
    assert browser.shows("通行密钥已登记")


def test_a_person_registers_a_passkey_and_signs_in_with_it(holder: Browser):
    """By Chromium's own code on both sides of the wire; a page of another name cannot use it."""
    enter_password(holder, "newcomer", "/sign-in")
    assert arrives(holder, "/me")
    register(holder, "/me/security", "手机")
    assert "手机" in holder.text
    ask(holder, "create")
    assert holder.shows("此设备上的通行密钥已登记")
    leave(holder)
    holder.visit("/sign-in?next=/agreement")
    ask(holder, "get")
    assert arrives(holder, "/agreement")
    (kept,) = holder.driver.get_credentials()
    assert kept.is_resident_credential
    assert kept.sign_count > 1
    leave(holder)
    holder.driver.get(holder.address.replace("localhost", "127.0.0.1") + "/sign-in")
    assert holder.ready()
    assert holder.shows("通行密钥只在这个地址可用")
    assert not holder.driver.find_element(By.CSS_SELECTOR, "[data-ask]").is_displayed()
    assert holder.complaints() == []


@pytest.mark.control("staff-roles")
def test_staff_show_their_passkey_after_the_password(holder: Browser):
    """Once one is registered, the password alone opens nothing."""
    enter_password(holder, "legal", "/console/sign-in")
    assert arrives(holder, "/console")
    register(holder, "/console/security", "安全钥匙")
    leave(holder)
    enter_password(holder, "legal", "/console/sign-in")
    assert holder.shows("用通行密钥确认")
    ask(holder, "get")
    assert arrives(holder, "/console")
    holder.visit("/console/security")
    assert holder.shows("密码和通行密钥")


def test_an_authenticator_that_verifies_nobody_is_not_enough(holder: Browser):
    """A finger that does not fit: the browser says no, and the page says what to do."""
    enter_password(holder, "xiaoming", "/sign-in")
    assert arrives(holder, "/me")
    holder.driver.set_user_verified(verified=False)
    holder.visit("/me/security")
    ask(holder, "create")
    assert holder.shows("没有得到通行密钥的回应")
    assert holder.driver.get_credentials() == []
