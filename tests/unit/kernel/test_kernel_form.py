# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Form, Invalid, Text, read_table

_leaves = st.none() | st.booleans() | st.integers() | st.text() | st.floats()
_anything = st.recursive(
    _leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "zh", "en", "x\n"]) | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


def fault(ask: Callable[[Form], object], value: object, **more: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        ask(Form(value, "sample-invalid", **more))
    return caught.value


def test_a_form_gives_its_fields_by_type() -> None:
    """Every kind of field comes back as it was filed, defaults where nothing was."""
    form = Form(
        {"a": "x", "n": 3, "t": {"zh": "甲", "en": "b"}, "l": ["out", "in"], "f": [{"w": "in"}]},
        "sample-invalid",
    )
    assert form.text("a") == "x"
    assert form.number("n", 1, 3) == 3
    assert form.both("t") == Text(zh="甲", en="b")
    assert form.words("l", ("in", "out")) == ["in", "out"]
    assert [one.word("w", ("in", "out")) for one in form.forms("f", most=1)] == ["in"]
    assert form.text("none", default="") == ""
    assert form.words("nothing", ("in", "out"), default=("out",)) == ["out"]
    form.done()


def test_a_fault_names_file_and_place_on_one_line() -> None:
    """Deep in a list the place still says which entry."""

    def ask(form: Form) -> None:
        for one in form.form("screening").forms("entry", most=9):
            one.word("harm", ("A1a", "A1b"))

    value = {"screening": {"entry": [{"harm": "A1a"}, {"harm": "A1x"}]}}
    error = fault(ask, value, origin="my\nfile.toml")
    assert error.param == "screening.entry[1].harm"
    assert error.what.en.startswith("my?file.toml: screening.entry[1].harm: cannot be 'A1x'")
    assert "did you mean A1b?" in error.what.en or "did you mean A1a?" in error.what.en
    assert "\n" not in error.what.en + error.what.zh


@pytest.mark.parametrize("value", [None, 3, "text", ["a"], True])
def test_what_is_no_table_is_refused(value: object) -> None:
    """A form is a table, whatever arrives."""
    assert fault(lambda form: form.done(), value).code == "sample-invalid"


@pytest.mark.parametrize(
    ("ask", "value", "said"),
    [
        (lambda form: form.text("a"), {}, "missing"),
        (lambda form: form.text("a"), {"a": None}, "missing"),
        (lambda form: form.text("a"), {"a": 3}, "must be text"),
        (lambda form: form.text("a"), {"a": " \u3000"}, "empty"),
        (lambda form: form.text("a"), {"a": "x\x00y"}, "U+0000"),
        (lambda form: form.text("a"), {"a": "\ud800"}, "U+D800"),
        (lambda form: form.text("a", longest=3), {"a": "abcd"}, "longer than 3"),
        (lambda form: form.number("n", 1, 5), {"n": True}, "whole number"),
        (lambda form: form.number("n", 1, 5), {"n": 2.0}, "whole number"),
        (lambda form: form.number("n", 1, 5), {"n": 10**400}, "between 1 and 5"),
        (lambda form: form.number("n", 1, 5), {"n": 0}, "between 1 and 5"),
        (lambda form: form.words("l", ("in",)), {"l": []}, "not empty"),
        (lambda form: form.words("l", ("in",)), {"l": "in"}, "list"),
        (lambda form: form.words("l", ("in",)), {"l": ["in", ["in"]]}, "l[1]"),
        (lambda form: form.word("w", ("in",)), {"w": {"in": 1}}, "cannot be {…}"),
        (lambda form: list(form.forms("f", most=1)), {"f": {}}, "must be a list"),
        (lambda form: list(form.forms("f", most=1)), {"f": [{}, {}]}, "more than 1"),
        (lambda form: list(form.forms("f", most=2)), {"f": [{}, 3]}, "f[1]: must be a table"),
        (lambda form: form.both("t"), {"t": {"zh": "甲"}}, "t.en: is missing"),
        (lambda form: form.both("t"), {"t": {"zh": "甲", "en": "a", "fr": "b"}}, "t.fr: unknown"),
    ],
)
def test_each_fault_says_what_is_wrong(
    ask: Callable[[Form], object], value: dict[str, Any], said: str
) -> None:
    """The words and the place are exact."""
    assert said in fault(ask, value).what.en


def test_an_unknown_key_is_refused_with_the_nearest_known_one() -> None:
    """A misspelt key is never ignored."""

    def ask(form: Form) -> None:
        form.text("retention", default="")
        form.done()

    error = fault(ask, {"retentoin": 3})
    assert "retentoin: unknown key (did you mean retention?)" in error.what.en
    assert "是否指 retention" in error.what.zh


@given(_anything)
def test_nothing_that_is_filed_breaks_the_reader(value: object) -> None:
    """Whatever arrives, the answer is a value or an Invalid on one line."""
    asks: list[Callable[[Form], object]] = [
        lambda form: form.text("a"),
        lambda form: form.both("a"),
        lambda form: form.number("a", 0, 9),
        lambda form: form.words("a", ("x", "y")),
        lambda form: [one.text("a") for one in form.forms("a", most=5)],
        lambda form: form.done(),
    ]
    lines = [_complaint(ask, value) for ask in asks]
    assert not any("\n" in line for line in lines)


def _complaint(ask: Callable[[Form], object], value: object) -> str:
    try:
        ask(Form(value, "sample-invalid"))
    except Invalid as error:
        return error.message("en") + error.message("zh")
    return ""


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    """The name of the file decides how it is read; a byte order mark does no harm."""
    toml, json = tmp_path / "a.toml", tmp_path / "a.JSON"
    toml.write_text('\ufeffa = "甲"\nn = 3\n', encoding="utf-8")
    json.write_text('{"a": "甲", "n": 3}', encoding="utf-8")
    assert read_table(toml, "c") == read_table(json, "c") == {"a": "甲", "n": 3}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.toml", b"a = 1\nb = \n", "line 2"),
        ("a.toml", b"a = 1\na = 2\n", "line 2"),
        ("a.toml", b"a = 1\n\nb = '\xff'\n", "line 3 is not UTF-8"),
        ("a.toml", b"a = " + b"[" * 100_000, ""),
        ("a.json", b'{"a": 1,\n "b": }', "line 2"),
        ("a.json", b'{"a": 1, "a": 2}', "the key a stands twice"),
        ("a.json", b'{"a": NaN}', "NaN is not a number"),
        ("a.json", b"[1]", "a table at its top"),
        ("a.json", b"", "line 1"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.json", b'{"a": ' + b"9" * 5000 + b"}", ""),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """The line names the file, the place and what is wrong; the remedy says what to give."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        read_table(path, "sample-invalid")
    line = caught.value.message("en")
    assert caught.value.code == "sample-invalid"
    assert str(path) in line
    assert said in line
    assert "\n" not in line


@pytest.mark.parametrize("name", ["missing.toml", ".", "nul\x00byte.toml"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    """A missing file, a folder and an impossible name are wrong input, not a crash."""
    with pytest.raises(Invalid):
        read_table(tmp_path / name, "sample-invalid")


def test_floats_pass_no_number_field() -> None:
    """Not a number, infinity and fractions are no whole numbers."""
    for value in (math.nan, math.inf, 1.5):
        assert "whole number" in fault(lambda form: form.number("n", 0, 9), {"n": value}).what.en
