# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the short causes of a failed connection mean, in words for a person."""

from __future__ import annotations

from vestigo.i18n import _

PREFIX = "socks:"
WRONG_ADDRESS = PREFIX + "onion-address-invalid"  # asking again never helps


def cause_in_words(cause: str) -> str:
    """Return what a cause ``socks:…`` or ``proxy-…`` means, "" for any other.

    The words 0xF0 to 0xF7 are Tor's own reasons (proposal 304); they come only from a
    SocksPort with ``ExtendedErrors``.
    """
    if cause.startswith(PREFIX):
        return _socks_reasons().get(cause.removeprefix(PREFIX), "")
    return _proxy_reasons().get(cause, "")


def _proxy_reasons() -> dict[str, str]:
    return {
        "proxy-connection-refused": _("nothing listens at the proxy port: is Tor running?"),
        "proxy-no-connection": _("the connection to the proxy broke: is Tor running?"),
    }


def _socks_reasons() -> dict[str, str]:
    return {
        "onion-descriptor-not-found": _("no directory has a descriptor of the service: it is "
                                        "down, or the address does not exist"),
        "onion-descriptor-invalid": _("the descriptor of the service cannot be read or its "
                                      "signature does not fit"),
        "onion-introduction-failed": _("no introduction point let us in: the service is "
                                       "overloaded or has just gone"),
        "onion-rendezvous-failed": _("the service did not come to the rendezvous: it is "
                                     "overloaded or has just gone"),
        "onion-client-authorization-missing": _("the service admits only clients with a key, "
                                                "and there is none"),
        "onion-client-authorization-wrong": _("the service admits only clients with a key, and "
                                              "ours is not one of them"),
        "onion-address-invalid": _("the onion address is wrong: its checksum does not fit"),
        "onion-introduction-timed-out": _("the introduction points did not answer in time"),
        "general-failure": _("Tor could not connect; a SocksPort with ExtendedErrors says why"),
        "not-allowed": _("Tor is set up not to connect there"),
        "network-unreachable": _("Tor has no way into its network"),
        "host-unreachable": _("the host cannot be reached; a SocksPort with ExtendedErrors "
                              "says why"),
        "connection-refused": _("the service refused the connection"),
        "ttl-expired": _("no circuit was ready in time"),
        "command-not-supported": _("the proxy cannot connect: is it Tor?"),
        "address-type-not-supported": _("the proxy takes no names: is it Tor?"),
        "method-refused": _("the proxy admits nobody this way: is it Tor?"),
        "credentials-refused": _("the proxy does not take user names: is it Tor?"),
        "malformed-reply": _("what answers at the proxy port does not speak SOCKS5"),
        "closed": _("the proxy hung up"),
    }  # fmt: skip
