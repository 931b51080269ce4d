# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import re

import pytest
from fastapi import FastAPI
from msgspec.structs import replace
from starlette.testclient import TestClient
from tests.unit.dispositions.scene import OFFICER as SAFETY
from tests.unit.dispositions.scene import REVIEWER, Scene
from tests.unit.dispositions.scene import exchange as of_person
from tests.unit.labelling.samples import gif, jpeg, png
from tests.unit.labelling.test_labelling_provenance import authority
from tests.unit.labelling.test_labelling_watermark import opened, packed, scenery
from tests.unit.records.test_records_service import OFFICER, SECOND, exchange

from guiju import records
from guiju.app import verify_page
from guiju.app.turns import Turns
from guiju.dispositions import Source, content, open_finding
from guiju.kernel import FixedClock, digest, new_id, uuid_of
from guiju.labelling import (
    Profile,
    first_write,
    mark,
    new_pair,
    public_text,
    read,
    reason_in_words,
)
from guiju.labelling.explaining import _REASONS
from guiju.records import Label, Medium, Part
from guiju.storage import Database
from guiju.web import Site

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
GOOD = mark(png(), LABEL).data


@pytest.fixture
def client() -> TestClient:
    site = Site()
    app = FastAPI()
    app.include_router(verify_page.router(site))
    return TestClient(site.install(app), headers={"accept": "text/html"})


def sent(
    client: TestClient,
    data: bytes | None = None,
    name: str = "x.png",
    *,
    text: str = "",
    lang: str = "en",
):
    page = client.get("/verify").text
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    files = {"file": (name, data)} if data is not None else {"file": ("", b"")}
    fields = {"form_token": found[1], "text": text}
    return client.post("/verify", data=fields, files=files, headers={"accept-language": lang})


def test_anybody_may_ask_and_needs_no_script(client: TestClient) -> None:
    """The page is in both languages and offered in the menu."""
    for language, words in (("zh-CN", "查验标识"), ("en", "Check a label")):
        page = client.get("/verify", headers={"accept-language": language})
        assert page.status_code == 200
        assert page.text.count(words) >= 2
        assert "<form" in page.text


@pytest.mark.parametrize(
    ("data", "zh", "en"),
    [
        (GOOD, "未发现问题", "nothing is wrong with it"),
        (png(), "不等于不是人工智能生成", "does not show that it is not generated"),
        (GOOD[:-3], "不下结论", "nothing is concluded"),
        (png(behind=LABEL.to_wrapped_json().encode()), "但有问题", "something is wrong"),
        (b"\0\1", "不下结论", "nothing is concluded"),
    ],
    ids=["valid", "absent", "inconclusive", "invalid", "unsupported"],
)
def test_the_verdict_is_said_in_plain_words(
    client: TestClient, data: bytes, zh: str, en: str
) -> None:
    """In the reader's language, and never more than can be known."""
    assert en in sent(client, data).text
    assert zh in sent(client, data, lang="zh").text


def test_the_seven_fields_are_shown(client: TestClient) -> None:
    """With what they mean, and that a label proves nothing by itself."""
    page = sent(client, GOOD).text
    for part in (*LABEL.fields, "001191110102MAD55U9H0F10002", "req_1", "is generated"):
        assert part in page
    assert "not who wrote it" in page


def test_a_text_can_be_pasted(client: TestClient) -> None:
    """It is judged by the words at its ends."""
    assert "nothing is wrong" in sent(client, text="海是蓝的。\n（本内容由人工智能生成）").text
    assert "No label" in sent(client, text="海是蓝的。").text


def test_nothing_sent_is_one_clear_error(client: TestClient) -> None:
    """And the form is there again."""
    answer = sent(client)
    assert answer.status_code == 400
    assert "Choose a file, or paste a text." in answer.text
    assert "<form" in answer.text


def test_what_a_file_says_cannot_become_markup(client: TestClient) -> None:
    """Neither its name nor its fields nor a place in it."""
    evil = '{"AIGC":{"Label":"<u>","ContentProducer":"<script>1</script>","ProduceID":"\'><i>"}}'
    page = sent(client, jpeg(behind=evil.encode()), name="<img src=x>.png").text
    for tag in ("<u>", "<script>1", "<i>", "<img src=x"):
        assert tag not in page
    assert "&lt;script&gt;" in page


def test_too_much_is_refused(client: TestClient) -> None:
    """Before anything of it is read."""
    answer = sent(client, bytes(33 * 1024 * 1024))
    assert answer.status_code == 413
    assert sent(client, text="x" * 200_001).status_code == 400


def test_programs_get_the_report(client: TestClient) -> None:
    """The body is the file; the shape is that of `guiju label check --json`."""
    report = client.post("/api/labels/check", content=GOOD).json()
    assert (report["verdict"], report["label"]) == ("present_valid", LABEL.fields)
    assert set(report) == {"verdict", "label", "axes", "reasons"}
    assert client.post("/api/labels/check", content=gif()).json()["verdict"] == "absent"
    text = client.post("/api/labels/check?name=x.txt", content="海是蓝的。".encode()).json()
    assert text["axes"]["format"] == "text"


def test_every_reason_has_words(client: TestClient) -> None:
    """In both languages, with the part that it is about."""
    for word in _REASONS:
        said = reason_in_words(f"{word}:<ProduceID>")
        assert "{" not in said.zh + said.en
        assert said.zh.endswith("。")
        assert said.en.endswith(".")
    assert reason_in_words("new-word:x").en == "new-word:x"


def test_signatures_are_told_by_the_keys_that_are_published() -> None:
    """Page and programs tell whose they are, and whether the content is still the signed one."""
    pair, site, app = new_pair(), Site(), FastAPI()
    keys = {LABEL.content_producer: frozenset({pair.public})}
    app.include_router(verify_page.router(site, pinned=lambda: keys))
    client = TestClient(site.install(app), headers={"accept": "text/html"})
    data = mark(png(), LABEL, signer=pair).data
    page = sent(client, data).text
    assert "it is of the provider that it names" in page
    assert "The content is the one that was signed" in page
    other = mark(gif(), read(data).labels[0].label, name="x.gif").data  # its label on other content
    assert "The content is not the one that was signed" in sent(client, other, "x.gif").text
    stranger = mark(png(), LABEL, signer=new_pair()).data
    assert "who signed is open" in sent(client, stranger).text
    assert "It is not signed" in sent(client, GOOD).text
    told = client.get("/api/labels/keys").json()
    assert told == {LABEL.content_producer: [public_text(pair.public)]}
    assert told[LABEL.content_producer][0] in page


def test_a_picture_that_lost_its_label_is_known_by_its_mark(
    db: Database, clock: FixedClock
) -> None:
    """The page says that it was delivered here, and of a picture without a mark nothing."""
    made = mark(scenery(), LABEL, watermark=True)
    assert made.hidden is not None
    medium = Medium(
        LABEL.produce_id,
        "image/png",
        digest(made.data),
        len(made.data),
        "words",
        "inside",
        watermark=made.hidden.mark.hex(),
    )
    with db.write() as tx:
        records.record(tx, [replace(exchange(clock), media=(medium,))])
    site, app = Site(), FastAPI()
    app.include_router(verify_page.router(site, db))
    client = TestClient(site.install(app), headers={"accept": "text/html"})
    bare = packed(opened(made.data), "JPEG", quality=75)
    page = sent(client, bare, "x.jpg").text
    assert "this copy has lost its label" in page
    assert made.hidden.mark.hex() in page
    told = client.post("/api/labels/check", content=bare).json()
    assert (told["axes"]["watermark"], told["axes"]["ledger"]) == ("found", "marked")
    assert (told["verdict"], told["axes"]["judgement"]) == ("absent", "suspected")
    assert "None was found. That does not show" in sent(client, png()).text


def test_without_keys_none_are_published(client: TestClient) -> None:
    """A service that does not sign says nothing of keys."""
    assert client.get("/api/labels/keys").json() == {}
    assert "/api/labels/keys" not in client.get("/verify").text


def test_what_was_delivered_here_is_known_by_its_number(db: Database, clock: FixedClock) -> None:
    """The very bytes, or others under the same number; a stranger's number says nothing."""
    made = first_write(LABEL.content_producer, "p-1")
    data, other = mark(png(), made).data, mark(gif(), made).data
    medium = Medium("p-1", "image/png", digest(data), len(data), "words", "inside")
    with db.write() as tx:
        records.record(tx, [replace(exchange(clock), media=(medium,))])
    site, app = Site(), FastAPI()
    app.include_router(verify_page.router(site, db))
    client = TestClient(site.install(app), headers={"accept": "text/html"})
    assert "delivered this very file" in sent(client, data).text
    assert "字节完全一致" in sent(client, data, lang="zh").text
    assert "delivered other bytes" in sent(client, other, "x.gif").text
    assert "This service delivered" not in sent(client, GOOD).text
    for body, ledger in ((data, "same"), (other, "changed"), (GOOD, "not-checked")):
        told = client.post("/api/labels/check", content=body).json()
        assert told["axes"]["ledger"] == ledger


def test_a_flood_of_files_is_told_to_come_back(client: TestClient) -> None:
    """Looking for a watermark takes a core: who finds no turn gets one clear error, not a wait."""
    busy = Turns(at_once=1, waiting=0)
    with busy.turn(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(verify_page, "Turns", lambda: busy)
        site, app = Site(), FastAPI()
        app.include_router(verify_page.router(site))
        crowded = TestClient(site.install(app), headers={"accept": "text/html"})
        page = sent(crowded, GOOD)
        assert (page.status_code, "Too many files" in page.text) == (503, True)
        asked = {"accept": "application/json"}
        told = crowded.post("/api/labels/check", content=GOOD, headers=asked)
        assert (told.json()["error"]["code"], told.headers["retry-after"]) == (
            "checking-busy",
            "10",
        )
        assert sent(crowded, text="海是蓝的。").status_code == 200


def test_content_credentials_are_trusted_by_the_anchors_of_the_settings() -> None:
    """With them the page says who is vouched for; without, that this is open."""
    pytest.importorskip("c2pa")
    credential, anchor = authority()
    data = mark(png(), LABEL, profile=Profile.BOTH, credential=credential).data
    for anchors, state in ((None, "untrusted"), (anchor, "verified")):
        site, app = Site(), FastAPI()
        app.include_router(verify_page.router(site, anchors=anchors))
        trusting = TestClient(site.install(app))
        told = trusting.post("/api/labels/check", content=data).json()
        assert told["axes"]["c2pa"] == state


def test_what_a_platform_would_tell_is_said_where_no_label_says_it(client: TestClient) -> None:
    """Words alone make it suspected; and where a visible label stands is told."""
    page = sent(client, text="海是蓝的。\n（本内容由人工智能生成）").text
    assert "suspected to be generated" in page
    assert "at its end" in page
    assert "疑似人工智能生成" in sent(client, text="（AI生成）\n海是蓝的。", lang="zh").text
    assert "What a platform" not in sent(client, GOOD).text
    assert "What a platform" not in sent(client, text="海是蓝的。").text


@pytest.mark.parametrize(
    ("data", "why"), [(b"", "cut off"), (b"just words", "format that its name")]
)
def test_a_picture_that_is_none_is_not_concluded_of(
    client: TestClient, data: bytes, why: str
) -> None:
    """Nothing was read of a picture that is empty, or that is a text by its bytes."""
    page = sent(client, data, "x.png").text
    assert "nothing is concluded" in page
    assert why in page


@pytest.mark.control("text-label")
def test_words_that_were_delivered_here_are_known_by_their_number(
    db: Database, clock: FixedClock
) -> None:
    """The answer as it came, its words beside the label, other words, and words that are gone."""
    zh = "（本内容由人工智能生成）"
    request = new_id("req")
    number = uuid_of(request)
    aigc = first_write(LABEL.content_producer, number).fields
    said = {"0": {"content": f"海是蓝的。\n天也是。\n\n{zh}"}}
    kept = replace(
        exchange(clock),
        request=request,
        label=Label(number, "end", implicit=True),
        output=json.dumps({"delivered": said}).encode(),
    )
    with db.write() as tx:
        records.record(tx, [kept])
    site, app = Site(), FastAPI()
    app.include_router(verify_page.router(site, db))
    client = TestClient(site.install(app), headers={"accept": "text/html"})

    def body(words: str) -> str:
        choice = {"index": 0, "message": {"role": "assistant", "content": words}}
        return json.dumps({"choices": [choice], "aigc": aigc}, ensure_ascii=False)

    beside = f"海是蓝的。 天也是。\n{zh}\nAIGC {json.dumps(aigc)}"
    for text in (body(said["0"]["content"]), beside):
        assert "delivered these words" in sent(client, text=text).text
        told = client.post("/api/labels/check", content=text.encode()).json()
        assert told["axes"]["ledger"] == "same"
    other = body(f"海是绿的。\n\n{zh}")
    assert "delivered other words" in sent(client, text=other).text
    assert "另一段文字" in sent(client, text=other, lang="zh").text
    with db.write() as tx:
        records.erase(tx, OFFICER, SECOND, kept.person)
    assert "cannot be compared" in sent(client, text=other).text
    picture = mark(png(), first_write(LABEL.content_producer, number)).data
    assert "answer in words under this number" in sent(client, picture).text
    stranger = other.replace(number, uuid_of(new_id("req")))
    assert "This service delivered" not in sent(client, text=stranger).text


def test_what_nobody_looked_for_is_not_said_to_be_missing(client: TestClient) -> None:
    """Words on a picture may well be there; of a text it is known."""
    assert "look for yourself" in sent(client, png()).text
    assert "请自行留意" in sent(client, GOOD, lang="zh").text
    assert "look for yourself" not in sent(client, text="海是蓝的。").text


@pytest.mark.parametrize("decides", ["withhold", "withdraw"])
def test_what_was_withdrawn_since_is_said_to_be(
    db: Database, clock: FixedClock, decides: str
) -> None:
    """Words and files, also those of somebody else that are the same; not what never was that."""
    scene, text = Scene(db, clock), "海是蓝的，天也是蓝的，云慢慢地从山那边飘过来了。"
    with db.read() as tx:
        part = str(records.sameness(tx).of_text(text))
    requests = [new_id("req") for _ in range(2)]
    numbers = [uuid_of(one) for one in requests]
    labels = [first_write(LABEL.content_producer, one) for one in ("p-1", "p-2")]
    files = [mark(png(), one).data for one in labels]
    made = [
        replace(
            of_person(person, clock, "pass"),
            request=request,
            label=Label(number, "end", implicit=True),
            output=json.dumps({"delivered": {"0": {"content": text}}, "withheld": {}}).encode(),
            media=(Medium(label.produce_id, "image/png", digest(data), 1, "words", "inside"),),
            parts=(Part("0", part), Part(label.produce_id, "f" * 32)),
        )
        for person, request, number, label, data in zip(
            (scene.id, "pe_other"), requests, numbers, labels, files, strict=True
        )
    ]
    with db.write() as tx:
        records.record(tx, made)
    for file in ("", "p-1"):
        with db.write() as tx:
            found = open_finding(tx, REVIEWER, Source.STAFF, "A1g", request=requests[0])
            case = content.withhold(tx, REVIEWER, found, "Seen.", file)
            if decides == "withdraw":
                content.withdraw(tx, SAFETY, case, "Seen by two.")
    site, app = Site(), FastAPI()
    app.include_router(verify_page.router(site, db))
    client = TestClient(site.install(app), headers={"accept": "text/html"})

    def ledger(body: bytes) -> str:
        told = client.post("/api/labels/check", content=body).json()
        return str(told["axes"]["ledger"])

    def answer(words: str, number: str) -> bytes:
        aigc = first_write(LABEL.content_producer, number).fields
        choice = {"index": 0, "message": {"role": "assistant", "content": words}}
        return json.dumps({"choices": [choice], "aigc": aigc}).encode()

    others = "withdrawn" if decides == "withdraw" else "same"
    assert [ledger(one) for one in files] == ["withdrawn", others]
    assert [ledger(answer(text, one)) for one in numbers] == ["withdrawn", others]
    assert ledger(answer("别的话，从来没有说过，也不会再说的。", numbers[0])) == "changed"
    assert "has withdrawn it since" in sent(client, files[0]).text
    assert "停止提供并撤下" in sent(client, files[0], lang="zh").text
