# SPDX-License-Identifier: Apache-2.0
"""Composes the rooms into one program. Imports all, nobody imports it."""
