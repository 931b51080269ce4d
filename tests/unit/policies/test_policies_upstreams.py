# SPDX-License-Identifier: Apache-2.0
"""Models and upstreams in a policy: read strictly, written whole, said in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.gateway.heads import MODEL_NAME as LET_IN
from guiju.kernel import Invalid, canonical, digest
from guiju.policies import checked, default_body, read_file
from guiju.policies.comparing import changes
from guiju.policies.upstreams import (
    MODEL_NAME,
    MemberConfig,
    ModelConfig,
    ModelsConfig,
    UpstreamConfig,
    as_tables,
    models_of,
    models_said,
    upstreams_said,
)
from guiju.policies.writing import as_toml

plain = cache(default_body)
UPSTREAMS: dict[str, Any] = {
    "own": {"url": "http://127.0.0.1:8000/v1"},
    "vendor": {"url": "https://models.example/v1/", "key": "vendor", "vendor": "某云"},
}
MODELS: dict[str, Any] = {
    "qwen-plus": {
        "use": [
            {"upstream": "vendor", "model": "qwen-plus-latest", "weight": 3},
            {"upstream": "own"},
        ],
        "fallback": ["small"],
    },
    "small": {"use": [{"upstream": "own", "order": 2}], "owner": "me", "total_ms": 30_000},
}
Change = Callable[[dict[str, Any]], object]


def body(change: Change = lambda _: None) -> dict[str, Any]:
    whole = deepcopy({**plain(), "upstreams": UPSTREAMS, "models": MODELS})
    change(whole)
    return whole


def test_a_policy_that_says_nothing_of_models_keeps_its_digest() -> None:
    """What is left out stays left out."""
    whole = checked(plain())
    assert not {"upstreams", "models"} & set(whole)
    assert models_of(whole) is None
    assert changes(whole, whole, "en") == []


def test_what_is_left_out_is_written_out() -> None:
    """So that a default of a later version changes nothing that two people have approved."""
    whole = checked(body())
    assert whole["models"]["small"] == {
        "use": [{"upstream": "own", "model": "small", "weight": 1, "order": 2}],
        "owner": "me",
        "retries": 2,
        "connect_ms": 3_000,
        "first_byte_ms": 30_000,
        "idle_ms": 30_000,
        "total_ms": 30_000,
    }
    assert whole["upstreams"]["vendor"] == {
        "url": "https://models.example/v1",
        "vendor": "某云",
        "key": "vendor",
        "key_header": "authorization",
        "probe": "/models",
        "usage_in_streams": True,
    }
    assert checked(whole) == whole
    assert checked(tomllib.loads(as_toml(whole))) == whole


FAULTS: list[tuple[str, Change, str]] = [
    ("upstreams.own.url", lambda one: one["upstreams"]["own"].pop("url"), "is missing"),
    ("upstreams.own.ulr", lambda one: one["upstreams"]["own"].update(ulr=1), "did you mean url"),
    (
        "upstreams.own.url",
        lambda one: one["upstreams"]["own"].update(url="http://models.example/v1"),
        "must be https",
    ),
    (
        "upstreams.own.url",
        lambda one: one["upstreams"]["own"].update(url="http://169.254.169.254/v1"),
        "link-local",
    ),
    (
        "upstreams.own.url",
        lambda one: one["upstreams"]["own"].update(url="https://u:p@models.example"),
        "no user name",
    ),
    (
        "upstreams.own.allow_http",
        lambda one: one["upstreams"]["own"].update(allow_http=True),
        "does nothing",
    ),
    (
        "upstreams.own.key_header",
        lambda one: one["upstreams"]["own"].update(key_header="api-key"),
        "does nothing without a key",
    ),
    (
        "upstreams.vendor.key_header",
        lambda one: one["upstreams"]["vendor"].update(key_header="Host"),
        "by the gateway itself",
    ),
    (
        "upstreams.vendor.key",
        lambda one: one["upstreams"]["vendor"].update(key="GUIJU_MASTER_KEY"),
        "variable of this service",
    ),
    (
        "upstreams.own.headers.Authorization",
        lambda one: one["upstreams"]["own"].update(headers={"Authorization": "Bearer sk-1"}),
        "keys do not stand in a policy",
    ),
    (
        "upstreams.own.query.api_key",
        lambda one: one["upstreams"]["own"].update(query={"api_key": "sk-1"}),
        "keys do not stand in a policy",
    ),
    (
        "upstreams.own.headers.transfer-encoding",
        lambda one: one["upstreams"]["own"].update(headers={"transfer-encoding": "chunked"}),
        "by the gateway itself",
    ),
    (
        "upstreams.own.headers.x-a",
        lambda one: one["upstreams"]["own"].update(headers={"x-a": "a\r\nb: c"}),
        "U+000D",
    ),
    (
        "upstreams.own.headers.x-a",
        lambda one: one["upstreams"]["own"].update(headers={"x-a": "é"}),
        "printable ASCII",
    ),
    (
        "upstreams.own.headers",
        lambda one: one["upstreams"]["own"].update(headers={}),
        "1 to 16",
    ),
    (
        "upstreams.own.probe",
        lambda one: one["upstreams"]["own"].update(probe="http://elsewhere/"),
        "must be a path",
    ),
    (
        "upstreams.Own",
        lambda one: one["upstreams"].update({"Own": UPSTREAMS["own"]}),
        "must have a name like",
    ),
    (
        "upstreams.spare",
        lambda one: one["upstreams"].update(spare=UPSTREAMS["own"]),
        "no model uses it",
    ),
    ("upstreams.own", lambda one: one.pop("models"), "no model uses it"),
    (
        "models.qwen-plus.use[0].upstream",
        lambda one: one.pop("upstreams"),
        "cannot be 'vendor'",
    ),
    (
        "models.small.use[0].upstream",
        lambda one: one["models"]["small"].update(use=[{"upstream": "vendr"}]),
        "did you mean vendor",
    ),
    ("models.small.use", lambda one: one["models"]["small"].update(use=[]), "names no upstream"),
    (
        "models.small.use[1]",
        lambda one: one["models"]["small"].update(use=[{"upstream": "own"}] * 2),
        "repeats one before it",
    ),
    (
        "models.small.use[0].weight",
        lambda one: one["models"]["small"]["use"][0].update(weight=0),
        "between 1 and 1000",
    ),
    (
        "models.qwen-plus.fallback[0]",
        lambda one: one["models"]["qwen-plus"].update(fallback=["qwen-plus"]),
        "cannot be 'qwen-plus'",
    ),
    (
        "models.qwen-plus.fallback[1]",
        lambda one: one["models"]["qwen-plus"].update(fallback=["small", "small"]),
        "repeats small",
    ),
    (
        "models.small.idle_ms",
        lambda one: one["models"]["small"].update(idle_ms=30_001),
        "more than total_ms",
    ),
    (
        "models.small.retries",
        lambda one: one["models"]["small"].update(retries=6),
        "between 0 and 5",
    ),
    (
        'models."a b"',
        lambda one: one["models"].update({"a b": MODELS["small"]}),
        "must have a name like",
    ),
    ("models", lambda one: one.update(models=[]), "must be a table"),
]


@pytest.mark.parametrize(("place", "change", "said"), FAULTS, ids=[one[0] for one in FAULTS])
def test_a_fault_is_one_line_with_its_place(place: str, change: Change, said: str) -> None:
    """Nothing is guessed, nothing that does nothing is kept."""
    with pytest.raises(Invalid) as caught:
        checked(body(change), origin="rules.toml")
    error = caught.value
    assert (error.code, error.param) == ("policy-invalid", place)
    assert error.what.en.startswith(f"rules.toml: {place}: ")
    assert said in error.what.en
    assert "\n" not in error.message("zh") + error.message("en")


def test_what_looks_like_a_key_is_not_repeated() -> None:
    """Somebody may write the secret itself where its name belongs."""
    secret = "sk-live-1234567890 +/="
    for change in (
        lambda one: one["upstreams"]["vendor"].update(key=secret),
        lambda one: one["upstreams"]["own"].update(headers={"x-api-key": secret}),
        lambda one: one["upstreams"]["vendor"].update(key_header=secret),
    ):
        with pytest.raises(Invalid) as caught:
            checked(body(change))
        assert secret not in str(caught.value)


def test_an_unencrypted_address_beyond_this_network_must_be_wanted() -> None:
    """And then two people have wanted it."""
    url = "http://models.example/v1"
    whole = checked(body(lambda one: one["upstreams"]["own"].update(url=url, allow_http=True)))
    assert whole["upstreams"]["own"]["allow_http"] is True
    (own, _) = upstreams_said(whole)
    assert "unencrypted on purpose" in own.line.en


def test_every_name_that_the_gateway_lets_in_can_be_a_model() -> None:
    """And no other."""
    assert MODEL_NAME.pattern == LET_IN.pattern


_WORDS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
_NUMBERS = st.integers(1, 9)


@st.composite
def configs(draw: st.DrawFn) -> ModelsConfig:
    """Any models that a policy can name."""
    names = draw(st.lists(_WORDS, min_size=1, max_size=4, unique=True))
    pairs = st.dictionaries(st.sampled_from(["x-a", "x-b", "version"]), _WORDS, max_size=2).map(
        lambda found: tuple(sorted(found.items()))
    )
    upstreams = {
        name: UpstreamConfig(
            name,
            f"https://{name}.example/v1",
            key=draw(st.sampled_from(["", "k"])),
            headers=draw(pairs),
            query=draw(pairs),
            probe=draw(st.sampled_from(["/models", "none", "/health"])),
            usage_in_streams=draw(st.booleans()),
        )
        for name in names
    }
    every = tuple(MemberConfig(name, "m", draw(_NUMBERS), draw(_NUMBERS)) for name in names)
    models = {
        "all": ModelConfig("all", every, retries=draw(st.integers(0, 5))),
        "one": ModelConfig("one", every[:1], fallback=draw(st.sampled_from([(), ("all",)]))),
    }
    return ModelsConfig(upstreams, models)


@settings(max_examples=30)
@given(configs())
def test_what_is_written_reads_as_the_same(config: ModelsConfig) -> None:
    """As tables, as the body of a policy, and as the TOML that the next version starts from."""
    whole = checked({**plain(), **as_tables(config)})
    assert models_of(whole) == config
    again = checked(tomllib.loads(as_toml(whole)))
    assert digest(canonical(again)) == digest(canonical(whole))
    assert changes(whole, again, "zh") == []


def test_whoever_approves_reads_every_setting() -> None:
    """Where texts go, whose key goes with them, who answers else, and for how long one waits."""
    before, after = checked(plain()), checked(body())
    lines = [text for sign, text in changes(before, after, "en") if sign == "+"]
    upstreams, models = lines[:2], lines[2:]
    assert upstreams == [
        "Upstream own: http://127.0.0.1:8000/v1; probed at /models",
        "Upstream vendor (某云): https://models.example/v1; key vendor; probed at /models",
    ]
    assert models[0] == (
        "Model qwen-plus → qwen-plus-latest at vendor, order 1, weight 3; qwen-plus at own, "
        "order 1, weight 1; else small (owned by guiju; at most 2 retries; 3 s to connect, "
        "60 s to the first chunk, 60 s between chunks, 600 s in all)"
    )
    assert models[1].startswith("Model small → small at own (owned by me; ")
    assert len(changes(before, after, "zh")) == len(lines)
    moved = checked(body(lambda one: one["models"]["small"]["use"][0].update(model="other")))
    assert [sign for sign, _ in changes(after, moved, "zh")] == ["-", "+"]
    assert [one.name for one in models_said(after)] == ["qwen-plus", "small"]


def test_the_examples_of_the_page_are_read_as_policies_are() -> None:
    """Each block of docs/upstreams.md can be pasted."""
    page = (Path(__file__).parents[3] / "docs" / "upstreams.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        models = models_of(checked({**plain(), **tomllib.loads(block)}))
        assert models is not None
        assert models.models


def test_a_file_is_read_as_people_write_it(tmp_path: Path) -> None:
    """With quoted names and inline tables."""
    path = tmp_path / "rules.toml"
    path.write_text(
        as_toml(plain())
        + """
[upstreams.azure]
url = "https://example.openai.azure.com/openai/deployments/gpt"
key = "azure"
key_header = "api-key"
query = { api-version = "2024-10-21" }
probe = "none"

[models."gpt-4.1"]
use = [{ upstream = "azure", model = "gpt" }]
""",
        encoding="utf-8",
    )
    models = models_of(read_file(path))
    assert models is not None
    assert models.upstreams["azure"].query == (("api-version", "2024-10-21"),)
    assert models.models["gpt-4.1"].use == (MemberConfig("azure", "gpt"),)
