# SPDX-License-Identifier: Apache-2.0
"""A crash leaves no memory behind, and a traceback no values."""

from __future__ import annotations

import subprocess
import sys

import pytest

_DIES = """
import ctypes, logging, os, resource, sys
from guiju.app.crashing import leave_no_core
from guiju.kernel import Keyring, LocalMasterKey
leave_no_core()
assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
assert sys.platform != "linux" or ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0
logging.basicConfig()

def opened(secret):
    raise LookupError("something else")

def fails(words):
    secret = "kanarien" + "vogel" + words
    try:
        opened(secret)
    except LookupError:
        logging.exception("failed")
    import faulthandler
    faulthandler.enable()
    os.abort()

fails("-in-a-local")
"""


@pytest.mark.control("records-sealed")
def test_a_traceback_tells_lines_and_no_values() -> None:
    """Neither that of a logged error nor that of a process that is aborted."""
    done = subprocess.run(
        [sys.executable, "-c", _DIES], capture_output=True, text=True, check=False
    )
    assert done.returncode < 0
    assert "LookupError" in done.stderr
    assert "Fatal Python error: Aborted" in done.stderr
    assert "kanarienvogel-in-a-local" not in done.stdout + done.stderr
