# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from axe_core_python.selenium import Axe
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from . import composed
from .conftest import NARROW, WIDE, Browser

pytestmark = pytest.mark.browser

MAIL = f"/mail/{composed.MAIL_SECRET}"
PUBLIC = (
    "/",
    "/agreement",
    "/complaints",
    "/complaints/follow",
    "/complaints/statistics",
    "/appeals",
    "/privacy",
    "/privacy/follow",
    "/sign-in",
    "/console/sign-in",
    "/register",
    "/recover",
    "/verify",
    MAIL,
    "/nowhere",
    "/status",
)
STAFF = (
    "/console",
    "/console?outcome=NOT_MET",
    "/console/articles/4",
    "/console/articles/12",
    "/console/controls/text-label",
    "/console/controls/identity-verification",
    "/console/evidence",
    "/console/evidence/30",
    "/console/findings",
    "/console/rectifications",
    "/console/complaints",
    "/console/complaints/new",
    "/console/privacy",
    "/console/policies",
    "/console/traffic",
    "/console/traffic/coverage",
    "/console/incidents",
    "/console/incidents/stops",
    "/console/reports",
    "/console/keys",
    "/console/staff",
    "/console/security",
    "/console/minors",
    "/console/policies/new",
    "/console/profile",
    "/console/profile/new",
    "/console/agreement",
    "/console/consents",
    "/console/policies/urgent",
    "/console/cases",
    "/console/cases/work",
    "/console/cases/mails",
    "/console/cases/quality",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


def _pages(browser: Browser):
    """Every page, those of staff after signing in, then those of a person."""
    yield from PUBLIC
    browser.sign_in("second")
    yield from STAFF
    browser.visit("/console/policies")
    browser.send("tbody a")
    yield browser.path
    browser.visit("/console/cases?queue=users")
    browser.send("tbody a")
    yield browser.path
    browser.visit("/console/rectifications")
    browser.send("tbody a")
    yield browser.path
    for listed in ("/console/incidents", "/console/reports"):
        browser.visit(listed)
        browser.send("tbody a")
        yield browser.path
        yield _with_words_open(browser)
    browser.visit("/console/incidents")
    browser.send("tbody a")
    browser.send("a[href^='/console/breaches/']")
    yield browser.path
    for listed in ("/console/agreement", "/console/profile"):
        browser.visit(listed)
        browser.send("tbody a")
        yield browser.path
    browser.sign_in("appeals")
    browser.visit("/console/cases?queue=appeals")
    browser.send("tbody a")
    yield browser.path
    yield f"/console/appeals/{browser.path.rpartition('/')[2]}/vary"
    browser.sign_in("legal")
    yield "/console/agreement/new"
    browser.sign_in("privacy")
    yield "/console/privacy/new"
    yield "/console/privacy/assessments/new"
    yield "/console/privacy/disclosures/new"
    yield "/console/privacy/audits"
    yield "/console/records"
    yield "/console/records/keys"
    yield "/console/records/search"
    browser.sign_in("newcomer", "/sign-in")
    yield from (
        "/me",
        "/me/security",
        "/me/notices",
        "/me/mail",
        MAIL,
        "/me/minors",
        "/me/guardian",
        "/me/privacy",
        "/me/records",
        "/agreement",
        "/appeals",
    )


def _with_words_open(browser: Browser) -> str:
    """The page of the case once its sealed words are open; they stay so for half an hour."""
    for field in browser.driver.find_elements(By.ID, "words--reason"):
        browser.ask("document.getElementById('words--reason').closest('details').open = true")
        field.send_keys("核对")
        browser.send("form[action$='/words'] button")
    return browser.path


def _faults(found: dict[str, list[dict[str, object]]]) -> list[str]:
    return [
        f"{one['id']}: {node['html']}"
        for one in found["violations"]
        for node in one["nodes"]  # type: ignore[attr-defined]  # as above
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_axe_finds_no_barrier_on_any_page(browser: Browser, width: int, dark: bool):
    """Contrast, names, labels, landmarks, order of headings, languages: both looks, both widths."""
    faults = {}
    for path in _pages(browser):
        browser.resize(width, dark=dark)
        browser.visit(path)
        found = _faults(Axe().run(browser.driver, options=RULES))
        if found:
            faults[path] = found
    assert faults == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_a_telephone(browser: Browser, language: str):
    """Nobody has to scroll sideways; what one touches is large enough to hit."""
    wide, small = [], []
    for path in _pages(browser):
        browser.resize(NARROW)
        browser.visit(f"{path}{'&' if '?' in path else '?'}lang={language}")
        if browser.ask("return document.documentElement.scrollWidth") != NARROW:
            wide.append(path)
        small += [f"{path} {one}" for one in _too_small(browser)]
    assert (wide, small) == ([], [])


def _too_small(browser: Browser) -> list[str]:
    """Controls under 24 by 24 pixels that do not stand in a line of text (WCAG 2.2, 2.5.8)."""
    found = browser.ask(
        """
        const named = ".menu a, .tools a, .tools button, .ruler a, .tally a, .button, button,"
          + " input:not([type=hidden]), select, textarea, summary, .brand, .pager a";
        return [...document.querySelectorAll(named)].filter((one) => {
          const box = one.getBoundingClientRect();
          return box.width && (box.width < 24 || box.height < 24);
        }).map((one) => one.outerHTML.slice(0, 80));
        """
    )
    assert isinstance(found, list)
    return found


def test_the_browser_itself_has_nothing_to_complain_of(browser: Browser):
    """No blocked script or style, no missing file, but the pages that are meant to fail."""
    heard = []
    for path in _pages(browser):
        browser.visit(path)
        heard += [f"{path}: {one}" for one in browser.complaints()]
    assert [one for one in heard if not one.startswith("/nowhere: ")] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_mixes_its_languages(browser: Browser, language: str):
    """A page in English has no Chinese of ours; names and examples are the operator's."""
    browser.sign_in("auditor")
    for path in ("/console", "/console/articles/9", "/console/controls/text-label"):
        browser.visit(f"{path}?lang={language}")
        lang = browser.driver.find_element(By.TAG_NAME, "html").get_attribute("lang")
        assert lang == {"zh": "zh-CN", "en": "en"}[language]
        said = browser.driver.find_element(By.TAG_NAME, "main").text
        chinese = any("一" <= one <= "鿿" for one in said)
        assert chinese == (language == "zh")


def test_an_inspector_walks_from_the_law_to_the_proof(browser: Browser):
    """First page, article, counter-example, signed root: by following links alone."""
    browser.sign_in("auditor")
    assert browser.path == "/console"
    browser.send("#main a[href='/console/articles/12']")
    assert browser.shows("所见 61 次中有 1 次不满足")
    browser.follow("凭证 #")
    assert browser.shows("签名的检查点")
    assert "guiju ledger export" in browser.text
    browser.follow("文本标识")
    assert browser.shows("每次交付的生成文本都带显式标识")
    assert browser.path == "/console/controls/text-label"


def test_everything_is_readable_and_usable_without_script(plain_browser: Browser):
    """Sign in, read, accept the agreement, get a key."""
    browser = plain_browser
    browser.sign_in("newcomer", "/sign-in")
    assert browser.path == "/me"
    browser.follow("阅读并接受")
    assert browser.shows("我已阅读并接受")
    browser.send("main button.main")
    assert browser.shows("协议已接受")
    browser.driver.find_element(By.ID, "label").send_keys("电话")
    browser.send("form.form button.main")
    assert browser.shows("gj-user-")
    assert not browser.driver.find_element(By.CSS_SELECTOR, "[data-copy]").is_displayed()


def test_the_keyboard_reaches_the_content_first(browser: Browser):
    """The skip link comes first and shows itself; it leads past the menu."""
    browser.visit("/agreement")
    body = browser.driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    skip = browser.driver.switch_to.active_element
    assert skip.get_attribute("class") == "skip"
    assert skip.location["x"] >= 0
    skip.send_keys(Keys.ENTER)
    assert browser.driver.switch_to.active_element.get_attribute("id") == "main"


def test_paper_shows_the_standing_without_menus(browser: Browser):
    """An inspector takes a print along."""
    browser.sign_in("auditor")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = browser.ask(
        "return ['.menu', '.tools', '.articles'].map("
        "(one) => getComputedStyle(document.querySelector(one)).display)"
    )
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert shown == ["none", "none", "block"]


def test_a_reviewer_works_by_keyboard_alone(browser: Browser):
    """From the queue into the case, in hand, to the evidence, unfolded, covered, and back."""

    def type_(keys: str) -> None:
        # Keys are heard once the page and its script are there.
        assert browser.ready()
        browser.driver.find_element(By.TAG_NAME, "body").send_keys(keys)

    browser.sign_in("reviewer")
    browser.visit("/console/cases?queue=users")
    type_("j")
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.shows("现在可以")
    type_("c")
    assert browser.shows("在您手里")
    type_("e")
    # A letter in a field is a letter.
    browser.driver.switch_to.active_element.send_keys("check" + Keys.ENTER)
    assert browser.shows("遮上后不再计时")
    assert "示例禁词甲" not in browser.text
    type_("v")
    assert browser.shows("示例禁词甲")
    assert browser.ask("return document.querySelector('mark').textContent") == "示例禁词甲"
    type_("h")
    assert browser.shows("查看内容（2 件，已遮盖）")
    type_("q")
    assert browser.shows("按期限先后")


def test_evidence_is_opened_and_covered_without_script(plain_browser: Browser):
    """Folds and forms alone."""
    browser = plain_browser
    browser.sign_in("second")
    browser.visit("/console/cases?queue=users")
    browser.send("tbody a")
    assert browser.shows("材料")
    browser.press(".panel details summary")
    browser.driver.find_element(By.CSS_SELECTOR, ".panel input[name=reason]").send_keys("核对")
    browser.send(".panel form button.main")
    browser.press(".texts summary")
    assert browser.shows("示例禁词甲")
    browser.send(".cover button")
    assert browser.shows("已遮盖")
