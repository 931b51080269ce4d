# SPDX-License-Identifier: Apache-2.0
"""Content credentials with time stamps: an authority that answers, and some that do not."""

from __future__ import annotations

import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from tests.journeys.time_stamping import authority
from tests.unit.labelling.samples import png
from tests.unit.labelling.test_labelling_provenance import authority as credentials

from guiju.kernel import Unavailable
from guiju.labelling import check
from guiju.labelling.commands import group

c2pa = pytest.importorskip("c2pa")
pytestmark = [
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed"),
    pytest.mark.control("media-label"),
]


def put(folder: Path, *more: str) -> Result:
    """`guiju label put` on a picture, with a chain and a key of our own."""
    credential, _ = credentials()
    key = credential.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "chain.pem").write_text(credential.chain)
    (folder / "key.pem").write_bytes(key)
    (folder / "key.pem").chmod(0o600)
    (folder / "x.png").write_bytes(png())
    code = ["--producer", "001191110102MAD55U9H0F10002", "--no-explicit", "--profile", "both"]
    who = [
        "--certificates",
        str(folder / "chain.pem"),
        "--certificate-key",
        str(folder / "key.pem"),
    ]
    files = [str(folder / "x.png"), "--out", str(folder / "out")]
    return CliRunner().invoke(group, ["put", *files, *code, *who, *more])


def test_a_manifest_says_when_it_was_signed(tmp_path: Path) -> None:
    """As the authority says it, which the same anchors vouch for."""
    (tmp_path / "tsa").mkdir()
    with authority(tmp_path / "tsa") as (address, asked):
        result = put(tmp_path, "--time-stamps", address)
    assert result.exit_code == 0, result.output
    assert len(asked) == 1
    data = (tmp_path / "out" / "x.png").read_bytes()
    anchors = credentials()[1] + (tmp_path / "tsa" / "root.pem").read_text()
    assert check(data, anchors=anchors).axes["c2pa"] == "verified"
    told = _told(data, anchors)
    assert {"timeStamp.validated", "timeStamp.trusted"} <= told


def _told(data: bytes, anchors: str) -> set[str]:
    """What the library says of the time stamp, by itself."""
    trust = {"trust_anchors": anchors, "trust_config": "1.3.6.1.5.5.7.3.4"}
    context: Any = c2pa.Context.from_dict({"version": 1, "trust": trust})
    with c2pa.Reader("image/png", BytesIO(data), context=context) as reader:
        found = json.loads(reader.json())["validation_results"]["activeManifest"]
    return {one["code"] for one in found["success"]}


@pytest.mark.parametrize("away", ["refuses", "nobody"])
def test_without_an_answer_nothing_is_signed_and_it_is_said_why(away: str, tmp_path: Path) -> None:
    """One clear error; a file without the time stamp that was asked for does not come out."""
    (tmp_path / "tsa").mkdir()
    with authority(tmp_path / "tsa", answers=False) as (address, _):
        if away == "refuses":
            result = put(tmp_path, "--time-stamps", address)
    if away == "nobody":
        result = put(tmp_path, "--time-stamps", address)
    assert isinstance(result.exception, Unavailable)
    assert result.exception.code == "time-stamps-away"
    assert address in result.exception.message("en")
    assert not (tmp_path / "out").exists()


def test_time_stamps_without_a_manifest_are_a_mistake(tmp_path: Path) -> None:
    """Nothing would be stamped."""
    result = put(tmp_path, "--time-stamps", "http://127.0.0.1:9/", "--profile", "cn")
    assert result.exit_code == 2
    assert "--profile" in result.output
