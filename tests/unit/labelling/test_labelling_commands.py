# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from guiju.kernel import Conflict, Invalid, Unavailable
from guiju.labelling import (
    ExplicitLabel,
    Place,
    abreast,
    check,
    files,
    first_write,
    mark,
    read,
)
from guiju.labelling.commands import group
from guiju.labelling.showing import show

CODE = "001191110102MAD55U9H0F10002"
SPREADS = "001191110102MAD55U9H0F20002"
ZH = "（本内容由人工智能生成）"
LABEL = first_write(CODE, "req_1")


class Source:
    """Stands for the house: who provides, and its words."""

    def labelling(self) -> tuple[str, ExplicitLabel]:
        return CODE, ExplicitLabel(Place.END, ZH, ZH)


def run(*arguments: str, source: object = None) -> Result:
    return CliRunner().invoke(group, arguments, obj=source)


def picture(folder: Path, name: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (300, 200), (90, 120, 60)).save(folder / name)
    return str(folder / name)


def put(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_check_gives_one_line_for_each_file(tmp_path: Path) -> None:
    """In the shape of the contract; status 1 because one file has no valid label."""
    good = put(tmp_path, "good.txt", f"海是蓝的。\n{ZH}")
    bad = put(tmp_path, "bad.txt", "海是蓝的。")
    result = run("check", good, bad, "--json")
    assert result.exit_code == 1
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert list(first) == ["file", "verdict", "label", "axes", "reasons"]
    assert (first["file"], first["verdict"], first["reasons"]) == (good, "present_valid", [])
    assert (second["verdict"], second["reasons"]) == ("absent", ["explicit-absent"])


def test_check_leaves_with_status_0_when_every_label_is_valid(tmp_path: Path) -> None:
    """A byte order mark does not matter."""
    good = put(tmp_path, "good.txt", f"\ufeff{ZH}\n海是蓝的。")
    result = run("check", good)
    assert (result.exit_code, result.stdout) == (0, f"{good}  present_valid\n")


def test_read_shows_the_labels_as_they_stand(tmp_path: Path) -> None:
    """Right or wrong; nothing of a file can steer the terminal."""
    label = LABEL.to_json().replace("req_1", "\\u001b[31m")
    file = put(tmp_path, "answer.json", f'{{"aigc":{label},"choices":[{{"text":"{ZH}"}}]}}')
    human = run("read", file)
    assert human.exit_code == 0
    assert "end: " + ZH in human.stdout
    assert "fault  charset:ProduceID" in human.stdout
    assert "\x1b" not in human.stdout
    shown = json.loads(run("read", file, "--json").stdout)
    assert shown["explicit"] == {"words": ZH, "place": "end"}
    assert shown["labels"][0]["label"]["ProduceID"] == "\x1b[31m"


def test_read_leaves_with_status_1_when_there_is_none(tmp_path: Path) -> None:
    """No label is a negative answer."""
    result = run("read", put(tmp_path, "bad.txt", "海是蓝的。"))
    assert result.exit_code == 1
    assert "explicit  -" in result.stdout


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.png", b"\x89PNG\r\n\x1a\n\0", "truncated"),
        ("x.txt", b"a\0b", "unsupported"),
        ("x.txt", b"\xff", "unsupported"),
    ],
)
def test_what_cannot_be_read_is_not_called_absent(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    """The verdict is inconclusive and says why."""
    result = run("check", put(tmp_path, name, data), "--json")
    assert result.exit_code == 1
    shown = json.loads(result.stdout)
    assert (shown["verdict"], shown["reasons"]) == ("inconclusive", [reason])


def test_a_missing_file_is_wrong_input(tmp_path: Path) -> None:
    """The error names it."""
    error = run("check", str(tmp_path / "none.txt")).exception
    assert isinstance(error, Invalid)
    assert error.code == "file-unreadable"


def test_put_labels_a_folder_by_statement_and_policy(tmp_path: Path) -> None:
    """Every medium in its way, below the same names; each with a number of its own."""
    inside, out = tmp_path / "in", tmp_path / "out"
    for name in ("a.png", "below/b.jpg", "below/c.webp", "d.gif"):
        picture((inside / name).parent, Path(name).name)
    put(inside, "t.txt", "海是蓝的。")
    result = run("put", str(inside), "--out", str(out), "--json", source=Source())
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len({line["label"]["ProduceID"] for line in lines}) == len(lines) == 5
    assert {line["label"]["ContentProducer"] for line in lines} == {CODE}
    for line in lines:
        assert check(Path(line["out"])).verdict == "present_valid"
    shown = {Path(line["file"]).name: line["shown"] for line in lines}
    assert shown["a.png"]["words"] == ZH
    assert shown["b.jpg"]["share"] >= 5
    assert (out / "t.txt").read_text().endswith(ZH)
    (beside,) = read(out / "t.txt").labels
    assert (beside.place, beside.faults) == ("side-car", ())
    assert run("check", str(out)).exit_code == 0


def test_put_needs_to_know_who_provides(tmp_path: Path) -> None:
    """From the data, or from the caller, who may say the words too."""
    file, out = picture(tmp_path, "a.png"), str(tmp_path / "out")
    assert isinstance(run("put", file, "--out", out).exception, Unavailable)
    words = ("--producer", CODE, "--words", "AI生成", "--produce-id", "n-1")
    assert run("put", file, "--out", out, *words).exit_code == 0
    done = (tmp_path / "out" / "a.png").read_bytes()
    assert read(done).labels[0].label == first_write(CODE, "n-1")
    assert show(done, "AI生成").already
    wrong = run("put", file, "--out", out, "--producer", CODE[:-1]).exception
    assert isinstance(wrong, Invalid)
    assert wrong.code == "provider-code-wrong"
    worded = run("put", file, "--out", out, "--producer", CODE, "--words", "made here").exception
    assert isinstance(worded, Invalid)
    assert worded.code == "label-words-incomplete"


def test_without_a_visible_label_only_the_implicit_one_is_put(tmp_path: Path) -> None:
    """No pixel changes; the implicit label cannot be left out."""
    file = picture(tmp_path, "a.png")
    words = ("--producer", CODE, "--produce-id", "n-1", "--no-explicit")
    assert run("put", file, "--out", str(tmp_path / "out"), *words).exit_code == 0
    assert (tmp_path / "out" / "a.png").read_bytes() == mark(
        Path(file), first_write(CODE, "n-1")
    ).data


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    """It is said, and the exit status tells; alone it is the error itself."""
    inside = tmp_path / "in"
    picture(inside, "a.png")
    put(inside, "b.png", b"\x89PNG\r\n\x1a\nbroken")
    picture(inside, "c.png")
    result = run("put", str(inside), "--out", str(tmp_path / "out"), source=Source())
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 2
    assert "file-broken" in result.stderr
    alone = run("put", str(inside / "b.png"), "--out", str(tmp_path), source=Source()).exception
    assert isinstance(alone, Invalid)
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["a.png", "c.png"]


def test_no_file_is_written_over_unasked(tmp_path: Path) -> None:
    """Neither what was read nor what another run wrote; no half file is left either."""
    file = picture(tmp_path / "in", "a.png")
    out = tmp_path / "out"
    itself = run("put", file, "--out", str(tmp_path / "in"), source=Source()).exception
    assert isinstance(itself, Invalid)
    assert itself.code == "file-unwritable"
    assert run("put", file, "--out", str(out), source=Source()).exit_code == 0
    again = run("put", file, "--out", str(out), source=Source()).exception
    assert isinstance(again, Conflict)
    assert again.code == "file-exists"
    assert run("put", file, "--out", str(out), "--overwrite", source=Source()).exit_code == 0
    put(tmp_path, "no-folder", "x")
    blocked = run("put", file, "--out", str(tmp_path / "no-folder"), source=Source()).exception
    assert isinstance(blocked, Invalid)
    assert not list(tmp_path.rglob(".*"))


def test_a_number_is_for_one_file(tmp_path: Path) -> None:
    """The same number on other content would be a forgery."""
    files = [picture(tmp_path, name) for name in ("a.png", "b.png")]
    out = str(tmp_path / "out")
    assert run("put", *files, "--out", out, "--produce-id", "n", source=Source()).exit_code == 2
    same = [picture(tmp_path / "x", "a.png"), picture(tmp_path / "y", "a.png")]
    twice = run("put", *same, "--out", out, source=Source()).exception
    assert isinstance(twice, Conflict)
    assert twice.code == "file-twice"


def test_propagate_keeps_the_producer_and_adds_who_spreads(tmp_path: Path) -> None:
    """With the code of the same provider as one who spreads, unless another is given."""
    file, out = picture(tmp_path, "a.png"), tmp_path / "out"
    run("put", file, "--out", str(out), "--produce-id", "n-1", source=Source())
    passed = tmp_path / "passed"
    arguments = ("propagate", str(out / "a.png"), "--out", str(passed), "--propagate-id", "p-1")
    assert run(*arguments, source=Source()).exit_code == 0
    fields = read(passed / "a.png").labels[0].label.fields
    assert (fields["ProduceID"], fields["PropagateID"]) == ("n-1", "p-1")
    assert (fields["ContentProducer"], fields["ContentPropagator"]) == (CODE, SPREADS)
    wrong = run(*arguments, "--propagator", CODE).exception
    assert isinstance(wrong, Invalid)
    none = run("propagate", file, "--out", str(passed), source=Source()).exception
    assert isinstance(none, Conflict)
    assert none.code == "label-not-single"


def test_another_label_is_kept_or_replaced_where_asked(tmp_path: Path) -> None:
    """And refused where nothing is asked."""
    file = picture(tmp_path, "a.png")
    run("put", file, "--out", str(tmp_path / "1"), "--produce-id", "n-1", source=Source())
    first = str(tmp_path / "1" / "a.png")
    for present, number in (("keep", "n-1"), ("replace", "n-2")):
        out = tmp_path / present
        arguments = ("--out", str(out), "--present", present, "--produce-id", "n-2")
        assert run("put", first, *arguments, source=Source()).exit_code == 0
        assert read(out / "a.png").labels[0].label.produce_id == number
    refused = run("put", first, "--out", str(tmp_path / "2"), source=Source()).exception
    assert isinstance(refused, Conflict)


def test_a_text_is_passed_on_with_the_label_beside_it(tmp_path: Path) -> None:
    """The text stays byte by byte; without a label beside it there is nothing to pass on."""
    source = put(tmp_path, "a.txt", "海是蓝的。")
    one, other = tmp_path / "one", tmp_path / "other"
    assert run("put", source, "--out", str(one), "--producer", CODE).exit_code == 0
    told = ("--propagator", SPREADS, "--propagate-id", "p-9")
    passed = run("propagate", str(one / "a.txt"), "--out", str(other), *told)
    assert passed.exit_code == 0
    assert (other / "a.txt").read_bytes() == (one / "a.txt").read_bytes()
    label = json.loads((other / "a.txt.aigc.json").read_bytes())
    assert (label["ContentProducer"], label["ContentPropagator"]) == (CODE, SPREADS)
    assert label["PropagateID"] == "p-9"
    bare = run("propagate", source, "--out", str(tmp_path / "none"), *told)
    assert isinstance(bare.exception, Conflict)
    assert bare.exception.code == "label-not-single"


def test_a_file_that_cannot_be_read_does_not_stop_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, the others are checked, and the exit status is that of the worst."""
    put(tmp_path, "a.txt", f"海是蓝的。\n{ZH}")
    put(tmp_path, "c.txt", f"海是蓝的。\n{ZH}")
    monkeypatch.setattr(files, "LARGEST_FILE", 80)
    put(tmp_path, "b.txt", "x" * 100)
    result = run("check", str(tmp_path), "--json")
    assert result.exit_code == 2
    assert "b.txt" in result.stderr
    assert "file-too-large" in result.stderr
    named = [Path(json.loads(line)["file"]).name for line in result.stdout.splitlines()]
    assert named == ["a.txt", "c.txt"]


def test_many_files_are_checked_side_by_side_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same verdicts as one after the other."""
    for number in range(70):
        put(tmp_path, f"{number:02}.txt", f"海是蓝的。\n{ZH}" if number % 3 else "海是蓝的。")
    alone = run("check", str(tmp_path), "--json")
    monkeypatch.setattr(abreast, "FEW", 10)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    assert run("check", str(tmp_path), "--json").stdout == alone.stdout
    assert len(alone.stdout.splitlines()) == 70


def test_files_are_fetched_ahead_of_those_that_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once, no more than so many ahead; whoever stops asking ends it."""
    sources = [Path(put(tmp_path, f"{number:02}.txt", ZH)) for number in range(30)]
    asked: list[Path] = []
    monkeypatch.setattr(abreast, "_AHEAD", 5)
    monkeypatch.setattr(abreast, "_wanted", asked.append)
    threads = threading.active_count()
    found = abreast.checked(sources, abreast.Manner(), lambda source, _: source)
    for number, source in enumerate(found, start=1):
        assert source == sources[number - 1]
        assert len(asked) <= number + 5
        if number == 10:
            break
    assert isinstance(found, Generator)
    found.close()
    assert threading.active_count() == threads
    assert list(abreast.checked(sources, abreast.Manner(), lambda one, _: one)) == sources
    assert set(asked[-25:]) <= set(sources)


def test_what_is_no_file_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """Nothing waits for a pipe that nobody writes to, or for a file that is gone."""
    os.mkfifo(tmp_path / "pipe")
    for one in (tmp_path / "pipe", tmp_path / "gone", tmp_path):
        abreast._wanted(one)


def test_a_file_that_cannot_be_read_does_not_stop_the_reading_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and the exit status tells."""
    put(tmp_path, "a.txt", ZH)
    monkeypatch.setattr(files, "LARGEST_FILE", 80)
    put(tmp_path, "b.txt", "x" * 100)
    put(tmp_path, "c.txt", ZH)
    result = run("read", str(tmp_path), "--json")
    assert result.exit_code == 2
    assert "file-too-large" in result.stderr
    assert len(result.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.txt", ZH.encode(), "side-car"),
        ("x.jpg", b"", "cut off"),
        ("x.xyz", b"\0\1\2", "PNG or JPEG"),
    ],
)
def test_what_has_no_place_for_a_label_is_told_what_to_do(
    name: str, data: bytes, said: str
) -> None:
    """A text has another way than a picture of no known format."""
    with pytest.raises(Invalid) as caught:
        mark(data, LABEL, name=name)
    assert said in caught.value.message("en")
