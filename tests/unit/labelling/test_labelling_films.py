# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.labelling.films import (
    CLUSTER,
    INFO,
    SAMPLES,
    avi,
    box,
    ebml,
    element,
    fact,
    flv,
    flv_facts,
    full,
    handler,
    itunes,
    matroska,
    mp4,
    places_in,
    quicktime,
    simple_tag,
    tags,
    track,
)
from tests.unit.labelling.sounds import riff_chunk

from guiju.kernel import GuijuError
from guiju.labelling import LabelVerdict, check, first_write, mark, read
from guiju.labelling.containers import flv as flv_editor
from guiju.labelling.containers import matroska as matroska_editor
from guiju.labelling.containers import mp4 as mp4_editor

CODE = "001191110102MAD55U9H0F10002"
LABEL = first_write(CODE, "req_1")
TEXT = LABEL.to_json().encode()
PLACE = "moov.udta.meta AIGC"
WIDE = (
    full(b"keys", b"\0\0\0\1", box(b"mdta", b"AIGC")),
    box(
        b"ilst",
        box(b"\0\0\0\1", box(b"data", b"\0\0\0\2", bytes(4), TEXT.decode().encode("utf-16-be"))),
    ),
)
"""Facts of which one is a label in two bytes for each character."""
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def marked(data: bytes) -> bytes:
    return mark(data, LABEL, present="replace").data


def places(data: bytes) -> list[str]:
    """Where labels are, with what is wrong there."""
    return [" ".join((one.place, *one.faults)) for one in read(data).labels]


@given(
    st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=20),
    st.booleans(),
    st.booleans(),
    st.sampled_from([b"", box(b"udta", itunes(fact(b"\xa9nam", b"film"))), box(b"udta", bytes(4))]),
)
def test_every_sample_is_found_at_the_place_that_the_file_tells(
    samples: list[bytes], index_first: bool, wide: bool, user: bytes
) -> None:
    """Also when the index grows in front of the samples; these stay byte by byte."""
    data = mp4(samples=samples, index_first=index_first, wide=wide, user=user)
    out = marked(data)
    told = places_in(out)
    assert [out[at : at + len(one)] for at, one in zip(told, samples, strict=True)] == samples
    assert (places(out), marked(out)) == ([PLACE], out)


def test_the_facts_of_itunes_stay_beside_the_label() -> None:
    """Two lists in one box, each of its own kind."""
    names = itunes(fact(b"\xa9nam", b"film"), box(b"covr", box(b"data", bytes(8), b"\xff\xd8\xff")))
    out = marked(mp4(user=box(b"udta", names)))
    assert names in out
    assert places(out) == [PLACE]


def test_a_list_of_quicktime_takes_the_label_in_and_keeps_its_facts() -> None:
    """Its names are counted on, and a second label replaces the first."""
    old = quicktime({b"com.example.title": b"film", b"aigc": b"{}", b"last": b"fact"})
    out = marked(mp4(user=box(b"udta", old)))
    assert places(out) == ["moov.udta.meta aigc"]
    assert out.count(b"meta") == 1
    assert b"film" in out
    assert b"fact" in out


def test_labels_where_vendors_put_them_are_read_and_taken_out() -> None:
    """In a list of the film itself, in that of iTunes with and without a name, in XMP."""
    named = box(
        b"----",
        full(b"mean", b"com.apple.iTunes"),
        full(b"name", b"AIGC"),
        box(b"data", struct.pack(">II", 1, 0), TEXT),
    )
    packet = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        + (
            b'xmlns:T="http://www.tc260.org.cn/ns/AIGC/1.0/"><T:AIGC>' + TEXT + b"</T:AIGC>"
            b"</rdf:Description></rdf:RDF>"
        )
    )
    for data, place in (
        (mp4(more=quicktime({b"AIGC": TEXT}, plain=True)), "moov.meta AIGC"),
        (mp4() + quicktime({b"AIGC": TEXT}), "meta AIGC place:meta"),
        (mp4(more=full(b"meta", handler(b"mdta"), *WIDE)), "moov.meta AIGC"),
        (mp4(more=itunes(fact(b"\xa9cmt", TEXT))), "moov.meta ©cmt place:moov.meta ©cmt"),
        (
            mp4(user=box(b"udta", itunes(named))),
            "moov.udta.meta AIGC place:moov.udta.meta AIGC",
        ),
        (mp4(user=box(b"udta", box(b"AIGC", TEXT))), "AIGC box place:AIGC box"),
        (mp4() + box(b"uuid", XMP, packet), "XMP place:XMP"),
    ):
        assert places(data) == [place]
        out = marked(data)
        assert places(out) == [PLACE]
        assert [out[at : at + 6] for at in places_in(out)] == [one[:6] for one in SAMPLES]


def fragment(base: int | None) -> bytes:
    """A fragment that tells where its samples begin, or does not."""
    head = struct.pack(">I", 1) + (b"" if base is None else struct.pack(">Q", base))
    flags = 0x020000 if base is None else 1
    return box(b"moof", full(b"mfhd", bytes(4)), box(b"traf", full(b"tfhd", head, flags=flags)))


@pytest.mark.parametrize("version", [0, 1])
def test_places_in_a_film_of_fragments_follow(version: int) -> None:
    """The base of a fragment, the table at the end, the index at the beginning."""
    kind = box(b"ftyp", b"isom", bytes(4))
    wide = "Q" if version else "I"
    index_size = 8 + 4 + 8 + struct.calcsize(f">2{wide}") + 4
    first = len(kind) + index_size
    movie = box(b"moov", full(b"mvhd", bytes(96)), track([]))
    fragment_at = first + len(movie)
    sound_at = fragment_at + len(fragment(0)) + 8
    index = full(b"sidx", bytes(8), struct.pack(f">2{wide}I", 0, len(movie), 0), version=version)
    table = full(
        b"tfra",
        struct.pack(">III", 1, 0b010001, 1),
        struct.pack(f">2{wide}", 0, fragment_at),
        b"\1\0\1\0\0\1"[:6],
        version=version,
    )
    rest = fragment(sound_at) + box(b"mdat", b"sound") + fragment(None)
    data = kind + index + movie + rest + box(b"mfra", table)
    out = marked(data)
    growth = len(out) - len(data)
    assert out.count(b"moof") == 2
    assert out[out.index(b"moof") - 4 :].startswith(fragment(sound_at + growth))
    assert out[sound_at + growth :].startswith(b"sound")
    at = out.index(b"tfra") + 4 + 4 + 12 + struct.calcsize(f">{wide}")
    assert struct.unpack_from(f">{wide}", out, at) == (fragment_at + growth,)
    at = out.index(b"sidx") + 4 + 4 + 8 + struct.calcsize(f">{wide}")
    assert struct.unpack_from(f">{wide}", out, at) == (len(movie) + growth,)
    assert (places(out), marked(out)) == ([PLACE], out)


def test_a_place_beyond_four_gigabytes_is_refused_and_not_cut() -> None:
    """What a table of 32 bits cannot say is an error; nothing is given out."""
    data = bytearray(mp4())
    at = data.index(b"stco") + 12
    data[at : at + 4] = b"\xff\xff\xff\xf0"
    with pytest.raises(GuijuError) as caught:
        marked(bytes(data))
    assert caught.value.code == "label-not-supported"


@pytest.mark.parametrize(
    "data",
    [
        mp4()[:-1],
        mp4()[:40],
        box(b"ftyp", b"isom", bytes(4)),
        mp4(more=box(b"cmov", b"packed")),
        mp4(user=box(b"udta", b"\0\0\xff\xff????")),
        mp4(more=full(b"meta", handler(b"mdta"), handler(b"mdta"))),
    ],
)
def test_a_film_that_lies_is_never_called_unlabelled_nor_labelled(data: bytes) -> None:
    """Sizes beyond the end, nothing in it, a packed index, two of what there is one."""
    assert check(data).verdict is not LabelVerdict.ABSENT
    with pytest.raises(GuijuError):
        marked(data)


def test_a_second_index_is_read_and_the_film_refused() -> None:
    """Players take the first or the last one."""
    data = mp4() + marked(mp4())[20:]
    assert places(data) == [f"{PLACE} repeated:moov"]
    with pytest.raises(GuijuError) as caught:
        marked(data)
    assert caught.value.code == "file-broken"


def test_a_box_that_goes_on_to_the_end_stays_so() -> None:
    """Size nothing says so, and size one that 64 bits follow."""
    data = mp4(index_first=True)
    at = data.index(b"mdat")
    open_end = data[: at - 4] + bytes(4) + data[at:]
    out = marked(open_end)
    assert out.endswith(open_end[at - 4 :])
    long = (
        data[: at - 4] + b"\0\0\0\1mdat" + struct.pack(">Q", len(data) - at + 12) + data[at + 4 :]
    )
    assert marked(long).endswith(long[at - 4 :])


def test_matroska_puts_its_tags_into_room_that_is_left() -> None:
    """Then nothing moves, and what is left of the room stays room."""
    for room in (400, 800, 20_000):
        data = matroska(INFO, element(0xEC, bytes(room)), CLUSTER)
        out = marked(data)
        assert len(out) == len(data)
        assert out.endswith(CLUSTER)
        assert (places(out), marked(out)) == (["SimpleTag AIGC"], out)


@given(room=st.integers(0, 400))
def test_matroska_fills_any_room_exactly_or_goes_elsewhere(room: int) -> None:
    """A remainder of one byte is too small for an element of its own."""
    data = matroska(INFO, element(0xEC, bytes(room)), CLUSTER)
    out = marked(data)
    assert len(out) == len(data) or out[len(ebml()) :].count(TEXT) == 1
    assert CLUSTER in out
    assert (places(out), marked(out)) == (["SimpleTag AIGC"], out)


SEEK = element(0x4DBB, element(0x53AB, bytes.fromhex("1549A966")) + element(0x53AC, b"\x40"))


def test_where_places_are_listed_the_tags_go_behind_everything_and_are_listed() -> None:
    """The list takes its room from what is left behind it."""
    room = element(0xEC, bytes(40))
    data = matroska(element(0x114D9B74, SEEK), room, INFO, CLUSTER, width=8)
    out = marked(data)
    body = len(ebml()) + 4 + 8
    at = out.index(bytes.fromhex("53AB841254C367")) + 7 + 3
    (place,) = struct.unpack_from(">Q", out, at)
    assert out[body + place :].startswith(bytes.fromhex("1254C367"))
    assert out.index(CLUSTER) == data.index(CLUSTER)
    assert (places(out), marked(out)) == (["SimpleTag AIGC"], out)


def test_where_the_list_has_no_room_the_tags_are_found_all_the_same() -> None:
    """And a segment whose size has no room either gets a longer one."""
    data = matroska(element(0x114D9B74, SEEK), INFO, CLUSTER, width=1)
    out = marked(data)
    assert CLUSTER in out
    assert (places(out), marked(out)) == (["SimpleTag AIGC"], out)


def test_a_stream_without_an_end_gets_its_tags_before_the_clusters() -> None:
    """Its clusters may have no end either."""
    endless = b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7 + element(0xA3, b"\x81\0\0\x80block")
    data = matroska(INFO, endless, endless, endless=True)
    out = marked(data)
    assert out.endswith(endless * 2)
    assert out.index(TEXT) < out.index(endless)
    behind = matroska(INFO, endless, tags(simple_tag(b"AIGC", TEXT)), endless=True)
    assert places(behind) == ["SimpleTag AIGC"]


@pytest.mark.parametrize("summed", [False, True])
def test_a_label_among_other_tags_is_replaced_and_its_check_sum_follows(*, summed: bool) -> None:
    """A second one gives way to nothing; the other tags stay."""
    title = simple_tag(b"TITLE", b"film")
    label = simple_tag(b"AIGC", TEXT.replace(b"req_1", b"req_2"))
    data = matroska(INFO, tags(title, label, title, label, summed=summed), CLUSTER)
    out = marked(data)
    assert (len(out), out.count(title)) == (len(data), 2)
    room = element(0xEC, bytes(len(label) - 3))
    expected = tags(title, simple_tag(b"AIGC", TEXT), title, room, summed=summed)
    assert expected in out
    assert places(out) == ["SimpleTag AIGC"]


def test_tags_in_tags_are_read_to_a_depth() -> None:
    """Deeper ones end the reading."""
    deep = simple_tag(b"AIGC", TEXT)
    for _ in range(4):
        deep = element(0x67C8, element(0x45A3, b"x") + deep)
    assert places(matroska(tags(deep))) == ["SimpleTag AIGC"]
    for _ in range(20):
        deep = element(0x67C8, deep)
    assert check(matroska(tags(deep))).verdict is LabelVerdict.INCONCLUSIVE


def test_avi_uses_room_before_the_pictures() -> None:
    """A new list, or the one that is there; what the room says at its beginning stays."""
    facts = riff_chunk(b"LIST", b"INFO" + riff_chunk(b"INAM", b"film\0"))
    for before in ((), (facts,)):
        data = avi(*before, riff_chunk(b"JUNK", b"made by" + bytes(1000)))
        out = marked(data)
        assert len(out) == len(data)
        assert out[-52:] == data[-52:]
        assert b"made by" in out
        assert (places(out), marked(out)) == (["LIST/INFO AIGC"], out)


def test_the_index_of_an_avi_follows_if_it_counts_from_the_beginning() -> None:
    """If it counts from the pictures, it stays."""
    for absolute in (False, True):
        data = avi(absolute=absolute)
        out = marked(data)
        at = out.index(b"idx1") + 8
        (place,) = struct.unpack_from("<I", out, at + 8)
        base = 0 if absolute else out.index(b"movi")
        assert out[base + place :].startswith(b"00dc")
        assert struct.unpack_from("<I", out, 4) == (len(out) - 8,)
        assert (places(out), marked(out)) == (["LIST/INFO AIGC"], out)


def test_an_avi_with_indexes_of_open_dml_is_left_where_it_is() -> None:
    """The list goes behind everything; if the file has more parts, there must be room before."""
    data = avi(open_dml=True)
    out = marked(data)
    assert out[8 : len(data)] == data[8:]
    assert (places(out), marked(out)) == (["LIST/INFO AIGC"], out)
    more = riff_chunk(b"RIFF", b"AVIX" + riff_chunk(b"LIST", b"movi"))
    with pytest.raises(GuijuError) as caught:
        marked(data + more)
    assert caught.value.code == "label-not-supported"
    roomy = avi(riff_chunk(b"JUNK", bytes(600)), open_dml=True) + more
    assert marked(roomy).endswith(more)


def test_a_label_of_an_avi_that_is_too_long_for_its_place_moves() -> None:
    """The old place says nothing then."""
    facts = riff_chunk(b"LIST", b"INFO" + riff_chunk(b"AIGC", b"{}") + riff_chunk(b"AIGC", TEXT))
    out = marked(avi(facts))
    assert places(out) == ["LIST/INFO AIGC"]


@pytest.mark.parametrize(
    ("part", "data"),
    [
        (mp4_editor, mp4(more=box(b"free") * 40)),
        (matroska_editor, matroska(INFO, element(0xEC, b"") * 40)),
        (flv_editor, flv(*[flv_facts((b"x", b"\5"))] * 40)),
    ],
)
def test_a_film_of_too_many_parts_is_given_up_and_not_called_unlabelled(
    part: ModuleType, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts are counted, so that reading ends."""
    assert check(data).verdict is LabelVerdict.ABSENT
    monkeypatch.setattr(part, "_MOST", 20)
    assert check(data).reasons == ("limit",)


def number(value: float) -> bytes:
    return b"\0" + struct.pack(">d", value)


def test_what_a_flash_film_tells_of_itself_follows() -> None:
    """Its length and the places of its key frames."""
    positions = b"\x0a" + struct.pack(">I", 2) + number(13) + number(500)
    frames = b"\3\0\x0dfilepositions" + positions + b"\0\0\x09"
    data = flv(flv_facts((b"filesize", number(300)), (b"keyframes", frames)))
    out = marked(data)
    growth = len(out) - len(data)
    assert number(300 + growth) in out
    assert number(13) + number(500 + growth) in out
    assert out.endswith(data[-23:])
    (count,) = struct.unpack_from(">I", out, out.index(b"onMetaData") + 11)
    assert count == 3
    assert (places(out), marked(out)) == (["onMetaData AIGC"], out)


def test_a_flash_film_without_facts_gets_a_tag_of_its_own() -> None:
    """As its first; others stay, also one with another script."""
    cue = flv_facts((b"x", number(1)), name=b"onCuePoint")
    for before in ((), (cue,)):
        data = flv(*before)
        out = marked(data)
        assert out.endswith(data[13:])
        assert (places(out), marked(out)) == (["onMetaData AIGC"], out)


def test_labels_in_other_scripts_of_a_flash_film_are_found_and_taken_out() -> None:
    """A long text, a second list of facts, and values that are not understood."""
    long = b"\x0c" + struct.pack(">I", len(TEXT)) + TEXT
    data = flv(flv_facts((b"AIGC", long)), flv_facts((b"AIGC", long), (b"x", number(1))))
    assert places(data) == ["onMetaData AIGC"] * 2
    assert places(marked(data)) == ["onMetaData AIGC"]
    assert check(flv(flv_facts((b"x", b"\x11\1")))).verdict is LabelVerdict.INCONCLUSIVE
