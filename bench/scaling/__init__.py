# SPDX-License-Identifier: Apache-2.0
"""What it takes to serve very many: a model from measured costs, a simulation to check it."""
