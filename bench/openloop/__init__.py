# SPDX-License-Identifier: Apache-2.0
"""An open-loop load generator, a model service to put behind gateways, and what is measured so."""
