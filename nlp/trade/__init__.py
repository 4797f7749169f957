# SPDX-License-Identifier: AGPL-3.0-or-later
"""What kind of goods, how pure, from where and to where."""
