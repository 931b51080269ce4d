# SPDX-License-Identifier: Apache-2.0
"""Forms are read as they were written, and addresses lead to the very service or nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.gateway.client import Client
from guiju.gateway.media.forms import read_form, written_form
from guiju.gateway.media.model import FormFile
from guiju.kernel import Invalid

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,20}(\[\])?", fullmatch=True)
FIELDS = st.dictionaries(NAMES, st.text(max_size=80), max_size=6)
FILES = st.lists(st.builds(FormFile, NAMES, st.just("image/png"), st.binary(max_size=200)))
DASHES = b"--guiju\r\n--guiju--\r\ncontent-disposition: form-data"


@given(FIELDS, FILES)
def test_what_is_written_is_read(fields: dict[str, str], files: list[FormFile]) -> None:
    """Every byte, whatever stands in it."""
    kind, body = written_form(fields, files[:20])
    form = read_form(kind, body)
    assert form.fields == fields
    assert form.files == files[:20]


def test_numbers_are_written_as_in_json() -> None:
    """And a file that looks like a border is still a file."""
    kind, body = written_form({"n": 2, "x": True, "y": 0.5}, [FormFile("a", "image/png", DASHES)])
    form = read_form(kind, body)
    assert form.fields == {"n": "2", "x": "true", "y": "0.5"}
    assert form.files[0].data == DASHES


@given(st.binary(max_size=400), st.binary(max_size=40))
def test_hostile_bytes_are_one_clear_error(body: bytes, spoil: bytes) -> None:
    """Or a form, and never anything else."""
    kind, good = written_form({"a": "b"}, [FormFile("f", "image/png", body)])
    for given_ in (body, good[: len(good) // 2] + spoil, good.replace(b"name", spoil)):
        try:
            read_form(kind, given_)
        except Invalid as error:
            assert error.code == "invalid-request"  # noqa: PT017 - a form is fine as well


def test_a_form_has_bounds() -> None:
    """So many fields, so long, and each once."""
    many: dict[str, Any] = {f"f{at}": "x" for at in range(65)}
    for fields in (many, {"long": "x" * 200_000}):
        with pytest.raises(Invalid):
            read_form(*written_form(fields, []))
    kind, body = written_form({"a": "1"}, [])
    border = kind.partition("boundary=")[2].encode()
    twice = body.replace(b"--" + border + b"--", b"") + body
    with pytest.raises(Invalid) as refused:
        read_form(kind, twice)
    assert refused.value.param == "a"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://model:8000/a.png", "/a.png"),
        ("http://model:8000", "/"),
        ("http://model:8000/a?b=c&d=%2F", "/a?b=c&d=%2F"),
        ("http://MODEL:8000/a", "/a"),
        ("https://model:8000/a", None),
        ("http://model/a", None),
        ("http://model:8001/a", None),
        ("http://model.example:8000/a", None),
        ("http://model:8000@example.org/a", None),
        ("http://user@model:8000/a", None),
        ("http://model:99999/a", None),
        ("http://model:8000/a b", None),
        ("http://model:8000/a\r\nx: y", None),
        ("http://model:8000/é", None),
        ("//model:8000/a", None),
        ("file:///etc/passwd", None),
        ("http://[::1]:8000/a", None),
        ("", None),
        ("http://model:8000/" + "a" * 5000, None),
    ],
)
def test_an_address_leads_to_the_very_service_or_nowhere(url: str, target: str | None) -> None:
    """Scheme, host and port are those that the policy names; nothing can be slipped in."""
    client = Client("http://model:8000/v1", {"authorization": "Bearer k"})
    assert client.target(url) == target
