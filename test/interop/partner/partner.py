# SPDX-License-Identifier: Apache-2.0
"""A partner of veilmatch that shares no code and no library with it: Python's own library, and libsodium for the group.

    partner.py receive PORT LIST --token TOKEN [--cardinality] [--ca FILE]
    partner.py send PORT LIST --token TOKEN [--cardinality] [--cert FILE --key FILE]

LIST has a canonical identifier a line. `send` listens for one partner. Prints a line of JSON: the port that it listens
on, and then the result, or the reason that the peer closed with, or what was refused. `--break` is for tests: it makes the
party send what a careful peer must refuse.
"""

import argparse
import json
import socket
import ssl
import sys

import wire
from protocol import BLINDED, EVALUATED, HELLO, ORDERED, SHUFFLED, Agreement, Fresh, receiver, sender
from sodium import IDENTITY, Refused


def broken(frame, how):
    """The frame, as a peer that is not careful would send it."""
    if how == "version" and frame[0] == HELLO:
        return frame[:14] + b"\0\2" + frame[16:]
    if frame[0] in (BLINDED, EVALUATED):
        if how == "element":
            return frame[:5] + b"\xff" * 32 + frame[37:]
        if how == "identity":
            return frame[:5] + IDENTITY + frame[37:]
        if how == "repeated":
            return frame[:5] + frame[37:69] + frame[37:]
    return frame


def drive(party, channel, how):
    """Runs a party over a channel."""
    try:
        step = next(party)
        while True:
            if step is None:
                step = party.send(channel.take())
            else:
                channel.send(broken(step, how))
                step = next(party)
    except StopIteration as end:
        channel.close(wire.COMPLETE)
        return end.value
    except Refused as error:
        channel.close(wire.PROTOCOL)
        return {"refused": str(error)}


def listen(options, mode):
    tls = None
    if options.cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.minimum_version = ssl.TLSVersion.TLSv1_3
        tls.load_cert_chain(options.cert, options.key)
    with socket.create_server(("127.0.0.1", options.port)) as server:
        print(json.dumps({"port": server.getsockname()[1]}), flush=True)
        server.settimeout(60)
        sock, _ = server.accept()
    sock.settimeout(60)
    return wire.accept(sock, options.token, mode, tls)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["receive", "send"])
    parser.add_argument("port", type=int)
    parser.add_argument("list")
    parser.add_argument("--token", required=True)
    parser.add_argument("--cardinality", action="store_true")
    parser.add_argument("--ca")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--versions", type=int, nargs="+", default=[1])
    parser.add_argument("--break", dest="how", choices=["version", "element", "identity", "repeated"])
    options = parser.parse_args()
    with open(options.list, encoding="utf-8") as file:
        elements = list(dict.fromkeys(line.encode() for line in file.read().splitlines()))
    agreed = Agreement(mode=SHUFFLED if options.cardinality else ORDERED)
    try:
        if options.role == "receive":
            channel = wire.connect("127.0.0.1", options.port, options.token, options.ca, options.versions)
            party = receiver(elements, agreed, Fresh())
        else:
            channel = listen(options, agreed.mode)
            party = sender(elements, agreed, Fresh())
        print(json.dumps(drive(party, channel, options.how)))
    except wire.Ended as end:
        print(json.dumps({"closed": end.reason}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
