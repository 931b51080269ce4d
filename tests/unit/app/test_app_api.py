# SPDX-License-Identifier: Apache-2.0
"""`/api` against its own description, by schemathesis: what fits it, what does not, no fault.

Whatever is asked, with whose key ever, the answer has a status, a type and a shape that the
published description names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from guiju.app.data_plane import gateway_of
from guiju.app.first_run import set_up_demo
from guiju.app.house import House
from guiju.app.settings import Settings
from guiju.app.site import build_site

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
load_all_checks()
HELD = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)


class Api(NamedTuple):
    """What the description describes, by method and path, and keys that may be shown."""

    operations: dict[str, Any]
    keys: list[str]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    house = House.prepare(Settings(data=str(tmp_path_factory.mktemp("api") / "data")))
    found = set_up_demo(house)
    house.rules.refresh()
    site = build_site(house, gateway_of(house))
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", site)
    described: Iterator[Any] = schema.get_all_operations()
    every = [one.ok() for one in described]
    operations = {f"{one.method.upper()} {one.path}": one for one in every}
    yield Api(operations, [found["user"]["api_key"], found["app"]["api_key"], "gj-user-x"])
    house.close()


def test_the_api_is_described(api: Api) -> None:
    """What is asked below is not empty by an accident of the framework."""
    assert {
        "GET /api/law/standing",
        "POST /api/agreement/acceptances",
        "POST /api/labels/check",
    } <= set(api.operations)


def can_be_wrong(operation: Any) -> bool:
    """Whether anything is told to it that could be told wrongly."""
    return bool(operation.body or operation.query or operation.path_parameters)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_api_answers_as_it_says_it_does(api: Api, mode: GenerationMode) -> None:
    """Never a 500; status, type, headers and body as described."""
    for operation in api.operations.values():
        if mode is GenerationMode.POSITIVE or can_be_wrong(operation):
            ask(operation, mode, api.keys)


def ask(operation: Any, mode: GenerationMode, keys: list[str]) -> None:
    """Some of what fits the description, or some of what does not."""
    cases = operation.as_strategy(generation_mode=mode)

    @settings(max_examples=12, suppress_health_check=SLOW, deadline=None)
    @given(case=cases, key=st.sampled_from(["", *keys]))
    def asked(case: Any, key: str) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        case.call_and_validate(headers=headers, checks=HELD)

    asked()
