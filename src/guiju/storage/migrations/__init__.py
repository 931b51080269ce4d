# SPDX-License-Identifier: Apache-2.0
"""The schema, revision by revision; `guiju.storage.migrate` runs it."""
