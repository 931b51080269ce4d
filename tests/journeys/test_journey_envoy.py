# SPDX-License-Identifier: Apache-2.0
"""The real Envoy in front of guiju, by our example, where `make bench` has installed it."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from openai import AuthenticationError, OpenAI
from openai.types.chat import ChatCompletionMessageParam
from tests.journeys.conftest import POLICY, Service, until
from tests.journeys.model_service import ModelService
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".bench" / "envoy" / "envoy" / "_bin" / "envoy"
EXAMPLE = ROOT / "examples" / "envoy" / "envoy.yaml"
PAUSE = 1.0
"""Seconds between the two halves of a streamed answer."""

pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAM.exists(), reason="Envoy is not installed: make bench"),
]


@dataclass(frozen=True)
class Front:
    """Envoy, and the service behind it."""

    url: str
    service: Service

    def client(self, key: str = "") -> OpenAI:
        person = self.service.credentials["user"]
        return OpenAI(base_url=f"{self.url}/v1", api_key=key or person["api_key"], max_retries=0)


@pytest.fixture(scope="module")
def front(model: ModelService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Our example as it stands, but for the two ports."""
    folder = tmp_path_factory.mktemp("envoy")
    service = Service(folder / "data", "--upstream", model.url)
    service.start()
    service.use_policy(POLICY)
    port = free_port()
    example = EXAMPLE.read_text(encoding="utf-8")
    config = folder / "envoy.yaml"
    ports = {
        "port_value: 10000": f"port_value: {port}",
        "port_value: 8080": f"port_value: {service.port}",
    }
    for written, used in ports.items():
        assert example.count(written) == 1
        example = example.replace(written, used)
    config.write_text(example, encoding="utf-8")
    with (folder / "log").open("wb") as log:
        command = [str(PROGRAM), "--config-path", str(config), "--concurrency", "1"]
        process = subprocess.Popen([*command, "--disable-hot-restart"], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _status(f"{url}/v1/models") == 401, "Envoy leads to guiju")
        yield Front(url, service)
    finally:
        process.terminate()
        process.wait(30)
        service.stop()


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def test_an_answer_is_labelled_and_names_its_record(front: Front, model: ModelService) -> None:
    """The official client; guiju's own headers arrive."""
    with front.client() as client:
        asked = client.chat.completions.with_raw_response.create(
            model=model.says("今天", "很好"), messages=[{"role": "user", "content": "你好"}]
        )
    assert asked.headers["x-guiju-screened"] == "full"
    assert asked.headers["x-guiju-request-id"]
    answer = json.loads(asked.text)
    assert "今天很好" in answer["choices"][0]["message"]["content"]
    assert answer["aigc"]["Label"]


def test_a_stream_is_not_kept_back(front: Front, model: ModelService) -> None:
    """The first half arrives while the model has not said the second."""
    name = model.says("今天天气很好，适合出门走走。", "明天也一样好，可以再去一次。", pause=PAUSE)
    began = time.perf_counter()
    arrived: list[float] = []
    asked: list[ChatCompletionMessageParam] = [{"role": "user", "content": "你好"}]
    with (
        front.client() as client,
        client.chat.completions.create(model=name, messages=asked, stream=True) as stream,
    ):
        arrived.extend(
            time.perf_counter() - began
            for chunk in stream
            if chunk.choices and chunk.choices[0].delta.content
        )
    assert arrived[-1] - arrived[0] > PAUSE / 2


@pytest.mark.parametrize("stream", [False, True])
def test_a_blocked_answer_never_leaves(front: Front, model: ModelService, stream: bool) -> None:
    """Split over the chunks, and not a character of it arrives."""
    body = {
        "model": model.says("说的是", "青铜", "月亮会"),
        "messages": [{"role": "user", "content": "你好"}],
        "stream": stream,
    }
    request = urllib.request.Request(
        f"{front.url}/v1/chat/completions",
        json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {front.service.credentials['user']['api_key']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read().decode()
    assert "content_filter" in text
    assert "青铜" not in text
    assert "月亮会" not in text


def test_a_refusal_arrives_as_it_is(front: Front) -> None:
    """A key that is none: our error in our shape."""
    with (
        front.client("gj-user-" + "0" * 40) as client,
        pytest.raises(AuthenticationError) as caught,
    ):
        client.models.list()
    body = caught.value.response.json()["error"]
    assert body["code"] == "key-unknown"
    assert body["remedy"]


def test_only_the_data_plane_is_behind_it(front: Front) -> None:
    """The console is not."""
    assert _status(f"{front.url}/console") == 404
    assert _status(f"{front.url}/metrics") == 404


def test_a_service_that_restarts_is_found_again(front: Front, model: ModelService) -> None:
    """Gone: 503 from Envoy at once, and nothing hangs. Back: served again without a hand."""
    models = f"{front.url}/v1/models"
    front.service.stop()
    until(lambda: _status(models) == 503, "Envoy says that nobody is there")
    front.service.start()
    until(lambda: _status(models) == 401, "Envoy has found the service again")
    with front.client() as client:
        answer = client.chat.completions.create(
            model=model.says("又来了"), messages=[{"role": "user", "content": "你好"}]
        )
    assert "又来了" in (answer.choices[0].message.content or "")
