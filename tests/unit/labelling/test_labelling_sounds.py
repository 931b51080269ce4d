# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.labelling.samples import SAMPLES
from tests.unit.labelling.sounds import (
    FORMAT,
    SOUND,
    comments,
    flac,
    flac_block,
    id3,
    id3_frame,
    mp3,
    ogg_page,
    opus,
    packed_frame,
    rf64,
    riff,
    riff_chunk,
    wav,
)

from guiju.kernel import GuijuError
from guiju.labelling import LabelVerdict, check, first_write, mark, read
from guiju.labelling.containers import container_of
from guiju.labelling.containers.ogg_pages import is_whole, packets, pages

CODE = "001191110102MAD55U9H0F10002"
LABEL = first_write(CODE, "req_1")
TEXT = LABEL.to_json().encode()
TXXX = b"\3AIGC\0" + TEXT
TITLE = id3_frame(b"TIT2", b"\3song")


def marked(data: bytes) -> bytes:
    return mark(data, LABEL, present="replace").data


def places(data: bytes) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.place, one.faults) for one in read(data).labels]


def test_a_tag_with_padding_takes_the_label_and_nothing_moves() -> None:
    """The other frames, the length of the tag and every frame of sound stay."""
    tagged = mp3(id3(TITLE, padding=1000), behind=b"TAG" + bytes(125))
    out = marked(tagged)
    assert len(out) == len(tagged)
    end = len(id3(TITLE, padding=1000))
    assert (out[10 : 10 + len(TITLE)], out[end:]) == (TITLE, tagged[end:])


def test_a_full_tag_grows_and_one_that_is_not_there_is_made() -> None:
    """What stands behind it stays as it is."""
    for tag in (b"", id3(TITLE)):
        tagged = mp3(tag, behind=b"APETAGEX" + bytes(24))
        out = marked(tagged)
        assert out.endswith(tagged[len(tag) :])
        assert places(out) == [("ID3v2 TXXX", ())]


@pytest.mark.parametrize(
    "content",
    [
        b"\0AIGC\0" + TEXT,
        b"\1" + "AIGC\0".encode("utf-16") + LABEL.to_json().encode("utf-16"),
        b"\2" + f"AIGC\0{LABEL.to_json()}".encode("utf-16-be"),
        b"\3aigc\0" + TEXT + b"\0",
    ],
)
def test_a_label_is_read_in_every_encoding_of_id3(content: bytes) -> None:
    """Whatever other writers chose."""
    data = mp3(id3(id3_frame(b"TXXX", content)))
    assert [one.label for one in read(data).labels] == [LABEL]


def test_a_packed_frame_and_one_of_an_old_version_are_read() -> None:
    """Version 2.2 is read; it is not written, for it has no such frame."""
    assert [one.label for one in read(mp3(id3(packed_frame(TXXX)))).labels] == [LABEL]
    old = mp3(id3(b"TXX" + len(TXXX).to_bytes(3) + b"\0" + TXXX[1:], version=2))
    assert [one.label for one in read(old).labels] == [LABEL]
    assert places(old) == [("ID3v2.2 TXX", ("place:ID3v2.2 TXX",))]
    with pytest.raises(GuijuError) as caught:
        mark(mp3(id3(version=2)), LABEL)
    assert caught.value.code == "label-not-supported"


def test_what_cannot_be_looked_into_is_never_called_absent() -> None:
    """An encrypted frame, a frame larger than its tag, a packed one that is a bomb."""
    encrypted = id3(id3_frame(b"TXXX", TXXX, flags=0x04))
    bomb = id3(packed_frame(b"\3AIGC\0" + bytes(10_000_000)))
    for tag in (encrypted, bomb, id3(TITLE[:-1]), id3(b"TXXX\x7f\x7f\x7f\x7f\0\0")):
        assert check(mp3(tag)).verdict is LabelVerdict.INCONCLUSIVE


@given(
    st.lists(st.binary(max_size=20).map(lambda one: b"\xff\0\xff\xe0" + one), max_size=4),
    st.integers(0, 300),
)
def test_frames_of_a_tag_with_unsynchronisation_stay_byte_by_byte(
    contents: list[bytes], padding: int
) -> None:
    """Stuffed zeros are taken out to read and stay where they are when written."""
    frames = [id3_frame(b"PRIV", one, version=3) for one in contents]
    stored = [one.replace(b"\xff", b"\xff\0") for one in frames]
    tagged = mp3(id3(*stored, version=3, flags=0x80, padding=padding))
    out = marked(tagged)
    assert out[10:].startswith(b"".join(stored))
    assert [one.label for one in read(out).labels] == [LABEL]
    assert marked(out) == out


def test_a_tag_with_a_footer_grows_without_padding() -> None:
    """For the standard allows none there; header and footer say the same size."""
    out = marked(mp3(id3(TITLE, footer=True)))
    size = 10 + len(TITLE) + len(id3_frame(b"TXXX", TXXX))
    assert (out[:3], out[size : size + 3]) == (b"ID3", b"3DI")
    assert out[3:10] == out[size + 3 : size + 10]


def test_sizes_as_an_old_itunes_wrote_them_are_kept() -> None:
    """Plain numbers where seven bits a byte belong."""
    big = b"PRIV" + struct.pack(">I", 200) + b"\0\0" + b"x" * 200
    out = marked(mp3(id3(big)))
    assert big in out
    assert b"TXXX" + struct.pack(">I", len(TXXX)) in out


def test_labels_in_other_tags_are_found_and_taken_out() -> None:
    """One file has one label: two tags in a row, and the same frame twice."""
    frame = id3_frame(b"TXXX", TXXX)
    data = mp3(id3(frame, frame) + id3(frame))
    assert check(data).verdict is LabelVerdict.INVALID
    assert places(marked(data)) == [("ID3v2 TXXX", ())]


def test_a_label_in_an_ape_tag_is_found() -> None:
    """It is said to be in a place where it does not belong."""
    ape = b"APETAGEX" + bytes(24) + struct.pack("<II", len(TEXT), 0) + b"AIGC\0" + TEXT
    assert places(mp3(behind=ape)) == [("APE", ("place:APE",))]


def test_the_label_of_a_wav_stands_behind_its_samples() -> None:
    """So that no sample moves; the size of the whole is told anew."""
    out = marked(wav())
    assert out[8 : len(wav())] == wav()[8:]
    assert out[len(wav()) :] == riff_chunk(b"AIGC", TEXT)
    assert struct.unpack("<I", out[4:8]) == (len(out) - 8,)


def test_samples_of_odd_length_get_their_byte() -> None:
    """Also where the writer forgot it."""
    whole = wav(sound=SOUND[:-1])
    for data in (whole, whole[:4] + struct.pack("<I", len(whole) - 9) + whole[8:-1]):
        out = marked(data)
        assert out[8 : len(whole)] == whole[8:]
        assert places(out) == [("AIGC chunk", ())]


@pytest.mark.parametrize(
    ("file", "sound"), [(0xFFFFFFFF, 0xFFFFFFFF), (0, 0), (36, 0), (0x7FFFFFFF, 0x7FFFFFDB)]
)
def test_where_the_samples_have_no_end_the_label_stands_before_them(file: int, sound: int) -> None:
    """As speech services stream them; behind them it would be taken for sound."""
    plain = wav()
    at = plain.index(b"data")
    data = plain[:4] + struct.pack("<I", file) + plain[8 : at + 4] + struct.pack("<I", sound)
    out = marked(data + SOUND)
    assert out[8:at] == plain[8:at]
    assert out[at:].startswith(riff_chunk(b"AIGC", TEXT))
    assert out.endswith(b"data" + struct.pack("<I", sound) + SOUND)
    assert (places(out), marked(out)) == ([("AIGC chunk", ())], out)


def test_a_wav_of_64_bits_tells_its_new_size_there() -> None:
    """And leaves the one of 32 bits as it is."""
    out = marked(rf64(riff_chunk(b"cue ", b"")))
    assert (out[4:8], struct.unpack_from("<Q", out, 20)) == (b"\xff" * 4, (len(out) - 8,))
    assert places(out) == [("AIGC chunk", ())]


def test_labels_elsewhere_in_a_wav_are_found_and_taken_out() -> None:
    """In the list of facts and in a tag of ID3; the other facts stay."""
    title = riff_chunk(b"INAM", b"song")
    info = riff_chunk(b"LIST", b"INFO" + title + riff_chunk(b"AIGC", TEXT) + title)
    tag = riff_chunk(b"id3 ", id3(TITLE, id3_frame(b"TXXX", TXXX)))
    data = wav(tag, before=info)
    assert places(data) == [
        ("LIST/INFO AIGC", ("place:LIST/INFO AIGC",)),
        ("ID3v2 TXXX", ("place:ID3v2 TXXX",)),
    ]
    out = marked(data)
    assert places(out) == [("AIGC chunk", ())]
    assert riff_chunk(b"LIST", b"INFO" + title + title) in out
    assert riff_chunk(b"data", SOUND) in out
    assert TITLE in out


def test_a_label_behind_the_end_of_a_wav_is_found() -> None:
    """Where no player looks; it cannot be taken out, so the file is refused."""
    data = wav() + b"AIGC" + TEXT
    assert check(data).verdict is LabelVerdict.INVALID
    with pytest.raises(GuijuError) as caught:
        marked(data)
    assert caught.value.code == "label-not-read-back"


def test_samples_that_are_cut_off_are_said_to_be() -> None:
    """A size that is too large is an error, unless it is one that says that it is not known."""
    assert check(wav()[:-10]).verdict is LabelVerdict.INCONCLUSIVE
    assert check(riff(b"WAVE", FORMAT)).verdict is LabelVerdict.INCONCLUSIVE


@given(padding=st.integers(0, 600), behind=st.booleans())
def test_flac_uses_its_padding_and_no_frame_of_sound_changes(*, padding: int, behind: bool) -> None:
    """Where it is enough the length stays, up to one byte; where not the file grows."""
    old = flac_block(4, comments(b"TITLE=song"))
    blocks = [old, flac_block(1, bytes(padding))]
    data = flac(*(blocks if behind else reversed(blocks)))
    out = marked(data)
    need = 4 + len(b"AIGC=" + TEXT)
    fits = padding >= need or padding + 4 == need
    assert (len(out) == len(data)) is fits
    assert out.endswith(SOUND)
    assert b"TITLE=song" in out
    assert (places(out), marked(out)) == ([("comment AIGC", ())], out)


def test_a_flac_behind_a_tag_of_id3_is_told_and_labelled_in_its_comments() -> None:
    """The tag loses its label, for one is enough."""
    data = id3(id3_frame(b"TXXX", TXXX)) + flac()
    told = container_of(data)
    assert told is not None
    assert told.name == "flac"
    assert places(marked(data)) == [("comment AIGC", ())]


def _sound_of(data: bytes) -> list[bytes]:
    """All packets of an Ogg file but its comments."""
    found = packets(data, pages(data))
    return [found[0], *found[2:]]


@given(
    st.binary(max_size=1200),
    st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=5),
)
def test_ogg_keeps_every_packet_and_numbers_its_pages_anew(
    picture: bytes, sounds: list[bytes]
) -> None:
    """Whether or not the comments need more pages than before."""
    tags = b"OpusTags" + comments(b"PIC=" + picture * 60, rest=b"\1keep")
    data = opus(tags, sounds=sounds)
    out = marked(data)
    assert _sound_of(out) == _sound_of(data)
    assert [one.sequence for one in pages(out)] == list(range(len(list(pages(out)))))
    assert all(is_whole(out, one) for one in pages(out))
    assert packets(out, pages(out))[1].endswith(b"\1keep")
    assert (places(out), marked(out)) == ([("comment AIGC", ())], out)


def test_vorbis_keeps_the_header_that_shares_pages_with_its_comments() -> None:
    """Its code books begin where the comments end, on the same page."""
    head, tags, books = (
        b"\1vorbis" + bytes(23),
        b"\3vorbis" + comments(rest=b"\1"),
        b"\5vorbis" * 70,
    )
    laces = [len(tags), 255, len(books) - 255]
    data = (
        ogg_page([len(head)], head, 0, flags=2)
        + ogg_page(laces, tags + books, 1)
        + ogg_page([len(SOUND)], SOUND, 2, flags=4, at=64)
    )
    out = marked(data)
    assert packets(out, pages(out))[2:] == [books, SOUND]
    assert places(out) == [("comment AIGC", ())]


def test_one_stream_of_several_is_labelled_and_a_second_label_is_seen() -> None:
    """Streams side by side and one behind the other."""
    tags = b"OpusTags" + comments(b"AIGC=" + TEXT)
    chained = opus(tags) + opus(tags, serial=8)
    assert len(places(chained)) == 2
    out = marked(chained)
    assert places(out) == [("comment AIGC", ())]
    assert places(marked(opus() + opus(serial=8))) == [("comment AIGC", ())]


@pytest.mark.parametrize(
    "data",
    [
        wav(riff_chunk(b"abcd", b"") * 100_001),
        flac(flac_block(4, comments(*[b""] * 100_001))),
        opus() * 1001,
        mp3(id3(*[packed_frame(b"\3AIGC\0" + bytes(200_000))] * 100)),
        mp3(id3(*[id3_frame(b"TXXX", b"\3AIGC\0{}")] * 65)),
        b"ID3\4\0\0\x7f\x7f\x7f\x7f" + bytes(5000),
    ],
)
def test_sound_of_too_many_parts_is_given_up_and_not_called_unlabelled(data: bytes) -> None:
    """Parts and unpacked bytes are counted, so that reading ends."""
    assert check(data).verdict is LabelVerdict.INCONCLUSIVE


def test_a_damaged_header_of_ogg_is_read_but_not_written() -> None:
    """A check sum that does not fit is a fault of the place."""
    whole = marked(opus())
    damaged = whole.replace(b"OggS\0\0", b"OggS\0\4")
    assert places(damaged) == [("comment AIGC", ("checksum",))]
    with pytest.raises(GuijuError) as caught:
        mark(damaged, first_write(CODE, "req_2"), present="replace")
    assert caught.value.code == "file-broken"


@pytest.mark.parametrize("name", ["flac", "aac", "mp3"])
def test_sound_behind_a_long_tag_is_known(name: str) -> None:
    """A tag of thousands of bytes, as a manifest makes one, hides no format and no label."""
    labelled = mark(SAMPLES[name], LABEL, name=f"x.{name}").data
    tag = b"ID3\x04\0\0" + bytes((0, 0, 100, 0)) + b"PRIV" + bytes(100 << 7)[4:]
    report = check(tag + labelled)
    assert report.axes["format"] == name
    assert report.label == LABEL.fields
