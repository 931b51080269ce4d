# SPDX-License-Identifier: Apache-2.0
"""Some of many are erased while others go on, and nothing of them is in any file afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.shred import Shred, Size

CI = Size(people=40, records=5, erased=6, planted=24)


@pytest.mark.slow
@pytest.mark.control("erasure-proved", "records-sealed")
def test_erased_people_are_in_no_file(tmp_path: Path) -> None:
    """Neither in the database and its log, nor in copies or tiles; `bench/shred.py` at size."""
    found = Shred(tmp_path, CI).run()
    assert found["in_clear_before"] > 0, "labels of keys are in the clear until then"
    assert found["found"] == 0
    assert found["keys_found"] == 0
    assert found["probes"] == []
    assert found["finished"] == found["certificates"] == CI.erased
    assert found["others_read"] == 20
    assert found["ledger"] is True
