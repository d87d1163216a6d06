# SPDX-License-Identifier: Apache-2.0
"""Runs the parties over files of test/vectors/cases: `python3 vectors.py FILE...` prints a line of JSON for each file."""

import json
import sys

from protocol import TO_BOTH, TO_RECEIVER, Agreement, receiver, sender
from sodium import NAME, Refused

MODES = {"intersection": 1, "cardinality": 2}
LEARNERS = {"receiver": TO_RECEIVER, "both": TO_BOTH}


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


def elements_of(party):
    texts = dict.fromkeys(text for row in party["rows"] for text in row)
    dummy = "dummy:"
    return [
        dummy.encode() + bytes.fromhex(text[len(dummy) :]) if text.startswith(dummy) else text.encode()
        for text in texts
    ]


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


def passes(group, test):
    parameters, inputs = group["parameters"], group[test["role"]]
    agreed = Agreement(
        mode=MODES[parameters["mode"]],
        to=LEARNERS[parameters["to"]],
        verifiable=parameters["verifiable"],
        additive=inputs.get("blinding") != "multiplicative",
        most=parameters["maxPeerSize"],
    )
    make = receiver if test["role"] == "receiver" else sender
    party = make(elements_of(inputs), agreed, Replayed(inputs["draws"]))
    given = [frame_bytes(frame, group["frames"]) for frame in test["given"]]
    sends, outcome, refused = play(party, given)
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
