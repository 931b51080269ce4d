# SPDX-License-Identifier: Apache-2.0
"""The whole house as a newcomer runs it: `guiju up` in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from openai import OpenAI
from tests.journeys.canaries import looked_through
from tests.journeys.model_service import ModelService
from tests.ports import free_port

from guiju import policies
from guiju.app.house import House
from guiju.app.settings import read_settings
from guiju.kernel import PolicyActivated

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds: so long may take what takes a moment, on a machine that does much else."""

GUIJU = Path(sys.executable).parent / "guiju"

# Invented words only: one for each action.
POLICY = """
[screening]
reply = "answer"
refusal = { zh = "抱歉，不能回答。", en = "Sorry, no answer." }
[[screening.entry]]
term = "青铜月亮会"
harm = "A1g"
action = "block"
[[screening.entry]]
term = "贰號門龍語"
harm = "A1g"
action = "block"
[[screening.entry]]
term = "zorbl grumption"
harm = "A1f"
action = "block"
[[screening.entry]]
term = "蓝鲸口令"
harm = "A4f"
action = "mask"
scope = ["output"]
[[screening.entry]]
term = "石榴暗号"
harm = "A4g"
action = "review"
[labels.text]
place = "end"
zh = "本回答由人工智能生成"
en = "AI-generated"
[records]
retention_days = 183

[complaints]
process = { zh = "收到即给查询码，时限内反馈。", en = "A code at once, and an answer in time." }
acceptance_days = 3
feedback_days = 15

[[complaints.authority]]
name = { zh = "示例主管部门", en = "An invented authority" }
phone = "12345"
"""


def until(look: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """What `look` finds, once it finds something; fails with `what` when it takes too long."""
    limit = time.perf_counter() + seconds
    while not (found := look()):
        if time.perf_counter() > limit:
            pytest.fail(f"not within {seconds:g} s: {what}")
        time.sleep(0.05)
    return found


STARTED: list[Service] = []
"""Every service of this run, so that all that they left can be looked through at the end."""
CLIENTS: list[OpenAI] = []
"""Every client; one that nobody knows is closed by the collector, in whichever test it runs."""


class Service:
    """A running `guiju up` with its data folder."""

    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        self.options = options
        self.environment = environment
        if "--database" in options:
            # Commands on the same data find the same database.
            environment["GUIJU_DATABASE"] = options[options.index("--database") + 1]
        self.log = data.parent / f"{data.name}.log"
        STARTED.append(self)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [GUIJU, "up", "--data", self.data, "--port", str(self.port), *self.options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        self.wait_ready()

    def wait_ready(self) -> None:
        for _ in range(1200):
            if self.process is None or self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=2).close()
            except OSError as error:
                if isinstance(error, urllib.error.HTTPError):
                    error.close()
                time.sleep(0.05)
            else:
                return
        pytest.fail(f"guiju did not come up:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    @property
    def credentials(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "first-run.json").read_text())
        return found

    def client(self, key: str | None = None, **headers: str) -> OpenAI:
        key = key or self.credentials["user"]["api_key"]
        made = OpenAI(
            base_url=f"{self.url}/v1",
            api_key=key,
            max_retries=0,
            default_headers=headers,
            timeout=30,
        )
        CLIENTS.append(made)
        return made

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a command on the same data; fails unless it ends with `status`."""
        done = subprocess.run(
            [str(GUIJU), "--data", str(self.data), *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, **self.environment},
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout if status == 0 else done.stdout + done.stderr

    def json(self, *arguments: str, status: int = 0) -> Any:
        return json.loads(self.run(*arguments, status=status))

    def ask(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> Any:
        """(status, headers, parsed body or text) of a plain HTTP request."""
        data = (
            None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        request = urllib.request.Request(f"{self.url}{path}", data=data)
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode()
        try:
            return answer.status, answer.headers, json.loads(text)
        except ValueError:
            return answer.status, answer.headers, text

    def use_policy(self, text: str) -> str:
        """Put a policy in force by two people; returns its digest.

        As the commands do it, whose start would take longer than most tests that need a policy.
        """
        file = self.data / "policy.toml"
        file.write_text(text, encoding="utf-8")
        database = self.environment.get("GUIJU_DATABASE")
        house = House.open(read_settings(str(self.data), database=database))
        try:
            safety, second = house.staff("safety"), house.staff("second")
            with house.database.write() as tx:
                proposed = policies.propose(tx, safety, policies.read_file(file), "")
            with house.database.write() as tx:
                activated = policies.approve(tx, second, proposed.id)
            house.publish(PolicyActivated(activated.digest))
        finally:
            house.close()
        return self.wait_policy(activated.digest)

    def wait_policy(self, digest: str) -> str:
        """Wait until the running service answers by the policy with this digest."""
        key = self.credentials["user"]["api_key"]

        def taken_up() -> bool:
            _, headers, _ = self.ask("/v1/chat/completions", _HELLO, key)
            return bool(headers["x-guiju-policy"] == digest)

        until(taken_up, "the running service takes up the new policy")
        return digest


_HELLO = {"model": "hello", "messages": [{"role": "user", "content": "你好"}]}


@pytest.fixture(scope="session", autouse=True)
def clients_are_closed() -> Iterator[None]:
    """At the end, for some are of a whole module."""
    yield
    while CLIENTS:
        CLIENTS.pop().close()


@pytest.fixture(scope="session", autouse=True)
def nothing_stands_in_clear() -> Iterator[None]:
    """No key, password or planted word is in any data folder or log, whatever the tests did.

    The control `records-sealed` over the whole suite: databases, write-ahead logs, spill, ledger.
    """
    yield
    found = {one.data: looked_through(one.data, one.log) for one in STARTED if one.data.exists()}
    assert {data: said for data, said in found.items() if said} == {}


@pytest.fixture(scope="session")
def model() -> Iterator[ModelService]:
    service = ModelService()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, model: ModelService) -> Iterator[Service]:
    """One running service for a module, with the invented words in force."""
    running = Service(tmp_path_factory.mktemp("house") / "data", "--upstream", model.url)
    running.start()
    running.use_policy(POLICY)
    yield running
    running.stop()


@pytest.fixture
def services() -> Iterator[list[Service]]:
    """Services that a test started, stopped whatever became of the test."""
    started: list[Service] = []
    yield started
    for one in started:
        one.kill()
