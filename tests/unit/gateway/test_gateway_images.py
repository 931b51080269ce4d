# SPDX-License-Identifier: Apache-2.0
"""Pictures by the official client: screened both ways, labelled before they leave, or refused."""

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.unit.gateway.scene import BLOCKED, MASKED, rules
from tests.unit.gateway.test_gateway_pictures import Reads, png
from tests.unit.gateway.test_gateway_server import NOW, Client, House, run
from tests.unit.labelling.samples import SIGNATURE, chunk

from guiju.gateway.eyes import Eyes, Viewers
from guiju.gateway.media.shelf import Shelf
from guiju.gateway.rules import Rules
from guiju.gateway.server import Gateway
from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.gateway.upstreams import DemoModel
from guiju.kernel import NotFound, Text, digest
from guiju.labelling import check, first_write, mark, producer_code, read
from guiju.records import Exchange, MadeMedium, Refusal
from guiju.screening.images import Eyes as Parts
from guiju.screening.images import ImageScreen

if TYPE_CHECKING:  # it takes seconds to import: only where it is used
    import openai

Image = pytest.importorskip("PIL.Image")
OTHERS = producer_code("91110102MAD55U9H0F")
NOTHING = Text(zh="无。", en="Nothing.")


def picture(colour: int = 100, side: int = 200, kind: str = "PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB", (side, side), (colour, 50, 50)).save(file, kind)
    return file.getvalue()


class Draws(DemoModel):
    """Answers with these pictures and keeps what it was asked."""

    def __init__(self, *made: Any) -> None:
        super().__init__(NOW)
        self.made = made
        self.asked: list[AskModel] = []
        self.files: dict[str, bytes] = {}

    async def answer(self, ask: AskModel) -> ModelAnswered:
        self.asked.append(ask)
        data = [
            {"b64_json": b64encode(one).decode()} if isinstance(one, bytes) else one
            for one in self.made
        ]
        return ModelAnswered({"created": 1, "data": data, "usage": {"input_tokens": 3}})

    async def fetch(self, url: str, source: Any) -> bytes:
        if url not in self.files:
            return await super().fetch(url, source)
        return self.files[url]


def seeing(line: str = "", **images: Any) -> Rules:
    used = rules()
    table = {"images": {"require": ["ocr"], **images}}
    screen = ImageScreen.load(table, used.policy, used.screen.judge, Parts(ocr=Reads(line)))
    return replace(used, eyes=Eyes(screen, Viewers()))


class Files(Shelf):
    """Opens what a studio has kept."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    def fetched(self, produce_id: str) -> tuple[MadeMedium, bytes]:
        return self.studio.fetched(produce_id)


class Studio(House):
    """A gateway in front of a model that draws; what is kept can be fetched."""

    def __init__(self, model: DemoModel, used: Rules | None = None) -> None:
        super().__init__()
        self.rules.rules = used or seeing()
        self.draws = model if isinstance(model, Draws) else Draws()
        self.gateway = Gateway(
            rules=self.rules,
            directory=self.people,
            upstream=model,
            recorder=self.book,
            clock=NOW,
            shelf=Files(self),
        )

    def fetched(self, produce_id: str) -> tuple[MadeMedium, bytes]:
        for item in self.book.items:
            for one in item.media if isinstance(item, Exchange) else ():
                if one.produce_id == produce_id and one.content is not None:
                    found = MadeMedium(produce_id, item.request, one.kind, one.digest, one.size)
                    return found, one.content
        raise NotFound("medium-not-found", NOTHING, NOTHING)

    def by_openai(self, scene: Callable[[openai.AsyncOpenAI], Awaitable[None]]) -> None:
        import openai  # noqa: PLC0415 - as above

        async def asked() -> None:
            transport = httpx2.ASGITransport(app=self.gateway)
            async with httpx2.AsyncClient(transport=transport) as connection:
                await scene(
                    openai.AsyncOpenAI(
                        base_url="http://guiju.example/v1",
                        api_key="good",
                        max_retries=0,
                        http_client=connection,
                    )
                )

        run(asked)

    @property
    def refusal(self) -> Refusal:
        (found,) = self.book.items
        assert isinstance(found, Refusal)
        return found


def fails(studio: Studio, **asked: Any) -> Any:
    """The error of a request for a picture, as the official client tells it."""
    caught: list[Any] = []

    async def scene(client: openai.AsyncOpenAI) -> None:
        import openai  # noqa: PLC0415 - as above

        with pytest.raises(openai.APIStatusError) as error:
            await client.images.generate(**{"model": "m", "prompt": "海", **asked})
        caught.append(error.value)

    studio.by_openai(scene)
    return caught[0]


@pytest.mark.control("media-label")
def test_a_picture_leaves_with_both_labels() -> None:
    """Words in its pixels, seven fields inside, and the digest of these very bytes on record."""
    studio = Studio(Draws(picture()))

    async def scene(client: openai.AsyncOpenAI) -> None:
        answer: Any = await client.images.generate(model="m", prompt="海", size="200x200")
        (shown,) = answer.data
        data = b64decode(shown.b64_json)
        found = check(data)
        assert found.verdict == "present_valid"
        assert read(data).labels[0].label.fields == answer.aigc == shown.aigc
        assert Image.open(BytesIO(data)).tobytes() != Image.open(BytesIO(picture())).tobytes()
        (kept,) = studio.record.media
        assert (kept.digest, kept.size, kept.kind) == (digest(data), len(data), "image/png")
        assert (kept.explicit, kept.implicit, kept.content) == ("words", "inside", None)
        assert kept.produce_id == shown.aigc["ProduceID"] == studio.record.label.produce_id

    studio.by_openai(scene)
    (asked,) = studio.draws.asked
    assert asked.path == "/images/generations"
    assert json.loads(asked.body) == {"model": "m", "size": "200x200", "prompt": "海"}
    assert studio.record.usage.prompt_tokens == 3


@pytest.mark.control("picture-screening")
def test_several_pictures_have_numbers_of_their_own() -> None:
    """One number on different content would be a sign of forgery."""
    studio = Studio(Draws(picture(10), picture(90), picture(200)))

    async def scene(client: openai.AsyncOpenAI) -> None:
        answer: Any = await client.images.generate(model="m", prompt="海", n=3)
        numbers = [one.aigc["ProduceID"] for one in answer.data]
        assert len(set(numbers)) == 3
        assert [one.produce_id for one in studio.record.media] == numbers

    studio.by_openai(scene)
    assert [one.direction for one in studio.record.pictures] == ["output"] * 3
    assert {one.screened for one in studio.record.pictures} == {"full"}


def test_an_address_is_ours_and_ends() -> None:
    """The model is asked for bytes; the client gets a signed address that works without a key."""
    studio = Studio(Draws(picture()))

    async def scene(client: openai.AsyncOpenAI) -> None:
        answer: Any = await client.images.generate(model="m", prompt="海", response_format="url")
        parts = urlsplit(answer.data[0].url)
        assert (parts.scheme, parts.netloc) == ("http", "guiju.example")

        async def get(query: str, path: str = parts.path) -> httpx2.Response:
            return await client._client.get(f"http://guiju.example{path}?{query}")

        found = await get(parts.query)
        assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
        assert digest(found.content) == studio.record.media[0].digest
        assert found.headers["x-content-type-options"] == "nosniff"
        spoiled = await get(parts.query[:-1] + ("0" if parts.query[-1] != "0" else "1"))
        assert spoiled.json()["error"]["code"] == "link-invalid"
        longer = parts.query.replace("until=1", "until=2")
        assert (await get(longer)).json()["error"]["code"] == "link-invalid"
        assert (await get("", "/v1/media/..%2f")).status_code == 404
        NOW.advance(hours=2)
        late = await get(parts.query)
        NOW.advance(hours=-2)
        assert (late.status_code, late.json()["error"]["code"]) == (410, "link-expired")

    studio.by_openai(scene)
    (asked,) = studio.draws.asked
    assert json.loads(asked.body)["response_format"] == "b64_json"


def test_a_file_at_the_model_service_is_taken_in() -> None:
    """Its address never reaches the client; one that lies elsewhere is not fetched."""
    model = Draws({"url": "http://model/a.png"})
    model.files["http://model/a.png"] = picture()
    studio = Studio(model)

    async def scene(client: openai.AsyncOpenAI) -> None:
        answer: Any = await client.images.generate(model="m", prompt="海")
        assert answer.data[0].url.startswith("http://guiju.example/v1/media/")
        bare: Any = await client.images.generate(model="m", prompt="海", response_format="b64_json")
        assert check(b64decode(bare.data[0].b64_json)).verdict == "present_valid"

    studio.by_openai(scene)
    error = fails(Studio(Draws({"url": "http://169.254.169.254/latest"})))
    assert (error.status_code, error.code) == (502, "media-elsewhere")


@pytest.mark.control("input-screening")
def test_a_blocked_prompt_reaches_no_model() -> None:
    """It is an error, as there are no words to refuse it in; what is masked is masked."""
    studio = Studio(Draws(picture()))
    error = fails(studio, prompt=f"画一个{BLOCKED}")
    assert (error.status_code, error.code) == (400, "content-blocked")
    assert studio.record.incoming.verdict == "block"
    assert fails(Studio(Draws()), prompt=" ").param == "prompt"
    masked = Studio(Draws(picture()))

    async def scene(client: openai.AsyncOpenAI) -> None:
        await client.images.generate(model="m", prompt=f"说{MASKED}", quality="hd")

    masked.by_openai(scene)
    (asked,) = masked.draws.asked
    assert MASKED not in asked.body.decode()


@pytest.mark.control("output-screening")
def test_a_picture_that_shows_a_blocked_word_stays() -> None:
    """Its digest and what was found are on record, and the client gets an error."""
    studio = Studio(Draws(picture()), seeing(f"看{BLOCKED}"))
    error = fails(studio)
    assert (error.status_code, error.code) == (400, "content-blocked")
    record = studio.record
    assert (record.outgoing.verdict, record.finish, record.media) == ("block", "content_filter", ())
    assert record.pictures[0].picture == digest(picture())
    assert record.findings[0].direction == "output"


def test_without_eyes_no_picture_is_made() -> None:
    """A policy that says nothing of pictures is not asked to guess; no model is asked."""
    studio = Studio(Draws(picture()), rules())
    assert fails(studio).code == "content-not-screened"
    assert studio.draws.asked == []


def test_what_nobody_could_look_at_is_told() -> None:
    """The policy decides; where it lets the picture pass, the answer says that nobody looked."""
    used = rules()
    for unscreened in ("block", "review"):
        table = {"images": {"require": ["ocr"], "unscreened": unscreened}}
        screen = ImageScreen.load(table, used.policy, used.screen.judge, Parts())
        studio = Studio(Draws(picture()), replace(used, eyes=Eyes(screen, Viewers())))
        if unscreened == "block":
            assert fails(studio).code == "content-blocked"
            continue

        async def scene(client: openai.AsyncOpenAI) -> None:
            raw = await client.images.with_raw_response.generate(model="m", prompt="海")
            assert raw.headers["x-guiju-screened"].startswith("not-screened: ocr")

        studio.by_openai(scene)
        assert studio.record.outgoing.verdict == "review"


HOSTILE = {
    "html": b"<html><body>picture</body></html>",
    "garbage": bytes(range(256)) * 9,
    "cut": picture()[:120],
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "sound": b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0",
    "none": b"",
}


@pytest.mark.control("closed-door")
@pytest.mark.parametrize("policy", ["block", "review"])
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_does_not_leave(name: str, policy: str) -> None:
    """Whatever the policy says of what nobody has seen: without a label nothing leaves."""
    studio = Studio(Draws(HOSTILE[name]), seeing(unscreened=policy))
    error = fails(studio)
    assert (error.status_code, error.code) == (502, "upstream-unavailable")
    assert studio.refusal.code == "upstream-unavailable"


@pytest.mark.parametrize(
    "made",
    [
        [],
        [picture(), picture()],
        ["x"],
        [{"b64_json": "%%%"}],
        [{"b64_json": 7}],
        [{"url": 7}],
        [{"revised_prompt": "x"}],
        [None],
    ],
)
def test_an_answer_of_another_shape_is_none(made: list[Any]) -> None:
    """Too many, too few, no base64, no bytes."""
    assert fails(Studio(Draws(*made))).code == "upstream-unavailable"


def test_a_bomb_is_not_unfolded() -> None:
    """A picture of a billion pixels in a few kilobytes is refused by its head."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    bomb = SIGNATURE + head + pixels + chunk(b"IEND", b"")
    assert fails(Studio(Draws(bomb))).code == "upstream-unavailable"


def test_a_picture_too_small_for_its_label_is_refused() -> None:
    """Clearly, with the reason, and on record."""
    studio = Studio(Draws(picture(side=20)))
    error = fails(studio)
    assert (error.status_code, error.code) == (502, "media-not-labelled")
    assert "picture-too-small" in error.message
    assert studio.refusal.pictures[0].direction == "output"


def test_what_a_service_has_labelled_itself_keeps_its_producer() -> None:
    """Ours is added as that of whoever passes it on; another's label may not be altered."""
    theirs = first_write(OTHERS, "theirs-1")
    studio = Studio(Draws(mark(picture(), theirs).data))

    async def scene(client: openai.AsyncOpenAI) -> None:
        answer: Any = await client.images.generate(model="m", prompt="海")
        shown = answer.data[0].aigc
        assert (shown["ContentProducer"], shown["ProduceID"]) == (OTHERS, "theirs-1")
        ours = studio.rules.rules.implicit["ContentProducer"]
        assert (shown["ContentPropagator"], shown["PropagateID"]) == (
            ours,
            studio.record.label.produce_id,
        )
        assert check(b64decode(answer.data[0].b64_json)).verdict == "present_valid"

    studio.by_openai(scene)
    assert studio.record.media[0].producer == OTHERS


# -- edits -----------------------------------------------------------------------------------------


def edit(studio: Studio, *uploaded: bytes, **asked: Any) -> Any:
    """The answer to an edit, or the error."""
    came: list[Any] = []

    async def scene(client: openai.AsyncOpenAI) -> None:
        import openai  # noqa: PLC0415 - as above

        images = [(f"{at}.png", one, "image/png") for at, one in enumerate(uploaded)]
        given = images[0] if len(images) == 1 else images
        try:
            answer = await client.images.edit(
                **{"model": "m", "prompt": "加一只鸟", "image": given, **asked}
            )
        except openai.APIStatusError as error:
            came.append(error)
        else:
            came.append(answer)

    studio.by_openai(scene)
    return came[0]


@pytest.mark.control("input-screening", "picture-screening")
def test_an_edit_is_seen_both_ways() -> None:
    """The model gets exactly the bytes that were judged; each is on record by its digest."""
    studio = Studio(Draws(picture(30)))
    answer = edit(studio, picture(1), picture(2), mask=picture(3), n=1, size="200x200")
    assert check(b64decode(answer.data[0].b64_json)).verdict == "present_valid"
    (asked,) = studio.draws.asked
    assert [(one.field, one.data) for one in asked.files] == [
        ("image[]", picture(1)),
        ("image[]", picture(2)),
        ("mask", picture(3)),
    ]
    assert json.loads(asked.body) == {"model": "m", "n": 1, "size": "200x200", "prompt": "加一只鸟"}
    seen = [(one.direction, one.picture) for one in studio.record.pictures]
    assert seen[:3] == [("input", digest(picture(at))) for at in (1, 2, 3)]
    kept = json.loads(studio.record.input)
    assert [one["where"] for one in kept["pictures"]] == ["image[0]", "image[1]", "mask"]
    assert kept["pictures"][0]["sha256"] == digest(picture(1))


def test_an_upload_that_shows_a_blocked_word_reaches_no_model() -> None:
    """As in a chat."""
    studio = Studio(Draws(picture()), seeing(f"看{BLOCKED}"))
    assert edit(studio, picture(1)).code == "content-blocked"
    assert studio.draws.asked == []


def test_an_upload_that_is_no_picture_is_refused_by_its_field() -> None:
    """So is one too many, and a file under another name."""
    assert edit(Studio(Draws()), b"<html>").param == "image"
    assert edit(Studio(Draws()), *[picture(1, 40)] * 17).param == "image"
    assert edit(Studio(Draws()), picture(), prompt=f"画{BLOCKED}").code == "content-blocked"
    assert edit(Studio(Draws()), picture(), extra_body={"tools": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nno header\r\n\r\nx\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b'--b\r\ncontent-disposition: form-data; name="'),
        ("multipart/form-data; boundary=" + "b" * 400, b"--b--"),
        ("", b""),
    ],
)
def test_a_form_that_is_none_is_told_so(kind: str, body: bytes) -> None:
    """One clear error, whatever was sent."""

    async def scene() -> None:
        client = Client("/v1/images/edits", **{"content-type": kind}).body(body)
        await client.of(Studio(Draws()).gateway)
        assert client.status == 400
        assert client.json["error"]["code"] == "invalid-request"

    run(scene)


def test_the_demo_model_draws() -> None:
    """Every route of pictures, in the size and format that are asked for."""
    studio = Studio(DemoModel(NOW))

    async def scene(client: openai.AsyncOpenAI) -> None:
        answer: Any = await client.images.generate(
            model="guiju-demo", prompt="海", size="256x128", output_format="jpeg", n=2
        )
        for one in answer.data:
            shown = Image.open(BytesIO(b64decode(one.b64_json)))
            assert (shown.format, shown.size) == ("JPEG", (256, 128))
        changed: Any = await client.images.edit(
            model="guiju-demo", prompt="海", image=("a.png", png(), "image/png")
        )
        assert check(b64decode(changed.data[0].b64_json)).verdict == "present_valid"

    studio.by_openai(scene)


def test_what_is_made_from_a_labelled_picture_keeps_its_producer() -> None:
    """Ours is added; it is generated in any case, whatever was suspected before."""
    theirs = first_write(OTHERS, "theirs-1", label="3")
    studio = Studio(Draws(picture(30)))
    uploaded = mark(picture(1), theirs).data
    answer = edit(studio, uploaded)
    label = read(b64decode(answer.data[0].b64_json)).labels[0].label
    assert (label.label, label.content_producer, label.produce_id) == ("1", OTHERS, "theirs-1")
    assert label.propagate_id == studio.record.label.produce_id
    assert studio.record.media[0].producer == OTHERS
    (carried,) = studio.record.carried
    assert (carried.numbers, carried.digest) == (("theirs-1",), digest(uploaded))
    several = Studio(Draws(picture(30)))
    edit(several, uploaded, mark(picture(2), first_write(OTHERS, "theirs-2")).data)
    assert several.record.media[0].producer is None
    assert len(several.record.carried) == 2
