# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from guiju.policies import default_body, routes, service
from guiju.storage import Database
from guiju.web import Site, Viewer

PARTS: dict[str, Any] = {
    "personal": {"mobile": {"output": "mask"}},
    "guard": [
        {
            "name": "qwen",
            "family": "qwen3guard",
            "url": "http://127.0.0.1:8000/v1",
            "model": "Qwen/Qwen3Guard-Gen-0.6B",
        }
    ],
    "stream": {"mode": "fast"},
    "classifier": {"review_from": 700},
    "rule": [
        {"name": "sure", "score_from": 800, "action": "block"},
        {"name": "young", "harms": ["A1f", "A2*"], "audience": "minors", "action": "refuse"},
    ],
    "answer": [{"name": "kind", "rules": ["young"], "zh": "换个话题吧。", "en": "Of <else>."}],
}
Read = Callable[[str, str], str]


@pytest.fixture
def read(db: Database, staff: Any) -> Read:
    """The page of a policy with every part, as somebody with a role reads it in a language."""
    body = default_body()
    body["screening"] |= PARTS
    with db.write() as tx:
        service.install_default(tx, staff.officer, staff.second)
        proposed = service.propose(tx, staff.officer, body)

    def page(role: str, language: str) -> str:
        viewer = Viewer("staff", "staff_reader", "林安", frozenset({role}), "token")
        site = Site(lambda _: viewer)
        app = FastAPI()
        app.include_router(routes.router(db, site))
        browser = TestClient(site.install(app))
        said = browser.get(
            f"/console/policies/{proposed.id}",
            headers={"accept": "text/html", "accept-language": language},
        )
        assert said.status_code == 200
        assert "<script" not in said.text.split("</head>")[1]
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", said.text)))

    return page


def test_every_part_is_shown_in_english(read: Read) -> None:
    """In words, not in keys; the texts of answers as texts."""
    said = read("safety-officer", "en")
    for words in (
        "mobile number — mask —",
        "qwen Qwen/Qwen3Guard-Gen-0.6B qwen3guard · http://127.0.0.1:8000/v1",
        "unsafe: block; controversial: review; no answer: block",
        "passages leave at once and are withdrawn if condemned",
        "input, output; review from 700 ‰",
        "A1f Violence and obscenity A2* discrimination minors input, output",
        "guard models score from 800 ‰ block",
        "rule young 换个话题吧。 Of <else>.",
        "+ Rule young: A1f Violence and obscenity",
    ):
        assert words in said


def test_every_part_is_shown_in_chinese(read: Read) -> None:
    """The texts of an answer in both languages."""
    said = read("safety-officer", "zh")
    for words in (
        "手机号 — 遮盖 —",
        "不安全则阻断，有争议则送审，未作答则阻断",
        "立即放出，判定不可后撤回",
        "输入、输出；700‰ 起送审",
        "A1f 暴力、淫秽色情 A2* 歧视 未成年人 输入、输出",
        "规则 young 换个话题吧。 Of <else>.",
        "+ 处置规则 young：A1f 暴力、淫秽色情",
    ):
        assert words in said


def test_where_guards_are_asked_is_for_those_who_decide(read: Read) -> None:
    """Others of the staff see which models judge, and what follows."""
    said = read("auditor", "en")
    assert "Qwen/Qwen3Guard-Gen-0.6B" in said
    assert "127.0.0.1:8000" not in said
