# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console tells of pictures and never shows one unasked."""

from datetime import UTC, datetime

from vestigo.console.explaining import summary_of
from vestigo.console.words import kind_words
from vestigo.i18n import speaking
from vestigo.records import CERTAIN, CapturedPicture, Method, Screenshot

GIVEN = {
    "sources": ("c" * 64,), "method": Method(rule="x.y.v1", settings_sha256="0" * 64),
    "confidence": CERTAIN, "observed_at": datetime(2026, 3, 1, tzinfo=UTC), "uri": "http://m.invalid/",
    "sha256": "d" * 64, "n_bytes": 7,
}  # fmt: skip
SHOT = Screenshot(
    **GIVEN, file_name="x.png", width=640, height=400, viewport_width=640, viewport_height=400,
    cut=False, browser="Chromium 1", rendered="archive", scripts=False, pictures=False, n_masked=0,
    missing=(), withheld=(),
)  # fmt: skip
PICTURE = CapturedPicture(
    **GIVEN, inline=True, media_type="image/png", pdq="", pdq_quality=0, problem=""
)


def test_a_placeholder_with_the_digest_stands_for_a_picture():
    assert summary_of(SHOT, None) == f"640 × 400, not shown here · SHA-256 {'d' * 64}"
    assert summary_of(PICTURE, None) == f"image/png, not shown here · SHA-256 {'d' * 64}"
    with speaking("es"):
        assert "no se muestra" in summary_of(SHOT, None)
        assert (kind_words("screenshot"), kind_words("captured_picture")) == (
            "imagen de la página", "imagen capturada",
        )  # fmt: skip
