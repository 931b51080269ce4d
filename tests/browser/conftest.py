# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from selenium import webdriver
from selenium.common.exceptions import (
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from tests.ports import free_port

from . import composed

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0
WIDE, NARROW = 1280, 390
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


def _program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail(f"{names[0]} is not installed: run `make test`, or apt-get install chromium")
    return found


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status)
    except (URLError, OSError):
        return False


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the pages of the rooms are served, on four weeks of an invented service."""
    folder = tmp_path_factory.mktemp("browser")
    database, clock = composed.open_database(folder)
    composed.seed(database, clock)
    composed.seed_case(database, clock)
    database.close()
    port = free_port()
    paths = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    server = subprocess.Popen(
        [*command, "tests.browser.composed:application"],
        cwd=ROOT,
        env={
            **os.environ,
            composed.FOLDER: str(folder),
            composed.URL: f"http://localhost:{port}",
            "PYTHONPATH": os.pathsep.join(paths),
        },
    )
    where, limit = f"http://127.0.0.1:{port}", time.perf_counter() + PATIENCE
    while not _answers(where):
        if server.poll() is not None or time.perf_counter() > limit:
            pytest.fail("the pages are not served")
        time.sleep(0.1)
    yield where
    server.terminate()
    server.wait(PATIENCE)


def _is_of_a_page_gone(error: WebDriverException) -> bool:
    # The driver says the same in other words when the page goes between two of its looks.
    stale = isinstance(error, StaleElementReferenceException)
    return stale or "does not belong to the document" in str(error.msg)


def _has_gone(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except WebDriverException as error:
        if _is_of_a_page_gone(error):
            return True
        raise
    return False


class Browser:
    """A Chromium window, and what the tests do with it."""

    def __init__(self, address: str, *, script: bool = True) -> None:
        options = Options()
        for flag in _FLAGS:
            options.add_argument(flag)
        options.binary_location = _program("chromium", "chromium-browser", "google-chrome")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        prefs: dict[str, object] = {"intl.accept_languages": "zh-CN,zh"}
        if not script:
            prefs["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", prefs)
        self.driver = webdriver.Chrome(options, Service(_program("chromedriver")))
        self.address = address
        self.resize(WIDE)

    def resize(self, width: int, *, dark: bool = False) -> None:
        """A window of this width; a narrow one is a telephone's."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def visit(self, path: str) -> None:
        self.driver.get(self.address + path)

    def sign_in(self, name: str, where: str = "/console/sign-in") -> None:
        self.driver.delete_all_cookies()
        self.visit(where)
        self.driver.find_element(By.ID, "name").send_keys(name)
        self.driver.find_element(By.ID, "password").send_keys(composed.PASSWORD)
        self.send("main button.main")
        WebDriverWait(self.driver, PATIENCE).until(lambda _: "/sign-in" not in self.path)

    def press(self, selector: str) -> None:
        """Press what leaves the page where it is."""
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def send(self, selector: str) -> None:
        """Press what leads to another page: a form's button, a row's link."""
        self.go(self.driver.find_element(By.CSS_SELECTOR, selector))

    def follow(self, text: str) -> None:
        self.go(self.driver.find_element(By.PARTIAL_LINK_TEXT, text))

    def go(self, element: WebElement) -> None:
        """Press `element` and wait until this page has gone.

        A page that is asked for before would be asked for instead: the form would never arrive.
        """
        page = self.driver.find_element(By.TAG_NAME, "html")
        element.click()
        WebDriverWait(self.driver, PATIENCE).until(lambda _: _has_gone(page))

    def shows(self, words: str) -> bool:
        """Whether the page, once it has arrived, says `words`."""
        try:
            return bool(WebDriverWait(self.driver, PATIENCE).until(lambda _: words in self.text))
        except TimeoutException:
            return False

    def ready(self) -> bool:
        """Whether the page has arrived with its scripts."""
        state = "return document.readyState"
        return bool(
            WebDriverWait(self.driver, PATIENCE).until(lambda _: self.ask(state) == "complete")
        )

    def ask(self, script: str) -> object:
        """What a script finds out about the page."""
        return self.driver.execute_script(script)

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.address)

    @property
    def text(self) -> str:
        try:
            return self.driver.find_element(By.TAG_NAME, "body").text
        except WebDriverException as error:
            if _is_of_a_page_gone(error):
                return ""
            raise

    def complaints(self) -> list[str]:
        """What the browser itself found wrong with the pages since it was asked last."""
        log = self.driver.get_log("browser")  # type: ignore[no-untyped-call]  # Selenium has no types here
        return [str(one["message"]) for one in log]


@pytest.fixture(scope="session")
def window(address: str) -> Iterator[Browser]:
    """One browser for all tests: it starts slowly."""
    browser = Browser(address)
    yield browser
    browser.driver.quit()


@pytest.fixture
def browser(window: Browser) -> Browser:
    """The browser, wide and signed out."""
    window.visit("/")
    window.driver.delete_all_cookies()
    window.resize(WIDE)
    window.complaints()
    return window


@pytest.fixture
def plain_browser(address: str) -> Iterator[Browser]:
    """A browser that runs no script."""
    browser = Browser(address, script=False)
    yield browser
    browser.driver.quit()
