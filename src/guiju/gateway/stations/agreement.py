# SPDX-License-Identifier: Apache-2.0
"""Agreement: nobody is served without having accepted the version in force (Article 9)."""

from __future__ import annotations

from guiju.accounts import require_agreement
from guiju.gateway.signals import Command
from guiju.gateway.stations.identify import known
from guiju.gateway.work import Work


def agreement(work: Work) -> tuple[Command, ...]:
    """Raise Refused 403 `agreement-not-accepted` unless the caller has accepted it."""
    require_agreement(known(work))
    return ()
