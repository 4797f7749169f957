# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: E501 - a table of words in long lines
"""How a wild layout is registered: a frame, a body for an offer, rows for a category page."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from vestigo.pipeline.market_layouts.layout import LAYOUTS, Layout, Price, Site, e
from vestigo.pipeline.market_layouts.offers import Offer
from vestigo.pipeline.market_layouts.wares import ware

Frame = Callable[[str, str, Site], str]
Body = Callable[[Offer, Site], str]

_WORDS = {
    "en": ("Login", "Username", "Password", "Page not found", "The item you are looking for does not exist or has been removed."),
    "es": ("Iniciar sesión", "Usuario", "Contraseña", "Error 404", "El artículo no existe o ha sido retirado."),
    "pt": ("Entrar", "Usuário", "Senha", "Erro 404", "O anúncio não existe ou foi removido."),
    "fr": ("Connexion", "Nom d'utilisateur", "Mot de passe", "Erreur 404", "Cette annonce n'existe pas ou a été supprimée."),
    "de": ("Anmelden", "Benutzername", "Passwort", "Fehler 404", "Dieses Angebot existiert nicht oder wurde entfernt."),
    "ru": ("Вход", "Логин", "Пароль", "Ошибка 404", "Товар не найден или удалён."),
    "it": ("Accedi", "Nome utente", "Password", "Errore 404", "L'annuncio non esiste o è stato rimosso."),
    "pl": ("Logowanie", "Użytkownik", "Hasło", "Błąd 404", "Oferta nie istnieje lub została usunięta."),
}  # fmt: skip


def wild(
    price: Price,
    frame: Frame,
    row: Body,
    *,
    language: str = "en",
    lacks: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    leaf: bool = False,
    batch: str = "wild",
) -> Callable[[Body], Body]:
    """Register the body of a listing page as a layout of its own name."""

    def register(body: Body) -> Body:
        name = body.__name__

        def draw(offer: Offer, site: Site) -> str:
            return frame(offer.t, body(offer, site), site)

        LAYOUTS[name] = Layout(
            name,
            draw,
            price,
            language,
            frozenset({"vendor", "category", "ships_from", "ships_to"} - set(lacks)),
            frozenset(optional),
            leaf,
            (),
            batch,
            ware,
            lambda seed: _doors(name, language, frame, row, seed),
        )
        return body

    return register


def _doors(name: str, language: str, frame: Frame, row: Body, seed: int) -> dict[str, str]:
    """Return the log-in, error and category page in the frame of the layout, in its language."""
    chance = Random(f"wild-doors-{seed}-{name}")  # noqa: S311 - invented pages
    others = [ware(chance, n + 10, language) for n in range(6)]
    inside = Site(
        chance, language, "night_owl", others[1:], ["a***z", "q***1", "k***e", "b***b", "m***0"]
    )
    outside = Site(chance, language, "", others[1:], inside.buyers)
    enter, user, secret, lost, sorry = (e(word) for word in _WORDS[language])
    form = (
        f'<h2>{enter}</h2><form method="post"><label>{user}</label> <input name="user"><br>'
        f'<label>{secret}</label> <input type="password" name="pw"><button>{enter}</button></form>'
    )
    rows = "".join(row(offer, inside) for offer in others)
    leaf = others[0].leaf
    return {
        "login": frame(enter, form, outside),
        "error": frame(lost, f"<h1>{lost}</h1><p>{sorry}</p>", inside),
        "category": frame(leaf, f"<h2>{leaf}</h2>{rows}", inside),
    }
