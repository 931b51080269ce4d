# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from guiju.measures import law
from guiju.measures.standing import Standing

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
EXCHANGE = {
    "request": "req_1",
    "service": "svc_1",
    "agreement": "agr_1",
    "policy": "0" * 64,
    "input": {"verdict": "pass", "screened": "full"},
    "output": {"verdict": "pass", "screened": "full"},
    "label": {"produce_id": "p1", "place": "end", "implicit": True},
    "usage": {"prompt_tokens": 3, "completion_tokens": 5, "characters": 20, "covered": 20},
    "finish": "stop",
    "model": "demo",
    "route": "chat",
    "stream": False,
}
CONTROLS = [
    "agreement-before-use",
    "input-screening",
    "output-screening",
    "text-label",
    "usage-record",
    "records-sealed",
]


def exchange(**changes: object) -> dict[str, Any]:
    """A leaf as the gateway writes it, with some facts changed by dotted path."""
    facts = deepcopy(EXCHANGE)
    for path, value in changes.items():
        *way, last = path.split("__")
        place: Any = facts
        for step in way:
            place = place[step]
        place[last] = value
    return facts


def outcomes(facts: dict[str, Any], controls: list[str] = CONTROLS) -> dict[str, str]:
    standing = Standing(law())
    leaf = {
        "index": 0,
        "id": "ev_1",
        "kind": "exchange-recorded",
        "at": "2026-11-24T07:00:00.000000Z",
        "controls": controls,
        "actor": {"kind": "software", "id": "gateway", "roles": []},
        "subject": "person_1",
        "facts": facts,
    }
    standing.feed([leaf])
    articles = standing.report(NOW)["articles"]
    return {one["id"]: one["outcome"] for part in articles for one in part["controls"]}


def test_one_good_exchange_meets_its_six_controls() -> None:
    """A walked-through request is evidence for agreement, screening, label and records."""
    found = outcomes(exchange())
    assert {found[control] for control in CONTROLS} == {"MET"}
    assert found["generation-stopped"] == "NOT_EXERCISED"


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"agreement": None}, {"agreement-before-use"}),
        ({"input__screened": "timeout"}, {"input-screening"}),
        ({"output__screened": "timeout"}, {"output-screening"}),
        ({"usage__covered": 19}, {"output-screening"}),
        ({"label": None}, {"text-label"}),
        ({"label__implicit": False}, {"text-label"}),
        ({"usage": None}, {"usage-record"}),
        ({"output__verdict": "block"}, {"generation-stopped"}),
        ({"output__verdict": "block", "finish": "content_filter"}, set()),
        ({"label": None, "usage__characters": 0, "usage__covered": 0}, set()),
    ],
)
def test_each_fault_breaks_the_control_it_belongs_to(
    changes: dict[str, object], broken: set[str]
) -> None:
    """A missing fact is a counter-example for one control and leaves the others alone."""
    found = outcomes(exchange(**changes))
    assert {name for name, outcome in found.items() if outcome == "NOT_MET"} == broken


def test_an_exchange_that_forgets_its_record_controls_is_a_violation() -> None:
    """Usage record and seal must be named by every exchange."""
    found = outcomes(exchange(), ["text-label"])
    assert {name for name, outcome in found.items() if outcome == "NOT_MET"} == {
        "usage-record",
        "records-sealed",
    }
