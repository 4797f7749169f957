# SPDX-License-Identifier: AGPL-3.0-or-later
"""How well the classes are told apart: invented mixes and look-alikes, and labelled lines."""

from vestigo.pipeline.class_bench.measuring import measure_classes

__all__ = ["measure_classes"]
