# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from guiju.kernel import Invalid, NotFound
from guiju.measures import enforcers, enforces, law, require_kind, rule
from guiju.measures import enforcing as module


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions of tests do not enter the registry that the law tests read."""
    monkeypatch.setattr(module, "_enforcers", {})


def test_an_enforcing_function_is_returned_as_it_is() -> None:
    """The decorator costs nothing when the function runs: it is the same object."""

    def accept() -> int:
        return 1

    assert enforces("agreement-before-use")(accept) is accept


def test_enforcers_are_known_by_qualified_name() -> None:
    """One function may carry out several controls, and one control may have several functions."""

    @enforces("text-label", "usage-record")
    def one() -> None: ...

    @enforces("text-label")
    class Two: ...

    prefix = f"{__name__}.test_enforcers_are_known_by_qualified_name.<locals>"
    assert enforcers()["text-label"] == (f"{prefix}.one", f"{prefix}.Two")
    assert enforcers()["usage-record"] == (f"{prefix}.one",)
    assert one() is None
    assert isinstance(Two(), Two)


def test_an_unknown_control_fails_when_the_decorator_is_read() -> None:
    """A misspelt control id stops the import with one line that says which was meant."""
    with pytest.raises(Invalid, match="did you mean text-label") as caught:
        enforces("text-lable")
    assert caught.value.code == "unknown-control"
    assert "\n" not in str(caught.value)


def test_a_registry_cannot_be_changed_from_outside() -> None:
    """What enforces a control is only ever said by the decorator."""
    with pytest.raises(TypeError):
        enforcers()["text-label"] = ()  # type: ignore[index] # the claim


@pytest.mark.parametrize(
    ("kind", "controls"),
    [
        ("exchange-recorded", ["text-label", "usage-record", "input-screening"]),
        ("agreement-accepted", ("agreement-before-use",)),
        ("probe-run", ["text-label"]),
        ("exception-granted", ["closed-door", "text-label"]),
    ],
)
def test_listed_evidence_may_name_its_controls(kind: str, controls: list[str]) -> None:
    """A kind passes when every control lists it; general kinds fit every control."""
    require_kind(kind, controls)


@pytest.mark.parametrize(
    ("kind", "controls", "message"),
    [
        ("agreement-accepted", ["text-label"], "text-label does not list agreement-accepted"),
        ("exchange-recorded", ["text-label", "closed-door"], "closed-door does not list"),
        ("exchange-recorded", ["text-labels"], "did you mean text-label"),
        ("exchange-recoded", ["text-label"], "did you mean exchange-recorded"),
        ("exchange-recorded", [], "no control is named"),
        ("probe-run", ["no-such"], "no-such does not list"),
    ],
)
def test_evidence_that_a_control_does_not_list_is_refused(
    kind: str, controls: list[str], message: str
) -> None:
    """Unknown kinds, unknown controls, unlisted pairs and nameless evidence are refused."""
    for _ in range(2):
        with pytest.raises(Invalid, match=message) as caught:
            require_kind(kind, controls)
        assert caught.value.code == "evidence-kind-not-listed"


def test_a_rule_is_found_by_its_id() -> None:
    """Code asks for a legal number by name and gets value and source together."""
    some = next(one for one in law().rules.values() if isinstance(one.value, int))
    assert rule(some.id).number == some.value
    assert rule(some.id).instrument in law().instruments


def test_an_unknown_rule_names_the_nearest() -> None:
    """A misspelt rule id says what was probably meant."""
    some = next(iter(law().rules))
    with pytest.raises(NotFound, match=some):
        rule(some + "x")


def test_a_word_is_no_number() -> None:
    """A rule whose value is a word refuses to be a number."""
    words = [one for one in law().rules.values() if isinstance(one.value, str)]
    for one in words:
        with pytest.raises(TypeError, match="not a number"):
            _ = one.number
