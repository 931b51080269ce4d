# SPDX-License-Identifier: Apache-2.0
"""Know model: only what two people have approved answers, under the name they gave it (Art. 4)."""

from __future__ import annotations

from guiju.gateway.signals import Command
from guiju.gateway.stations.identify import known
from guiju.gateway.work import Work
from guiju.kernel import Refused, Text


def know_model(work: Work) -> tuple[Command, ...]:
    """Raise NotFound 404 `model-not-found` for a name that the policy does not know.

    A policy without models leaves them to the settings, and every name is passed on. A key that
    may use some models only is refused all others: 403 `model-not-allowed`.
    """
    allowed = known(work).models
    if allowed is not None and work.model not in allowed:
        raise Refused("model-not-allowed", _NOT_ALLOWED, _ASK, article=4)
    if work.rules.models is not None:
        work.rules.models.check(work.model)
    return ()


_NOT_ALLOWED = Text(zh="这把密钥不能使用该模型。", en="This key may not use that model.")
_ASK = Text(
    zh="可用的模型见 GET /v1/models；需要更多请联系服务方。",
    en="GET /v1/models lists those it may use; ask the provider for more.",
)
