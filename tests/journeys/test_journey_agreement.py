# SPDX-License-Identifier: Apache-2.0
"""Register, read, accept, chat; a new version locks or does not, on two workers at once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import Service, until

from guiju import accounts, ledger
from guiju.accounts import EVERYBODY, Change, Draft
from guiju.app.house import House
from guiju.app.settings import read_settings
from guiju.kernel import StandingChanged, Text

HELLO = {"model": "guiju-demo", "messages": [{"role": "user", "content": "你好"}]}
SECOND = 1.0
# More than two workers would answer alike by chance alone.
MANY = 24


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two workers with the demonstration."""
    service = Service(tmp_path_factory.mktemp("agreement") / "data", "--workers", "2")
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def house(running: Service) -> Iterator[House]:
    """The same data, for what staff decide."""
    found = House.open(read_settings(str(running.data)))
    yield found
    found.close()


def publish(house: House, words: str, change: Change) -> int:
    """Two people put a version in force, as the console and the command line do."""
    whole = accounts.first_agreement()
    text = Text(zh=f"{whole.zh}\n27. {words}", en=f"{whole.en}\n27. {words}")
    with house.database.write() as tx:
        made = accounts.propose_agreement(tx, house.staff("privacy"), Draft(text, change, words))
    with house.database.write() as tx:
        version = accounts.approve_agreement(tx, house.staff("second"), made.id).version
    house.publish(StandingChanged(EVERYBODY))
    return version


def answers(running: Service, key: str, many: int = MANY) -> set[tuple[int, str | None]]:
    """Status and error code of many requests, each on a connection of its own."""

    def one(_: int) -> tuple[int, str | None]:
        status, _, body = running.ask(
            "/v1/chat/completions", HELLO, key, content_type="application/json"
        )
        return status, body["error"]["code"] if status != 200 else None

    with ThreadPoolExecutor(4) as pool:
        return set(pool.map(one, range(many)))


def newcomer(house: House, name: str) -> str:
    """The key of somebody who has registered and accepted nothing."""
    with house.database.write() as tx:
        person = accounts.register_person(tx, None, name, "lantern orchard 42")
        return accounts.issue_key(tx, person.actor, person.id).token


def accept(running: Service, key: str, **said: Any) -> Any:
    return running.ask("/api/agreement/acceptances", said, key, content_type="application/json")


def put(running: Service, key: str, purpose: str, *, given: bool) -> Any:
    import urllib.request  # noqa: PLC0415 - the fixture's `ask` does not put

    request = urllib.request.Request(
        f"{running.url}/api/me/consents/{purpose}",
        data=json.dumps({"given": given}).encode(),
        method="PUT",
        headers={"authorization": f"Bearer {key}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def leaves(house: House, kind: str, subject: str | None = None) -> list[dict[str, Any]]:
    ledger.integrate(house.database)
    with house.database.read() as tx:
        every = ledger.leaves(tx, limit=1_000_000)
    return [one for one in every if one["kind"] == kind and subject in {None, one["subject"]}]


@pytest.mark.slow
@pytest.mark.control("agreement-before-use", "agreement-reviewed")
def test_a_new_material_version_locks_the_api_until_it_is_accepted(
    running: Service, house: House
) -> None:
    """403 with the remedy on both workers within a second; after accepting, open within one."""
    key = newcomer(house, "walker")
    assert answers(running, key) == {(403, "agreement-not-accepted")}
    _, _, text = running.ask("/api/agreement?language=en", key=key)
    status, _, receipt = accept(running, key, digest=text["digest"], language="en")
    assert (status, receipt["version"]) == (201, text["version"])
    assert answers(running, key) == {(200, None)}
    version = publish(house, "editorial words", Change.NOTICE)
    time.sleep(SECOND)
    assert answers(running, key) == {(200, None)}
    version = publish(house, "something important", Change.MATERIAL)
    time.sleep(SECOND)
    assert answers(running, key) == {(403, "agreement-not-accepted")}
    _, _, body = running.ask("/v1/chat/completions", HELLO, key, accept_language="en")
    assert "/api/agreement/acceptances" in body["error"]["remedy"]
    status, _, refused = accept(running, key, digest=text["digest"])
    assert (status, refused["error"]["code"]) == (409, "agreement-superseded")
    assert accept(running, key)[0] == 201
    time.sleep(SECOND)
    assert answers(running, key) == {(200, None)}
    owner = leaves(house, "agreement-accepted")[-1]["subject"]
    first, second = (one["facts"] for one in leaves(house, "agreement-accepted", owner))
    assert (first["language"], first["version"], second["version"]) == (
        "en",
        text["version"],
        version,
    )
    assert first["served_at"] is not None
    assert first["annex"] == text["annex"]["profile"]


@pytest.mark.slow
@pytest.mark.control("separate-consents", "training-opt-out")
def test_each_record_says_whether_there_was_consent_to_training(
    running: Service, house: House
) -> None:
    """No by default; after a yes and within a second after a no, on both workers."""
    key = newcomer(house, "thinker")
    accept(running, key)
    assert answers(running, key) == {(200, None)}
    assert put(running, key, "training", given=True)["number"] == 1
    time.sleep(SECOND)
    answers(running, key, 6)
    assert put(running, key, "training", given=False)["given"] is False
    time.sleep(SECOND)
    answers(running, key, 6)
    owner = leaves(house, "consent-withdrawn")[-1]["subject"]

    def recorded() -> list[int] | None:
        facts = [one["facts"] for one in leaves(house, "exchange-recorded", owner)]
        return [one.get("training", 0) for one in facts] if len(facts) == MANY + 12 else None

    said = until(recorded, "every exchange is in the tree")
    assert sorted(said) == [0] * (MANY + 6) + [1] * 6
    _, _, found = running.ask("/api/me/consents", key=key)
    assert found["consents"]["training"]["given"] is False
    assert [one["given"] for one in found["history"] if one["purpose"] == "training"] == [
        False,
        True,
    ]


@pytest.mark.slow
@pytest.mark.control("agreement-before-use")
def test_an_app_hands_its_end_users_answers_on(running: Service) -> None:
    """Acceptance and consent of somebody whom only the app knows."""
    key = running.credentials["app"]["api_key"]
    assert accept(running, key, user="u-7")[0] == 201
    ask = {**HELLO, "user": "u-7"}
    assert running.ask("/v1/chat/completions", ask, key)[0] == 200
    status, _, found = running.ask("/api/me/consents?user=u-7", key=key)
    assert status == 200
    assert found["consents"]["service"]["given"] is True
    assert running.ask("/api/me/consents?user=stranger", key=key)[0] == 404


@pytest.mark.slow
@pytest.mark.control("filing-drift")
def test_the_command_line_finds_what_has_drifted_since_it_was_filed(
    running: Service, house: House, tmp_path: Path
) -> None:
    """Marked as filed and not shown on the page: exit 1, and the page of the console says so."""
    told = ("--kind", "genai-filing", "--number", "EXAMPLE-1", "--date", "2026-01-05")
    running.run("profile", "filed", "1", *told, "--as", "privacy")
    report = json.loads(running.run("profile", "diff", "--json", status=1))
    assert [one["place"] for one in report["drift"]] == ["filings"]
    statement = running.json("profile", "show", "--json")["statement"]
    statement["filings"] = [{"kind": "genai-filing", "number": "EXAMPLE-1"}]
    file = tmp_path / "statement.json"
    file.write_text(json.dumps(statement), encoding="utf-8")
    made = running.json("profile", "propose", str(file), "--as", "privacy", "--json")
    running.run("profile", "approve", made["id"], "--as", "second")
    assert running.json("profile", "diff", "--json")["same"] is True
