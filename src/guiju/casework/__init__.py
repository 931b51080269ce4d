# SPDX-License-Identifier: Apache-2.0
"""What every case is made of, Articles 14 to 19: transition tables as data.

Who may do what from which state stands in a table that one can read and draw; `Machine.step` is
the only way from one state to the next, and where a person or a second person must decide,
software or the first person is refused.
"""

from guiju.casework.drawing import mermaid, table_text
from guiju.casework.model import Machine, Step, Transition

__all__ = ["Machine", "Step", "Transition", "mermaid", "table_text"]
