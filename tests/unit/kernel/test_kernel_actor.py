# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from guiju.kernel import Actor, ActorKind, canonical, software


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(("officer",), True), (("auditor", "officer"), True), (("auditor",), False), ((), False)],
)
def test_one_of_the_roles_asked_for_is_enough(asked: tuple[str, ...], *, expected: bool) -> None:
    """Guards ask for any of several roles; asking for none is not met by anyone."""
    assert Actor(ActorKind.STAFF, "staff_1", frozenset({"officer"})).has(*asked) is expected


def test_evidence_names_an_actor_the_same_way_whatever_the_order_of_roles() -> None:
    """A set has no order, so the evidence sorts it; the form fits canonical bytes."""
    actor = Actor(ActorKind.STAFF, "staff_1", frozenset(["owner", "auditor", "officer"]))
    expected = {"kind": "staff", "id": "staff_1", "roles": ["auditor", "officer", "owner"]}
    assert actor.as_evidence() == expected
    assert canonical(actor.as_evidence()) == canonical(expected)


def test_what_guiju_does_itself_is_software_and_holds_no_role() -> None:
    """Software decides nothing that binds a person."""
    assert software("gateway") == Actor(ActorKind.SOFTWARE, "gateway", frozenset())
