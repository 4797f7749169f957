# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records: frozen, named by their content, without any input or output."""

from vestigo.records.base import (
    CERTAIN,
    RECORD_TYPES,
    Derived,
    Method,
    Record,
    WrittenRecord,
    probability,
    record_from_body,
)
from vestigo.records.canonical import canonical_json, content_id
from vestigo.records.case import ACTS, DATA_CLASSES, Authorization, Judgement, Retraction, Run
from vestigo.records.chain import (
    TAGPACK_LEVELS,
    TIERS,
    Block,
    CashOutPoint,
    Cluster,
    Hop,
    HopAlternative,
    HopGround,
    Join,
    Measured,
    Tag,
    Trace,
    Transaction,
)
from vestigo.records.coverage import CountOf, CoverageEstimate
from vestigo.records.linking import LINK_BANDS, SignalWeight, VendorLink, pair_subject
from vestigo.records.market import PAGE_KINDS, Capture, Feedback, Listing, Page, VendorAccount
from vestigo.records.mirror import MIRROR_STATUSES, MirrorVerdict
from vestigo.records.picture import CapturedPicture, Screenshot
from vestigo.records.reading import (
    OFFER_KINDS,
    STATUSES,
    Mention,
    Picture,
    PriceQuote,
    Quantity,
    Selector,
    TextReading,
    UnitPrice,
)
from vestigo.records.received import (
    RECEIPT_STATUSES,
    ReceiptFinding,
    ReceivedCapture,
    ReceivedItem,
    Retention,
    VerificationReceipt,
)
from vestigo.records.text import ByteRange, FieldSpan, Piece, SourcedText, Span
from vestigo.records.writing import canonical_text

__all__ = [
    "ACTS", "CERTAIN", "DATA_CLASSES", "LINK_BANDS", "MIRROR_STATUSES", "OFFER_KINDS",
    "PAGE_KINDS", "RECEIPT_STATUSES", "RECORD_TYPES", "STATUSES", "TAGPACK_LEVELS", "TIERS",
    "Authorization", "Block", "ByteRange", "Capture", "CapturedPicture", "CashOutPoint",
    "Cluster", "CountOf", "CoverageEstimate", "Derived", "Feedback", "FieldSpan", "Hop",
    "HopAlternative", "HopGround", "Join", "Judgement", "Listing", "Measured", "Mention",
    "Method", "MirrorVerdict", "Page", "Picture", "Piece",
    "PriceQuote", "Quantity", "ReceiptFinding", "ReceivedCapture", "ReceivedItem", "Record",
    "Retention", "Retraction", "Run", "Screenshot", "Selector", "SignalWeight", "SourcedText",
    "Span", "Tag", "TextReading", "Trace", "Transaction", "UnitPrice", "VendorAccount",
    "VendorLink", "VerificationReceipt", "WrittenRecord", "canonical_json", "canonical_text",
    "content_id", "pair_subject",
    "probability", "record_from_body",
]  # fmt: skip
