# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where coins become money or property: exchanges, crypto ATMs, gift-card shops."""

from vestigo.training.chain.services.atm import AtmOperator
from vestigo.training.chain.services.exchange import Exchange
from vestigo.training.chain.services.gift_cards import GiftCardShop
from vestigo.training.chain.services.service import Service

__all__ = ["AtmOperator", "Exchange", "GiftCardShop", "Service"]
