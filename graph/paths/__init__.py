# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ways between two things of a case: the k best simple paths, on every engine alike."""
