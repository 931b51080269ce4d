# SPDX-License-Identifier: Apache-2.0
"""Screening as its users meet it: a guard model by URL, three modes, a lexicon by two people."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from openai import OpenAI
from tests.journeys.conftest import POLICY, Service
from tests.journeys.model_service import ModelService

BAD = "蓝色的门后面有一座紫色的塔"
PLAIN = "今天天气很好，适合出门走走，也可以在家里读一本书。"
STORY = (
    PLAIN,
    "我们接着往下讲，",
    BAD[:6],
    BAD[6:],
    "，讲到这里先停一停。",
    "后来大家都回家睡觉了。",
)


class GuardModel:
    """A Qwen3Guard server as far as its answers go: it minds one invented sentence."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.away = False
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    async def _chat(self, request: web.Request) -> web.Response:
        texts = [str(one["content"]) for one in (await request.json())["messages"]]
        self.asked.append(texts)
        if self.away:
            return web.Response(status=503)
        unsafe = BAD in texts[-1]
        said = "Safety: Unsafe\nCategories: Violent" if unsafe else "Safety: Safe\nCategories: None"
        if len(texts) > 1:
            said += "\nRefusal: No"
        return web.json_response({"choices": [{"message": {"role": "assistant", "content": said}}]})

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._chat)
        runner = web.AppRunner(app)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture
def guard() -> Iterator[GuardModel]:
    made = GuardModel()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, model: ModelService) -> Iterator[Service]:
    """One service for all; each test puts the policy in force that it is about."""
    made = Service(tmp_path_factory.mktemp("screening") / "data", "--upstream", model.url)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def client(service: Service) -> Iterator[OpenAI]:
    key = service.credentials["user"]["api_key"]
    with OpenAI(base_url=f"{service.url}/v1", api_key=key, max_retries=0) as made:
        yield made


def policy(guard: GuardModel, mode: str, **more: Any) -> str:
    settings = "\n".join(f"{key} = {json.dumps(value)}" for key, value in more.items())
    return POLICY.replace(
        "[labels.text]",
        f"""
[[screening.guard]]
name = "tower"
family = "qwen3guard"
url = "{guard.url}"
model = "guard"
timeout_ms = 2000
{settings}

[screening.stream]
mode = "{mode}"

[labels.text]""",
    )


def streamed(
    client: OpenAI, name: str, text: str = "讲个故事"
) -> tuple[str, str | None, list[Any]]:
    """What a client shows, why it ended, and the withdrawals it was told of."""
    said, finish = "", None
    withdrawals: list[Any] = []
    messages: Any = [{"role": "user", "content": text}]
    for chunk in client.chat.completions.create(model=name, messages=messages, stream=True):
        if chunk.object == "guiju.withdrawal":  # type: ignore[comparison-overlap]
            withdrawals.append(chunk.model_dump())
        for choice in chunk.choices:
            said += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return said, finish, withdrawals


def findings(service: Service) -> list[dict[str, Any]]:
    """The findings on record, newest first."""
    with sqlite3.connect(service.data / "guiju.db") as database:
        rows = database.execute("SELECT leaf FROM ledger_entry ORDER BY arrival DESC")
        leaves = [json.loads(leaf) for (leaf,) in rows]
    return [one["facts"] for one in leaves if one["kind"] == "finding-raised"]


@pytest.mark.control("output-screening", "generation-stopped")
def test_a_guard_model_holds_sentences_back_or_withdraws_them(
    service: Service, client: OpenAI, model: ModelService, guard: GuardModel
) -> None:
    """In `balanced` and `strict` a condemned sentence never leaves; in `fast` it is withdrawn."""
    name = model.says(*STORY)
    service.use_policy(policy(guard, "balanced"))
    said, finish, withdrawals = streamed(client, name)
    assert said.startswith(PLAIN)
    assert "紫色" not in said
    assert (finish, withdrawals) == ("content_filter", [])
    service.use_policy(policy(guard, "strict"))
    said, finish, withdrawals = streamed(client, name)
    assert PLAIN not in said
    assert (finish, withdrawals) == ("content_filter", [])
    service.use_policy(policy(guard, "fast"))
    said, finish, (event,) = streamed(client, name)
    assert said[event["from"] :].startswith("我们接着往下讲")
    assert (finish, event["reason"], event["choice"]) == ("content_filter", "content-blocked", 0)
    found = findings(service)[0]
    assert found["detector"] == "guard:tower"
    assert found["action"] == "block"
    assert {texts[0] for texts in guard.asked if BAD in texts[-1]} == {"讲个故事"}


@pytest.mark.control("input-screening", "closed-door")
def test_a_guard_that_is_away_closes_the_door_unless_policy_opens_it(
    service: Service, client: OpenAI, model: ModelService, guard: GuardModel
) -> None:
    """And where it is open, the answer says that it was not screened whole."""
    name = model.says(PLAIN)
    guard.away = True
    service.use_policy(policy(guard, "balanced"))
    before = len(model.asked)
    said, finish, _ = streamed(client, name)
    assert (said.strip(), finish) == ("抱歉，不能回答。", "content_filter")
    assert len(model.asked) == before
    service.use_policy(policy(guard, "balanced", on_error="pass"))
    messages: Any = [{"role": "user", "content": "你好"}]
    answer = client.chat.completions.with_raw_response.create(model=name, messages=messages)
    assert answer.headers["x-guiju-screened"] not in {"full", ""}
    assert PLAIN in (answer.parse().choices[0].message.content or "")
    guard.away = False
    assert "抱歉" not in streamed(client, name, "请问今天几号")[0]


@pytest.mark.control("input-screening")
def test_a_lexicon_is_checked_proposed_approved_and_in_force(
    service: Service, client: OpenAI, model: ModelService, tmp_path: Path
) -> None:
    """From a file of words to a refused question, by two people; and back again."""
    service.use_policy(POLICY)
    words = tmp_path / "赌博.txt"
    words.write_bytes("紫竹轮盘\r\n示例骰子经\r\n".encode("gb18030"))
    service.run("lexicon", "check", str(words), "--harm", "A2f", "--action", "refuse")
    made = service.json(
        *("lexicon", "import", str(words), "--harm", "A2f", "--action", "refuse"),
        *("--as", "safety", "--json"),
    )
    refused = service.run("policy", "approve", made["id"], "--as", "safety", status=1)
    assert "second-person-needed" in refused
    approved = service.json("policy", "approve", made["id"], "--as", "second", "--json")
    service.wait_policy(approved["digest"])
    for disguised in ("紫竹轮盘怎么玩", "紫 竹 輪 盤 怎么玩", "zizhulunpan 怎么玩"):
        _, finish, _ = streamed(client, model.says("好的"), disguised)
        assert finish == "content_filter", disguised
    listed = service.json("lexicon", "list", "--json")
    assert "紫竹" not in json.dumps(listed, ensure_ascii=False)


def test_a_policy_is_tried_on_cases_and_on_recent_traffic(
    service: Service, client: OpenAI, model: ModelService, tmp_path: Path
) -> None:
    """The officer sees counts; that the records were opened stays on record."""
    streamed(client, model.says("好的"), "石榴暗号是什么")
    service.use_policy(POLICY)
    streamed(client, model.says("好的"), "石榴暗号是什么")
    file = tmp_path / "stricter.toml"
    file.write_text(POLICY.replace('action = "review"', 'action = "refuse"'), encoding="utf-8")
    made = service.json("policy", "propose", str(file), "--as", "safety", "--json")
    tried = service.json(
        *("policy", "dry-run", made["id"], "--as", "safety", "--reason", "stricter", "--json")
    )
    changes = {
        (one["direction"], one["now"], one["then"]): one["count"] for one in tried["changes"]
    }
    assert changes == {("input", "review", "refuse"): 2}
    cases = tmp_path / "cases.jsonl"
    lines = [
        {"text": "石榴暗号", "direction": "input", "expect": "review"},
        {"text": "你好", "direction": "input", "expect": "pass"},
    ]
    cases.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    service.run("policy", "test", str(cases))
    service.run("policy", "test", str(cases), "--id", made["id"], status=1)
