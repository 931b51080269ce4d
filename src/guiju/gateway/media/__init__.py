# SPDX-License-Identifier: Apache-2.0
"""Pictures and sound on their way through the gateway: taken in, labelled, handed out (Art. 12)."""
