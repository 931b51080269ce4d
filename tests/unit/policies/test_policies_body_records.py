# SPDX-License-Identifier: Apache-2.0
"""`[records]`: how long what stays, and for what."""

from __future__ import annotations

from typing import Any

import pytest

from guiju.kernel import Invalid
from guiju.policies import checked, default_body
from guiju.policies.writing import as_toml

PURPOSE = {"zh": "供本人查看", "en": "for the person to see"}
SAID = {"purpose": PURPOSE, "basis": "contract"}


def body(**table: Any) -> dict[str, Any]:
    return default_body() | {"records": {"retention_days": 183, **table}}


@pytest.mark.control("retention-limits")
@pytest.mark.parametrize("days", [0, 1, 30, 400])
def test_content_stays_as_short_as_the_provider_likes(days: int) -> None:
    """Down to not being kept; logs stay six months all the same."""
    assert checked(body(content_days=days))["records"]["content_days"] == days
    with pytest.raises(Invalid, match=r"records\.retention_days"):
        checked(body(content_days=days) | {"records": {"retention_days": 90}})


def test_usage_stays_no_shorter_than_its_content() -> None:
    """A head without content is fine, content without a head is lost."""
    assert checked(body(content_days=30, usage_days=183))
    with pytest.raises(Invalid, match=r"records\.usage_days"):
        checked(body(content_days=400, usage_days=300))


def test_what_is_left_out_stays_left_out() -> None:
    """So that the digest of a policy from before is the same."""
    assert checked(body())["records"] == {"retention_days": 183}


@pytest.mark.control("collection-minimised")
@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"content": {"basis": "contract"}}, "records.classes.content.purpose"),
        ({"content": {"purpose": PURPOSE}}, "records.classes.content.basis"),
        ({"content": {"purpose": {"zh": "看"}, "basis": "contract"}}, "classes.content.purpose.en"),
        ({"content": {"purpose": PURPOSE | {"en": " "}, "basis": "contract"}}, "purpose.en"),
        ({"content": {"purpose": PURPOSE, "basis": "interest"}}, "records.classes.content.basis"),
        ({"shoes": SAID}, "records.classes.shoes"),
        ({"none": SAID}, "records.classes.none"),
        ({"content": SAID | {"colour": "red"}}, "colour"),
    ],
)
def test_a_class_without_purpose_or_ground_is_refused(said: dict[str, Any], place: str) -> None:
    """With its place: nothing is kept that nobody said what for."""
    with pytest.raises(Invalid) as refused:
        checked(body(classes=said))
    assert place in refused.value.what.en


def test_kinds_of_a_search_are_named_and_known() -> None:
    """Left out, nothing can be found; what is no exact term is refused."""
    assert "search" not in checked(body())["records"]
    said = checked(body(search=["name", "mobile"]))["records"]["search"]
    assert said == ["mobile", "name"]
    for wrong in ([], ["address"], "mobile"):
        with pytest.raises(Invalid) as refused:
            checked(body(search=wrong))
        assert "records.search" in refused.value.what.en


def test_classes_are_written_as_they_are_read() -> None:
    """A policy shown as TOML reads as itself."""
    import tomllib  # noqa: PLC0415 - beside its only use

    whole = checked(
        body(content_days=30, search=["email"], classes={"content": SAID, "usage": SAID})
    )
    assert checked(tomllib.loads(as_toml(whole))) == whole
