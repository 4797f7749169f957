# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of listings, profiles and captchas: valid, stable, shared where the world says so."""

import hashlib
import struct
import zlib

import pytest

from vestigo.training.site import Site, shared_pictures
from vestigo.training.site.captcha import HEIGHT, WIDTH, captcha_picture, code_of
from vestigo.training.site.pictures import SIDE, avatar_name, picture, picture_names
from vestigo.training.site.raster import Raster


def points_of(content):
    """Read a PNG of ours as a stranger would; return (width, height, rows)."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(content):
        (n_bytes,) = struct.unpack(">I", content[at : at + 4])
        chunk = content[at + 4 : at + 8 + n_bytes]
        check = content[at + 8 + n_bytes : at + 12 + n_bytes]
        assert struct.unpack(">I", check) == (zlib.crc32(chunk),)
        chunks[chunk[:4]] = chunk[4:]
        at += 12 + n_bytes
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, kind) == (8, 3)
    raw = zlib.decompress(chunks[b"IDAT"])
    rows = [raw[n * (width + 1) : (n + 1) * (width + 1)] for n in range(height)]
    assert all(row[0] == 0 for row in rows)
    assert max(max(row) for row in rows) < len(chunks[b"PLTE"]) // 3
    return width, height, [row[1:] for row in rows]


def test_pictures_are_valid_png():
    for name in ("m/a/avatar", "m/a/0", "m/a/1", "m/a/2", "m/a/3", "m/a/4", "m/a/5"):
        assert points_of(picture(1, name))[:2] == (SIDE, SIDE)
    assert points_of(captcha_picture(1, "m", "0-abc"))[:2] == (WIDTH, HEIGHT)


def test_a_large_picture_is_stored_in_several_blocks():
    raster = Raster(400, 400, [(0, 0, 0), (255, 255, 255)])
    raster.span(399, -5, 500, 1)
    width, height, rows = points_of(raster.png())
    assert (width, height) == (400, 400)
    assert set(rows[399]) == {1}
    assert set(b"".join(rows[:399])) == {0}


@pytest.mark.parametrize(("x", "y"), [(-1, 0), (0, -1), (400, 0), (0, 400), (10**6, 10**6)])
def test_what_is_drawn_outside_is_left_out(x, y):
    raster = Raster(4, 4, [(0, 0, 0), (1, 1, 1)])
    raster.put(x, y, 1)
    assert not any(b"".join(points_of(raster.png())[2]))


def test_a_picture_depends_on_seed_and_name():
    assert picture(1, "m/a/0") == picture(1, "m/a/0")
    assert len({picture(1, "m/a/0"), picture(2, "m/a/0"), picture(1, "m/b/0")}) == 3


def test_the_ink_of_a_captcha_follows_its_code():
    """Every letter leaves ink in its own fifth of the picture."""
    for number in range(30):
        _width, _height, rows = points_of(captcha_picture(1, "m", f"{number}-x"))
        assert len(code_of(1, "m", f"{number}-x")) == 5
        for part in range(5):
            left = 10 + part * 38
            ink = sum(row[left : left + 44].count(1) for row in rows)
            assert ink > 60


def test_each_listing_has_its_own_picture_on_its_market(full):
    for market in full.markets:
        names = picture_names(market)
        assert set(names) == {one.key for one in market.listings}
        assert len(set(names.values())) == len(names)


def pictures_of(full, vendor):
    """Return the bytes of every picture of an account, the profile's first."""
    market = full.market(vendor.market)
    names = picture_names(market)
    mine = [names[one.key] for one in market.listings if one.vendor == vendor.handle]
    return {picture(market.seed, name) for name in (avatar_name(market, vendor), *mine)}


def test_accounts_share_pictures_as_their_relation_says(full):
    accounts = {one.account: one for market in full.markets for one in market.vendors}
    shares = {}
    for one in accounts.values():
        if one.related_to:
            other = pictures_of(full, accounts[one.related_to])
            shares.setdefault(one.relation, []).append(len(pictures_of(full, one) & other))
    assert all(shared > 0 for shared in shares["impostor"])
    assert any(shares["same_key"])


def test_the_truth_names_every_shared_picture_and_no_other(full, visitor):
    shown = {}
    for market in full.markets:
        site = Site(market.at(1))
        targets = [(v.handle, site.address("avatar", v.handle)) for v in market.vendors]
        targets += [(x.vendor, site.address("image", x.key)) for x in market.at(1).listings]
        for handle, target in targets:
            digest = hashlib.sha256(visitor(site, inside=True).ask(target).body).hexdigest()
            shown.setdefault(digest, set()).add((market.key, handle))
    told = {
        row["sha256"]: {(place["market"], place["vendor"]) for place in row["shown_by"]}
        for row in shared_pictures(full)
    }
    several = {digest: accounts for digest, accounts in shown.items() if len(accounts) > 1}
    assert several
    assert all(accounts <= told[digest] for digest, accounts in several.items())
    for accounts in told.values():
        assert len({market for market, _handle in accounts}) > 1


def test_unrelated_accounts_share_none(full):
    alone = [one for market in full.markets for one in market.vendors if one.relation == "single"]
    seen = [pictures_of(full, one) for one in alone[:12]]
    for number, one in enumerate(seen):
        for other in seen[number + 1 :]:
            assert not one & other


def test_shared_pictures_are_served_under_addresses_of_their_own(full, visitor):
    accounts = {one.account: one for market in full.markets for one in market.vendors}
    impostor = next(one for one in accounts.values() if one.relation == "impostor")
    original = accounts[impostor.related_to]
    answers = []
    for one in (impostor, original):
        site = Site(full.market(one.market).at(1))
        target = site.address("avatar", one.handle)
        answers.append((target, visitor(site, inside=True).ask(target)))
    assert answers[0][1].body == answers[1][1].body
    assert dict(answers[0][1].headers)["Content-Type"] == "image/png"
    assert answers[0][0] != answers[1][0]


def test_pictures_of_nobody_are_not_found(site_like, visitor):
    site = site_like()
    for kind in ("image", "avatar"):
        assert visitor(site, inside=True).ask(site.address(kind, "nobody")).status == 404
