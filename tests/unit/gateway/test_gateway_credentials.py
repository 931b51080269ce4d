# SPDX-License-Identifier: Apache-2.0
"""Content credentials on what leaves: by the policy, around everything else, or it stays here."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.gateway.scene import rules
from tests.unit.gateway.test_gateway_images import OTHERS, Draws, Studio, picture, seeing
from tests.unit.gateway.test_gateway_signing import PINNED, SIGNS, drawn
from tests.unit.gateway.test_gateway_speech import TONES, Speaks, spoken
from tests.unit.labelling.films import FILMS
from tests.unit.labelling.test_labelling_provenance import authority, certificate, pem

from guiju.gateway.credentials import Chain, Vouching, vouching_of
from guiju.gateway.media.labelling import labelled
from guiju.gateway.media.model import Order
from guiju.gateway.rules import Rules
from guiju.kernel import Unavailable, digest
from guiju.labelling import Profile, check, first_write, mark
from guiju.labelling.audio import encoded

pytestmark = pytest.mark.slow

c2pa = pytest.importorskip("c2pa")
NOW = dt.datetime.now(dt.UTC)  # noqa: TID251 - the library asks the real clock
SAID = {"credentials": {"profile": "both", "key": "C2PA_KEY", "required": True}}


def vouching(profile: Profile = Profile.BOTH, *, required: bool = True) -> Vouching:
    return Vouching(profile, authority()[0], required)


def used(before: Rules, **how: Any) -> Rules:
    return replace(before, vouching=vouching(**how))


def held(key: Any = None) -> str:
    """A key as it is sealed."""
    private = authority()[0].key if key is None else key
    return b64encode(
        private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    ).decode()


def chain(folder: Path, text: str | None = None) -> Chain:
    (folder / "chain.pem").write_text(authority()[0].chain if text is None else text)
    return Chain(folder / "chain.pem")


@pytest.mark.control("media-label")
def test_a_picture_leaves_with_both_marks() -> None:
    """Signed last: the manifest covers words and label; the label's signature stays beside it."""
    studio = Studio(Draws(picture()), used(replace(seeing(), signing=SIGNS)))
    data = drawn(studio)
    report = check(data, pinned=PINNED, anchors=authority()[1])
    assert b"Iptc4xmpExt:DigitalSourceType" in data
    assert (report.verdict, report.axes["c2pa"]) == ("present_valid", "verified")
    assert (report.axes["signature"], report.axes["content"]) == ("verified", "absent")
    (medium,) = studio.record.media
    assert (medium.implicit, medium.as_facts()["credentials"]) == ("inside", True)


def test_another_producers_manifest_becomes_the_parent_of_ours() -> None:
    """What the model service has signed is not lost, and ours holds."""
    behind = mark(
        picture(), first_write(OTHERS, "theirs-1"), profile=Profile.BOTH, credential=authority()[0]
    ).data
    data = drawn(Studio(Draws(behind), used(seeing())))
    report = check(data, anchors=authority()[1])
    assert report.label is not None
    assert report.label["ContentProducer"] == OTHERS
    assert (report.verdict, report.axes["c2pa"]) == ("present_valid", "verified")
    assert b"parentOf" in data


def test_the_profile_of_the_eu_leaves_the_chinese_label_out_and_says_so() -> None:
    """Evidence names it, so the standing of Article 12 shows a label that is missing."""
    studio = Studio(Draws(picture()), used(seeing(), profile=Profile.EU))
    report = check(drawn(studio), anchors=authority()[1])
    assert (report.verdict, report.axes["c2pa"]) == ("absent", "verified")
    assert studio.record.media[0].implicit == "credentials"


def test_a_film_leaves_with_both_marks() -> None:
    """Films go the same way as pictures."""
    order = Order(FILMS["mp4"], seeing_label(), "film", vouching=vouching())
    made = labelled(order)
    report = check(made.data, anchors=authority()[1])
    assert (made.credentials, report.axes["c2pa"]) == (True, "verified")
    assert report.label == seeing_label().fields


def seeing_label() -> Any:
    return first_write(rules().implicit["ContentProducer"], "film-1")


def test_what_cannot_hold_one_leaves_only_where_the_policy_lets_it() -> None:
    """Raw samples and Ogg are no formats of content credentials."""
    wav = Studio(Speaks(encoded(TONES, "wav")), used(rules()))
    assert check(spoken(wav).content, anchors=authority()[1]).axes["c2pa"] == "verified"
    free = Studio(Speaks(TONES, "audio/pcm"), used(rules(), required=False))
    assert spoken(free, response_format="pcm").content
    assert "credentials" not in free.record.media[0].as_facts()
    eu = vouching(Profile.EU, required=False)  # it would have no mark at all
    for by in (vouching(), eu):
        for data, kind in ((TONES, "pcm"), (FILMS["webm"], "film")):
            with pytest.raises(Unavailable, match="c2pa-not-signed"):
                labelled(Order(data, seeing_label(), kind, vouching=by))


def test_a_manifest_that_cannot_be_signed_closes_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture without its content credentials does not leave."""

    def refused(*_: object, **__: object) -> bytes:
        raise c2pa.C2paError("certificate expired")

    monkeypatch.setattr(c2pa.Builder, "sign", refused)
    with pytest.raises(Unavailable, match="media-not-labelled") as caught:
        labelled(Order(picture(), seeing_label(), "picture", vouching=vouching()))
    assert "certificate expired" in caught.value.what.en


def test_key_and_chain_are_found_by_policy_and_settings(tmp_path: Path) -> None:
    """The key as it is sealed, the chain from its file; a renewed file is another chain."""
    found = chain(tmp_path)
    made = vouching_of(SAID, found, lambda _: held(), NOW)
    assert made is not None
    assert (made.profile, made.required) == (Profile.BOTH, True)
    assert made.credential.chain == authority()[0].chain
    before = found.mark()
    (tmp_path / "chain.pem").write_text("another")
    assert found.mark() != before
    assert vouching_of({}, found, lambda _: held(), NOW) is None
    assert vouching_of({"credentials": {"profile": "cn"}}, found, lambda _: None, NOW) is None


@pytest.mark.parametrize(
    ("key", "text", "late", "code"),
    [
        (None, None, 0, "credential-missing"),
        ("MIGHAgEAMBMG", None, 0, "credential-missing"),
        ("other", None, 0, "credential-missing"),
        ("ours", "", 0, "credential-missing"),
        ("ours", None, 90, "credential-expired"),
        ("alone", None, 0, "credential-unfit"),
    ],
)
def test_without_a_fitting_credential_the_door_is_closed(
    tmp_path: Path, key: str | None, text: str | None, late: int, code: str
) -> None:
    """Nothing leaves unsigned because a key or a certificate is not what it should be."""
    other = ec.generate_private_key(ec.SECP256R1())
    keys = {"ours": held(), "other": held(other), "alone": held(other)}
    if key == "alone":  # an authority is no one to sign content
        text = pem(certificate("root", other, ends=False))
    with pytest.raises(Unavailable, match=code):
        vouching_of(
            SAID,
            chain(tmp_path, text),
            lambda _: keys.get(key or "", key),
            NOW + dt.timedelta(days=late),
        )


def test_what_is_delivered_is_what_the_record_names() -> None:
    """The digest is that of the signed bytes."""
    studio = Studio(Draws(picture()), used(seeing()))
    data = drawn(studio)
    assert studio.record.media[0].size == len(data)
    assert studio.record.media[0].digest == digest(data)
