# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs one command in an empty network and writes down everything that it sends.

``inside.py ORDERS COMMAND…`` is started by ``namespace.py`` in a new network namespace.
There is loopback, a network card that leads nowhere, and nothing else:

* the proxy port, whose connections go to a unix socket outside;
* a name server that answers every question and keeps it (the canary): it stands at each
  address that this machine's resolv.conf names, which loopback is given for that;
* a web server on loopback that keeps every request (what a page must not reach);
* a tap that sees every packet that is sent, on loopback and to anywhere else.

Standard library only: it says what a program did, so it shares nothing with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

RESOLV_CONF = Path("/etc/resolv.conf")
BY_DEFAULT = "127.0.0.1"  # whom resolvers ask where no name server is named
DNS_PORT = 53
WEB_PORT = 8099
ELSEWHERE = "198.51.100.7"  # what the canary answers: a documentation address
LAST = ("192.0.2.255", 9)  # a packet to this place ends the watch
LAST_NAME = "the.watch.is.over.invalid"
_ALL_PROTOCOLS, _OUTGOING = 3, 4
_TCP, _UDP = 6, 17
_CONTROL = (1, 58)  # ICMP answers by itself


class NameServer(asyncio.DatagramProtocol):
    """Keeps the name of each question and answers with ``ELSEWHERE``; one for all addresses."""

    def __init__(self, names, over):
        self.names, self.over = names, over

    def connection_made(self, transport):
        self._transport = transport

    def datagram_received(self, data, address):
        name, end = question(data)
        if name == LAST_NAME:
            self.over.set()
            return
        self.names.append(name)
        four = data[end : end + 2] == b"\x00\x01"
        head = data[:2] + b"\x81\x80\x00\x01" + (b"\x00\x01" if four else b"\x00\x00") + bytes(4)
        answer = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04" + socket.inet_aton(ELSEWHERE)
        self._transport.sendto(head + data[12 : end + 4] + (answer if four else b""), address)


def question(data):
    """Return the name of the first question, and where it ends."""
    labels, at = [], 12
    while at < len(data) and data[at]:
        labels.append(data[at + 1 : at + 1 + data[at]].decode("latin-1"))
        at += data[at] + 1
    return ".".join(labels).lower(), at + 1


class PacketTap:
    """Sees each packet as it is sent: ("udp" or "tcp" or a number, address, port)."""

    def __init__(self, watched):
        self._watched = watched
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        self._socket.setblocking(False)
        self.sent, self.over = set(), asyncio.Event()
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def _read(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                content, (_card, _protocol, direction, *_rest) = self._socket.recvfrom(256)
                if direction == _OUTGOING:
                    self._keep(content)

    def _keep(self, content):
        packet, source = begun(content)
        if packet is None:
            return
        protocol, address, port = packet
        if (address, port) == LAST:
            self.over.set()
        elif not ipaddress.ip_address(address).is_multicast and self._watched(packet, source):
            self.sent.add(f"{protocol} {address} {port}")


def begun(content):
    """Return (protocol, address, port) of a packet that begins something, and its source.

    The first is None for any other packet; the source is (protocol, address, port), too.
    """
    version = content[0] >> 4 if content else 0
    if version == 4:
        head, protocol = (content[0] & 15) * 4, content[9]
        origin, address = (socket.inet_ntop(socket.AF_INET, content[n : n + 4]) for n in (12, 16))
    elif version == 6:
        head, protocol = 40, content[6]
        origin, address = (socket.inet_ntop(socket.AF_INET6, content[n : n + 16]) for n in (8, 24))
    else:
        return None, None
    if protocol not in (_TCP, _UDP):
        return (None if protocol in _CONTROL else (str(protocol), address, 0)), None
    if protocol == _TCP and content[head + 13] & 0x12 != 0x02:  # no SYN, or the answer to one
        return None, None
    name = "tcp" if protocol == _TCP else "udp"
    ports = [int.from_bytes(content[head + n : head + n + 2], "big") for n in (0, 2)]
    return (name, address, ports[1]), (name, origin, ports[0])


async def main(orders, command):
    """Set everything up, run the command, return the report."""
    loop = asyncio.get_running_loop()
    asked = name_servers()
    networks(asked)
    questions = {("udp", address, DNS_PORT) for address in asked}
    allowed = {*questions, ("tcp", "127.0.0.1", orders["proxy_port"])}
    tap = PacketTap(lambda packet, source: packet not in allowed and source not in questions)
    names, over = [], asyncio.Event()
    for address in asked:
        await loop.create_datagram_endpoint(lambda: NameServer(names, over), (address, DNS_PORT))
    requests = []
    web = await asyncio.start_server(lambda *ends: keep_request(requests, *ends), port=WEB_PORT)
    door = await asyncio.start_server(
        lambda *ends: pass_on(orders["socks"], *ends), "127.0.0.1", orders["proxy_port"]
    )
    code = await run(command, orders["seconds"])
    await end_of_watch(tap, asked[0], over)
    web.close()
    door.close()
    return {
        "code": code, "names": names, "requests": requests,
        "loopback": sorted(p for p in tap.sent if inner(p)),
        "outside": sorted(p for p in tap.sent if not inner(p)),
    }  # fmt: skip


def inner(packet):
    """Say whether a packet of the tap stayed on loopback."""
    return ipaddress.ip_address(packet.split()[1]).is_loopback


def name_servers(resolv_conf=RESOLV_CONF):
    """Return the addresses that programs of this machine ask for names."""
    text = resolv_conf.read_text("utf-8") if resolv_conf.exists() else ""
    rows = [line.split() for line in text.splitlines()]
    named = [row[1] for row in rows if row[:1] == ["nameserver"] and len(row) > 1]
    # a scope names a network card that this network does not have: nobody can ask there
    return [address for address in dict.fromkeys(named) if "%" not in address] or [BY_DEFAULT]


def networks(asked):
    """Bring up loopback and a card that leads nowhere; who is asked for names is on loopback."""
    for words in (
        "link set lo up", "link add out type veth peer name nowhere", "link set out arp off",
        "addr add 10.255.0.1/24 dev out", "link set out up", "link set nowhere up",
        "route add default dev out", "-6 route add default dev out",
        *(own_address(address) for address in asked),
    ):  # fmt: skip
        done = subprocess.run(["ip", *words.split()], capture_output=True, check=False)
        if done.returncode and words != "-6 route add default dev out":  # IPv6 may be off
            raise OSError(f"ip {words}: {done.stderr.decode('utf-8', 'replace')}")


def own_address(address):
    """Return the words of ``ip`` that give loopback an address (again is no error)."""
    if ":" in address:
        return f"-6 addr replace {address}/128 dev lo nodad"
    return f"addr replace {address}/32 dev lo"


async def run(command, seconds):
    """Return the exit code of the command; it and its children end within ``seconds``."""
    process = await asyncio.create_subprocess_exec(*command, start_new_session=True)
    try:
        return await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        return "too long"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def end_of_watch(tap, asked, over):
    """Send a last packet each way and wait for it: what was sent before has been seen."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(b"", LAST)
    labels = b"".join(bytes((len(x),)) + x.encode() for x in LAST_NAME.split("."))
    family = socket.AF_INET6 if ":" in asked else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as last:
        last.sendto(bytes(12) + labels + b"\0\0\1\0\1", (asked, DNS_PORT))
    async with asyncio.timeout(30):
        await tap.over.wait()
        await over.wait()


async def keep_request(requests, reader, writer):
    """Keep the first line of a request to the web server on loopback, and answer it."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        line = await reader.readline()
        requests.append(line.decode("latin-1").strip())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
    writer.close()


async def pass_on(path, reader, writer):
    """Join a connection to the proxy port with the socket outside."""
    try:
        far_reader, far_writer = await asyncio.open_unix_connection(path)
    except OSError:
        writer.transport.abort()
        return
    await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))


async def copy(reader, writer):
    """Copy until the end of one direction."""
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    seen = asyncio.run(main(given, sys.argv[2:]))
    Path(given["report"]).write_text(json.dumps(seen), "utf-8")
