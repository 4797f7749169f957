# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second opinion on signing: bitcoinlib builds the same draft, byte for byte.

bitcoinlib is loaded late and kept away from the home folder: at import it writes
settings, a log and a database folder to the place that ``BCL_DATA_DIR`` names, or else
to ``~/.bitcoinlib``; here that is always a folder that is removed when the process ends.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterable
from functools import cache
from typing import Any

from vestigo.errors import VerificationError
from vestigo.i18n import _
from vestigo.training.chain.coins import Draft, Payment
from vestigo.training.keyring import NETWORK, Account

WITNESS_TYPES = {"p2wpkh": "segwit", "p2pkh": "legacy", "p2sh-p2wpkh": "p2sh-segwit"}


@cache
def load_bitcoinlib() -> Any:
    """Return ``bitcoinlib`` with its transactions, its files kept in a folder of this process."""
    if "bitcoinlib" not in sys.modules and not os.environ.get("BCL_DATA_DIR"):
        folder = tempfile.mkdtemp(prefix="vestigo-bitcoinlib-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["BCL_DATA_DIR"] = folder
    with warnings.catch_warnings():
        # bitcoinlib 0.7.10 calls SQLAlchemy in an old manner and leaves a file open
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", ResourceWarning)
        import bitcoinlib.transactions
    return bitcoinlib


def confirm(payments: Iterable[Payment]) -> int:
    """Sign the first payment of each combination of script kinds again; return how many.

    Raises ``VerificationError`` E-TRA-042 where the two programs do not agree.
    """
    seen: set[frozenset[str]] = set()
    for payment in payments:
        kinds = frozenset(coin.account.kind for coin in payment.coins)
        if kinds in seen or not can_sign(payment.draft):
            continue
        seen.add(kinds)
        if sign_again(payment.draft) != payment.raw:
            raise VerificationError(
                "E-TRA-042",
                _("Two programs signed the same payment of the range differently."),
                where=payment.txid,
                remedy=_(
                    "Install Vestigo again: libsecp256k1 or bitcoinlib is not as it should be."
                ),
            )
    return len(seen)


def can_sign(draft: Draft) -> bool:
    """Return whether bitcoinlib signs all inputs of ``draft`` (key hashes of three kinds)."""
    return all(coin.account.kind in WITNESS_TYPES for coin in draft.coins)


def sign_again(draft: Draft) -> bytes:
    """Return the raw bytes of ``draft`` as bitcoinlib builds and signs it."""
    segwit = any(coin.account.kind != "p2pkh" for coin in draft.coins)
    built = load_bitcoinlib().transactions.Transaction(
        network=NETWORK,
        version=draft.version,
        locktime=draft.lock_time,
        witness_type="segwit" if segwit else "legacy",
    )
    for coin in draft.coins:
        built.add_input(
            coin.txid,
            coin.vout,
            keys=_key(coin.account),
            value=coin.value_sat,
            witness_type=WITNESS_TYPES[coin.account.kind],
            sequence=draft.sequence,
        )
    for target in draft.targets:
        built.add_output(target.value_sat, lock_script=target.output_script)
    for number, coin in enumerate(draft.coins):
        built.sign(_key(coin.account), number)
    return bytes(built.raw())


@cache
def _key(account: Account) -> Any:
    keys: Any = load_bitcoinlib().keys
    return keys.Key(account.secret.hex(), network=NETWORK, compressed=True)
