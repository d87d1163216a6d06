# SPDX-License-Identifier: Apache-2.0
"""Runs the parties over files of test/vectors/cases.

`python3 vectors.py FILE...` prints a line of JSON for each file.
"""

import json
import sys

import contact
import modes
import protocol
from protocol import JOIN_IDS, ORDERED, RECEIVER, SENDER, SHUFFLED, SUM, TO_BOTH, TO_RECEIVER, TO_SENDER, Agreement
from sodium import NAME, Refused

MODES = {"intersection": ORDERED, "cardinality": SHUFFLED, "sum": SUM, "join-ids": JOIN_IDS}
LEARNERS = {"receiver": TO_RECEIVER, "both": TO_BOTH, "sender": TO_SENDER}


class Replayed:
    """The secrets of a vector, by name."""

    def __init__(self, draws):
        self.left = {}
        for draw in draws:
            self.left.setdefault(draw["name"], []).append(bytes.fromhex(draw["hex"]))

    def bytes(self, name, length):
        if length == 0:
            return b""
        data = self.left[name].pop(0)
        assert len(data) == length, f"{name} has {len(data)} bytes, {length} are drawn"
        return data

    def scalar(self, name):
        return int.from_bytes(self.bytes(name, 32), "little")


def rows_of(party):
    dummy = "dummy:"
    return [
        [dummy.encode() + bytes.fromhex(text[6:]) if text.startswith(dummy) else text.encode() for text in row]
        for row in party["rows"]
    ]


def elements_of(party):
    return list(dict.fromkeys(element for row in rows_of(party) for element in row))


def frame_bytes(frame, frames):
    if isinstance(frame, int):
        return bytes.fromhex(frames[frame]["hex"])
    if isinstance(frame, str):
        return bytes.fromhex(frame)
    return bytes.fromhex(frame["hex"]).ljust(frame["length"], b"\0")


def play(party, given):
    """What a party sends, and its result; None where it is refused or left waiting."""
    sends, rest = [], iter(given)
    try:
        step = next(party)
        while True:
            if step is None:
                step = party.send(next(rest))
            else:
                sends.append(step)
                step = next(party)
    except StopIteration as end:
        return sends, end.value, False
    except Refused:
        return sends, None, True


def party_of(group, test):
    """Our party of a test, as a generator."""
    receives, inputs = test["role"] == "receiver", group[test["role"]]
    draw = Replayed(inputs["draws"])
    if group["type"] == "ContactRun":
        set_id, epoch = group["setId"].encode(), group["epoch"]
        if receives:
            return contact.client(elements_of(inputs), published(group["published"], set_id, 0, group["pin"]), draw)
        k = int.from_bytes(bytes.fromhex(group["secretKey"]), "little")
        return contact.server(k, set_id, epoch, draw)
    parameters = group["parameters"]
    agreed = Agreement(
        mode=MODES[parameters["mode"]],
        to=LEARNERS[parameters["to"]],
        verifiable=parameters["verifiable"],
        additive=inputs.get("blinding") != "multiplicative",
        most=parameters["maxPeerSize"],
        digits=parameters.get("valueDigits", 0),
    )
    if agreed.mode == JOIN_IDS:
        return modes.joining(RECEIVER if receives else SENDER, rows_of(inputs), agreed, draw)
    if agreed.mode == SUM or parameters["several"]:
        several = parameters["several"]
        if receives:
            return modes.receiver(rows_of(inputs), agreed, draw, several)
        return modes.sender(rows_of(inputs), agreed, draw, several, inputs.get("values"))
    make = protocol.receiver if receives else protocol.sender
    return make(elements_of(inputs), agreed, draw)


def published(data, set_id, least_epoch, pin):
    header, filters = bytes.fromhex(data["header"]), [bytes.fromhex(one) for one in data["filters"]]
    pinned = {name: bytes.fromhex(value) for name, value in pin.items()}
    return contact.PublishedSet(header, filters, set_id, least_epoch, **pinned)


def passes(group, test):
    if group["type"] == "PublishedSet":
        try:
            opened = published(test, test["setId"].encode(), test["leastEpoch"], test["pin"])
        except Refused:
            return test["result"] == "invalid"
        outcome = {"size": opened.size, "epoch": opened.epoch, "publicKey": opened.key.hex()}
        return test["result"] == "valid" and outcome == test["outcome"]
    given = [frame_bytes(frame, group["frames"]) for frame in test["given"]]
    sends, outcome, refused = play(party_of(group, test), given)
    expected = [frame_bytes(frame, group["frames"]) for frame in test["sends"]]
    ends = sends == expected and outcome == test.get("outcome") and not refused
    refuses = refused and sends == expected[: len(sends)]
    return {"valid": ends, "invalid": refuses, "acceptable": ends or refuses}[test["result"]]


def main(paths):
    ok = True
    for path in paths:
        with open(path, encoding="utf-8") as file:
            groups = json.load(file)["testGroups"]
        results = {test["tcId"]: passes(group, test) for group in groups for test in group["tests"]}
        failed = [number for number, passed in results.items() if not passed]
        ok = ok and not failed
        print(json.dumps({"library": NAME, "passed": len(results) - len(failed), "failed": failed}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
