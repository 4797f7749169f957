# SPDX-License-Identifier: AGPL-3.0-or-later
"""Simulated passes over simulated markets, with the truth known; it knows no estimator."""

from vestigo.training.simulated.generating import HELD_OUT, MODELS, SimulatedCrawl, simulate

__all__ = ["HELD_OUT", "MODELS", "SimulatedCrawl", "simulate"]
