# SPDX-License-Identifier: Apache-2.0
"""`python -m guiju.app` is `guiju`."""

from guiju.app.cli import main

main()
