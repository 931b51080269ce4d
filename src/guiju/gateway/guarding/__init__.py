# SPDX-License-Identifier: Apache-2.0
"""Guard models at work (Articles 4 and 14): how they are asked, remembered, spared and counted.

`Guarding` asks all guards of a policy; `ClientPost` carries a question through the gateway's own
HTTP client. What guards are and what their words mean is `guiju.screening.guards`.
"""

from guiju.gateway.guarding.judging import Guarding, Judgement, headers_of
from guiju.gateway.guarding.port import NotAnsweredError, Post
from guiju.gateway.guarding.post import ClientPost

__all__ = ["ClientPost", "Guarding", "Judgement", "NotAnsweredError", "Post", "headers_of"]
