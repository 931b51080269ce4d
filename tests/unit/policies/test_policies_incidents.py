# SPDX-License-Identifier: Apache-2.0
"""As which kind of operator one reports: a part of the policy that may be left out."""

from __future__ import annotations

import tomllib

import pytest

from guiju.kernel import Invalid
from guiju.policies import Operator, checked, default_body, operator_of, personal_hits_of
from guiju.policies.writing import as_toml


def test_left_out_it_stays_left_out_and_means_other() -> None:
    """So a body from before it could be said keeps its digest."""
    assert "incidents" not in default_body()
    assert operator_of(default_body()) is Operator.OTHER
    assert operator_of(None) is Operator.OTHER


@pytest.mark.parametrize("operator", Operator)
def test_it_is_read_and_written_as_it_was_said(operator: Operator) -> None:
    """Also as the text from which the next version starts."""
    body = checked(default_body() | {"incidents": {"operator": operator.value}})
    assert operator_of(body) is operator
    assert checked(tomllib.loads(as_toml(body))) == body


@pytest.mark.parametrize("hits", [0, 7])
def test_the_rate_of_a_suspected_leak_stands_alone_or_beside_the_operator(hits: int) -> None:
    """Left out it is a hundred; alone it leaves the operator as it was."""
    assert personal_hits_of(default_body()) == personal_hits_of(None) == 100
    for beside in ({}, {"operator": "central-organ"}):
        body = checked(default_body() | {"incidents": {"personal_hits_an_hour": hits, **beside}})
        assert personal_hits_of(body) == hits
        assert operator_of(body) is Operator(beside.get("operator", "other"))
        assert checked(tomllib.loads(as_toml(body))) == body


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"operator": "cloud"},
        {"operator": "other", "hours": 9},
        {"personal_hits_an_hour": -1},
        {"personal_hits_an_hour": "many"},
    ],
)
def test_what_means_nothing_is_refused_with_its_place(part: object) -> None:
    """One error that names the field."""
    with pytest.raises(Invalid, match="incidents"):
        checked(default_body() | {"incidents": part})
