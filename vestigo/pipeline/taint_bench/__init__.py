# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast taint is swept and clusters are found on invented graphs of arrays."""

from vestigo.pipeline.taint_bench.clusters import measure_clusters
from vestigo.pipeline.taint_bench.measuring import measure_taint

__all__ = ["measure_clusters", "measure_taint"]
