# SPDX-License-Identifier: Apache-2.0
"""`/v1/messages`: Anthropic's Messages API in front of any service that speaks the OpenAI chat."""

from guiju.gateway.wires.messages.wire import MESSAGES

__all__ = ["MESSAGES"]
