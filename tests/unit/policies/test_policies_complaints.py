# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from guiju.kernel import Invalid, canonical
from guiju.policies import checked, default_body
from guiju.policies.body import read_file
from guiju.policies.writing import as_toml


def fault(**changes: Any) -> str | None:
    body = default_body()
    for key, value in changes.items():
        if value is None:
            del body["complaints"][key]
        else:
            body["complaints"][key] = value
    with pytest.raises(Invalid) as caught:
        checked(body)
    assert caught.value.code == "policy-invalid"
    return caught.value.param


AUTHORITY = {"name": {"zh": "甲", "en": "A"}}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"acceptance_days": 0}, "complaints.acceptance_days"),
        ({"acceptance_days": None}, "complaints.acceptance_days"),
        ({"feedback_days": 1}, "complaints.feedback_days"),
        ({"process": {"zh": "甲", "en": " "}}, "complaints.process.en"),
        ({"authority": []}, "complaints.authority"),
        ({"authority": [AUTHORITY]}, "complaints.authority[0].phone"),
        ({"authority": [AUTHORITY | {"phone": "x"}]}, "complaints.authority[0].phone"),
        (
            {"authority": [AUTHORITY | {"link": "javascript:alert(1)"}]},
            "complaints.authority[0].link",
        ),
        ({"channel": [{"kind": "phone", "at": "ring twice"}]}, "complaints.channel[0].at"),
        ({"channel": [{"kind": "pigeon", "at": "loft"}]}, "complaints.channel[0].kind"),
        ({"day": 3}, "complaints.day"),
    ],
)
def test_what_promises_nothing_clear_is_refused(changes: dict[str, Any], place: str) -> None:
    """With its exact place; Article 18 is part of it."""
    assert fault(**changes) == place


def test_a_promise_survives_being_written_and_read(tmp_path: Any) -> None:
    """So that the next version can be begun from it."""
    body = default_body()
    body["complaints"]["channel"] = [{"kind": "mail", "at": "a@example.org"}]
    body = checked(body)
    path = tmp_path / "next.toml"
    path.write_text(as_toml(body), encoding="utf-8")
    assert canonical(read_file(path)) == canonical(body)


def test_a_policy_without_a_promise_is_a_policy() -> None:
    """It was one before promises could be made."""
    body = default_body()
    del body["complaints"]
    assert "complaints" not in checked(body)
