# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.browser.composed import Composed
from tests.unit.records.test_records_service import exchange
from tests.unit.web.test_web_keys import EN, said, send

from guiju import records
from guiju.records import Usage

from .conftest import Visit

HERE = "/console/traffic/coverage"


@pytest.mark.control("coverage-incidents")
def test_an_open_gap_is_told_and_closed_by_a_safety_officer(visit: Visit, house: Composed) -> None:
    """On the traffic page and its own; whoever may not close it sees that it waits."""
    assert "There is none" in said(visit("auditor").get(HERE, headers=EN).text)
    with house.database.write() as tx:
        one = replace(exchange(house.clock, "req_gap"), usage=Usage(1, 2, 1234, 0))
        records.record(tx, [one])
    assert "Gaps that are open: 1" in said(
        visit("auditor").get("/console/traffic", headers=EN).text
    )
    text = said(visit("auditor").get(HERE, headers=EN).text)
    assert "1,234" in text
    assert "waits for a safety officer" in text
    assert "审查缺口" in visit("auditor").get(f"{HERE}?lang=zh").text
    with house.database.read() as tx:
        (gap,) = records.gaps(tx)
    officer = visit("safety")
    assert (
        send(
            visit("auditor"), f"{HERE}/{gap.id}/close", "/console/policies", reason="no"
        ).status_code
        == 403
    )
    assert send(officer, f"{HERE}/{gap.id}/close", HERE, reason="  ").status_code == 400
    assert (
        send(officer, f"{HERE}/{gap.id}/close", HERE, reason="a guard was down").status_code == 303
    )
    text = said(officer.get(HERE, headers=EN).text)
    assert "a guard was down" in text
    assert "Gaps that are open" not in said(officer.get("/console/traffic", headers=EN).text)
