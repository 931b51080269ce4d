# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.measures import law
from guiju.screening import Outcome
from guiju.screening.guards import FAMILIES, GuardConfig, as_table, digest_of, read_guards, windows

LEAST = {"name": "qwen", "family": "qwen3guard", "url": "http://127.0.0.1:8000/v1", "model": "m"}


def one(**more: Any) -> GuardConfig:
    return read_guards({"guard": [{**LEAST, **more}]})[0]


def test_a_policy_without_guards_has_none() -> None:
    """The table is optional."""
    assert read_guards({}) == ()


def test_the_defaults_are_closed() -> None:
    """Errors block, in both directions, unless the policy says otherwise."""
    guard = one()
    assert guard.on_error is Outcome.BLOCK
    assert guard.directions == ("input", "output")
    assert guard.chat_url == "http://127.0.0.1:8000/v1/chat/completions"


FULL = {
    "key": "GUARD_KEY",
    "directions": ["output"],
    "harms": ["A1f", "A4f"],
    "unsafe": "refuse",
    "controversial": "pass",
    "on_error": "review",
    "timeout_ms": 800,
    "concurrency": 2,
    "window": 1000,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_writing_and_reading_a_guard_gives_the_same(family: str) -> None:
    """So a policy can be kept whole."""
    harms = [harm for harm in law().harms if harm in (FAMILIES[family].harms or {"A1f", "A4f"})]
    known: dict[str, dict[str, Any]] = {
        "shieldgemma": {"unsafe_from": 200, "template": "message"},
        "judge": {"max_tokens": 500},
    }
    guard = one(**{**FULL, "harms": harms[:2]}, family=family, **known.get(family, {}))
    assert read_guards({"guard": [as_table(guard)]}) == (guard,)
    assert one(name="b") == read_guards({"guard": [as_table(one(name="b"))]})[0]


@pytest.mark.parametrize("key", FULL)
def test_the_digest_covers_every_setting(key: str) -> None:
    """A verdict of other settings is another verdict."""
    assert digest_of(one(**{key: FULL[key]})) != digest_of(one())


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"name": "Has Blank"}, "name", "must be a name"),
        ({"family": "gpt"}, "family", "only qwen3guard"),
        ({"model": ""}, "model", "is empty"),
        ({"model": "a\nb"}, "model", "unusable"),
        ({"key": "sk-live 123"}, "key", "must be a name"),
        ({"on_eror": "block"}, "on_eror", "did you mean on_error"),
        ({"on_error": "allow"}, "on_error", "only block, review, pass"),
        ({"unsafe": "pass"}, "unsafe", "only review, refuse, block"),
        ({"harms": ["A9"]}, "harms[0]", "cannot be 'A9'"),
        ({"harms": []}, "harms", "not empty"),
        ({"harms": ["A5b"]}, "harms", "cannot tell A5b"),
        ({"directions": "input"}, "directions", "a list that is not empty"),
        ({"timeout_ms": 1.5}, "timeout_ms", "whole number"),
        ({"timeout_ms": True}, "timeout_ms", "whole number"),
        ({"concurrency": 0}, "concurrency", "between 1 and 256"),
        ({"unsafe_from": 600}, "unsafe_from", "does nothing for qwen3guard"),
        ({"max_tokens": 600}, "max_tokens", "does nothing for qwen3guard"),
    ],
)
def test_a_fault_is_named_with_its_place(change: dict[str, Any], place: str, said: str) -> None:
    """One clear error; a misspelt or idle key is never ignored."""
    with pytest.raises(Invalid) as caught:
        one(**change)
    assert caught.value.code == "guard-broken"
    assert caught.value.param == f"screening.guard[0].{place}"
    assert said in caught.value.what.en


def test_a_secret_written_where_its_name_belongs_is_not_repeated() -> None:
    """The error would carry it into logs."""
    with pytest.raises(Invalid) as caught:
        one(key="sk-very secret")
    assert "very" not in str(caught.value)


@pytest.mark.parametrize("missing", LEAST)
def test_what_is_needed_must_be_there(missing: str) -> None:
    """Name, family, address and model."""
    table = {key: value for key, value in LEAST.items() if key != missing}
    with pytest.raises(Invalid, match=missing):
        read_guards({"guard": [table]})


@pytest.mark.parametrize("rows", ["x", [1], [LEAST] * 2, [LEAST] * 17, {"name": "x"}])
def test_a_list_of_guards_is_read_strictly(rows: Any) -> None:
    """Tables, each with a name of its own, not too many."""
    with pytest.raises(Invalid):
        read_guards({"guard": rows})


@pytest.mark.parametrize(
    "url",
    [
        "https://guard.example.com/v1",
        "http://localhost:8000",
        "http://guard:8000/v1/",
        "http://guard.namespace.svc/v1",
        "http://10.0.0.7/v1",
        "http://[::1]:8000/v1",
    ],
)
def test_a_guard_next_door_or_behind_https_may_be_asked(url: str) -> None:
    """Texts leave this network encrypted only."""
    assert one(url=url).url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://guard.example.com/v1",
        "http://8.8.8.8/v1",
        "ftp://guard/v1",
        "guard/v1",
        "https:///v1",
        "https://guard:0/v1",
        "https://guard:99999/v1",
        "https://user:word@guard/v1",
        "https://guard/v1?key=x",
        "https://guard/v1#x",
        "https://gu ard/v1",
        "https://guard/v1\r\nx: y",
        "https://示例/v1",
        "http://169.254.169.254/v1",
        "https://169.254.169.254/v1",
        "https://[::ffff:169.254.169.254]/v1",
        "https://0.0.0.0/v1",
        "https://[fe80::1]/v1",
        "https://[::1",
    ],
)
def test_a_guard_anywhere_else_may_not_be_asked(url: str) -> None:
    """No plain text abroad, no credentials in an address, no door to the machine's own."""
    with pytest.raises(Invalid, match="url"):
        one(url=url)


@given(st.text(alphabet="甲乙。\n x.", max_size=400), st.integers(20, 60))
def test_windows_cover_all_of_a_text_and_overlap(text: str, size: int) -> None:
    """In order, none too long, each new one beginning before the last one ended."""
    found = windows(text, size)
    covered = 0
    for start, end in found:
        assert start <= covered < end <= start + size
        assert not covered or covered - start == size // 10
        covered = end
    assert covered == len(text)


def test_the_examples_of_the_page_are_read_as_they_stand() -> None:
    """And between them they show every setting."""
    page = (Path(__file__).parents[3] / "docs" / "guard-models.md").read_text(encoding="utf-8")
    shown = [tomllib.loads(one) for one in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)]
    assert len(shown) == 3
    for table in shown:
        assert read_guards(table["screening"])
    keys = {key for table in shown for key in table["screening"]["guard"][0]}
    assert keys == {field.name for field in fields(GuardConfig)}
