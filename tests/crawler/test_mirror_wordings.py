# SPDX-License-Identifier: AGPL-3.0-or-later
"""What signed texts say of addresses, in the words that markets use: labelled, six languages."""

import base64
import hashlib
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from crawler.mirrors.dates import holds_until
from crawler.mirrors.reading import read_addresses

HERE = Path(__file__).parent
TEXTS = [
    one
    for path in sorted(HERE.glob("mirror_texts_*.toml"))
    for one in tomllib.loads(path.read_text("utf-8"))["text"]
]


def onion(name):
    key = hashlib.sha256(name.encode()).digest()
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower() + ".onion"


HOSTS = {letter: onion(f"wording {letter}") for letter in "ABCXYZ"}


def read(text):
    """Return what is read, with letters for the addresses."""
    for letter, host in HOSTS.items():
        text = text.replace(f"{{{letter}}}", host)
    found = read_addresses(text)
    letters = {host: letter for letter, host in HOSTS.items()}
    return [
        "".join(sorted(letters[host] for host in hosts))
        for hosts in (found.owned, found.warned, found.open)
    ]


@pytest.mark.parametrize("case", [pytest.param(one, id=one["id"]) for one in TEXTS])
def test_the_market_s_addresses_are_owned_and_no_copy_is(case):
    owned, warned, _open = read(case["text"])
    assert owned == case["own"]
    assert set(warned) <= set(case["copies"])


def test_nine_copies_in_ten_are_told_as_such_and_the_rest_is_left_open():
    n_copies = sum(len(one["copies"]) for one in TEXTS)
    n_told = sum(len(read(one["text"])[1]) for one in TEXTS)
    assert n_told >= 0.9 * n_copies


def test_the_texts_are_of_six_languages_and_many():
    n_texts = Counter(one["language"] for one in TEXTS)
    assert {"en", "es", "pt", "fr", "de", "ru"} <= set(n_texts)
    assert len({one["id"] for one in TEXTS}) == len(TEXTS) >= 120


@pytest.mark.parametrize(
    ("text", "last_day"),
    [
        ("Valid until 2026-02-20", "2026-02-20"),
        ("Valid through 20/03/2026", "2026-03-20"),
        ("Expires 03/20/2026", "2026-03-20"),
        ("gültig bis 20.03.2026", "2026-03-20"),
        ("bis 20.3.26", "2026-03-20"),
        ("действует до 20 марта 2026 г.", "2026-03-20"),
        ("Следующее обновление: 20.03.2026", "2026-03-20"),
        ("Next canary: 2026-03-20", "2026-03-20"),
        ("Next canary due by 2026-03-20.", "2026-03-20"),
        ("Expiry date: 20-Mar-2026", "2026-03-20"),
        ("valid until Friday, 20 March 2026", "2026-03-20"),
        ("until the end of March 2026", "2026-03-31"),
        ("jusqu’au 1er avril 2026", "2026-04-01"),
        ("Prochaine mise à jour le 20 mars 2026", "2026-03-20"),
        ("Próxima actualización: 20 de marzo de 2026", "2026-03-20"),
        ("Caduca el 20/03/2026", "2026-03-20"),
        ("vence em 20/03/2026", "2026-03-20"),
        ("Validade: 20 de março de 2026", "2026-03-20"),
        ("läuft am 20. März 2026 ab", "2026-03-20"),
        ("Nächste Aktualisierung am 20. März 2026", "2026-03-20"),
        ("valid for 30 days", "2026-03-31"),
        ("válida por 14 días", "2026-03-15"),
        ("gültig für zwei Wochen", "2026-03-15"),
        ("This list expires in 10 days", "2026-03-11"),
        ("Do not trust this message after 2026-03-20", "2026-03-20"),
        ("We sign a new list every week", "2026-03-08"),
        ("mise à jour toutes les deux semaines", "2026-03-15"),
        ("wird alle 14 Tage aktualisiert", "2026-03-15"),
        ("Jede Woche neu signiert", "2026-03-08"),
        ("Check the signature every day", None),
        ("обновляется каждые 14 дней", "2026-03-15"),
        ("20260320 expires 20260320", "2026-03-20"),
        ("until March 2026", "2026-03-31"),
        ("online since before 1 January 2024", None),
        ("We have traded here until 1 January 2024", "2024-01-01"),
        ("Updated every other week", "2026-03-15"),
        ("it will be updated by 20 March 2026", "2026-03-20"),
        ("updated 3 days ago", None),
        ("Signed on 2026-03-01, good until 03/04/2026", "2026-03-04"),
        ("срок действия до 20.03.2026", "2026-03-20"),
        ("válida hasta fin de marzo de 2026", "2026-03-31"),
    ],
)
def test_until_when_a_message_says_it_holds(text, last_day):
    found = holds_until(text, date(2026, 3, 1))
    assert (found.isoformat() if found else None) == last_day
