# SPDX-License-Identifier: Apache-2.0
"""What every case is made of, Articles 14 to 19: transition tables as data, and legal time.

Who may do what from which state stands in a table that one can read and draw; `Machine.step` is
the only way from one state to the next, and where a person or a second person must decide,
software or the first person is refused. `due` says when a time limit ends, in working days too.
"""

from guiju.casework.calendar import Calendar, prc, read_calendar
from guiju.casework.drawing import mermaid, table_text
from guiju.casework.legal_time import Due, Pause, Unit, due
from guiju.casework.model import Machine, Step, Transition

__all__ = [
    "Calendar",
    "Due",
    "Machine",
    "Pause",
    "Step",
    "Transition",
    "Unit",
    "due",
    "mermaid",
    "prc",
    "read_calendar",
    "table_text",
]
