# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.labelling import (
    ExplicitLabel,
    LabelVerdict,
    Place,
    check,
    first_write,
    mark,
    read,
)

LABEL = first_write("001191110102MAD55U9H0F10002", "req_1")
OTHER = first_write("001191110102MAD55U9H0F10002", "req_2")
BARE = LABEL.to_json()
WRAPPED = LABEL.to_wrapped_json()
ZH = "（本内容由人工智能生成）"
BLOCK = "\n".join(f'  {name}: "{value}"' for name, value in LABEL.fields.items())


def words(place: str) -> ExplicitLabel:
    return ExplicitLabel(Place(place), ZH, ZH)


def front(inside: str, *, body: str = "# Title\n", line: str = "\n") -> bytes:
    return f"---\ntitle: 海\n{inside}\nlast: 1\n---\n{body}".replace("\n", line).encode()


@pytest.mark.parametrize("line", ["\n", "\r\n"])
@pytest.mark.parametrize("head", ["", "\ufeff"])
@pytest.mark.parametrize(
    "inside",
    [
        f"AIGC:\n{BLOCK}",
        f'"AIGC":\n{BLOCK}  # so',
        "AIGC:\n" + BLOCK.replace('"', "'"),
        "AIGC:\n" + BLOCK.replace('Code1: ""', "Code1: ''").replace("  ", "      "),
        f"AIGC: {BARE}",
        f"AIGC: '{BARE}'",
        "AIGC: " + '"' + BARE.replace('"', '\\"') + '"',
        "AIGC:\n  # a comment\n" + BLOCK.replace("\n", "\n\n", 1),
    ],
)
def test_every_usual_way_to_write_front_matter_is_read(inside: str, head: str, line: str) -> None:
    """Rows in either quotes, JSON in one line, JSON as a string; behind a byte order mark too."""
    data = head.encode() + front(inside, line=line)
    assert [one.label for one in read(data, "x.md").labels] == [LABEL]
    assert read(data, "x.md").labels[0].faults == ()
    assert read(data.decode("utf-8")).labels[0].label == LABEL


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ("AIGC:\n" + BLOCK.replace('"1"', "AIGC"), "not-a-label-value:Label"),
        ("AIGC:\n" + BLOCK.replace('"1"', "1"), "not-text:Label"),
        ("AIGC:\n" + BLOCK.replace("ReservedCode1", "ReserveCode1"), "misspelt:ReserveCode1"),
        (f"AIGC:\n{BLOCK}\n  Label: '2'", "repeated:Label"),
        (f"AIGC:\n{BLOCK}\nAIGC:\n{BLOCK}", "implicit-repeated"),
        ("AIGC: nothing", "unreadable"),
        ("AIGC:", "unreadable"),
    ],
)
def test_faults_in_front_matter_are_named(inside: str, fault: str) -> None:
    """Also the old form in which Label said AIGC."""
    report = check(front(inside, body=f"words\n{ZH}\n"), "x.md")
    assert report.verdict is LabelVerdict.INVALID
    assert any(one in {fault, "missing:Label"} for one in report.reasons)


@pytest.mark.parametrize("value", ["*a", "&a {}", "!!python/object x", "|\n  text", ">\n  x"])
def test_the_rest_of_yaml_is_not_followed(value: str) -> None:
    """It is said that it was not, and nothing is concluded."""
    report = check(front(f"AIGC: {value}"), "x.md")
    assert report.verdict is LabelVerdict.INCONCLUSIVE
    assert "unsupported:YAML" in report.reasons


@pytest.mark.parametrize(
    "text",
    [
        f"words\n\n```yaml\n---\nAIGC:\n{BLOCK}\n---\n```\n",
        f"---\nnot closed\nAIGC:\n{BLOCK}\n",
        f"x\n---\nAIGC:\n{BLOCK}\n---\n",
        f"---\nother:\n  AIGC:\n  {BLOCK}\n---\n",
        f"words AIGC{WRAPPED}\n",
    ],
)
def test_what_a_model_wrote_into_the_text_is_no_label(text: str) -> None:
    """Only the front matter at the very start is; a forged one is never taken for ours."""
    assert read(text.encode(), "x.md").labels == ()


@pytest.mark.parametrize("line", ["\n", "\r\n"])
@pytest.mark.parametrize("text", ["# T\n\nwords\n", "", "---\n\nnot front matter\n", "\ufeff# T\n"])
def test_a_text_without_front_matter_gets_one(text: str, line: str) -> None:
    """In front of everything; every character of the text is still there."""
    before = text.replace("\n", line).encode()
    after = mark(before, LABEL, name="x.md").data.decode()
    assert after.endswith(before.decode().removeprefix("\ufeff"))
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert ("\r\n" in after) == (line == "\r\n" and "\n" in text)


def test_front_matter_is_merged_with() -> None:
    """The label takes the place of another, or the last place; all other lines stay."""
    plain = front("tags: [a]")
    after = mark(plain, LABEL, name="x.md").data.decode()
    assert after == plain.decode().replace("last: 1\n", f"last: 1\nAIGC:\n{BLOCK}\n")
    two = front(f"AIGC: {BARE}\nmiddle: 2\nAIGC:\n{BLOCK}")
    once = mark(two, OTHER, name="x.md", present="replace").data
    assert [one.label for one in read(once, "x.md").labels] == [OTHER]
    assert b"middle: 2" in once
    assert once.count(b"AIGC") == 1


class Metas(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta" and dict(attrs).get("name") == "AIGC":
            self.found.append(dict(attrs).get("content"))


def by_another_parser(data: bytes) -> list[str | None]:
    parser = Metas()
    parser.feed(data.decode())
    return parser.found


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>x</body></html>",
        "<html lang=zh><body>x</body></html>",
        "<!doctype html>\n<title>x</title><p>words",
        "\ufeff<!-- a > b --><html><head>\n<script>'<head></head>'</script></head></html>",
        "<!doctype html>",
    ],
)
def test_a_page_gets_an_element_in_its_head(page: str) -> None:
    """For any reader; what stood before and behind it is the same."""
    before = page.encode()
    after = mark(before, LABEL, name="x.html").data
    assert by_another_parser(after) == [BARE]
    at = after.index(b'<meta name="AIGC"')
    end = after.index(b">", at) + 1
    assert after[:at] + after[end:] == before
    if b"charset" in before:
        assert after.index(b"charset") < at


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        (f"<meta name='AIGC' content='{BARE}'>", 1),
        ('<META content="' + WRAPPED.replace('"', "&quot;") + '" NAME=aigc />', 1),
        (f"<meta data-x='>' name=\"AIGC\" content='{BARE}'>" * 2, 2),
        (f"<script><meta name='AIGC' content='{BARE}'></script>", 0),
        (f"<textarea><meta name='AIGC' content='{BARE}'></textarea>", 0),
        (f"<!-- <meta name='AIGC' content='{BARE}'> -->", 0),
        (f"<meta name='other' content='{BARE}'>", 0),
    ],
)
def test_elements_are_found_as_a_browser_finds_them(inside: str, found: int) -> None:
    """In any case and order of attributes; not in scripts, fields and comments."""
    page = f"<!doctype html><html><head>{inside}</head><body>x</body></html>".encode()
    assert len(read(page).labels) == found
    after = mark(page, OTHER, present="replace").data
    assert [one.label for one in read(after).labels] == [OTHER]


def test_a_label_in_a_comment_is_found_and_is_a_fault() -> None:
    """Some write it so."""
    report = check(f"<!doctype html><!-- AIGC: {BARE} --><p>{ZH}</p>".encode())
    assert report.reasons == ("place:comment",)


@pytest.mark.parametrize("place", ["start", "end"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.md", b"# T\n\nwords of the text\n" * 9),
        (
            "x.html",
            b"<!doctype html><html><head><title>t</title></head><body>"
            + b"<p>words</p>" * 40
            + b"</body></html>",
        ),
    ],
)
def test_both_labels_in_one_call(name: str, text: bytes, place: str) -> None:
    """Our own check finds them right; twice is once."""
    marked = mark(text, LABEL, words(place), name=name)
    report = check(marked.data, name)
    assert (report.verdict, report.reasons) == (LabelVerdict.VALID, ())
    assert report.axes["explicit"] == place
    assert mark(marked.data, LABEL, words(place), name=name).data == marked.data
    assert marked.data.decode().count(ZH) == 1


def test_words_that_nobody_sees_on_a_page_are_no_visible_label() -> None:
    """Neither in the title nor in a script."""
    page = f"<!doctype html><head><title>{ZH}</title></head><body><p>x</p><script>'{ZH}'</script>"
    assert check(page.encode()).axes["explicit"] == "absent"


@pytest.mark.parametrize("data", [b"\xff\xfe<\0h\0", b"<!doctype html>\0\0"])
def test_another_encoding_is_not_written_to(data: bytes) -> None:
    """And nothing is concluded of it."""
    for name in ("x.md", "x.html"):
        if name == "x.md" and data.startswith(b"<"):
            continue
        assert check(data, name).verdict is LabelVerdict.INCONCLUSIVE
        with pytest.raises(Invalid):
            mark(data, LABEL, name=name)


@given(st.text(alphabet="-AIGC:{}\"'\n #&*|\\<>!metahtml ", max_size=120))
def test_any_text_can_be_read_and_marked(text: str) -> None:
    """As Markdown and as a page: one label afterwards, or one of our errors."""
    for name in ("x.md", "x.html"):
        data = text.encode()
        check(data, name)
        try:
            marked = mark(data, LABEL, name=name, present="replace")
        except Invalid:
            continue
        assert len(read(marked.data, name).labels) == 1
