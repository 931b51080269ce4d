# SPDX-License-Identifier: Apache-2.0
"""The stations of the gateway, one file each; `guiju.gateway.route` holds their order."""
