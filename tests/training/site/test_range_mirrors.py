# SPDX-License-Identifier: AGPL-3.0-or-later
"""Genuine mirrors are the same; a phishing copy differs exactly where it must."""

import re
import shutil
import subprocess
import tempfile

import pytest

from vestigo.identifiers.bitcoin import decode_address
from vestigo.identifiers.onion import onion_version
from vestigo.training.site import Site, doors, market_key, mirrors_truth
from vestigo.training.site.layouts import LAYOUTS
from vestigo.training.site.mirrors import false_addresses

SIGNED = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----.*-----END PGP SIGNATURE-----\n", re.DOTALL)
KEY = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP PUBLIC KEY BLOCK-----", re.DOTALL
)


@pytest.fixture(params=tuple(LAYOUTS))
def copies(request, market_like):
    """A market with two mirrors and two phishing copies: sites by door."""
    view = market_like(layout=request.param, n_mirrors=2, n_phishing=2).at(1)
    return {door.name: Site(view, door) for door in doors(view.market)}


def bodies(site):
    return {target: answer.body for target, answer in site.saved()}


def verify(folder, message, key):
    """Verify with the installed gpg; return its exit code."""
    folder.mkdir(parents=True)
    (folder / "key.asc").write_text(key)
    (folder / "message.asc").write_text(message)
    # the agent's socket lies in there, and its path may have 107 letters at most
    with tempfile.TemporaryDirectory(prefix="gpg.") as home:
        gpg = ["gpg", "--homedir", home, "--batch", "--quiet"]
        subprocess.run([*gpg, "--import", folder / "key.asc"], check=True, capture_output=True)
        done = subprocess.run(
            [*gpg, "--verify", folder / "message.asc"], check=False, capture_output=True
        )
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
    return done.returncode


def test_addresses_are_onions_that_follow_from_the_seed(market_like):
    market = market_like(n_mirrors=2, n_phishing=1)
    hosts = [door.host for door in doors(market)]
    assert len(set(hosts)) == 4
    assert {onion_version(host) for host in hosts} == {3}
    assert hosts == [door.host for door in doors(market)]


def test_a_market_without_mirrors_has_no_list(site_like, visitor):
    site = site_like()
    one = visitor(site, inside=True)
    assert one.ask(site.address("mirrors")).status == 404
    assert site.address("mirrors") not in {link.get("href") for link in one.tree("/").iter("a")}


def test_genuine_mirrors_differ_in_where_the_visitor_is(copies):
    first = bodies(copies["genuine-0"])
    for name in ("genuine-1", "genuine-2"):
        other = bodies(copies[name])
        different = [target for target in first if first[target] != other[target]]
        assert different == [copies[name].address("mirrors")]
        assert copies[name].door.host.encode() in other[different[0]]


def test_a_log_in_is_good_for_every_genuine_mirror_and_for_no_copy(copies, visitor):
    inside = copies["genuine-0"].session_cookie()
    for name, site in copies.items():
        answer = visitor(site, inside=False).site.answer("GET", site.address("home"), inside, b"")
        assert (answer.status == 200) == name.startswith("genuine")


def test_a_copy_differs_in_payment_addresses_and_in_the_list_of_mirrors_only(copies):
    genuine = copies["genuine-0"]
    first = bodies(genuine)
    for name in ("phishing-1", "phishing-2"):
        copy = copies[name]
        false = false_addresses(genuine.market, name)
        other = bodies(copy)
        assert set(other) == set(first)
        for target, body in first.items():
            if target == genuine.address("mirrors"):
                continue
            swapped = body
            for real, shown in false.items():
                swapped = swapped.replace(real.encode(), shown.encode())
            assert other[target] == swapped, target


def test_a_copy_shows_no_genuine_payment_address_anywhere(copies):
    market = copies["genuine-0"].market
    real = {one.address for one in market.vendors}
    real |= {one.direct_address for one in market.listings if one.direct_address}
    pages = b"".join(bodies(copies["phishing-1"]).values())
    assert not [address for address in real if address.encode() in pages]
    whole = b"".join(bodies(copies["genuine-0"]).values())
    assert {one.address for one in market.vendors if one.address.encode() in whole}


def test_false_addresses_are_addresses_of_nobody_else(copies):
    market = copies["genuine-0"].market
    one, two = (false_addresses(market, name) for name in ("phishing-1", "phishing-2"))
    shown = [*one.values(), *two.values()]
    assert len(set(shown)) == len(shown)
    assert not set(shown) & set(one)
    for address in shown:
        assert "regtest" in decode_address(address).networks


def test_a_copy_takes_whatever_password(copies, visitor):
    copy, genuine = copies["phishing-1"], copies["genuine-1"]
    for site, lets_in in ((copy, True), (genuine, False)):
        user, password, _code = site.layout.fields
        one = visitor(site)
        one.ask(site.address("login"), "POST", **{user: "somebody", password: "whatever"})
        assert (one.ask(site.address("home")).status == 200) == lets_in


def test_the_list_of_mirrors_verifies_with_the_key_of_the_market(copies, visitor, tmp_path):
    if not shutil.which("gpg"):
        pytest.skip("gpg is not installed")
    real = market_key(copies["genuine-0"].market).armoured
    for name in ("genuine-1", "phishing-1"):
        site = copies[name]
        page = visitor(site, inside=True).tree(site.address("mirrors")).text_content()
        (message,), (stated,) = SIGNED.findall(page), KEY.findall(page)
        assert verify(tmp_path / name, message, stated) == 0
        by_real = verify(tmp_path / f"{name}-real", message, real)
        assert (by_real == 0) == name.startswith("genuine")


def test_the_signed_list_names_every_genuine_address_and_no_copy(copies, visitor):
    market = copies["genuine-0"].market
    told = mirrors_truth(market)
    for name, site in copies.items():
        message = SIGNED.search(
            visitor(site, inside=True).tree(site.address("mirrors")).text_content()
        )[0]
        listed = set(re.findall(r"http://([a-z2-7]{56}\.onion)/", message))
        if name.startswith("genuine"):
            assert listed == set(told["genuine"])
        else:
            assert listed == {site.door.host, told["genuine"][0]}


def test_the_truth_says_what_a_copy_does(copies):
    market = copies["genuine-0"].market
    told = mirrors_truth(market)
    assert told["phishing"] == [copies[name].door.host for name in ("phishing-1", "phishing-2")]
    assert told["key_fingerprint"] == market_key(market).fingerprint
    for name, row in zip(("phishing-1", "phishing-2"), told["copies"], strict=True):
        assert row["host"] == copies[name].door.host
        assert row["steals_log_in"] is True
        assert row["key_fingerprint"] == market_key(market, name).fingerprint
        assert row["key_fingerprint"] != told["key_fingerprint"]
        pairs = {one["genuine"]: one["shown"] for one in row["replaced_addresses"]}
        assert pairs == false_addresses(market, name)


def test_the_captcha_of_a_copy_is_its_own(market_like, visitor, solve):
    view = market_like(n_phishing=1, captcha="login").at(1)
    shown = set()
    for door in doors(view.market):
        site = Site(view, door)
        page = visitor(site).tree("/login")
        shown.add(solve(site, page)["challenge"])
        answer = visitor(site).ask("/login", "POST", user="a", password="b", code="AAAAA")
        assert answer.status == 200
    assert len(shown) == 2
