# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.unit.labelling.films import box, full, mp4
from tests.unit.labelling.sounds import wav
from tests.unit.labelling.tracks import Film, config, picture, table, units

from guiju.kernel import Invalid, Unavailable
from guiju.labelling import first_write, mark, read
from guiju.labelling.containers.walking import StopsError
from guiju.labelling.ffmpeg import Ffmpeg
from guiju.labelling.transplanting import with_labels_of
from guiju.labelling.video import explicit_video, h264
from guiju.labelling.video.overlay import overlay
from guiju.labelling.video.replacing import Span, with_span
from guiju.labelling.video.span import extent
from guiju.labelling.video.track import picture_track

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
WORDS = "人工智能生成"
# Decoded: I P B B, I P B B ...; shown two steps later in the order I B B P.
TEN = [picture(n, entry=n % 4 == 0, size=5 + n) for n in range(10)]
ORDER = (1000, 2000, 500, 500)
FILM = Film(TEN, [0, 4, 8], [ORDER[n % 4] for n in range(10)])


def test_the_tables_say_where_each_sample_stands_and_when_it_is_shown() -> None:
    """Chunks of two samples each, with sound between."""
    data = FILM.data()
    track = picture_track(data)
    assert [track.sample(data, n) for n in range(10)] == TEN
    assert track.tables.shown[:5] == (1000, 2500, 1500, 2000, 3000)
    assert (track.tables.sync, track.size, track.scale) == ((0, 4, 8), (640, 360), 1000)


def test_the_label_is_shown_for_two_seconds_and_no_more_is_encoded_than_is_needed() -> None:
    """Up to the first entry behind it that needs nothing before; else all."""
    data = FILM.data()
    reach = extent(data, picture_track(data))
    assert (reach.labelled, reach.encoded, reach.seconds) == (4, 4, 2.0)
    for entries, encoded in (([0, 8], 8), ([0], 10)):
        other = replace(FILM, entries=entries).data()
        assert extent(other, picture_track(other)).encoded == encoded
    begun = replace(FILM, edit=2000).data()
    reach = extent(begun, picture_track(begun))
    assert (reach.labelled, reach.encoded) == (6, 8)


def test_an_entry_that_leans_on_what_is_before_it_is_none() -> None:
    """It says that it is one, but its unit is another, or what follows is shown before it."""
    pictures = [*TEN[:4], picture(4), *TEN[5:]]
    for film in (
        replace(FILM, pictures=pictures),
        replace(FILM, offsets=[*FILM.offsets[:4], 2600, *FILM.offsets[5:]]),
    ):
        data = film.data()
        assert extent(data, picture_track(data)).encoded == 8


def span(count: int, sizes: list[int] | None = None) -> Span:
    sizes = sizes or [3] * count
    samples = [picture(900 + n, entry=n == 0, size=sizes[n]) for n in range(count)]
    return Span(samples, [0], h264.config(config(1)))


@given(
    count=st.integers(2, 14),
    per_chunk=st.integers(1, 5),
    index_first=st.booleans(),
    data=st.data(),
)
def test_all_other_samples_and_the_sound_stay_and_are_found(
    count: int, per_chunk: int, index_first: bool, data: st.DataObject
) -> None:
    """However large the new ones are and however the film is laid out."""
    pictures = [picture(n, entry=n % 3 == 0, size=n % 5 + 1) for n in range(count)]
    offsets = [(n % 3) * 500 for n in range(count)] if data.draw(st.booleans()) else []
    entries = range(0, count, 3)
    film = Film(pictures, entries, offsets, per_chunk=per_chunk, index_first=index_first)
    encoded = data.draw(st.integers(1, count))
    sizes = data.draw(st.lists(st.integers(1, 40), min_size=encoded, max_size=encoded))
    new = span(encoded, sizes)
    old = film.data()
    before = picture_track(old)
    out = with_span(old, before, new)
    after = picture_track(out)
    found = [after.sample(out, n) for n in range(count)]
    assert found == [*new.samples, *pictures[encoded:]]
    assert after.tables.decoded == before.tables.decoded
    assert sorted(after.tables.shown) == sorted(before.tables.shown)
    assert after.tables.shown[:encoded] == tuple(sorted(before.tables.shown[:encoded]))
    assert after.tables.sync == (0, *(one for one in entries if one >= encoded))
    at = out.rindex(b"stco") + 8
    places = struct.unpack_from(f">{len(film.sounds())}I", out, at + 4)
    sounds = film.sounds()
    assert [out[a : a + len(b)] for a, b in zip(places, sounds, strict=True)] == sounds
    assert (len(after.config.sequence), len(after.config.picture)) == (2, 2)


def test_what_the_new_samples_depend_on_is_no_longer_told() -> None:
    """The table of dependencies says nothing of them."""
    film = replace(FILM, more=full(b"sdtp", b"\x20" * 10))
    data = film.data()
    out = with_span(data, picture_track(data), span(4))
    assert full(b"sdtp", bytes(4) + b"\x20" * 6) in out


@pytest.mark.parametrize(
    "data",
    [
        mp4(),
        wav(),
        replace(FILM, more=full(b"sbgp", bytes(8))).data(),
        replace(FILM, more=full(b"saiz", bytes(8))).data(),
        replace(FILM, matrix=(2, 0, 0, 2)).data(),
        replace(FILM, setup=config()[:4] + b"\xfd" + config()[5:]).data(),
        FILM.data() + box(b"moof"),
        FILM.data().replace(b"avc1", b"hvc1"),
        FILM.data().replace(b"avcC", b"avcX"),
        FILM.data().replace(b"stsz", b"stzz"),
        FILM.data().replace(table(b"stss", 1, 5, 9), table(b"stss", 1, 5, 99)),
        FILM.data()[:400],
    ],
)
def test_a_film_whose_samples_cannot_be_replaced_is_left_to_the_other_way(data: bytes) -> None:
    """Another codec, fragments, encryption, tables that are not rewritten, tables that lie."""
    with pytest.raises(StopsError):
        picture_track(data)


def test_sets_of_two_encoders_stand_beside_each_other() -> None:
    """With numbers that differ, so that a decoder tells them apart."""
    own, new = h264.config(config(0)), h264.config(config(3, profile=77))
    assert bytes(own) == config(0)
    both = own.joined(new)
    assert h264.config(bytes(both)) == both
    assert (own.free_id, new.free_id, both.free_id) == (1, 1, 1)
    assert h264.config(config(1)).free_id == 2
    assert (own.profile, own.level, new.profile) == ("high", "3.1", "main")
    assert not h264.config(config(0, profile=88)).can_be_joined


@given(st.binary(max_size=60))
def test_hostile_configurations_and_samples_end_in_one_error(data: bytes) -> None:
    """Never in another."""
    with suppress(StopsError):
        assert h264.config(data).free_id is not None
    with suppress(StopsError):
        h264.is_idr(data)
    assert h264.is_idr(units(b"", b"\x65"))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_label_is_upright_and_in_its_corner_however_pictures_are_stored(turn: int) -> None:
    """It is drawn on what is shown and then turned back."""
    stored = (640, 360) if turn % 180 == 0 else (360, 640)
    label = overlay(WORDS, stored, turn)
    with Image.open(BytesIO(label.png())) as drawn:
        assert drawn.size == stored
        turned = drawn.rotate(-turn, expand=True)
    assert turned.getbbox() == label.plate.box
    assert label.plate.inked >= 0.05 * 360
    shown = Image.new("RGB", turned.size, (90, 140, 60))
    out = BytesIO()
    shown.save(out, "PNG")
    assert not label.lies_on(out.getvalue())
    shown.paste(turned, mask=turned.getchannel("A"))
    out = BytesIO()
    shown.save(out, "PNG")
    assert label.lies_on(out.getvalue())


def test_without_ffmpeg_a_film_is_not_labelled_and_that_is_said() -> None:
    """And what is no film is refused before."""
    nowhere = Ffmpeg("no-such-program", "no-such-program")
    with pytest.raises(Unavailable) as caught:
        explicit_video(FILM.data(), WORDS, ffmpeg=nowhere)
    assert caught.value.code == "ffmpeg-missing"
    with pytest.raises(Invalid) as refused:
        explicit_video(wav(), WORDS, ffmpeg=nowhere)
    assert refused.value.code == "video-not-supported"


def test_a_label_that_is_lost_on_the_way_is_put_in_again() -> None:
    """And one that is there stays as it is."""
    old = mark(mp4(), LABEL).data
    assert [one.label for one in read(with_labels_of(old, mp4())).labels] == [LABEL]
    other = mark(mp4(), first_write("001191110102MAD55U9H0F10002", "req_2")).data
    assert with_labels_of(old, other) == other
    assert with_labels_of(mp4(), mp4()) == mp4()
    assert with_labels_of(old, b"nothing that is known") == b"nothing that is known"
