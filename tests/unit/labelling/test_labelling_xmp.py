# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import contextlib
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.labelling.containers import Found, Unread, xmp

NS = "http://www.tc260.org.cn/ns/AIGC/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TEXT = '{"Label":"1","ContentProducer":"a&b<c>","ProduceID":"\'x\'"}'


def packet(inside: str, *, about: str = "", rdf: str = "rdf", head: str = "") -> bytes:
    """A packet as other programs write it, with padding."""
    return (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{head}<x:xmpmeta xmlns:x='
        f'"adobe:ns:meta/"><{rdf}:RDF xmlns:{rdf}="{RDF}"><{rdf}:Description {rdf}:about="{about}" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:TC260="{NS}" xmlns:o="urn:o">'
        f"<dc:creator>张三</dc:creator>{inside}</{rdf}:Description></{rdf}:RDF></x:xmpmeta>\n"
        f'{" " * 600}\n<?xpacket end="w"?>'
    ).encode()


def texts(data: bytes) -> list[str]:
    return [one.text for one in xmp.labels(data) if isinstance(one, Found)]


def by_another_reader(data: bytes) -> list[str | None]:
    return [one.text for one in parsed(data).iter(f"{{{NS}}}AIGC")]


def parsed(data: bytes) -> ET.Element:
    return ET.fromstring(data.decode())  # noqa: S314 - made up here


def test_a_new_packet_holds_the_label_for_any_reader() -> None:
    """As an element of its namespace within RDF."""
    data = xmp.with_label(None, TEXT)
    assert texts(data) == by_another_reader(data) == [TEXT]


@pytest.mark.parametrize("rdf", ["rdf", "r"])
@pytest.mark.parametrize("about", ["", "uuid:张&quot;"])
def test_a_packet_keeps_everything_else(about: str, rdf: str) -> None:
    """Byte by byte: the label is put in before the end of RDF, under the same subject."""
    before = packet("<o:x>1</o:x>", about=about, rdf=rdf)
    after = xmp.with_label(before, TEXT)
    cut = before.index(f"</{rdf}:RDF>".encode())
    assert after.startswith(before[:cut])
    assert after.endswith(before[cut:])
    assert by_another_reader(after) == [TEXT]
    described = parsed(after).iter(f"{{{RDF}}}Description")
    subjects = {one.get(f"{{{RDF}}}about") for one in described}
    assert len(subjects) == 1


def test_only_the_property_changes_when_there_is_one() -> None:
    """Also where it stands as an element among others."""
    before = packet("<TC260:AIGC>{&quot;Label&quot;:&quot;2&quot;}</TC260:AIGC><o:x/>")
    after = xmp.with_label(before, TEXT)
    assert texts(before) == ['{"Label":"2"}']
    assert texts(after) == by_another_reader(after) == [TEXT]
    assert xmp.without_label(after) == xmp.without_label(before)


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("<TC260:AIGC>a</TC260:AIGC><TC260:AIGC>b</TC260:AIGC>", ["a", "b"]),
        ("<TC260:AIGC><rdf:Alt><rdf:li>a</rdf:li></rdf:Alt></TC260:AIGC>", ["a"]),
        ("<TC260:AIGC/>", [""]),
        ("<TC260:AIGC><![CDATA[{a<b}]]></TC260:AIGC>", ["{a<b}"]),
        ("<o:AIGC>a</o:AIGC>", ["a"]),
        ('<rdf:Description TC260:AIGC="a&quot;b"/>', ['a"b']),
        ("<rdf:Description o:y='1' TC260:AIGC = 'a\"b' o:z='>'/>", ['a"b']),
        ('<rdf:Description xmlns:AIGC="urn:a" AIGC:x="1" TC260:AIGC="a"/>', ["a"]),
    ],
)
def test_every_form_is_read_and_written_over_by_one(inside: str, found: list[str]) -> None:
    """Elements, attributes, nested, empty, another's namespace: afterwards there is one label."""
    before = packet(inside)
    assert texts(before) == found
    after = xmp.with_label(before, TEXT)
    assert by_another_reader(after) == [TEXT] == texts(after)
    assert "张三" in after.decode()
    assert texts(xmp.without_label(before)) == []


def test_another_namespace_is_a_fault() -> None:
    """The label is shown all the same."""
    (one,) = xmp.labels(packet("<o:AIGC>a</o:AIGC>"))
    assert isinstance(one, Found)
    assert one.faults == ("namespace:XMP",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<x",
        b"<a><b></a>",
        packet("", head='<!DOCTYPE x [<!ENTITY e "{&quot;Label&quot;}">]>'),
        packet("", head="<!DOCTYPE x SYSTEM 'file:///etc/hostname'>"),
        b"<TC260:AIGC>x</TC260:AIGC>",
        packet("<TC260:AIGC>a</TC260:AIGC>" * 17),
        packet(f"<TC260:AIGC>{'a' * 70_000}</TC260:AIGC>"),
        packet("", about="x" * 1024 * 1024),
    ],
)
def test_what_cannot_be_read_is_said_and_not_written_over(data: bytes) -> None:
    """No document type, no entity, no namespace that is not declared, nothing too large."""
    assert any(isinstance(one, Unread) for one in xmp.labels(data))
    with pytest.raises(Invalid):
        xmp.with_label(data, TEXT)


def test_a_packet_without_rdf_or_in_wide_characters_is_not_written_over() -> None:
    """What cannot be edited as bytes is refused, with the reason."""
    wide = packet("").decode().encode("utf-16")
    for data in (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', wide):
        with pytest.raises(Invalid) as caught:
            xmp.with_label(data, TEXT)
        assert caught.value.code in {"label-not-supported", "file-broken"}


def test_padding_is_used_up_where_there_is_no_other_room() -> None:
    """A packet that may not grow beyond its segment gives up blanks, not words."""
    before = packet("")
    after = xmp.with_label(before, TEXT, most=len(before))
    assert len(after) == len(before)
    assert by_another_reader(after) == [TEXT]
    with pytest.raises(Invalid) as caught:
        xmp.with_label(before, TEXT, most=len(before) - 700)
    assert caught.value.code == "metadata-too-large"


@given(st.binary(max_size=300), st.integers(0, 900))
def test_any_bytes_in_a_packet_end_in_an_answer(piece: bytes, at: int) -> None:
    """Found, unread, or one of our errors."""
    data = packet("<TC260:AIGC>a</TC260:AIGC>")
    data = data[:at] + piece + data[at + 10 :]
    list(xmp.labels(data))
    for edit in (xmp.without_label, lambda one: xmp.with_label(one, TEXT)):
        with contextlib.suppress(Invalid):
            edit(data)
