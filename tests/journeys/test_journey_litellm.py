# SPDX-License-Identifier: Apache-2.0
"""guiju beside the real LiteLLM proxy, where `make bench` has installed it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.conftest import Service
from tests.journeys.model_service import ModelService
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".bench" / "litellm" / "bin" / "litellm"
KEY = "sk-" + "b7e1" * 12
BLOCKED, MASKED = "青铜月亮会", "蓝鲸口令"

pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not PROGRAM.exists(), reason="LiteLLM is not installed: make bench"),
]


class Proxy:
    """The LiteLLM proxy with our guardrail."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, text: str, *, stream: bool = False, model: str = "m") -> tuple[int, str]:
        """Status and body of a chat request."""
        body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": text}]}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/chat/completions",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


CONFIG = """
model_list:
  - model_name: m
    litellm_params: {{model: openai/{model}, api_base: {base}, api_key: x}}
  - model_name: bad
    litellm_params: {{model: openai/{bad}, api_base: {base}, api_key: x}}
general_settings: {{master_key: {key}}}
guardrails:
  - guardrail_name: guiju
    litellm_params:
      guardrail: guiju_guardrail.Guiju
      mode: [pre_call, post_call]
      default_on: true
"""


@pytest.fixture(scope="module")
def guiju(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose policy blocks one word and stars out another."""
    service = Service(tmp_path_factory.mktemp("litellm") / "data")
    service.start()
    policy = (ROOT / "src/guiju/policies/default.toml").read_text(encoding="utf-8")
    entries = [
        f'[[screening.entry]]\nterm = "{term}"\nharm = "A1g"\naction = "{action}"\n'
        for term, action in ((BLOCKED, "block"), (MASKED, "mask"))
    ]
    service.use_policy(policy + "\n" + "\n".join(entries))
    yield service
    service.stop()


@pytest.fixture(scope="module")
def proxy(
    guiju: Service, model: ModelService, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """The proxy with our example beside its configuration."""
    folder = tmp_path_factory.mktemp("proxy")
    shutil.copy(ROOT / "examples/litellm/guiju_guardrail.py", folder)
    names = {
        "model": model.says("今天", "很好"),
        "bad": model.says("说的是", BLOCKED[:2], BLOCKED[2:]),
    }
    config = folder / "config.yaml"
    config.write_text(CONFIG.format(base=model.url, key=KEY, **names), encoding="utf-8")
    found = Proxy(free_port())
    environment = {
        **os.environ,
        "GUIJU_URL": guiju.url,
        "GUIJU_KEY": guiju.credentials["user"]["api_key"],
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "PYTHONPATH": str(folder),
    }
    command = [
        str(PROGRAM),
        "--config",
        str(config),
        "--port",
        str(found.port),
        "--host",
        "127.0.0.1",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _wait(found.port, process, folder / "log")
        yield found
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/liveliness", timeout=2).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
        else:
            return
    pytest.fail(log.read_text()[-3000:])


def test_what_is_harmless_passes_whole_and_streamed(proxy: Proxy) -> None:
    """The answer is the model's own."""
    status, body = proxy.ask("你好")
    assert (status, json.loads(body)["choices"][0]["message"]["content"]) == (200, "今天很好")
    status, body = proxy.ask("你好", stream=True)
    assert status == 200
    assert "今天" in body
    assert "[DONE]" in body


def test_a_blocked_prompt_reaches_no_model(proxy: Proxy, model: ModelService) -> None:
    """400, with the verdict; disguised too."""
    before = len(model.asked)
    for text in (BLOCKED, "青 铜 月 亮 会", "青铜\u200b月亮会"):
        status, body = proxy.ask(f"说说{text}")
        assert status == 400
        assert "content-blocked" in body
    assert len(model.asked) == before


def test_a_masked_prompt_reaches_the_model_starred_out(proxy: Proxy, model: ModelService) -> None:
    """The word itself stays with us."""
    assert proxy.ask(f"念一遍{MASKED}")[0] == 200
    assert model.asked[-1]["messages"][-1]["content"] == "念一遍****"


@pytest.mark.parametrize("stream", [False, True])
def test_a_blocked_answer_never_leaves_even_split_over_chunks(proxy: Proxy, stream: bool) -> None:
    """Not a character of the word."""
    status, body = proxy.ask("你好", stream=stream, model="bad")
    assert BLOCKED[:2] not in body
    assert BLOCKED[2:] not in body
    assert status in {200, 400}
