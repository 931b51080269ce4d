# SPDX-License-Identifier: Apache-2.0
"""Whether a ledger is whole: one that gets its leaves back (`restoring`) is not until it has all.

Nothing may be signed over a part of what was published: that would be another ledger.
"""

from __future__ import annotations

from guiju.kernel import Text, Unavailable
from guiju.storage import Tx, mark

RESTORING = "restoring"
"""The mark under which a database says that it lacks leaves, and how many there are in all."""


def check_whole(tx: Tx) -> None:
    """See that nobody has begun to give this database its leaves back without ending it.

    Raises:
        Unavailable: `database-older`.
    """
    if mark(tx, RESTORING) is not None:
        raise Unavailable(
            "database-older",
            Text(
                zh="恢复备份尚未办完，暂不签署检查点；新证据不会丢失。",
                en="A backup is being put back: no checkpoint is signed before that is done, and"
                " no evidence is lost.",
            ),
            Text(
                zh="请运行 guiju privacy replay --as 负责人，直至办完。",
                en="Run guiju privacy replay --as OFFICER to its end.",
            ),
            article=11,
        )
