# SPDX-License-Identifier: Apache-2.0
"""What commands of every room share: the desk that `app` wires for them, and a voice.

Knows no domain. A command asks `desk_of` for the data and the staff and says its answer by `put`;
one that takes a step of what has a number does all of it by `Stepping`.
"""

from guiju.desk.speaking import by_staff, file_type, put, with_json
from guiju.desk.stepping import Stepping
from guiju.desk.wired import Desk, desk_of

__all__ = ["Desk", "Stepping", "by_staff", "desk_of", "file_type", "put", "with_json"]
