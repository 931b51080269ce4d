# SPDX-License-Identifier: Apache-2.0
"""Another master key while the service runs; and one that a key management service holds."""

from __future__ import annotations

import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import Service, until
from tests.ports import free_port

from guiju.app.transit import TransitKey
from guiju.kernel import Keyring, MasterKeys, Unavailable

TOKEN = "hvs.a-token-of-the-tests"
TRANSIT = Path(__file__).with_name("transit_service.py")


class Transit:
    """The service in a process of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, str(TRANSIT), str(self.port), TOKEN]
        self.process = subprocess.Popen(command)
        until(self._answers, "the key service answers")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    def turn(self) -> None:
        """Make a new version, as its own operator does."""
        self._asked("keys/guiju/rotate", b"{}")

    def _answers(self) -> bool:
        try:
            self._asked("keys/guiju")
        except OSError:
            return False
        return True

    def _asked(self, path: str, data: bytes | None = None) -> None:
        request = urllib.request.Request(f"{self.url}/v1/transit/{path}", data)
        request.add_header("X-Vault-Token", TOKEN)
        urllib.request.urlopen(request, timeout=5).close()


@pytest.fixture
def transit() -> Iterator[Transit]:
    made = Transit()
    made.start()
    yield made
    made.stop()


def key_of(transit: Transit, token: str = TOKEN) -> TransitKey:
    return TransitKey(transit.url, "guiju", lambda: token)


def test_what_the_service_wraps_it_opens_for_its_owner_only(transit: Transit) -> None:
    """By real requests: bound to the owner, under the newest version, old ones still open."""
    keys = Keyring(MasterKeys(key_of(transit)))
    key, wrapped = keys.new_key("pe_1")
    assert wrapped.startswith(b"guiju-key/1 transit:guiju:v1\nvault:v1:")
    assert keys.open_key(wrapped, "pe_1") == key
    with pytest.raises(Unavailable, match="wrong-master-key"):
        keys.open_key(wrapped, "pe_2")
    transit.turn()
    later = Keyring(MasterKeys(key_of(transit)))
    assert not later.is_current(wrapped)
    anew = later.wrapped_anew(wrapped, "pe_1")
    assert later.open_key(anew, "pe_1") == key
    assert later.is_current(anew)


def test_a_refusal_and_a_silence_close_the_door_and_say_which_it_is(transit: Transit) -> None:
    """Neither tells the token nor the key."""
    _, wrapped = Keyring(MasterKeys(key_of(transit))).new_key("pe_1")
    stranger = Keyring(MasterKeys(key_of(transit, "hvs.another")))
    with pytest.raises(Unavailable, match="kms-refused") as refused:
        stranger.open_key(wrapped, "pe_1")
    assert "hvs." not in str(refused.value)
    transit.stop()
    with pytest.raises(Unavailable, match="kms-unavailable"):
        Keyring(MasterKeys(key_of(transit))).open_key(wrapped, "pe_1")


def asked(service: Service) -> int:
    body = {"model": "m", "messages": [{"role": "user", "content": "你好"}]}
    key = service.credentials["user"]["api_key"]
    status, _, _ = service.ask("/v1/chat/completions", body, key)
    return int(status)


def read_back(service: Service) -> Any:
    """The newest exchange, opened."""
    body = {"model": "m", "messages": [{"role": "user", "content": "请回答"}]}
    key = service.credentials["user"]["api_key"]
    _, headers, _ = service.ask("/v1/chat/completions", body, key)
    request = headers["x-guiju-request-id"]
    return service.json("privacy", "read", request, "--as", "privacy", "--reason", "to see")


@pytest.mark.slow
@pytest.mark.control("master-key-rotation")
def test_the_master_key_is_changed_while_people_ask(tmp_path: Path) -> None:
    """Not one request fails, what was sealed before opens, and the old file goes by two people."""
    service = Service(tmp_path / "data")
    service.start()
    try:
        before = read_back(service)
        stop, answers = threading.Event(), []

        def ask_on() -> None:
            while not stop.is_set():
                answers.append(asked(service))

        asking = threading.Thread(target=ask_on)
        asking.start()
        try:
            turned = service.json("keys", "rotate", "--as", "privacy", "--json")
        finally:
            until(lambda: len(answers) > 5, "some are answered")
            stop.set()
            asking.join()
        assert set(answers) == {200}
        assert turned["made"] is True
        assert turned["wrapped"] >= 1
        assert service.json("keys", "status", "--json")["old"] == ["master.key.previous"]
        service.run("keys", "retire", "--as", "privacy", "--second", "second", "--yes")
        assert not (service.data / "master.key.previous").exists()
        assert service.stop() == 0
        service.start()
        assert asked(service) == 200
        assert before["input"]
        assert service.json("ledger", "verify", "--json")["ok"] is True
    finally:
        service.stop()


@pytest.mark.slow
@pytest.mark.control("master-key-rotation")
def test_a_house_moves_to_a_key_service_and_stands_without_a_file(
    tmp_path: Path, transit: Transit
) -> None:
    """Key by key; then nothing in the data folder opens anything by itself."""
    service = Service(tmp_path / "data")
    service.start()
    try:
        request = read_back(service)
        assert service.stop() == 0
        (service.data / "guiju.toml").write_text(f'kms = "{transit.url}"\nkey_cache_seconds = 0\n')
        (service.data / "kms-token").write_text(TOKEN)
        service.start()
        assert service.json("keys", "rotate", "--as", "privacy", "--json")["wrapped"] >= 1
        service.run("keys", "retire", "--as", "privacy", "--second", "second", "--yes")
        assert not (service.data / "master.key").exists()
        assert service.stop() == 0
        service.start()
        assert read_back(service)["input"] == request["input"]
        transit.stop()
        # As while a database stalls: what is said waits on this machine's disk, sealed.
        assert asked(service) == 200
        status, _, told = service.ask("/readyz")
        assert (status, told["notes"]) == (200, ["records-kept-aside"])
        said = service.run("privacy", "read", "req_x", "--as", "privacy", "--reason", "x", status=3)
        assert "kms-unavailable" in said
        assert TOKEN not in service.log.read_text() + said
    finally:
        service.stop()
