# SPDX-License-Identifier: Apache-2.0
"""Labels sound that is delivered in pieces, without holding more of it than its head (Article 12).

Every format that speech interfaces stream has its label at the head. RIFF tells sizes there: where
they are known they are told anew, and where they are not, as in most streams, they stay unknown.
"""

from __future__ import annotations

from guiju.labelling.audio import mp3
from guiju.labelling.audio.cue import Cue, fitted
from guiju.labelling.audio.packed import KINDS, mp3_label
from guiju.labelling.audio.pcm import SPEECH, Pcm, not_supported
from guiju.labelling.audio.wave_heads import samples_begin, with_sizes, without_sizes
from guiju.labelling.audio.waves import Where, format_of
from guiju.labelling.containers import container_of
from guiju.labelling.containers.errors import broken, metadata_too_large
from guiju.labelling.containers.model import HEAD
from guiju.labelling.containers.ogg import OGG
from guiju.labelling.containers.ogg_pages import pages
from guiju.labelling.containers.walking import StopsError
from guiju.labelling.containers.wav import parsed
from guiju.labelling.ffmpeg import Ffmpeg
from guiju.labelling.marking import Present, mark
from guiju.labelling.model import AigcLabel

LARGEST_HEAD = 1024 * 1024
"""A head that is longer than this is not waited for."""

STREAMED = ("wav", "pcm", "mp3", "opus", "ogg", "aac", "flac")
"""The formats that can be labelled while they come."""

AUDIBLE = ("wav", "pcm", "mp3")
"""Those of them that can be given a label that is heard; MP3 needs ffmpeg for that."""


class AudioMarking:
    """Marks one sound: what is delivered is all that `feed` gives for each piece.

    `implicit` says whether the format has a place for the implicit label; raw samples have none.
    """

    def __init__(
        self,
        format_: str,
        label: AigcLabel,
        *,
        cue: Cue | None = None,
        pcm: Pcm = SPEECH,
        present: Present = "refuse",
        ffmpeg: Ffmpeg | None = None,
    ) -> None:
        """Without `cue` the sound gets no audible label; of packed formats only MP3 can get one.

        Raises:
            Invalid: `label-not-writable` or `audio-not-supported`, before anything is delivered.
        """
        if format_ not in STREAMED or (cue is not None and format_ not in AUDIBLE):
            raise not_supported(format_)
        self.implicit = format_ != "pcm"
        self._format, self._label, self._present = format_, label.checked(), present
        self._cue, self._pcm, self._ffmpeg = cue, pcm, ffmpeg or Ffmpeg()
        self._held = b""
        self._enough = 1
        self._is_through = False

    def feed(self, piece: bytes) -> bytes:
        """What of the sound is delivered now that this piece came.

        Raises:
            Invalid: `file-broken`, `audio-not-supported`, `metadata-too-large`, or as `mark`.
            Conflict: `label-present`.
            Unavailable: `ffmpeg-missing`, for a label that is heard in MP3.
        """
        if self._is_through:
            return piece
        self._held += piece
        if len(self._held) < self._enough:
            return b""
        out = self._begun()
        if out is None:
            if len(self._held) > LARGEST_HEAD:
                raise metadata_too_large(self._format, LARGEST_HEAD)
            # A head in many small pieces is not looked at for each of them.
            self._enough = len(self._held) * 9 // 8 + 1
            return b""
        self._is_through, self._held = True, b""
        return out

    def close(self) -> None:
        """Say that nothing more comes.

        Raises:
            Invalid: `file-broken`, when the head never was complete; nothing was delivered then.
        """
        if self._held:
            raise broken("truncated")

    def _begun(self) -> bytes | None:
        """All that was held, labelled; None while the head is not complete."""
        if self._format == "pcm":
            return self._audible(self._pcm) + self._held
        try:
            if self._format == "wav":
                return self._wave()
            return self._mp3() if self._cue else self._packed()
        except StopsError as stop:
            raise broken(stop.why) from stop

    def _audible(self, pcm: Pcm) -> bytes:
        """The audible label, of even length, for chunks of RIFF are padded to that."""
        sound = b"" if self._cue is None else fitted(self._cue, pcm)
        return sound[: len(sound) - len(sound) % (2 * pcm.width)]

    def _packed(self) -> bytes | None:
        held = self._held
        container = container_of(held)
        if container is None and len(held) < HEAD:
            return None
        if container is None or container.name != KINDS[self._format].container:
            raise not_supported(f"no {self._format}")
        end = len(held)
        if container is OGG:
            end = _whole_pages(held)
        head = held[:end]
        if "truncated" in container.read(head).stopped:
            return None
        marked = mark(head, self._label, present=self._present).data
        if container is OGG and _count(marked) != _count(head):
            raise metadata_too_large("Ogg", end)
        return marked + held[end:]

    def _mp3(self) -> bytes | None:
        """With frames of the audible label before those of the sound."""
        marked = self._packed()
        frame = None if marked is None else mp3.first_frame(marked)
        if marked is None or frame is None or self._cue is None or not mp3.has_begun(marked):
            return None
        label = mp3_label(self._cue, frame.kind, self._ffmpeg)
        joined = mp3.joined(marked, label, Where.START)
        if joined is None:
            raise not_supported("mp3, frames of several kinds")
        return joined

    def _wave(self) -> bytes | None:
        held = self._held
        begin = samples_begin(held)
        if begin is None:
            return None
        # Without sizes the label goes before the samples, be there any or not.
        marked = mark(without_sizes(held[:begin]), self._label, present=self._present).data
        pcm = format_of(marked, parsed(marked))
        sound = self._audible(pcm)
        head = with_sizes(marked, held[:begin], len(sound), len(sound) // pcm.width)
        return head + sound + held[begin:]


def _whole_pages(held: bytes) -> int:
    """Where the last page ends that is there to its end."""
    end = 0
    try:
        for page in pages(held):
            end = page.end
    except StopsError:
        pass
    return end


def _count(data: bytes) -> int:
    return sum(1 for _ in pages(data))
