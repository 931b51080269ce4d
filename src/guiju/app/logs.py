# SPDX-License-Identifier: Apache-2.0
"""What processes say on standard error: one line each, as text or JSON; never content.

Whoever logs takes care of that: a log names requests by their id, errors by their kind and place.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback

from guiju.kernel import SystemClock, isoformat


class JsonLine(logging.Formatter):
    """One JSON object a line: time, level, logger, process, message, and where an error arose."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; of an exception its kind and place, not its words, which may hold content."""
        said: dict[str, object] = {
            "time": isoformat(SystemClock().now()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])[-6:]
            said["error"] = record.exc_info[0].__name__
            said["at"] = [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
        return json.dumps(said, ensure_ascii=False)


def set_up_logs(kind: str) -> None:
    """Write the house's logs to standard error as `kind` of `settings.LOGS` says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLine()
        if kind == "json"
        else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    house = logging.getLogger("guiju")
    house.handlers[:] = [handler]
    house.propagate = False
