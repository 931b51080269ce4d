# SPDX-License-Identifier: Apache-2.0
"""Pictures, sound and films over real connections: from the model service to the client's disk."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from openai import APIStatusError, OpenAI
from PIL import Image
from tests.journeys.conftest import POLICY, Service
from tests.journeys.model_service import ModelService

from guiju.gateway.upstreams.demo_films import film
from guiju.labelling import check, read
from guiju.labelling.audio import encoded

EYES = '\n[screening.images]\nrequire = ["codes"]\nunscreened = "review"\n'
TERMS = '\n[labels.waiver]\nzh = "使用者负责加标识。"\nen = "The user labels it."\n'
NEEDS_FFMPEG = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")


def picture(colour: int = 100) -> bytes:
    file = BytesIO()
    Image.new("RGB", (300, 200), (colour, 50, 50)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[OpenAI]:
    service.use_policy(POLICY + EYES + TERMS)
    with service.client() as opened:
        yield opened


@pytest.mark.control("media-label")
def test_a_picture_is_fetched_at_our_address(client: OpenAI, model: ModelService) -> None:
    """The service leaves it at an address of its own; the client gets one of ours."""
    name = model.script({"file": picture(), "address": "http://127.0.0.1:{port}/files/{name}"})
    answer: Any = client.images.generate(model=name, prompt="海")
    url = answer.data[0].url
    assert "/v1/media/" in url
    with urllib.request.urlopen(url, timeout=30) as found:
        data = found.read()
    assert check(data).verdict == "present_valid"
    assert read(data).labels[0].label.fields == answer.data[0].aigc
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url[:-4] + "0000", timeout=30)
    with refused.value as told:
        assert told.code == 403


@pytest.mark.control("closed-door")
@pytest.mark.parametrize(
    ("script", "code"),
    [
        ({"address": "http://127.0.0.1:1/a.png"}, "media-elsewhere"),
        ({"address": "http://localhost:{port}/files/{name}"}, "media-elsewhere"),
        ({"address": "file:///etc/passwd"}, "media-elsewhere"),
        ({"address": "http://127.0.0.1:{port}@example.org/a"}, "media-elsewhere"),
        (
            {"address": "http://127.0.0.1:{port}/files/{name}", "redirect": True},
            "upstream-unavailable",
        ),
    ],
)
def test_nobody_goes_where_an_answer_points(
    client: OpenAI, model: ModelService, script: dict[str, Any], code: str
) -> None:
    """Only to the very service that answered, and never by a redirect."""
    name = model.script({"file": picture(), **script})
    with pytest.raises(APIStatusError) as refused:
        client.images.generate(model=name, prompt="海")
    assert refused.value.code == code


def test_an_edit_goes_as_a_form(client: OpenAI, model: ModelService) -> None:
    """The service reads the fields and exactly the bytes that were uploaded."""
    name = model.script({"file": picture(7)})
    answer: Any = client.images.edit(
        model=name,
        prompt="加一只鸟",
        image=[("a.png", picture(1)), ("b.png", picture(2))],
        mask=("m.png", picture(3)),
        size="300x200",
        n=1,
        response_format="b64_json",
    )
    assert check(b64decode(answer.data[0].b64_json)).verdict == "present_valid"
    asked = model.asked[-1]
    assert (asked["prompt"], asked["size"], asked["n"]) == ("加一只鸟", "300x200", "1")
    assert asked["mask"] == picture(3)
    assert asked["image[]"] in {picture(1), picture(2)}


def test_speech_and_what_is_waived(service: Service, client: OpenAI, model: ModelService) -> None:
    """Sound with its label; without the one that is heard once the terms are accepted."""
    tones = bytes((7 * at) % 251 for at in range(24_000))
    name = model.script({"file": encoded(tones, "wav")})

    def spoken(**headers: str) -> bytes:
        answer = client.audio.speech.create(
            model=name,
            voice="alloy",
            input="你好",
            response_format="wav",
            extra_headers=headers,
        )
        return answer.content

    assert check(spoken()).axes["explicit"] == "start"
    without = {"x-guiju-explicit-label": "none"}
    with pytest.raises(APIStatusError) as refused:
        spoken(**without)
    assert refused.value.code == "label-waiver-not-accepted"
    key = service.credentials["user"]["api_key"]
    _, _, terms = service.ask("/api/labels/waiver")
    status, _, _ = service.ask(
        "/api/labels/waiver/acceptances",
        {"terms": terms["terms"]},
        key,
        content_type="application/json",
    )
    assert status == 201
    waived = spoken(**without)
    assert check(waived).axes["explicit"] == "not-checked"
    assert check(waived).verdict == "present_valid"
    found = service.json("law", "standing", "--json")
    states = {one["id"]: one for article in found["articles"] for one in article["controls"]}
    for control in ("label-waiver-log", "media-label", "picture-screening"):
        assert states[control]["outcome"] == "MET", states[control]


@NEEDS_FFMPEG
def test_a_film_is_made_fetched_and_deleted(client: OpenAI, model: ModelService) -> None:
    """By a job that the service knows under its own id, which the client never sees."""
    name = model.script({"file": film("160x120", 2)["file"]})
    job: Any = client.videos.create(model=name, prompt="海浪", seconds="4", size="720x1280")
    assert name not in job.id
    assert model.asked[-1] == {
        "model": name,
        "prompt": "海浪",
        "seconds": "4",
        "size": "720x1280",
    }
    assert client.videos.retrieve(job.id).status == "completed"
    data = client.videos.download_content(job.id).content
    assert check(data).verdict == "present_valid"
    assert client.videos.list().data[0].id == job.id
    assert client.videos.delete(job.id).deleted
    with pytest.raises(APIStatusError) as gone:
        client.videos.download_content(job.id)
    assert gone.value.code == "video-not-found"
