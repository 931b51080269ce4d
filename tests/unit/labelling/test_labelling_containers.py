# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.labelling.samples import SAMPLES

from guiju.kernel import Conflict, GuijuError, Invalid
from guiju.labelling import AigcLabel, LabelVerdict, check, first_write, mark, propagate, read
from guiju.labelling.containers import CONTAINERS

CODE = "001191110102MAD55U9H0F10002"
LABEL = first_write(CODE, "req_1")
ALLOWED = [chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"\\']
values = st.text(st.sampled_from(ALLOWED), min_size=1, max_size=40)
labels = st.builds(
    AigcLabel,
    st.sampled_from("123"),
    values,
    values,
    st.text(st.sampled_from([*ALLOWED, '"']), max_size=40),
    values,
    values,
)
every = pytest.mark.parametrize("name", sorted(SAMPLES))


def test_every_format_has_its_sample() -> None:
    """A new format cannot be left out of the claims below."""
    assert set(SAMPLES) == {one.name for one in CONTAINERS}


@every
def test_a_format_is_told_by_its_bytes(name: str) -> None:
    """Without the name of a file; each sniffs its own only."""
    told = [one.name for one in CONTAINERS if one.sniff(SAMPLES[name][:4096])]
    assert told == [name] or (told == [] and _named(name))


def _named(name: str) -> bool:
    return next(one.by_name for one in CONTAINERS if one.name == name)


def _suffix(name: str) -> str:
    return next(one.suffixes[0] for one in CONTAINERS if one.name == name)


@every
def test_a_sample_has_no_label_until_it_is_marked(name: str) -> None:
    """Then it has exactly one, in the place of the guide, and nothing is wrong with it."""
    file = "x" + _suffix(name)
    assert check(SAMPLES[name], file).verdict is LabelVerdict.ABSENT
    marked = mark(SAMPLES[name], LABEL, name=file)
    assert (marked.format, marked.label) == (name, LABEL)
    assert [one.label for one in read(marked.data, file).labels] == [LABEL]
    report = check(marked.data, file)
    assert report.axes["structure"] == "bare"
    assert {one for one in report.reasons if not one.startswith("explicit")} == set()


@every
@given(label=labels)
def test_what_is_written_is_read_again(name: str, label: AigcLabel) -> None:
    """Whatever the strict writer lets through, with every escape a format needs."""
    file = "x" + _suffix(name)
    once = mark(SAMPLES[name], label, name=file)
    assert [one.label for one in read(once.data, file).labels] == [label]


@every
def test_marking_twice_is_marking_once(name: str) -> None:
    """Through the door, and by the editor itself."""
    file = "x" + _suffix(name)
    once = mark(SAMPLES[name], LABEL, name=file).data
    assert mark(once, LABEL, name=file).data == once
    container = next(one for one in CONTAINERS if one.name == name)
    assert container.write(once, LABEL.to_json()) == once


@every
def test_another_label_is_refused_kept_or_replaced_as_asked(name: str) -> None:
    """Nobody overwrites a label by accident."""
    file = "x" + _suffix(name)
    once = mark(SAMPLES[name], LABEL, name=file).data
    other = first_write(CODE, "req_2")
    with pytest.raises(Conflict) as caught:
        mark(once, other, name=file)
    assert caught.value.code == "label-present"
    kept = mark(once, other, name=file, present="keep")
    assert (kept.data, kept.label) == (once, LABEL)
    replaced = mark(once, other, name=file, present="replace")
    assert replaced.data == mark(SAMPLES[name], other, name=file).data


@every
def test_a_file_that_is_passed_on_keeps_the_producers_fields(name: str) -> None:
    """Only the pair of the propagator and the second reserved field are new."""
    file = "x" + _suffix(name)
    once = mark(SAMPLES[name], LABEL, name=file).data
    passed = propagate(once, "001191440300708461136T2XGW3", "p-9", name=file)
    (one,) = read(passed.data, file).labels
    assert one.label == passed.label
    assert (one.label.content_producer, one.label.produce_id) == (CODE, "req_1")
    assert (one.label.content_propagator[-5], one.label.propagate_id) == ("2", "p-9")
    with pytest.raises(Conflict):
        propagate(SAMPLES[name], CODE, "p-9", name=file)


@every
def test_a_file_cut_anywhere_ends_in_a_verdict_and_never_in_absence(name: str) -> None:
    """Except where what is left is a whole file again; nothing cut is written to."""
    file = "x" + _suffix(name)
    whole = mark(SAMPLES[name], LABEL, name=file).data
    for size in range(len(whole)):
        report = check(whole[:size], file)
        if report.verdict is LabelVerdict.ABSENT:
            assert mark(whole[:size], LABEL, name=file).data
        elif report.verdict is LabelVerdict.INCONCLUSIVE:
            with pytest.raises(GuijuError):
                mark(whole[:size], LABEL, name=file)


@every
@given(data=st.data())
def test_hostile_bytes_end_in_a_verdict_or_one_of_our_errors(
    name: str, data: st.DataObject
) -> None:
    """Changed, taken out and put in at random places."""
    file = "x" + _suffix(name)
    piece = bytearray(mark(SAMPLES[name], LABEL, name=file).data)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(piece)))
        gone = data.draw(st.integers(0, 8))
        piece[start : start + gone] = data.draw(st.binary(max_size=8))
    assert check(bytes(piece), file).verdict in list(LabelVerdict)
    for present in ("keep", "replace"):
        try:
            marked = mark(bytes(piece), LABEL, name=file, present=present)
        except GuijuError:
            continue
        assert len(read(marked.data, file).labels) == 1


def test_what_has_no_place_for_a_label_is_refused() -> None:
    """With what to do instead; and it is not called absent."""
    for data in (b"BM\0\0", b"\0\1\2"):
        with pytest.raises(Invalid) as caught:
            mark(data, LABEL)
        assert caught.value.code == "medium-not-supported"
        assert check(data).verdict is LabelVerdict.INCONCLUSIVE
