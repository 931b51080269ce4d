# SPDX-License-Identifier: Apache-2.0
"""guiju (规矩): the Measures for generative AI services as running software."""

__version__ = "0.1.0"
