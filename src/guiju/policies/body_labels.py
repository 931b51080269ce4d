# SPDX-License-Identifier: Apache-2.0
"""What a policy says of labels: the words people see, where they stand, and who signs (Art. 12)."""

from __future__ import annotations

import re
from typing import Any

from guiju.kernel import Invalid, Text
from guiju.labelling import ExplicitLabel, Place, Profile, has_elements, public_from
from guiju.policies.part import Part

PLACES = tuple(one.value for one in Place)
PROFILES = tuple(one.value for one in Profile)
SOUND_PLACES = (Place.START.value, Place.END.value)
LONGEST_LABEL = 200
LONGEST_TERMS = 10_000
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_LACKS = (
    "缺少标识要素：人工智能或 AI，以及生成或合成",
    "lacks an element of a label: that it is AI, and that it was generated or synthesised",
)
_SAMPLE = Text(zh="例如：本回答由人工智能生成。", en="For example: AI-generated.")
_SAMPLE_OF_MEDIA = Text(zh="例如：人工智能生成。", en="For example: AI-generated (AI生成).")


def labels(form: Part) -> dict[str, Any]:
    """The words on texts and media, and who signs them; what is left out stays left out.

    Raises:
        Invalid: `policy-invalid`, with the exact place.
    """
    text = form.form("text")
    place = text.word("place", PLACES, default=Place.END.value)
    zh, en = (text.text(language, longest=LONGEST_LABEL).strip() for language in ("zh", "en"))
    text.done()
    beside = _beside(form)
    form.done()
    if not has_elements(zh):
        raise text.fault("zh", *_LACKS, _SAMPLE)
    try:
        ExplicitLabel(Place(place), zh, en)
    except Invalid as error:
        raise text.fault("en", *_LACKS, _SAMPLE) from error
    return {"text": {"place": place, "zh": zh, "en": en}} | beside


def _beside(form: Part) -> dict[str, Any]:
    """What is said of media, and the terms without a visible label; as written, or left out."""
    found: dict[str, Any] = {}
    if form.has("picture"):
        picture = form.form("picture")
        zh, en = (picture.text(one, longest=LONGEST_LABEL).strip() for one in ("zh", "en"))
        picture.done()
        for language, words in (("zh", zh), ("en", en)):
            if not has_elements(words):
                raise picture.fault(language, *_LACKS, _SAMPLE_OF_MEDIA)
        found["picture"] = {"zh": zh, "en": en}
    if form.has("waiver"):
        waiver = form.form("waiver")
        found["waiver"] = {
            one: waiver.text(one, longest=LONGEST_TERMS).strip() for one in ("zh", "en")
        }
        waiver.done()
    if form.has("audio"):
        audio = form.form("audio")
        found["audio"] = {"place": audio.word("place", SOUND_PLACES, default="start")}
        audio.done()
    if form.has("watermark"):
        watermark = form.form("watermark")
        found["watermark"] = {"pictures": watermark.flag("pictures", default=True)}
        watermark.done()
    if form.has("credentials"):
        found["credentials"] = _credentials(form.form("credentials"))
    if form.has("signing"):
        found["signing"] = _signing(form.form("signing"))
    return found


def _credentials(form: Part) -> dict[str, Any]:
    """Which marks of whom media get, which sealed key signs, and whether each must have them."""
    profile = form.word("profile", PROFILES)
    found: dict[str, Any] = {"profile": profile}
    if Profile(profile).signs:
        found["key"] = form.matching("key", _KEY)
        found["required"] = form.flag("required", default=True)
    form.done()
    return found


def _signing(form: Part) -> dict[str, Any]:
    """Which sealed key signs, whether texts too, and the public keys that have signed before."""
    found: dict[str, Any] = {
        "key": form.matching("key", _KEY),
        "text": form.flag("text", default=True),
    }
    if form.has("former"):
        found["former"] = form.texts("former", longest=200, most=20)
        for at, one in enumerate(found["former"]):
            if public_from(one) is None:
                raise form.fault(
                    f"former[{at}]",
                    "不是 SM2 公钥（guiju label key 印出的十六进制）",
                    "is no public SM2 key in hexadecimal, as guiju label key prints it",
                )
    form.done()
    return found
