# SPDX-License-Identifier: AGPL-3.0-or-later
"""What evidence costs: the custody log, and the other parts that are listed in ``parts``."""
