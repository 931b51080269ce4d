# SPDX-License-Identifier: Apache-2.0
"""Signed labels: on every kind of output, by the key that the policy names, never another's."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.unit.gateway.scene import Play, exchange, rules
from tests.unit.gateway.test_gateway_exchange import answer
from tests.unit.gateway.test_gateway_images import OTHERS, Draws, Studio, edit, picture, seeing
from tests.unit.gateway.test_gateway_speech import TONES, Speaks, spoken
from tests.unit.gateway.test_gateway_upstream_keys import OPERATOR

from guiju.gateway.rules import Rules
from guiju.gateway.signals import ModelDone
from guiju.gateway.signing import Signing, signing_of
from guiju.gateway.upstreams.keys import opened, seal_key
from guiju.kernel import Unavailable
from guiju.labelling import (
    AigcLabel,
    Report,
    Trust,
    check,
    examine,
    first_write,
    mark,
    new_pair,
    public_text,
    write_pair,
)
from guiju.labelling.audio import encoded
from guiju.labelling.watermark import LEAST_SIDE, mark_of
from guiju.storage import Database

PAIR, THEIRS = new_pair(), new_pair()
PRODUCER = rules().implicit["ContentProducer"]
PINNED = {PRODUCER: frozenset({PAIR.public}), OTHERS: frozenset({THEIRS.public})}
SIGNS = Signing(PAIR, text=True, pinned={PRODUCER: PINNED[PRODUCER]})


def signing(used: Rules, **changes: Any) -> Rules:
    return replace(used, signing=msgspec.structs.replace(SIGNS, **changes))


def trust(report: Report) -> tuple[str, str, str]:
    return tuple(report.axes[one] for one in ("signature", "content", "propagator"))  # type: ignore[return-value]


def whole(used: Rules) -> dict[str, str]:
    """The seven fields beside a whole answer."""
    play = Play(exchange(used=used)).begin()
    play.tell(answer("你好"))
    found: dict[str, str] = play.recorded().reply[1]["aigc"]
    return found


def streamed(used: Rules) -> dict[str, str]:
    """The seven fields in the last chunk of a stream."""
    play = Play(exchange(used=used, stream=True)).begin()
    play.speak("你好")
    play.tell(ModelDone())
    (found,) = [one["aigc"] for one in play.recorded().chunks() if "aigc" in one]
    return dict(found)


def drawn(studio: Studio) -> bytes:
    """The picture that the official client gets."""
    made: list[bytes] = []

    async def scene(client: Any) -> None:
        got = await client.images.generate(model="m", prompt="海")
        made.append(b64decode(got.data[0].b64_json))

    studio.by_openai(scene)
    return made[0]


@pytest.mark.control("media-label")
def test_a_picture_is_signed_and_tied_to_its_content() -> None:
    """A pinned key shows who generated it; without one it still shows that nothing was changed."""
    data = drawn(Studio(Draws(picture()), signing(seeing())))
    report = check(data, pinned=PINNED)
    assert (report.verdict, trust(report)) == ("present_valid", ("verified", "verified", "absent"))
    assert trust(check(data)) == ("integrity-only", "integrity-only", "absent")


def test_a_picture_carries_the_mark_of_its_number_where_policy_says_so() -> None:
    """Evidence names the mark; a signature is over the picture that has it."""
    used = replace(signing(seeing()), watermark=True)
    studio = Studio(Draws(picture(side=LEAST_SIDE)), used)
    report = check(drawn(studio), pinned=PINNED, watermark=True)
    assert (report.verdict, report.axes["watermark"]) == ("present_valid", "same")
    assert trust(report) == ("verified", "verified", "absent")
    (medium,) = studio.record.media
    assert medium.watermark == mark_of(medium.produce_id).hex()
    assert medium.as_facts()["watermark"] == medium.watermark
    small = Studio(Draws(picture(side=LEAST_SIDE - 8)), used)
    drawn(small)
    assert "watermark" not in small.record.media[0].as_facts()


def test_sound_is_signed_inside_and_beside() -> None:
    """Raw samples have no place for a label, so the head of the answer tells the signed one."""
    house = Studio(Speaks(encoded(TONES, "wav")), signing(rules()))
    report = check(spoken(house).content, pinned=PINNED)
    assert trust(report) == ("verified", "verified", "absent")
    raw = Studio(Speaks(TONES, "audio/pcm"), signing(rules()))
    said = spoken(raw, response_format="pcm").response.headers["x-guiju-aigc"]
    label = AigcLabel.from_fields(msgspec.json.decode(said))
    assert examine(label, lambda: None, PINNED).signature is Trust.VERIFIED


@pytest.mark.control("text-label")
def test_words_are_signed_once_whole_and_streamed() -> None:
    """The seven fields beside an answer in words verify; a policy can leave texts unsigned."""
    used = signing(rules())
    for fields in (whole(used), streamed(used)):
        label = AigcLabel.from_fields(fields)
        assert examine(label, lambda: None, PINNED).signature is Trust.VERIFIED
    unsigned = signing(rules(), text=False)
    assert whole(unsigned)["ReservedCode1"] == streamed(unsigned)["ReservedCode1"] == ""


def test_what_another_has_signed_stays_theirs_and_ours_is_added() -> None:
    """Words were put on the picture that they signed, so their tie to its content goes."""
    behind = mark(picture(), first_write(OTHERS, "theirs-1"), signer=THEIRS).data
    assert trust(check(behind, pinned=PINNED)) == ("verified", "verified", "absent")
    report = check(drawn(Studio(Draws(behind), signing(seeing()))), pinned=PINNED)
    assert report.label is not None
    assert report.label["ContentProducer"] == OTHERS
    assert (report.verdict, trust(report)) == ("present_valid", ("verified", "absent", "verified"))


def test_what_is_made_from_a_signed_picture_is_not_called_changed() -> None:
    """Its producer's signature stays, without the tie to the picture that was sent in."""
    sent = mark(picture(1), first_write(OTHERS, "theirs-1"), signer=THEIRS).data
    studio = Studio(Draws(picture(30)), signing(seeing()))
    report = check(b64decode(edit(studio, sent).data[0].b64_json), pinned=PINNED)
    assert (report.verdict, trust(report)) == ("present_valid", ("verified", "absent", "verified"))


def test_the_key_is_sealed_as_openssl_writes_it(db: Database, tmp_path: Any) -> None:
    """A PEM file on standard input is all that an operator needs; former keys stay known."""
    write_pair(tmp_path / "label.key", PAIR)
    with db.write() as tx:
        seal_key(tx, OPERATOR, "LABEL_KEY", (tmp_path / "label.key").read_text())
    said = {"signing": {"key": "LABEL_KEY", "text": True, "former": [public_text(THEIRS.public)]}}
    with db.read() as tx:
        found = signing_of(said, PRODUCER, lambda name: opened(tx, name))
    assert found is not None
    assert found.pair == PAIR
    assert found.pinned == {PRODUCER: frozenset({PAIR.public, THEIRS.public})}


@pytest.mark.parametrize("held", [None, "", "sk-orchard", "MIGHAgEAMBMG"])
def test_without_its_key_the_door_is_closed(held: str | None) -> None:
    """A label that should be signed never leaves unsigned."""
    with pytest.raises(Unavailable, match="label-key-missing"):
        signing_of({"signing": {"key": "LABEL_KEY", "text": True}}, PRODUCER, lambda _: held)
    assert signing_of({}, PRODUCER, lambda _: held) is None
