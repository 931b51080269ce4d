# SPDX-License-Identifier: Apache-2.0
"""`/v1/responses`: OpenAI's Responses API in front of any service that speaks the OpenAI chat."""

from guiju.gateway.wires.responses.wire import RESPONSES

__all__ = ["RESPONSES"]
