# SPDX-License-Identifier: Apache-2.0
"""Supervision: the Measures article by article with how each stands, down to evidence and proof.

For Articles 16 to 21: what an inspector, and the provider's own staff, look at first.
"""

from guiju.supervision.service import StandingBoard

__all__ = ["StandingBoard"]
