# SPDX-License-Identifier: Apache-2.0
"""The programs ffmpeg and ffprobe, which reach samples in packed formats; nothing here needs them.

They are started with one local file of a format that we told by its bytes, so that no list of
addresses in a file can lead them elsewhere, and with a limit of time.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from guiju.kernel import Invalid, Text, Unavailable

_QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file")
_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """Where the two programs are, and how many seconds one run of them may take."""

    ffmpeg: str = "ffmpeg"
    ffprobe: str = "ffprobe"
    seconds: float = _SECONDS

    @property
    def is_installed(self) -> bool:
        """Whether both are there."""
        return all(shutil.which(one) for one in (self.ffmpeg, self.ffprobe))

    def run(self, *arguments: str | Path) -> None:
        """Run ffmpeg with these arguments.

        Raises:
            Unavailable: `ffmpeg-missing`, `ffmpeg-too-slow` or `ffmpeg-without-encoder`.
            Invalid: `media-unreadable`, with what it said.
        """
        self._run(self.ffmpeg, *_QUIET, "-y", *map(str, arguments))

    def probe(self, file: Path, demuxer: str) -> Any:
        """What ffprobe says of the streams of a file of this format; raises as `run`."""
        shown = ("-of", "json", "-show_streams", "-f", demuxer)
        return msgspec.json.decode(self._run(self.ffprobe, *_QUIET[1:], *shown, str(file)))

    def _run(self, program: str, *arguments: str) -> bytes:
        place = shutil.which(program)
        if place is None:
            raise missing()
        try:
            done = subprocess.run(  # noqa: S603 - a list, and no shell
                (place, *arguments), capture_output=True, timeout=self.seconds, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise _too_slow(self.seconds) from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace")
            raise _no_encoder() if "Unknown encoder" in said else _unreadable(said)
        return done.stdout


def missing() -> Unavailable:
    """`ffmpeg-missing`: what is needed for this is not installed."""
    return Unavailable(
        "ffmpeg-missing",
        Text(
            zh="此格式的声音或画面须借助 ffmpeg，本机未安装。",
            en="Sound or pictures of this format need ffmpeg, which is not installed here.",
        ),
        Text(
            zh="请安装 ffmpeg（apt-get install ffmpeg），或改用 wav、pcm 格式的语音。",
            en="Install it (apt-get install ffmpeg), or use wav or pcm for speech.",
        ),
        article=12,
    )


def _too_slow(seconds: float) -> Unavailable:
    return Unavailable(
        "ffmpeg-too-slow",
        Text(zh=f"ffmpeg 在 {seconds:g} 秒内未完成。", en=f"ffmpeg was not done in {seconds:g} s."),
        Text(zh="请用较短的文件，或放宽时限。", en="Use a shorter file, or allow more time."),
        article=12,
    )


def _no_encoder() -> Unavailable:
    return Unavailable(
        "ffmpeg-without-encoder",
        Text(
            zh="本机的 ffmpeg 不含此格式的编码器。",
            en="The ffmpeg that is installed here has no encoder for this format.",
        ),
        Text(
            zh="请安装带 libx264、libmp3lame 等编码器的 ffmpeg。",
            en="Install one that has libx264, libmp3lame and others, as Debian's does.",
        ),
        article=12,
    )


def _unreadable(said: str) -> Invalid:
    first = (said.strip().splitlines() or ["?"])[0][:200]
    return Invalid(
        "media-unreadable",
        Text(zh=f"ffmpeg 无法处理此文件：{first}", en=f"ffmpeg cannot read this file: {first}"),
        Text(
            zh="未作任何改动；请重新导出后再试。",
            en="Nothing was changed; export it anew and try again.",
        ),
        article=12,
    )
