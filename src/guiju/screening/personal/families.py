# SPDX-License-Identifier: Apache-2.0
"""Every way to find something. Apart from `find`: their expressions take long to compile."""

from __future__ import annotations

from guiju.screening.personal.address import POSTAL
from guiju.screening.personal.handles import HANDLES
from guiju.screening.personal.model import Family
from guiju.screening.personal.names import NAMES
from guiju.screening.personal.network import ADDRESSES, EMAILS
from guiju.screening.personal.numbers import NUMBERS
from guiju.screening.personal.papers import PAPERS

FAMILIES: tuple[Family, ...] = (NUMBERS, PAPERS, EMAILS, ADDRESSES, HANDLES, NAMES, POSTAL)
"""Of hits that begin and end alike the earlier family's comes first."""
