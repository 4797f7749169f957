# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening a world to visitors: every address of every venue, on loopback and as onions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.training.onion import TorControl, publish
from vestigo.training.serving import Front
from vestigo.training.site import Site, doors
from vestigo.training.site.onion_names import onion_key
from vestigo.training.world import World

Urls = dict[str, dict[str, list[str]]]


def world_sites(world: World, pass_no: int) -> list[Site]:
    """Return every address of every venue as it is on ``pass_no``, in the world's order.

    Raises ``UsageError`` E-TRA-065 when the world has no such pass.
    """
    if not 1 <= pass_no <= len(world.passes):
        raise UsageError(
            "E-TRA-065",
            _("This world has no pass {number}.").format(number=pass_no),
            where=world.behaviour.name,
            remedy=_("Choose one from 1 to {most} with --pass.").format(most=len(world.passes)),
        )
    views = [market.at(pass_no) for market in world.markets]
    return [Site(view, door) for view in views for door in doors(view.market)]


def loopback_urls(fronts: Sequence[Front]) -> Urls:
    """Return ``{market: {"genuine": [...], "phishing": [...]}}`` of loopback ports."""
    return _by_market([(front.site, front.url) for front in fronts])


def onion_urls(fronts: Sequence[Front]) -> Urls:
    """Return the same of onion addresses, in the same order."""
    return _by_market([(front.site, f"http://{front.site.door.host}/") for front in fronts])


@contextmanager
def published(fronts: Sequence[Front], control: TorControl, *, public: bool) -> Iterator[None]:
    """Publish every address as an onion service as long as the context lasts."""
    services = []
    for front in fronts:
        market = front.site.market
        services.append((onion_key(market.seed, market.key, front.site.door.name), front.port))
    with publish(control, services, public=public):
        yield


def _by_market(addresses: Sequence[tuple[Site, str]]) -> Urls:
    urls: Urls = {}
    for site, url in addresses:
        kinds = urls.setdefault(site.market.key, {"genuine": [], "phishing": []})
        kinds[site.door.kind].append(url)
    return urls
