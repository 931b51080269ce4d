# SPDX-License-Identifier: Apache-2.0
"""Films by the official client: their owner's alone, begun by a judged prompt, labelled at last."""

from __future__ import annotations

import asyncio
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs
from tests.unit.gateway.scene import BLOCKED, caller, rules
from tests.unit.gateway.test_gateway_images import Studio, picture, seeing
from tests.unit.gateway.test_gateway_server import NOW, Client, run
from tests.unit.labelling.samples import SAMPLES

from guiju.accounts import Caller
from guiju.gateway.media.shelf import Shelf
from guiju.gateway.rules import Rules
from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.gateway.upstreams import DemoModel, no_such_job
from guiju.kernel import Conflict, NotFound, Text, digest
from guiju.labelling import check
from guiju.records import Exchange, MadeMedium, VideoJob

if TYPE_CHECKING:  # it takes seconds to import: only where it is used
    import openai

# The client warns of the end of one vendor's service; others go on to offer the same routes.
pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")
NOTHING = Text(zh="", en="")
NEEDS_FFMPEG = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


class Kept(Shelf):
    """What was recorded, as the database would know it."""

    def __init__(self, house: Cinema) -> None:
        self.house = house
        self.gone: set[str] = set()
        self.held = False

    def job(self, request: str, person: str) -> VideoJob | None:
        found = self.jobs(person, None, 100, newest=True)
        return next((one for one in found if one.request == request), None)

    def jobs(self, person: str, after: str | None, limit: int, *, newest: bool) -> list[VideoJob]:
        made = [
            VideoJob(
                one.request,
                one.person,
                one.label.produce_id,
                one.model,
                one.source,
                one.job.theirs,
                one.job.seconds,
                one.job.size,
                one.at,
            )
            for one in self.house.book.items
            if isinstance(one, Exchange) and one.job and one.request not in self.gone
        ]
        own = sorted((one for one in made if one.person == person), reverse=newest)
        rest = [one for one in own if after is None or (one.request < after) == newest]
        return rest[:limit]

    def check_free(self, one: VideoJob) -> None:
        if self.held and one.request not in self.gone:
            raise Conflict("record-held", Text(zh="案件", en="a case"), Text(zh="等", en="wait"))

    def fetched(self, produce_id: str) -> tuple[MadeMedium, bytes]:
        return self.house.fetched(produce_id)

    def kept(self, produce_id: str) -> bool:
        try:
            self.fetched(produce_id)
        except NotFound:
            return False
        return True

    def drop(self, one: VideoJob) -> bool:
        self.gone.add(one.request)
        return True


class Films(DemoModel):
    """Makes this film; `says` is how it stands."""

    def __init__(self, data: bytes = b"", **says: Any) -> None:
        super().__init__(NOW)
        self.data = data
        self.says = {"status": "completed", "progress": 100} | says
        self.begun: Any = {"id": "job-1", "status": "queued"}
        self.asked: list[AskModel] = []
        self.lost = False

    async def answer(self, ask: AskModel) -> ModelAnswered:
        self.asked.append(ask)
        return ModelAnswered(self.begun)

    async def about(self, ask: AskModel) -> dict[str, Any]:
        self.asked.append(ask)
        if self.lost:
            raise no_such_job()
        return {"file": self.data, "type": "video/mp4"} if ask.raw else dict(self.says)


class Cinema(Studio):
    """A studio that films."""

    def __init__(self, model: DemoModel, used: Rules | None = None) -> None:
        super().__init__(model, used or seeing(unscreened="review"))
        self.shelf = self.gateway._offers._shelf = Kept(self)

    def of(self, who: Caller) -> None:
        self.people.fetch = lambda *_: who  # type: ignore[method-assign]


def told(house: Cinema, *steps: Any) -> list[Any]:
    """What the official client gives for each step, or the error; a step gets what came before."""
    came: list[Any] = []

    async def scene(client: openai.AsyncOpenAI) -> None:
        import openai  # noqa: PLC0415 - as above

        for step in steps:
            try:
                came.append(await step(client, came))
            except openai.APIStatusError as error:
                came.append(error)

    house.by_openai(scene)
    return came


def begins(**asked: Any) -> Any:
    return lambda client, _: client.videos.create(**{"model": "m", "prompt": "海浪", **asked})


def retrieves(client: Any, came: list[Any]) -> Any:
    return client.videos.retrieve(came[0].id)


def downloads(client: Any, came: list[Any]) -> Any:
    return client.videos.download_content(came[0].id)


def deletes(client: Any, came: list[Any]) -> Any:
    return client.videos.delete(came[0].id)


@NEEDS_FFMPEG
@pytest.mark.control("media-label")
def test_a_film_from_its_prompt_to_its_label() -> None:
    """By the demo model: both labels are in it, the digest is on record, it is labelled once."""
    house = Cinema(DemoModel(NOW))
    job, stands, film, again = told(
        house, begins(seconds="2", size="160x120"), retrieves, downloads, downloads
    )
    assert (job.status, job.seconds, job.size, job.object) == ("queued", "2", "160x120", "video")
    assert (stands.status, stands.progress, stands.model) == ("completed", 100, "m")
    found = check(film.content)
    assert found.verdict == "present_valid"
    fields = json.loads(film.response.headers["x-guiju-aigc"])
    assert fields["ProduceID"] == job.aigc["ProduceID"]
    assert film.response.headers["x-guiju-screened"] == "not-screened: film"
    began, fetched = house.book.items
    assert isinstance(began, Exchange)
    assert isinstance(fetched, Exchange)
    (kept,) = fetched.media
    assert (kept.digest, kept.explicit, kept.kind) == (digest(film.content), "words", "video/mp4")
    assert (fetched.route, fetched.outgoing.screened) == (
        "/v1/videos/content",
        "not-screened: film",
    )
    assert again.content == film.content


@NEEDS_FFMPEG
def test_who_asks_twice_at_once_gets_one_film() -> None:
    """It is labelled once, whoever is first."""
    house = Cinema(DemoModel(NOW))

    async def twice(client: Any, came: list[Any]) -> Any:
        return await asyncio.gather(*(downloads(client, came) for _ in range(3)))

    _, films = told(house, begins(seconds="1", size="160x120"), twice)
    assert len({one.content for one in films}) == 1
    assert sum(isinstance(one, Exchange) and bool(one.media) for one in house.book.items) == 1


@NEEDS_FFMPEG
def test_two_workers_that_are_asked_at_once_hand_out_one_film() -> None:
    """Whose record comes second hands out the film of the first, and tells no error."""
    house = Cinema(DemoModel(NOW))
    write = house.book.write

    async def second(item: Any) -> None:
        media = item.media if isinstance(item, Exchange) else ()
        if not media:
            await write(item)
            return
        (own,) = media
        first = (structs.replace(own, content=b"the film of the other worker"),)
        house.book.items.append(structs.replace(item, request="req_other", media=first))
        raise Conflict("already-there", NOTHING, NOTHING)

    house.book.write = second  # type: ignore[method-assign]
    _, film = told(house, begins(seconds="1", size="160x120"), downloads)
    assert film.content == b"the film of the other worker"
    assert film.response.status_code == 200
    assert [type(one) for one in house.book.items] == [Exchange, Exchange]


def test_a_film_belongs_to_who_asked_for_it() -> None:
    """Nobody else sees, fetches or deletes it; they are told that there is none."""
    house = Cinema(Films())
    (job,) = told(house, begins())
    house.of(caller(person="pe_2"))
    for step in (retrieves, downloads, deletes):
        error = told(house, lambda *_: _now(job), step)[1]
        assert (error.status_code, error.code) == (404, "video-not-found")
    (page,) = told(house, lambda client, _: client.videos.list())
    assert page.data == []


async def _now(value: Any) -> Any:
    return value


def test_films_are_listed_page_by_page() -> None:
    """The newest first; a page says whether there are more."""
    house = Cinema(Films())
    told(house, begins(), begins(), begins())

    async def pages(client: Any, _: Any) -> Any:
        return [one.id async for one in client.videos.list(limit=2)]

    first, whole = told(house, lambda client, _: client.videos.list(limit=2), pages)
    assert (len(first.data), first.has_more) == (2, True)
    assert whole == sorted(whole, reverse=True)
    assert len(whole) == 3
    for odd in ({"limit": 0}, {"limit": 99}, {"order": "up"}, {"after": "x"}):
        (error,) = told(house, lambda client, _, odd=odd: client.videos.list(**odd))
        assert (error.status_code, error.code) == (400, "invalid-request")


def test_a_deleted_film_is_gone() -> None:
    """Also when the model service has forgotten it before."""
    for lost in (False, True):
        model = Films()
        house = Cinema(model)
        model.lost = lost
        job, deleted, after = told(house, begins(), deletes, retrieves)
        assert (deleted.id, deleted.deleted) == (job.id, True)
        assert after.code == "video-not-found"
        assert [one.method for one in model.asked if one.job] == ["DELETE"]


def test_a_film_that_a_case_holds_is_deleted_neither_here_nor_there() -> None:
    """Its owner is told before the model service is asked."""
    model = Films()
    house = Cinema(model)
    house.shelf.held = True
    _, refused, after = told(house, begins(), deletes, retrieves)
    assert refused.code == "record-held"
    assert after.status != "failed"
    assert "DELETE" not in [one.method for one in model.asked if one.job]


@pytest.mark.control("input-screening")
def test_a_blocked_prompt_begins_no_film() -> None:
    """Nor does a picture that shows a blocked word, or a policy that wants all pictures seen."""
    model = Films()
    house = Cinema(model)
    (error,) = told(house, begins(prompt=f"拍{BLOCKED}"))
    assert (error.status_code, error.code, model.asked) == (400, "content-blocked", [])
    shows = Cinema(model, seeing(f"看{BLOCKED}", unscreened="review"))
    reference = ("a.png", picture(1), "image/png")
    (error,) = told(shows, begins(input_reference=reference))
    assert (error.code, model.asked) == ("content-blocked", [])
    for strict in (seeing(), rules()):
        (error,) = told(Cinema(model, strict), begins())
        assert (error.code, model.asked) == ("content-not-screened", [])


def test_a_picture_to_begin_with_is_judged_and_passed_on() -> None:
    """Exactly these bytes, as a form."""
    model = Films()
    house = Cinema(model)
    reference = ("a.png", picture(1), "image/png")
    (job,) = told(house, begins(input_reference=reference, seconds="4"))
    assert job.status == "queued"
    (asked,) = model.asked
    assert (asked.form, [(one.field, one.data) for one in asked.files]) == (
        True,
        [("input_reference", picture(1))],
    )
    assert json.loads(asked.body) == {"model": "m", "seconds": "4", "prompt": "海浪"}
    assert house.record.pictures[0].picture == digest(picture(1))


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ({"status": "in_progress", "progress": 40}, "in_progress"),
        ({"status": "processing"}, "in_progress"),
        ({"status": "succeeded"}, "completed"),
        ({"status": BLOCKED, "progress": BLOCKED, "prompt": BLOCKED}, "in_progress"),
        ({"status": "failed", "error": {"code": "x", "message": BLOCKED}}, "failed"),
        ({"status": "failed", "error": BLOCKED}, "failed"),
    ],
)
def test_how_a_film_stands_is_told_in_our_words(says: Any, state: str) -> None:
    """A model service could smuggle text through its status as well."""
    house = Cinema(Films(**says))
    _, stands = told(house, begins(), retrieves)
    assert stands.status == state
    assert BLOCKED not in stands.to_json()
    if state != "completed":
        assert told(house, begins(), downloads)[1].code == "video-not-ready"


@pytest.mark.control("closed-door")
@pytest.mark.parametrize("data", [b"", b"<html>", picture(), SAMPLES["mp4"][:40]])
def test_what_is_no_film_does_not_leave(data: bytes) -> None:
    """One clear error, on record."""
    house = Cinema(Films(data))
    error = told(house, begins(), downloads)[1]
    assert error.status_code == 502
    assert error.code in {"upstream-unavailable", "media-not-labelled"}


@pytest.mark.parametrize("begun", [{}, {"id": 7}, {"id": "../x"}, {"id": "a" * 300}])
def test_a_job_without_an_id_is_none(begun: Any) -> None:
    """Its id is part of an address, so it must look like one."""
    model = Films()
    model.begun = begun
    assert told(Cinema(model), begins())[0].code == "upstream-unavailable"


def test_previews_and_other_paths_are_closed() -> None:
    """A preview carries no label of its own; nothing else below a film is passed on."""
    house = Cinema(Films())
    _, error = told(
        house,
        begins(),
        lambda client, came: client.videos.download_content(came[0].id, variant="thumbnail"),
    )
    assert error.code == "field-not-offered"

    async def scene() -> None:
        for path in ("/v1/videos/x/remix", "/v1/videos/../x", "/v1/videos/"):
            client = await Client(path, "GET").body(b"").of(house.gateway)
            assert (client.status, client.json["error"]["code"]) == (404, "video-not-found")
        client = await Client("/v1/videos/video_req_1", "PUT").body(b"").of(house.gateway)
        assert client.status == 405

    run(scene)
