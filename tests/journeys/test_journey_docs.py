# SPDX-License-Identifier: Apache-2.0
"""What the pages tell a newcomer to paste, pasted: README in both languages, and the tutorial."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.conftest import Service

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"<!-- run(?:: exit (?P<status>\d+))? -->\n```(?P<kind>sh|python)\n(?P<text>.*?)```", re.DOTALL
)


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Service]:
    """A folder as after `make up`: `.venv` and `var`, the service running on its port."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    service = Service(tmp_path / "var")
    service.start()
    yield service
    service.stop()


def paste(text: str, kind: str, service: Service) -> subprocess.CompletedProcess[str]:
    """Run one block where the newcomer stands, with the port of this test."""
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{service.port}")
    command = ["bash", "-eo", "pipefail", "-c"] if kind == "sh" else [sys.executable, "-c"]
    return subprocess.run(
        [*command, text],
        cwd=service.data.parent,
        env={**os.environ, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "docs/tutorial.md"])
def test_every_block_that_should_run_does(page: str, newcomer: Service) -> None:
    """Each block ends with the status that the page promises, in the order of the page."""
    blocks = list(BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")))
    assert len(blocks) >= 2
    exported = ""
    for block in blocks:
        text, kind = block["text"], block["kind"]
        done = paste(exported + text if kind == "sh" else text, kind, newcomer)
        assert done.returncode == int(block["status"] or 0), text + done.stdout + done.stderr
        exported += "".join(f"{line}\n" for line in text.splitlines() if line.startswith("export "))


def test_what_up_prints_can_be_pasted(newcomer: Service) -> None:
    """The curl and the Python snippet of the banner work as they stand."""
    said = newcomer.log.read_text(encoding="utf-8")
    curl = re.search(r"^curl .*?\}'$", said, re.MULTILINE | re.DOTALL)
    python = re.search(r"^from openai.*?^print\(answer.aigc\)$", said, re.MULTILINE | re.DOTALL)
    assert curl is not None
    assert python is not None
    for text, kind in ((curl[0], "sh"), (python[0], "python")):
        done = paste(text, kind, newcomer)
        assert done.returncode == 0, done.stderr
        assert "ContentProducer" in done.stdout
