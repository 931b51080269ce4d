# SPDX-License-Identifier: Apache-2.0
"""What the documentation of the API says of the service: the statement in force, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from guiju import accounts, profile
from guiju.app.data_plane import gateway_of
from guiju.app.first_run import set_up_demo
from guiju.app.house import House
from guiju.app.settings import Settings
from guiju.app.site import build_site

pytestmark = pytest.mark.control("service-statement")
AT = "/api/openapi.json"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House.prepare(
        Settings(data=str(tmp_path_factory.mktemp("described")), public_url="https://ai.example")
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser(house: House) -> TestClient:
    return TestClient(build_site(house, gateway_of(house)))


def info(browser: TestClient, language: str) -> dict[str, Any]:
    answer = browser.get(AT, headers={"accept-language": language})
    assert answer.headers["content-language"] == language
    assert "accept-language" in answer.headers["vary"]
    return dict(answer.json()["info"])


def test_description_and_page_say_what_the_statement_says(house: House, browser: TestClient):
    """Provider, service, limits, models, filings with links: word for word, in both languages."""
    assert "no statement" in info(browser, "en")["description"]
    set_up_demo(house)
    mapping = profile.demo_statement().to_mapping()
    mapping["limits"] = {"zh": "夜间不答。", "en": "It is silent at night."}
    mapping["filings"] = [
        {"kind": "genai-filing", "number": "EXAMPLE-0001", "link": "https://cac.example/1"}
    ]
    with house.database.write() as tx:
        staff = [one for one in accounts.staff_listed(tx) if one.actor.has("filing-manager")]
        other = [one for one in accounts.staff_listed(tx) if one.actor.has("safety-officer")]
        made = profile.propose(tx, staff[0].actor, profile.Statement.from_mapping(mapping))
        profile.approve(tx, next(one for one in other if one.id != staff[0].id).actor, made.id)
        now = profile.current(tx)
    assert now is not None
    for language in ("zh", "en"):
        found = info(browser, language)
        assert found["title"] == now.statement.service.to(language)
        assert found["contact"] == {
            "name": now.statement.provider.to(language),
            "url": "https://ai.example/",
        }
        assert found["termsOfService"] == "https://ai.example/agreement"
        assert found["x-statement"] == {"version": now.version, "digest": now.digest}
        for one in profile.particulars(now.statement):
            assert one.head.to(language) in found["description"]
            for line in one.lines:
                assert line.to(language) in found["description"]
    assert "EXAMPLE-0001 (https://cac.example/1)" in info(browser, "en")["description"]
    assert "It is silent at night." in info(browser, "en")["description"]
    # The page says the same, and which version of the statement it is.
    page = browser.get("/api/docs", headers={"accept-language": "en", "accept": "text/html"}).text
    assert "EXAMPLE-0001 (https://cac.example/1)" in page
    assert "It is silent at night." in page
    assert f"This statement is version {now.version}" in page


def test_the_routes_are_described_as_before(browser: TestClient):
    """The head is ours, the rest what the framework knows."""
    found = browser.get(AT).json()
    assert found["openapi"].startswith("3.")
    assert "/api/agreement/acceptances" in found["paths"]
    assert "/api/openapi.json" not in found["paths"]
