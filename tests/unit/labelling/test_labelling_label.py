# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.labelling import AigcLabel, field_names, first_write, labels_in, parse

CODE = "001191110102MAD55U9H0F10002"
NAMES = [
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
]
ALLOWED = [chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"\\']
values = st.text(st.sampled_from(ALLOWED), min_size=1, max_size=40)
reserved = st.text(st.sampled_from([*ALLOWED, '"']), max_size=40)
labels = st.builds(
    AigcLabel, st.sampled_from("123"), values, values, reserved, values, values, reserved
)


def test_the_first_write_names_the_producer_twice() -> None:
    """Both pairs are the producer's, the fields stand in the order of the standard."""
    label = first_write(CODE, "req_1")
    assert json.loads(label.to_json()) == label.fields
    assert list(label.fields) == NAMES == list(field_names())
    assert list(label.fields.values()) == ["1", CODE, "req_1", "", CODE, "req_1", ""]


@given(labels)
def test_what_is_written_is_read_again(label: AigcLabel) -> None:
    """Bare and wrapped, with nothing found wrong."""
    for text, form in ((label.to_json(), "bare"), (label.to_wrapped_json(), "wrapped")):
        found = parse(text)
        assert (found.label, found.form, found.faults) == (label, form, ())
    assert [one.label for one in labels_in(f"x {label.to_wrapped_json()} y")] == [label]


@pytest.mark.parametrize("bad", [" ", '"', "\\", "\x7f", "\t", "规", "é", "\0"])
def test_a_value_outside_the_charset_is_not_written(bad: str) -> None:
    """Space, control, backslash and multibyte characters are refused, with the field's name."""
    with pytest.raises(Invalid) as caught:
        first_write(CODE, f"id{bad}1")
    assert "charset:ProduceID" in caught.value.what.en


def test_only_the_reserved_fields_may_hold_a_quotation_mark() -> None:
    """A signature is JSON within JSON; it is escaped."""
    label = AigcLabel("1", CODE, "p1", '{"SecurityData":{}}', CODE, "p1")
    assert '\\"SecurityData\\"' in label.to_json()
    assert AigcLabel("1", CODE, "p1", "规").faults == ("charset:ReservedCode1",)


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        (AigcLabel("4", CODE, "p1"), "not-a-label-value:Label"),
        (AigcLabel("AIGC", CODE, "p1"), "not-a-label-value:Label"),
        (AigcLabel("1", "", "p1"), "empty:ContentProducer"),
        (AigcLabel("1", CODE, ""), "empty:ProduceID"),
        (AigcLabel("1", "某公司", "p1"), "charset:ContentProducer"),
    ],
)
def test_a_faulty_label_is_not_written(label: AigcLabel, fault: str) -> None:
    """The writer is strict."""
    assert fault in label.faults
    for write in (label.to_json, label.to_wrapped_json):
        with pytest.raises(Invalid) as caught:
            write()
        assert caught.value.code == "label-not-writable"


def with_change(**changes: object) -> str:
    fields: dict[str, object] = {**first_write(CODE, "p1").fields, **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (with_change(Label=1), "not-text:Label"),
        (with_change(ReservedCode2=None), "missing:ReservedCode2"),
        (with_change(ReservedCode1=None, ReserveCode1=""), "misspelt:ReserveCode1"),
        (with_change(Extra="x"), "unknown:Extra"),
        (with_change(ContentProducer="某公司"), "charset:ContentProducer"),
        (with_change().replace("{", '{"Label":"2",', 1), "repeated:Label"),
        (with_change(Label=None).replace("}", ',"Label":"1"}'), "order:fields"),
    ],
)
def test_a_faulty_label_is_read_and_its_fault_named(text: str, fault: str) -> None:
    """The reader is tolerant: it gives the fields and says what is wrong."""
    found = parse(text)
    assert fault in found.faults
    assert found.label.produce_id == "p1"


def test_a_label_as_text_within_the_wrapper_is_read() -> None:
    """Some writers put the inner object in as a string."""
    inner = first_write(CODE, "p1").to_json()
    assert parse(json.dumps({"AIGC": inner})).label.produce_id == "p1"


@pytest.mark.parametrize(
    "text", ["", "[]", "7", "{", "[" * 60_000, '{"Label":"1"' + " " * 70_000 + "}"]
)
def test_what_is_no_label_is_refused(text: str) -> None:
    """Neither depth nor size gets through."""
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert caught.value.code == "label-unreadable"
