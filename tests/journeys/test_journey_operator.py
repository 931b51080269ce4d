# SPDX-License-Identifier: Apache-2.0
"""What an operator meets: mistakes told in one line, changes that take effect, several workers."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from openai import APIError
from tests.journeys.conftest import GUIJU, POLICY, Service
from tests.journeys.model_service import ModelService

from guiju.kernel import LocalMasterKey

HELLO = {"model": "guiju-demo", "messages": [{"role": "user", "content": "你好"}]}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Data that a service has used before; nothing runs."""
    service = Service(tmp_path_factory.mktemp("prepared") / "data")
    service.start()
    assert service.stop() == 0
    return service


def one_line(said: str) -> str:
    (line,) = [one for one in said.splitlines() if one.strip()]
    assert line.startswith("guiju: ")
    return line


def test_a_port_in_use_is_told_before_anything_is_made(tmp_path: Path) -> None:
    """Exit 3, one line, the remedy in it, and no data folder."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [str(GUIJU), "up", "--data", str(tmp_path / "d"), "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    line = one_line(done.stderr)
    assert "port-in-use" in line
    assert "PORT=9090" in line
    assert not (tmp_path / "d").exists()


def test_a_bad_setting_is_one_line(prepared: Service) -> None:
    """File, setting, remedy; exit 2."""
    file = prepared.data / "guiju.toml"
    file.write_text("prot = 8080\n")
    said = one_line(prepared.run("up", status=2))
    file.unlink()
    assert str(file) in said
    assert "did you mean port" in said


def test_another_master_key_is_one_line_and_changes_nothing(prepared: Service) -> None:
    """Exit 3; with the right key back all is as before."""
    file = prepared.data / "master.key"
    right = file.read_bytes()
    file.unlink()
    assert "master-key-missing" in one_line(prepared.run("law", "standing", status=3))
    LocalMasterKey.create(file)
    for command in (["law", "standing"], ["up", "--port", str(prepared.port)]):
        assert "wrong-master-key" in one_line(prepared.run(*command, status=3))
    file.write_bytes(right)
    assert prepared.json("ledger", "verify", "--json")["ok"] is True


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("[screening\n", "line 1"),
        (POLICY.replace('harm = "A1f"', 'harm = "Z9"'), "screening.entry[2].harm"),
        (POLICY.replace("retention_days = 183", "retention_days = 3"), "records.retention_days"),
        (POLICY.replace("本回答由人工智能生成", "回答完毕"), "labels.text.zh"),
        (POLICY.replace('place = "end"', 'plaice = "end"'), "plaice"),
        (POLICY.replace("zorbl grumption", "a"), "screening.entry[2].term"),
    ],
)
def test_a_bad_policy_is_one_line_with_its_place(
    prepared: Service, content: str, place: str
) -> None:
    """File, place, what, remedy; exit 2, and nothing is proposed."""
    file = prepared.data / "bad.toml"
    file.write_text(content, encoding="utf-8")
    before = prepared.json("policy", "list", "--json")
    said = one_line(prepared.run("policy", "propose", str(file), "--as", "safety", status=2))
    assert place in said
    assert prepared.json("policy", "list", "--json") == before


def test_nobody_approves_what_they_proposed(prepared: Service) -> None:
    """`second-person-needed`, exit 1; another safety officer may."""
    file = prepared.data / "policy.toml"
    file.write_text(POLICY, encoding="utf-8")
    made = prepared.json("policy", "propose", str(file), "--as", "safety", "--json")
    said = prepared.run("policy", "approve", made["id"], "--as", "safety", status=1)
    assert "second-person-needed" in one_line(said)
    assert prepared.json("policy", "approve", made["id"], "--as", "second", "--json")


def test_unknown_data_and_commands_are_told(tmp_path: Path) -> None:
    """No traceback for what a newcomer gets wrong."""
    service = Service(tmp_path / "nothing")
    for command, status in (
        (["law", "standing"], 3),
        (["law", "show", "99"], 2),
        (["ledger", "verify"], 3),
        (["doctor"], 1),
        (["no-such-command"], 2),
    ):
        assert "Traceback" not in service.run(*command, status=status)


def test_help_follows_the_chapters_of_the_measures() -> None:
    """The groups stand under the chapter they belong to."""
    done = subprocess.run([str(GUIJU), "--help"], capture_output=True, text=True, check=True)
    chapters = [line for line in done.stdout.splitlines() if line.startswith("Chapter")]
    assert len(chapters) == 4


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def crowd(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, model: ModelService
) -> Iterator[Service]:
    """Four workers on one database."""
    options = ["--upstream", model.url, "--workers", "4"]
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        options += ["--database", server.new_database()]
    service = Service(tmp_path_factory.mktemp(request.param) / "data", *options)
    service.start()
    yield service
    assert service.stop() == 0


def statuses(service: Service, key: str, count: int = 24) -> set[int]:
    return {service.ask("/v1/chat/completions", HELLO, key)[0] for _ in range(count)}


@pytest.mark.alone
@pytest.mark.postgres
@pytest.mark.control("account-and-keys")
def test_a_revoked_key_is_refused_by_every_worker_within_a_second(crowd: Service) -> None:
    """Revoked from another process, refused by all four."""
    people = crowd.credentials["user"]
    key = people["api_key"]
    assert statuses(crowd, key) == {200}
    keys = crowd.json("accounts", "key", "list", people["name"], "--json")
    crowd.run("accounts", "key", "revoke", keys[0]["id"], "--as", "second")
    time.sleep(1.1)
    assert statuses(crowd, key) == {401}


@pytest.mark.alone
@pytest.mark.postgres
def test_four_workers_write_one_tree(crowd: Service, model: ModelService) -> None:
    """No gap, no fork, nothing unattested, whoever of them wrote it."""
    key = crowd.credentials["app"]["api_key"]
    for number in range(20):
        status, _, _ = crowd.ask("/api/agreement/acceptances", {"user": f"u{number}"}, key)
        assert status in {200, 201}
        status, _, _ = crowd.ask("/v1/chat/completions", HELLO | {"user": f"u{number}"}, key)
        assert status == 200
    time.sleep(2)
    report = crowd.json("ledger", "verify", "--json")
    assert report["problems"] == []
    assert report["size"] >= 60


@pytest.mark.slow
def test_a_stop_ends_a_long_stream_in_time_and_records_it(
    tmp_path: Path, model: ModelService
) -> None:
    """A stream that outlasts the patience is told why, and what was delivered is on record."""
    service = Service(tmp_path / "data", "--upstream", model.url)
    service.start()
    name = model.script({"deltas": [{"content": "慢"}] * 300, "pause": 0.2})
    stream = service.client().chat.completions.create(
        model=name, messages=[{"role": "user", "content": "你好"}], stream=True
    )
    next(iter(stream))
    assert service.process is not None
    service.process.send_signal(signal.SIGTERM)
    with pytest.raises(APIError) as caught:
        list(stream)
    assert caught.value.code == "service-stopping"
    assert service.process.wait(30) == 0
    shown = service.json("law", "standing", "--json")
    usage = next(one for one in shown["articles"][10]["controls"] if one["id"] == "usage-record")
    assert usage["population"] == 1


def test_a_stop_lets_what_is_under_way_be_recorded(tmp_path: Path, model: ModelService) -> None:
    """SIGTERM in the middle of a slow answer: it ends well, or was never answered."""
    service = Service(tmp_path / "data", "--upstream", model.url)
    service.start()
    name = model.script({"deltas": [{"content": "慢"}] * 10, "pause": 0.1})
    stream = service.client().chat.completions.create(
        model=name, messages=[{"role": "user", "content": "你好"}], stream=True
    )
    next(iter(stream))
    assert service.process is not None
    service.process.send_signal(signal.SIGTERM)
    ended = False
    try:
        for chunk in stream:
            ended = ended or any(one.finish_reason for one in chunk.choices)
    except Exception:  # noqa: BLE001 - a broken connection is allowed, an unrecorded answer is not
        ended = False
    assert service.process.wait(30) == 0
    recorded = service.json("ledger", "verify", "--json")
    assert recorded["ok"] is True
    if ended:
        standing = service.json("law", "standing", "--json")
        usage = next(
            one for one in standing["articles"][10]["controls"] if one["id"] == "usage-record"
        )
        assert usage["population"] == 1
