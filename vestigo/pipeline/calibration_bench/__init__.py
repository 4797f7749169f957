# SPDX-License-Identifier: AGPL-3.0-or-later
"""Are the probabilities of the ledger right? Measured, and fitted, on worlds with a truth."""

from vestigo.pipeline.calibration_bench.benchmark import benchmark
from vestigo.pipeline.calibration_bench.fitting import fit_file

__all__ = ["benchmark", "fit_file"]
