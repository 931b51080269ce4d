# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.labelling.samples import pdf

from guiju.kernel import Invalid
from guiju.labelling import LabelVerdict, check, first_write, mark, read
from guiju.labelling.containers import pdf_objects, xmp
from guiju.labelling.containers.walking import Budget

LABEL = first_write("001191110102MAD55U9H0F10002", "a(b)c<d>")
OTHER = first_write("001191110102MAD55U9H0F10002", "req_2")
BARE = LABEL.to_json()
either = pytest.mark.parametrize("streams", [False, True])


def info(value: bytes) -> bytes:
    return b"<< /Title (x) /AIGC %s /Producer (y) >>" % value


@either
@pytest.mark.parametrize(
    "value",
    [
        pdf_objects.string(BARE),
        b"<" + BARE.encode().hex().encode() + b">",
        b"<feff" + BARE.encode("utf-16-be").hex().encode() + b">",
        pdf_objects.string(BARE).replace(b'{"Label"', b'{\\\n"La\\142el"'),
        pdf_objects.string(LABEL.to_wrapped_json()),
    ],
)
def test_every_way_to_write_a_string_is_read(value: bytes, streams: bool) -> None:
    """In brackets, in digits, in wide characters, with escapes; also in a stream of objects."""
    report = check(pdf(info(value), streams=streams))
    assert (report.verdict, report.label) == (LabelVerdict.VALID, LABEL.fields)


@either
def test_what_was_there_stays_the_beginning(streams: bool) -> None:
    """Byte by byte; and the other entries of the information are there again."""
    before = pdf(
        b"<< /Title <FEFF6D77> /Nested << /A [1 (]) 2] >> /Trapped /False % x\n >>", streams=streams
    )
    after = mark(before, LABEL).data
    assert after.startswith(before)
    update = after[len(before) :]
    for part in (b"/Title <FEFF6D77>", b"/Nested << /A [1 (]) 2] >>", b"/Trapped /False"):
        assert part in update
    assert (b"/XRef" in update) == streams
    assert check(after).verdict is LabelVerdict.VALID


@either
def test_a_document_without_information_gets_some(streams: bool) -> None:
    """As a new object."""
    after = mark(pdf(None, streams=streams), LABEL).data
    assert [one.label for one in read(after).labels] == [LABEL]


@either
def test_another_label_takes_the_place_of_ours_and_no_more(streams: bool) -> None:
    """An update that holds anything else stays, and the next one comes behind it."""
    sample = pdf(streams=streams)
    once = mark(sample, LABEL).data
    assert mark(once, OTHER, present="replace").data == mark(sample, OTHER).data
    foreign = pdf(info(pdf_objects.string(BARE)), streams=streams)
    twice = mark(foreign, OTHER, present="replace").data
    assert twice.startswith(foreign)
    assert [one.label for one in read(twice).labels] == [OTHER]


def test_the_newest_revision_counts() -> None:
    """An older label in the bytes of an older revision is history."""
    foreign = pdf(info(pdf_objects.string(BARE)))
    newer = mark(foreign, OTHER, present="replace").data
    assert BARE.replace("(", "\\(").replace(")", "\\)").encode() in newer
    assert read(newer).labels[0].label == OTHER


def test_a_label_in_the_metadata_is_misplaced_and_beside_another_a_second_one() -> None:
    """The guide names the information of the document."""
    packet = xmp.with_label(None, BARE)
    assert check(pdf(metadata=packet)).reasons == ("place:XMP",)
    both = check(pdf(info(pdf_objects.string(BARE)), metadata=packet))
    assert "implicit-repeated" in both.reasons
    with pytest.raises(Invalid) as caught:
        mark(pdf(metadata=packet), OTHER, present="replace")
    assert caught.value.code == "label-not-read-back"


def test_a_name_that_stands_twice_is_two_labels() -> None:
    """Readers differ in which they take."""
    value = pdf_objects.string(BARE)
    twice = b"<< /AIGC %s /AIGC %s >>" % (value, value)
    assert "implicit-repeated" in check(pdf(twice)).reasons


def _bomb() -> bytes:
    packed = zlib.compress(bytes(20_000_000))
    at = pdf().rindex(b"xref\n0 6")
    body = b"9 0 obj\n<< /Type /XRef /Size 7 /W [1 4 1] /Filter /FlateDecode /Length %d >>" % len(
        packed
    )
    return (
        pdf()[:at] + body + b"\nstream\n" + packed + b"\nendstream\nstartxref\n%d\n%%%%EOF\n" % at
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (pdf(trailer=b" /Encrypt 4 0 R"), "encrypted"),
        (pdf()[:-20], "truncated"),
        (pdf() + b"PK\3\4", "another-file"),
        (pdf(trailer=b" /Prev 100000"), "truncated"),
        (pdf(trailer=b" /Prev %d" % pdf().rindex(b"xref\n0 6")), "broken"),
        (pdf(trailer=b" /Prev -1"), "broken"),
        (pdf(b"<< /A " + b"[" * 100 + b" >>"), "limit"),
        (pdf(b"<< /A (never closed >>"), "truncated"),
        (pdf(b"no dictionary"), "broken"),
        (pdf().replace(b"3 0 obj", b"8 0 obj"), "broken"),
        (pdf().replace(b"xref\n0 6", b"xref\n0 9999999"), "truncated"),
        (_bomb(), "limit"),
        (b"%PDF-1.7\nnothing", "truncated"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_was_not_looked_at_is_not_called_absent(data: bytes, why: str) -> None:
    """Circles, depth, bombs, encryption: inconclusive, and nothing is written."""
    report = check(data)
    assert (report.verdict, report.reasons) == (LabelVerdict.INCONCLUSIVE, (why,))
    with pytest.raises(Invalid):
        mark(data, LABEL)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
def test_ascii_survives_as_a_string_of_pdf(said: str) -> None:
    """With brackets and backslashes."""
    value = pdf_objects.string(said)
    reader = pdf_objects.Pdf(b"<</A " + value + b">>", Budget())
    assert reader.dictionary(0)[0] == {b"/A": value}
    assert pdf_objects.text(value) == said
