# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl  # type: ignore[import-untyped]
import pytest
from openpyxl.packaging.custom import StringProperty  # type: ignore[import-untyped]
from tests.unit.labelling.samples import PARTS, office

from guiju.kernel import Invalid
from guiju.labelling import LabelVerdict, check, first_write, mark, read

LABEL = first_write("001191110102MAD55U9H0F10002", "a&b<c>")
OTHER = first_write("001191110102MAD55U9H0F10002", "req_2")
THREE = b"PK\5\6\0\0\0\0\3\0\3\0"
"""The end of an archive with three members."""

NS = "http://schemas.openxmlformats.org/officeDocument/2006"


def workbook(**properties: str) -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "海"
    for name, value in properties.items():
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {one.filename: archive.read(one) for one in archive.infolist()}


def custom(*properties: str) -> dict[str, str]:
    inside = "".join(properties)
    relation = (
        f'<Relationship Id="r1" Type="{NS}/relationships/custom-properties" '
        'Target="docProps/custom.xml"/></Relationships>'
    )
    return {
        **PARTS,
        "_rels/.rels": PARTS["_rels/.rels"].replace("</Relationships>", relation),
        "docProps/custom.xml": f'<p:Properties xmlns:p="{NS}/custom-properties" '
        f'xmlns:v="{NS}/docPropsVTypes">{inside}</p:Properties>',
    }


def prop(name: str, value: str, number: int = 2) -> str:
    head = f'<p:property fmtid="x" pid="{number}" name="{name}">'
    return f"{head}<v:lpwstr>{value}</v:lpwstr></p:property>"


def test_another_reader_finds_the_property() -> None:
    """A workbook of openpyxl, read by it again; every other member is as it was packed."""
    before = workbook()
    after = mark(before, LABEL).data
    book = openpyxl.load_workbook(io.BytesIO(after))
    assert book.custom_doc_props["AIGC"].value == LABEL.to_json()
    assert book.active["A1"].value == "海"
    old, new = members(before), members(after)
    changed = {name for name in new if old.get(name) != new[name]}
    assert changed == {"docProps/custom.xml", "[Content_Types].xml", "_rels/.rels"}


def test_the_other_properties_stay() -> None:
    """With a number of its own the label comes behind them."""
    after = mark(workbook(Owner="某人", Other="x"), LABEL).data
    properties = openpyxl.load_workbook(io.BytesIO(after)).custom_doc_props
    assert {one.name: one.value for one in properties.props} == {
        "Owner": "某人",
        "Other": "x",
        "AIGC": LABEL.to_json(),
    }
    assert set(members(after)) == set(members(workbook(Owner="x")))
    assert check(after).verdict is LabelVerdict.VALID


def test_members_are_copied_as_they_are_packed() -> None:
    """Also stored ones, and those with their sizes behind them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in PARTS.items():
            with archive.open(name, "w", force_zip64=False) as opened:
                opened.write(text.encode())
    for before in (out.getvalue(), office(method=zipfile.ZIP_STORED)):
        after = mark(before, LABEL).data
        at = before.index(b"word/document.xml") - 30
        assert before[at : at + 30 + 17 + len(PARTS["word/document.xml"])] in after


def test_there_is_one_label_whatever_there_was() -> None:
    """Under other prefixes and in other places of the part; two are a fault."""
    bare = LABEL.to_json().replace("&", "&amp;").replace("<", "&lt;")
    two = office(custom(prop("AIGC", bare), prop("Owner", "x", 3), prop("aigc", bare, 9)))
    assert "implicit-repeated" in check(two).reasons
    after = mark(two, OTHER, present="replace").data
    assert [one.label for one in read(after).labels] == [OTHER]
    assert b'name="Owner"' in members(after)["docProps/custom.xml"]
    wrapped = office(custom(prop("AIGC", OTHER.to_wrapped_json())))
    assert read(wrapped).labels[0].form == "wrapped"


def _with_relation_of(kind: str, target: str) -> bytes:
    parts = custom(prop("AIGC", OTHER.to_json()))
    parts["other/place.xml"] = parts.pop("docProps/custom.xml")
    parts["_rels/.rels"] = (
        parts["_rels/.rels"]
        .replace("docProps/custom.xml", target)
        .replace(f"{NS}/relationships/custom-properties", kind)
    )
    return office(parts)


@pytest.mark.parametrize("target", ["other/place.xml", "/other/place.xml"])
def test_the_part_is_found_by_its_relation(target: str) -> None:
    """Wherever it stands, in the strict form of the standard too."""
    strict = "http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties"
    for kind in (f"{NS}/relationships/custom-properties", strict):
        data = _with_relation_of(kind, target)
        assert [one.label for one in read(data).labels] == [OTHER]
        after = mark(data, LABEL, present="replace").data
        assert set(members(after)) == set(members(data))


def _twice(data: bytes) -> bytes:
    out = io.BytesIO(data)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/document.xml", "again")
    return out.getvalue()


def _bomb() -> bytes:
    parts = custom(prop("AIGC", "x"))
    parts["docProps/custom.xml"] = " " * 5_000_000
    return office(parts)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: office()[:-1], "truncated"),
        (lambda: office()[:100], "truncated"),
        (lambda: office() + b"x", "another-file"),
        (lambda: b"x" + office(), "unsupported"),
        (lambda: office({"a.txt": "x"}), "unsupported:ZIP"),
        (lambda: _twice(office()), "broken"),
        (lambda: office({**PARTS, "WORD/Document.xml": "x"}), "broken"),
        (lambda: office().replace(b"_rels/.rels", b"_rels/.relz", 1), "broken"),
        (_bomb, "limit"),
        (lambda: office(custom('<!DOCTYPE x [<!ENTITY e "">]>')), "broken"),
        (lambda: office({**PARTS, "_rels/.rels": "<!DOCTYPE x><x/>"}), "broken"),
        (lambda: office({**PARTS, **{f"x/{one}": "" for one in range(10_001)}}), "limit"),
        (lambda: office().replace(THREE, THREE[:8] + b"\xff" * 4), "unsupported:ZIP64"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_an_archive_that_lies_is_not_concluded_of(make: Callable[[], bytes], why: str) -> None:
    """Bombs, doubles, two words on one member, document types: inconclusive, and not written to."""
    data = make()
    report = check(data)
    assert report.verdict is LabelVerdict.INCONCLUSIVE
    assert report.reasons == (why,)
    with pytest.raises(Invalid):
        mark(data, LABEL)


def test_an_encrypted_part_is_said_to_be() -> None:
    """Nobody can know what it says."""
    data = bytearray(office(custom(prop("AIGC", "x"))))
    at = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    while b"custom.xml" not in data[at : at + 80]:
        at = data.index(b"PK\1\2", at + 1)
    data[at + 8] |= 1
    assert check(bytes(data)).reasons == ("encrypted",)


def test_an_element_that_closes_itself_is_taken_out_alone() -> None:
    """Its end is not that of the element around it."""
    one = '<p:property fmtid="x" pid="2" name="AIGC"/>'
    after = mark(office(custom(one)), LABEL, present="replace").data
    assert [found.label for found in read(after).labels] == [LABEL]
