# SPDX-License-Identifier: Apache-2.0
"""check.py VECTORS COMMAND...: drives a worker, and prints what held as one line of JSON."""

import hashlib
import hmac
import json
import os
import pathlib
import sys

from worker import (
    BLIND, EVALUATE, HASH, TAG, UNBLIND_AND_TAG, Refused, Worker, list_part, records_part,
)

try:
    sys.path.append(str(pathlib.Path(__file__).parent.parent / "partner"))
    import sodium
except (OSError, AttributeError):
    sodium = None

DST = b"veilmatch-psi-v1-with-ristretto255_XMD:SHA-512_R255MAP_RO_"
EACH = b"veilmatch-dataset-v1 blinding"


def vectors(path, command):
    """All questions of a session are asked before an answer is taken: they wait in the pipe."""
    sessions = json.loads(pathlib.Path(path).read_text())["sessions"]
    passed = 0
    # One worker for all of them: a first frame takes the place of the one before.
    worker = Worker(command)
    for session in sessions:
        exchanges = session["exchanges"]
        for exchange in exchanges:
            question = exchange["question"]
            worker.send(question["operation"], bytes.fromhex(question["body"]))
        for exchange in exchanges:
            expected = exchange["answer"]
            assert worker.receive() == (expected["operation"], bytes.fromhex(expected["body"])), session["title"]
            passed += 1
    assert worker.end() == 0
    return passed


def rows(command):
    """Keyed hashes, of a key on a descriptor, as Python makes them."""
    key = os.urandom(32)
    worker = Worker(command, key)
    worker.init({"protocol": 1, "stage": "rows", "hash": "keyed", "country": "US"})
    columns = [[b"(415) 555-0123", b""], [b"", b"Ada@Example.com"], [b"", b""]]
    answer = worker.ask(HASH, b"".join(map(list_part, columns)))
    phone, email = answer.list(), answer.list()
    hashed = [hmac.new(key, text, hashlib.sha256).hexdigest().encode() for text in (b"+14155550123", b"ada@example.com")]
    assert [phone[0], email[1]] == hashed
    assert worker.end() == 0


def run(command):
    """Two workers, and sets of Python's between them."""
    ours = [f"opaque:{i}".encode() for i in range(300)]
    theirs = [f"opaque:{i}".encode() for i in range(200, 450)]
    seed, scalar = os.urandom(32), bytes([7]) + bytes(31)
    party = {"protocol": 1, "reveal": "intersection"}
    receiver = Worker(command)
    receiver.init({**party, "stage": "receiver"}, seed)
    blinded = receiver.ask(BLIND, list_part(ours)).records(32)
    session = {"sid": os.urandom(32).hex(), "sizes": [len(ours), len(theirs)]}
    sender = Worker(command)
    about = sender.init({**party, **session, "stage": "sender"}, scalar)
    evaluated = sender.ask(EVALUATE, records_part(blinded)).records(32)
    tags = set(sender.ask(TAG, list_part(theirs)).records(about["tagBytes"]))
    try:
        sender.ask(EVALUATE, records_part(blinded[:3] + [bytes(32)]))
        raise AssertionError("the identity was evaluated")
    except Refused as refused:
        assert (refused.code, refused.position) == ("identity-element", 3)
    receiver.init({**party, **session, "stage": "receiver", "publicKey": about["publicKey"]}, seed)
    own = receiver.ask(UNBLIND_AND_TAG, records_part(evaluated) + list_part(ours)).records(about["tagBytes"])
    assert [x for x, tag in zip(ours, own) if tag in tags] == [x for x in ours if x in set(theirs)]
    assert receiver.end() == sender.end() == 0
    if sodium is None:
        return
    for x, element, answer, tag in list(zip(ours, blinded, evaluated, own))[:5]:
        wide = hashlib.sha512(EACH + seed + len(x).to_bytes(2, "big") + x).digest()
        r = int.from_bytes(wide, "little") % sodium.ORDER
        hashed = sodium.hash_to_group(x, DST)
        assert element == sodium.add(hashed, sodium.multiply_base(r))
        assert answer == sodium.multiply(7, element)
        message = b"veilmatch-psi-v1 tag" + bytes.fromhex(session["sid"]) + b"\x01"
        message += len(x).to_bytes(2, "big") + x + sodium.multiply(7, hashed)
        assert tag == hashlib.sha512(message).digest()[: about["tagBytes"]]


if __name__ == "__main__":
    path, *command = sys.argv[1:]
    passed = vectors(path, command)
    rows(command)
    run(command)
    print(json.dumps({"vectors": passed, "group": sodium is not None}))
