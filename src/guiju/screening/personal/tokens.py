# SPDX-License-Identifier: Apache-2.0
"""Where at the end of a text a number, a code or an e-mail may still be going on."""

from __future__ import annotations

import re
from string import ascii_letters, digits

from guiju.screening.personal.surface import AFTER_DIGIT, CODE_GAP, CODE_SIGN, DASHES

PLATE_HEADS = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

_SIGNS = f"@:()#+%转分机挂学警港澳领{DASHES}"
_SIGN = f"[0-9A-Za-z{_SIGNS}]"
# Behind the eight digits of a credit code its letters may stand in groups that hold no digit.
_CODE_BEGUN = (
    rf"(?<![0-9A-Za-z])[1-9ANYany][1-9]{CODE_GAP}[1-8](?:{CODE_GAP}[0-9]){{5}}"
    rf"(?:{CODE_GAP}{CODE_SIGN}){{0,10}}+"
)
# All that is found by letters and digits is a part of such a run, and nothing behind the run counts
# but one space and one character.
_RUN = (
    rf"(?:{_CODE_BEGUN}|{_SIGN}|(?<=[0-9]) {{1,2}}(?={_SIGN}|\Z)"
    rf"|(?<={_SIGN}) {{1,2}}(?=[0-9(@转分#]|\Z)|{AFTER_DIGIT} |(?<=@) )++"
)
_OPEN = re.compile(rf"(?:[{PLATE_HEADS}] ?)?{_RUN} ?\Z|[{PLATE_HEADS}] ?\Z")
# All that a run can hold, and a plate before it.
_HELD = f"{digits}{ascii_letters}{_SIGNS}{PLATE_HEADS} "


def open_at(text: str, low: int) -> int:
    """The first index from which a run of such characters goes up to the end."""
    low = max(low, len(text.rstrip(_HELD)))
    match = _OPEN.search(text, low) if low < len(text) else None
    return match.start() if match else len(text)
