# SPDX-License-Identifier: AGPL-3.0-or-later
"""A browser's file of cookies: what it gives, what it refuses, and that no value is told."""

import string
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from urllib.request import Request

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cookies import OnionPolicy
from crawler.netscape import MOST_BYTES, parse_netscape
from vestigo.errors import InputError

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOST = "market.onion"
LATER = 1_900_000_000


def line(domain=HOST, wide="FALSE", path="/", secure="FALSE", expires=LATER, name="a", value="b"):
    return "\t".join([domain, wide, path, secure, str(expires), name, value])


def parsed(*lines, hosts=(HOST,)):
    return parse_netscape("\n".join(lines).encode(), hosts, NOW)


def test_every_field_is_kept():
    found = parsed(line(path="/in", secure="TRUE", name="sid", value="v=1"))
    (cookie,) = found.cookies
    assert (cookie.name, cookie.value, cookie.path, cookie.secure) == ("sid", "v=1", "/in", True)
    assert (cookie.domain, cookie.expires, cookie.discard) == (HOST, LATER, False)
    assert not cookie.has_nonstandard_attr("HttpOnly")
    assert found.bad == ()


def test_the_http_only_mark_is_no_remark():
    (cookie,) = parsed("# a remark", "", "#HttpOnly_" + line()).cookies
    assert cookie.has_nonstandard_attr("HttpOnly")


@pytest.mark.parametrize("expires", ["0", "1900000000.5"])
def test_forms_of_expiry_that_browsers_write(expires):
    (cookie,) = parsed(line(expires=expires)).cookies
    assert cookie.discard == (expires == "0")


def test_windows_line_ends_a_mark_of_order_and_an_empty_value():
    found = parse_netscape(b"\xef\xbb\xbf" + (line(value="") + "\r\n").encode(), [HOST], NOW)
    assert found.cookies[0].value == ""
    assert parse_netscape(line()[:-2].encode(), [HOST], NOW).cookies[0].value == ""


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        ("no tabs at all", "fields"), (line() + "\tmore", "fields"),
        (line(wide="YES"), "flag"), (line(secure="1"), "flag"),
        (line(expires="soon"), "expiry"), (line(expires="-1"), "expiry"),
        (line(expires="9" * 40), "expiry"), (line(expires="٣"), "expiry"), (line(name=""), "name"),
        (line(path="in"), "path"), (line(value="a;b"), "characters"),
        (line(value="a\x01"), "characters"), (line(name="a=b"), "characters"),
        (line(value="ü"), "characters"), (line(value="x" * 5000), "characters"),
        (line(domain="other.onion"), "other-host"), (line(domain="onion", wide="TRUE"), "other-host"),
        (line(domain="evilmarket.onion"), "other-host"), (line(domain=f"www.{HOST}"), "other-host"),
        (line(expires=1_000_000_000), "expired"),
    ],
)  # fmt: skip
def test_a_bad_line_is_told_by_its_number_and_the_rest_is_taken(bad, cause):
    found = parsed(line(), bad, line(name="c"))
    assert [(one.number, one.cause) for one in found.bad] == [(2, cause)]
    assert [cookie.name for cookie in found.cookies] == ["a", "c"]


def test_without_one_cookie_for_the_market_it_is_an_error_that_tells_no_value():
    with pytest.raises(InputError) as caught:
        parsed(line(domain="other.onion", value="topsecret"), "rubbish topsecret")
    assert caught.value.code == "E-CRA-052"
    assert caught.value.where == "1: other-host, 2: fields"
    assert "topsecret" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"#" * (MOST_BYTES + 1)])
def test_a_file_that_is_no_such_text(content):
    with pytest.raises(InputError) as caught:
        parse_netscape(content, [HOST], NOW)
    assert caught.value.code == "E-CRA-051"


def test_values_stand_in_no_repr():
    assert "topsecret" not in repr(parsed(line(value="topsecret")))


def sent(cookies, uri):
    jar = CookieJar(policy=OnionPolicy())
    for cookie in cookies:
        jar.set_cookie(cookie)
    request = Request(uri)  # nothing is opened
    jar.add_cookie_header(request)
    return request.get_header("Cookie")


@pytest.mark.parametrize(
    ("fields", "uri", "goes"),
    [
        ({}, "http://market.onion/x", True),
        ({}, "http://www.market.onion/", False),
        ({"wide": "TRUE"}, "http://www.market.onion/", True),
        ({"path": "/in"}, "http://market.onion/", False),
        ({"path": "/in"}, "http://market.onion/in/x", True),
        ({"secure": "TRUE"}, "http://market.onion/", True),  # an onion is a secure origin
        ({}, "http://other.onion/", False),
    ],
)
def test_where_a_cookie_goes(fields, uri, goes):
    found = parsed(line(**fields)).cookies
    assert bool(sent(found, uri)) == goes


def test_a_secure_cookie_goes_nowhere_in_clear():
    found = parsed(line(domain="127.0.0.1", secure="TRUE"), hosts=["127.0.0.1"]).cookies
    assert sent(found, "http://127.0.0.1/") is None


@given(st.binary(max_size=400))
def test_no_bytes_can_break_it(content):
    try:
        found = parse_netscape(content, [HOST], NOW)
    except InputError:
        return
    assert found.cookies


@given(st.lists(st.text(alphabet=string.printable, max_size=12), min_size=5, max_size=8))
def test_no_fields_can_break_it(fields):
    content = f"{HOST}\t" + "\t".join(fields) + "\n" + line()
    assert parse_netscape(content.encode(), [HOST], NOW).cookies
