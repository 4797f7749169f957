# SPDX-License-Identifier: AGPL-3.0-or-later
"""Markets as data: a profile says how pages are told apart, read and checked.

``load_profile(name_or_path)`` gives a ``MarketProfile``; ``read_page(profile, body, *,
uri, status, media_type, charset, problem)`` gives a ``PageReading``.
"""
