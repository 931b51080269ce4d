# SPDX-License-Identifier: Apache-2.0
"""What every case is made of, Articles 14 to 19: transition tables as data and forms read strictly.

Who may do what from which state stands in a table that one can read and draw; `Machine.step` is
the only way from one state to the next, and where a person or a second person must decide,
software or the first person is refused.
"""

from guiju.casework.drawing import mermaid, table_text
from guiju.casework.form import Form
from guiju.casework.model import Machine, Step, Transition
from guiju.casework.reading import read_table

__all__ = ["Form", "Machine", "Step", "Transition", "mermaid", "read_table", "table_text"]
