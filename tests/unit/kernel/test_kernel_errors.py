# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest

from guiju.kernel import Conflict, GuijuError, Invalid, NotFound, Refused, Text, Unavailable, errors

WHAT = Text(zh="今天的时间已用完。", en="Today's time is used up.")
REMEDY = Text(zh="请明天再来。", en="Come back tomorrow.")


def drawn() -> dict[str, int]:
    """The tree at the head of the module: class names and their status."""
    lines = re.findall(r"^ [├└]─ (\w+) .* (\d{3})(?: \(|$)", errors.__doc__ or "", re.MULTILINE)
    return {name: int(status) for name, status in lines}


def test_the_tree_that_is_drawn_is_the_tree_that_is() -> None:
    """Five classes, in order, each with its status; what a reader sees is true."""
    assert drawn() == {one.__name__: one.status for one in GuijuError.__subclasses__()}
    assert list(drawn()) == ["Refused", "NotFound", "Conflict", "Invalid", "Unavailable"]


@pytest.mark.parametrize(
    ("kind", "status", "wire", "exit_status"),
    [
        (Refused, 403, "permission_error", 1),
        (NotFound, 404, "not_found_error", 2),
        (Conflict, 409, "conflict_error", 1),
        (Invalid, 400, "invalid_request_error", 2),
        (Unavailable, 503, "server_error", 3),
    ],
)
def test_each_error_says_how_it_is_told_on_the_wire_and_on_the_command_line(
    kind: type[GuijuError], status: int, wire: str, exit_status: int
) -> None:
    """Callers treat the five differently, and only by these."""
    error = kind("some-code", WHAT, REMEDY)
    assert (error.status, error.type, error.exit_status) == (status, wire, exit_status)


def test_a_status_given_once_is_of_that_error_only() -> None:
    """A limit is 429 where a right is 403; the class stays as it was."""
    limited = Refused("rate-limited", WHAT, REMEDY, status=429)
    assert (limited.status, Refused("other", WHAT, REMEDY).status) == (429, 403)


def test_an_error_carries_what_a_person_can_act_on() -> None:
    """Code, what, remedy, article, parameter and case are all there for the one wire shape."""
    error = Refused("minors.time-spent", WHAT, REMEDY, article=10, param="user", case="case_1")
    assert (error.code, error.what, error.remedy) == ("minors.time-spent", WHAT, REMEDY)
    assert (error.article, error.param, error.case) == (10, "user", "case_1")


def test_the_message_is_one_line_in_the_reader_s_language() -> None:
    """Chinese needs no space between sentences."""
    error = Refused("minors.time-spent", WHAT, REMEDY)
    assert error.message("zh") == "今天的时间已用完。请明天再来。"
    assert error.message("en") == "Today's time is used up. Come back tomorrow."


def test_a_log_shows_code_what_and_remedy() -> None:
    """str() is for developers and operators: English, with the code first."""
    assert str(Refused("a-code", WHAT, REMEDY)) == (
        "a-code: Today's time is used up. Come back tomorrow."
    )
