# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest
from tests.law import scan

from guiju.measures import Duty, How, State, law
from guiju.measures.control_loading import load_controls
from guiju.measures.loading import load_articles

ARTICLES, CONTROLS = load_articles(), load_controls()  # parts, so that collecting never fails
PLANNED = Path(__file__).parent / "planned.txt"


def provider_obligations() -> list[str]:
    every = [one for article in ARTICLES.values() for one in article.obligations]
    return [one.id for one in every if one.duty is Duty.PROVIDER]


def software_built() -> list[str]:
    every = CONTROLS.values()
    return [one.id for one in every if one.how is How.SOFTWARE and one.state is State.BUILT]


@pytest.mark.parametrize("obligation", provider_obligations())
def test_every_obligation_of_the_provider_has_a_control(obligation: str) -> None:
    """No duty of the provider is without somebody or something that carries it."""
    assert law().controls_for(obligation)


@pytest.mark.parametrize("control", software_built())
def test_every_built_software_control_is_enforced_in_the_source(control: str) -> None:
    """A control that counts as built has a function that says it carries it out."""
    assert scan.enforced().get(control), f"no function carries @enforces({control!r})"


@pytest.mark.parametrize("control", software_built())
def test_every_built_software_control_has_a_test(control: str) -> None:
    """A control that counts as built is proved by a test marked with it."""
    assert control in scan.marked(), f"no test carries @pytest.mark.control({control!r})"


def test_every_mark_names_a_known_control() -> None:
    """A test cannot prove a control that does not exist."""
    unknown = {name: where for name, where in scan.marked().items() if name not in law().controls}
    assert not unknown


def test_every_enforcer_names_a_known_control() -> None:
    """The decorator refuses unknown ids, so the registry holds known ones only."""
    assert set(scan.enforced()) <= set(law().controls)


def test_enforced_controls_do_not_count_as_planned() -> None:
    """Whoever builds a control says so in the law data."""
    planned = {one.id for one in law().controls.values() if one.state is State.PLANNED}
    assert planned.isdisjoint(scan.enforced())


def test_the_number_of_planned_controls_only_falls() -> None:
    """planned.txt holds the number; building a control lowers it, nothing raises it."""
    planned = sum(one.state is State.PLANNED for one in law().controls.values())
    allowed = int(PLANNED.read_text(encoding="ascii"))
    assert planned == allowed, "write the lower number into tests/law/planned.txt"


def kinds_of_built_controls() -> list[str]:
    built = [one for one in CONTROLS.values() if one.state is State.BUILT]
    return sorted({kind for one in built for kind in one.evidence})


@pytest.mark.parametrize("kind", kinds_of_built_controls())
def test_every_kind_of_evidence_is_emitted(kind: str) -> None:
    """A kind that a built control lists is appended somewhere in the source."""
    assert kind in scan.emitted(), f"nothing appends {kind!r}"


def test_every_kind_is_listed_by_a_control_or_fits_all() -> None:
    """No kind of evidence is left without a control that could be named with it."""
    listed = {kind for one in law().controls.values() for kind in one.evidence}
    orphans = [one.id for one in law().kinds.values() if not one.general and one.id not in listed]
    assert not orphans


def test_a_check_looks_only_at_kinds_that_are_emitted_for_built_controls() -> None:
    """A check over evidence that nobody makes would be silent for ever."""
    wanted = {
        kind
        for one in law().controls.values()
        if one.state is State.BUILT and one.check is not None
        for kind in one.check.kinds
    }
    assert wanted <= set(kinds_of_built_controls())
