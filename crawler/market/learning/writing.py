# SPDX-License-Identifier: AGPL-3.0-or-later
"""A proposal as a profile in TOML, with comments for the person who will edit it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.market.guessing.reading import FIELDS
from crawler.market.learning.choosing import Place
from crawler.market.learning.linking import learned_links
from crawler.market.learning.proposing import Chosen, Proposal
from crawler.market.learning.reasons import reason_text
from crawler.market.learning.toml_text import comment, listed, quoted, shown_text
from crawler.market.learning.writing_further import further_lines, vendor_lines
from crawler.market.money import Money
from crawler.market.view import spell
from vestigo.i18n import _

SURE = "0.7"
LONGEST_SHOWN = 60
ANY_END = (
    r"(?i)</(?:html|body|div|table|center|main|footer|p)\s*>\s*(?:<!--[^>]*-->\s*)*\Z|</html\s*>"
)
_FORMS = {"vendor": "handle", "ships_from": "place", "ships_to": "place", "category": "path"}


def profile_text(proposal: Proposal, market: str) -> str:
    """Return the profile; ``load_profile`` reads it as it is."""
    return "\n".join(_lines(proposal, market)) + "\n"


def _lines(proposal: Proposal, market: str) -> Iterator[str]:
    yield from comment(
        _("A proposal by `vestigo market learn`, from {n} listing pages.").format(
            n=len(proposal.listings)
        )
    )
    yield from comment(_("Look at every field, above all where it says LOOK."))
    yield from comment(
        _("Format: docs/formats/market-profile.md. Check it with `vestigo market check`.")
    )
    yield from (
        "format = 1",
        f"market = {quoted(market)}",
        f"title = {quoted(market)}",
        "",
        "[politeness]",
        "concurrency = 1",
        "delay_seconds = 2",
    )
    if not proposal.has_end:
        yield from (
            "",
            "[document]",
            *comment(_("Not every page ended with </html>; a cut page is told by this pattern.")),
            f"end = '{ANY_END}'",
        )
    yield from _links(proposal)
    yield from _kinds(proposal)
    yield from ("", "[listing]")
    yield from comment(
        _("The key is the last part of the address: LOOK whether that tells listings apart.")
    )
    yield r"key = '(?:^|[/=])(?P<key>[^/?&=#]+?)(?:\.html?)?/?$'"
    for name in FIELDS:
        chosen = proposal.fields.get(name)
        if chosen is None:
            yield ""
            yield from comment(
                _("LOOK: no page showed {field}; the usual labels and signs are tried.").format(
                    field=name
                )
            )
            yield from (f"[listing.fields.{name}]", 'label = ["?"]', f'as = "{_FORMS[name]}"')
            yield from ["many = true"] if name == "category" else []
        else:
            yield from _field(proposal, chosen)
    yield from further_lines(proposal.further)
    yield from vendor_lines(proposal.vendor, proposal.n_vendors)
    yield from ("", "[[assertions]]", 'count = "listing"', "min = 1")


def _links(proposal: Proposal) -> Iterator[str]:
    links = learned_links([page.judged for page in proposal.listings if page.judged])
    yield from ("", "[links]")
    yield from comment(
        _("Guessed from the addresses on the pages: LOOK, nothing else is asked for in a crawl.")
    )
    yield f"never = {listed(links.never)}"
    for pattern, kind in links.follow:
        yield from (
            "",
            "[[links.follow]]",
            f"pattern = {quoted(pattern)}",
            f"kind = {quoted(kind)}",
        )


def _kinds(proposal: Proposal) -> Iterator[str]:
    rows: list[tuple[str, str]] = [
        ("rate-limit", "status = [429]"),
        ("not-found", "status = [404, 410]"),
        ("ban", "status = [403]"),
        ("maintenance", "status = [500, 502, 503, 504]"),
    ]
    for kind, line in rows:
        yield from ("", "[[kinds]]", f"kind = {quoted(kind)}", line)
    yield from ("", "[[kinds]]", 'kind = "vendor"', "seems = true", "")
    yield from comment(_("A listing has its title and its price; what lacks either is not read."))
    if proposal.has:
        yield from ("[[kinds]]", 'kind = "listing"', f"has = {listed(proposal.has)}")
        yield "unless_orders = true"
        yield from [f"lacks = {listed(proposal.lacks)}"] if proposal.lacks else []
        yield ""
    yield from comment(_("So has a page that seems to be one to the reader without a profile."))
    yield from ("[[kinds]]", 'kind = "listing"', "seems = true")
    yield from ("", "[[kinds]]", 'kind = "login"', """has = ["input[type='password']"]""")
    yield from ("", "[[kinds]]", 'kind = "captcha"', """has = ["input[name*='captcha']"]""")
    yield ""
    yield from comment(
        _("Pages set apart while learning, and all others: give each kind a rule of its own.")
    )
    for page in proposal.pages:
        if page not in proposal.listings:
            yield from comment(f"{page.kind}: {shown_text(page.name)}")
    yield from ("[[kinds]]", 'kind = "other"')


def _field(proposal: Proposal, chosen: Chosen) -> Iterator[str]:
    name, place = chosen.name, chosen.place
    yield ""
    yield from comment(_sureness(chosen))
    for page, value in list(zip(proposal.listings, place.values, strict=False))[:5]:
        yield from comment(f"  {shown_text(page.name)}: {shown_value(value)}")
    for rival in chosen.rivals:
        yield from comment(
            _("  or else: {place} gives {value}").format(
                place=_source(rival), value=shown_value(rival.values[0])
            )
        )
    yield "[[listing.prices]]" if name == "price" else f"[listing.fields.{name}]"
    yield (
        f"label = {listed([place.source])}"
        if place.kind == "label"
        else f"css = {quoted(place.source)}"
    )
    if name == "price":
        yield from _price(proposal, place)
        return
    yield "or_guess = true"
    form = place.form or _FORMS.get(name, "")
    if form:
        yield f"as = {quoted(form)}"
    if name == "category":
        yield "many = true"
    if name == "title":
        yield from ("required = true", "max_length = 400")
    if name == "vendor":
        yield "max_length = 64"


def _price(proposal: Proposal, place: Place) -> Iterator[str]:
    yield 'as = "money"'
    money = next((value for value in place.values if isinstance(value, Money)), None)
    shown = [
        one
        for page in proposal.listings
        if page.judged
        for one in page.judged.guessed.all["price"]
        if money and one.value == money
    ]
    if money and shown and spell(shown[0].segments)[0].strip() == money.shown:
        yield f"currency = {quoted(money.currency)}"
    yield "or_guess = true"
    if proposal.decimal:
        yield f"decimal = {quoted(proposal.decimal)}"
    yield from ("required = true", "min = 0.00000001", "max = 10000000")


def _sureness(chosen: Chosen) -> str:
    n = sum(value is not None for value in chosen.place.values)
    text = _("{field}: sure {sure} ({why}); found on {n} of {total} pages.").format(
        field=chosen.name,
        sure=chosen.sure,
        why=", ".join(reason_text(one) for one in chosen.place.why[:4]) or "-",
        n=n,
        total=len(chosen.place.values),
    )
    if str(chosen.sure) >= SURE and not chosen.rivals:
        return text
    return f"LOOK! {text}"  # the sign to search for is the same in every language


def _source(place: Place) -> str:
    if place.kind == "label":
        return _("label “{word}”").format(word=place.source)
    return place.source


def shown_value(value: Any) -> str:
    """Return a value as a person reads it in a table or a comment, cut where it is long."""
    if value is None:
        return "–"
    if isinstance(value, Money):
        return f"{value.amount:f} {value.currency}"
    text = " > ".join(value) if isinstance(value, tuple) else str(value)
    return shown_text(text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…")
