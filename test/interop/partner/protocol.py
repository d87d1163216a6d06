# SPDX-License-Identifier: Apache-2.0
"""veilmatch-psi-v1, the ordered and the shuffled mode, from docs/protocol.md alone. The other modes are in modes.py.

A party is a generator: it yields the frames that it sends, and None where it takes the peer's next one.
"""

import hashlib
import secrets
from dataclasses import dataclass

import proofs
import sodium
from sodium import ORDER, Refused, add, check_element, multiply, multiply_base, sha512, split, subtract, u16, u32

HELLO, BLINDED, EVALUATED, TAGS, FINISH, PROOF, CONFIRM = range(1, 8)
RECEIVER, SENDER = 1, 2
ORDERED, SHUFFLED, SUM, JOIN_IDS = 1, 2, 3, 4
TO_RECEIVER, TO_BOTH, TO_SENDER = 1, 2, 3
DST = b"veilmatch-psi-v1-with-ristretto255_XMD:SHA-512_R255MAP_RO_"
MAX_FRAME = 1_048_576
PER_FRAME = 32_000
KINDS = {b"tel:": 1, b"mailto:": 2, b"all:": 4, b"opaque:": 8}


@dataclass
class Agreement:
    mode: int = ORDERED
    to: int = TO_RECEIVER
    verifiable: bool = False
    additive: bool = True
    most: int = 2**24
    digits: int = 0


class Fresh:
    """Randomness of a real run. A party asks for it by name, so that vectors can give what they name."""

    def scalar(self, _name):
        return sodium.random_scalar()

    def bytes(self, _name, length):
        return secrets.token_bytes(length)


def log2(n):
    return (max(1, n) - 1).bit_length()


class Run:
    """What both parties do alike. `each`: the identifiers that a row has at most, where rows have several."""

    def __init__(self, role, elements, agreed, draw, each=1):
        self.role, self.elements, self.agreed, self.draw, self.each = role, elements, agreed, draw, each
        self.logs = {RECEIVER: hashlib.sha512(), SENDER: hashlib.sha512()}
        self.peer_role = RECEIVER + SENDER - role

    def hello(self, key):
        kinds = 0
        for element in self.elements:
            kinds |= next((bit for label, bit in KINDS.items() if element.startswith(label)), 0)
        agreed = self.agreed
        flags = (1 if agreed.verifiable else 0) | (2 if self.each > 1 else 0)
        each = self.each if self.each > 1 else 0
        fixed = bytes([self.role, 1, agreed.mode, agreed.to, 2, kinds, flags, each, agreed.digits])
        sizes = u32(len(self.elements)) + u32(agreed.most)
        return b"veilmatch-psi" + u16(1) + fixed + sizes + self.draw.bytes("nonce", 32) + key

    def open(self, own, peer):
        """Checks the peer's Hello; the session id and the length of tags follow from the two."""
        if len(peer) != 96 or peer[:13] != b"veilmatch-psi":
            raise Refused("no Hello")
        # Version; suite, mode, who learns, format; flags, the digits of values.
        if peer[13:15] != own[13:15] or peer[16:20] != own[16:20] or peer[21] != own[21] or peer[23] != own[23]:
            raise Refused("the peer runs something else")
        if peer[15] != self.peer_role:
            raise Refused("the same role, or none")
        size, most = int.from_bytes(peer[24:28], "big"), int.from_bytes(peer[28:32], "big")
        if peer[20] > 15 or (own[20] and peer[20] and not own[20] & peer[20]):
            raise Refused("no kind of identifiers in common")
        if size > self.agreed.most or len(self.elements) > most:
            raise Refused("too many elements")
        if peer[22] == 1 or (peer[22] > 0) != (self.each > 1) or size % (peer[22] or 1):
            raise Refused("no whole number of people")
        self.peer_each = peer[22] or 1
        r, s = (own, peer) if self.role == RECEIVER else (peer, own)
        self.sid = sha512(b"veilmatch-psi-v1 session", u32(96), r, u32(96), s)[:32]
        self.peer_size = size
        self.width = -(-(40 + log2(size) + log2(len(self.elements))) // 8)

    def log(self, role, frame):
        self.logs[role].update(u32(len(frame)) + frame)

    def send(self, kind, body):
        frame = bytes([kind]) + body
        self.log(self.role, frame)
        return frame

    def send_records(self, kind, records):
        step = max(1, 32 * PER_FRAME // len(records[0])) if records else 1
        for first in range(0, len(records), step):
            yield self.send(kind, u32(first) + b"".join(records[first : first + step]))

    def take(self, kind):
        frame = yield None
        if not 1 <= len(frame) <= MAX_FRAME or frame[0] != kind:
            raise Refused(f"a frame {kind} was due")
        if kind != FINISH:
            self.log(self.peer_role, frame)
        return frame[1:]

    def take_records(self, kind, width, done, declared):
        body = yield from self.take(kind)
        records = split(body[4:], width)
        if not records or len(records[-1]) != width:
            raise Refused("no whole number of records")
        if int.from_bytes(body[:4], "big") != done or done + len(records) > declared:
            raise Refused("a list with a gap, or too long")
        return records

    def finish(self, role):
        digests = self.logs[RECEIVER].digest() + self.logs[SENDER].digest()
        return sha512(b"veilmatch-psi-v1 finish", self.sid, bytes([role]), digests)[:32]

    def take_finish(self):
        if (yield from self.take(FINISH)) != self.finish(self.peer_role):
            raise Refused("the two did not see the same messages")

    def tag(self, element, identifier):
        bound = u16(len(identifier)) + identifier if self.agreed.mode == ORDERED else b""
        return sha512(b"veilmatch-psi-v1 tag", self.sid, bytes([self.agreed.mode]), bound, element)[: self.width]

    def confirmation(self, element):
        return sha512(b"veilmatch-psi-v1 confirm", self.sid, element)[:16]


def hashed(element):
    return sodium.hash_to_group(element, DST)


def check_distinct(seen, records, what):
    for record in records:
        if record in seen:
            raise Refused(f"{what} twice")
        seen.add(record)


def check_ascending(last, records, what):
    for record in records:
        if last is not None and record <= last:
            raise Refused(f"{what} are not sorted, or one comes twice")
        last = record
    return last


def receiver(elements, agreed, draw):
    run = Run(RECEIVER, elements, agreed, draw)
    ordered = agreed.mode == ORDERED
    own = run.hello(bytes(32))
    yield run.send(HELLO, own)
    peer = yield from run.take(HELLO)
    run.open(own, peer)
    key = peer[64:]
    check_element(key, "B")

    if ordered and agreed.additive:
        scalars = [draw.scalar("r") for _ in elements]
        blinded = [add(hashed(x), multiply_base(r)) for x, r in zip(elements, scalars)]
    else:
        scalar = draw.scalar("a")
        inverse = pow(scalar, -1, ORDER)
        blinded = [multiply(scalar, hashed(x)) for x in elements]
    yield from run.send_records(BLINDED, blinded)

    answers, seen, last = [], set(), None
    while len(answers) < len(elements):
        records = yield from run.take_records(EVALUATED, 32, len(answers), len(elements))
        for record in records:
            check_element(record, "an answer")
        check_distinct(seen, records, "an answer")
        if not ordered:
            last = check_ascending(last, records, "answers")
        if agreed.verifiable:
            asked = blinded[len(answers) : len(answers) + len(records)]
            proof = yield from run.take(PROOF)
            if len(proof) != 68 or int.from_bytes(proof[:4], "big") != len(answers):
                raise Refused("no proof of these answers")
            proofs.verify(key, asked, records, proof[4:], b"veilmatch-psi-v1 proof" + run.sid)
        answers += records
    if ordered and agreed.additive:
        found = [subtract(answer, multiply(r, key)) for answer, r in zip(answers, scalars)]
    else:
        found = [multiply(inverse, answer) for answer in answers]
    at = {run.tag(found[i], elements[i]): i for i in range(len(elements))}

    matched, done, last = [], 0, None
    while done < run.peer_size:
        tags = yield from run.take_records(TAGS, run.width, done, run.peer_size)
        last = check_ascending(last, tags, "tags")
        matched += [at[tag] for tag in tags if tag in at]
        done += len(tags)
    yield from run.take_finish()

    if agreed.to == TO_BOTH and ordered:
        most = min(len(elements), run.peer_size)
        filling = split(draw.bytes("filling", 16 * most), 16)[: most - len(matched)]
        yield from run.send_records(CONFIRM, sorted([run.confirmation(found[i]) for i in matched] + filling))
    elif agreed.to == TO_BOTH:
        e = draw.scalar("e")
        mask = run.confirmation(multiply(e, key))
        masked = bytes(x ^ y for x, y in zip(u32(len(matched)), mask))
        yield run.send(CONFIRM, multiply_base(e) + masked)
    yield bytes([FINISH]) + run.finish(RECEIVER)
    result = {"size": len(matched), "peerSize": run.peer_size}
    return {**result, "matched": sorted(matched)} if ordered else result


def sender(elements, agreed, draw):
    run = Run(SENDER, elements, agreed, draw)
    ordered = agreed.mode == ORDERED
    b = draw.scalar("b")
    key = multiply_base(b)
    own = run.hello(key)
    run.open(own, (yield from run.take(HELLO)))
    yield run.send(HELLO, own)

    answers, seen = [], set()
    while len(answers) < run.peer_size:
        done = len(answers)
        asked = yield from run.take_records(BLINDED, 32, done, run.peer_size)
        for record in asked:
            check_element(record, "a question")
        check_distinct(seen, asked, "a question")
        evaluated = [multiply(b, record) for record in asked]
        answers += evaluated
        if ordered:
            yield run.send(EVALUATED, u32(done) + b"".join(evaluated))
        if agreed.verifiable:
            nonce = proofs.nonce(draw.bytes("proof", 32), b, asked, evaluated)
            context = b"veilmatch-psi-v1 proof" + run.sid
            yield run.send(PROOF, u32(done) + proofs.prove(b, key, asked, evaluated, context, nonce))
    if not ordered:
        yield from run.send_records(EVALUATED, sorted(answers))
    own_elements = [multiply(b, hashed(y)) for y in elements]
    yield from run.send_records(TAGS, sorted(run.tag(e, y) for e, y in zip(own_elements, elements)))
    yield bytes([FINISH]) + run.finish(SENDER)

    result, most = {"peerSize": run.peer_size}, min(run.peer_size, len(elements))
    if agreed.to == TO_BOTH and ordered:
        at = {run.confirmation(element): i for i, element in enumerate(own_elements)}
        matched, done, last = [], 0, None
        while done < most:
            records = yield from run.take_records(CONFIRM, 16, done, most)
            last = check_ascending(last, records, "confirmations")
            matched += [at[record] for record in records if record in at]
            done += len(records)
        result.update(size=len(matched), matched=sorted(matched))
    elif agreed.to == TO_BOTH:
        body = yield from run.take(CONFIRM)
        if len(body) != 36:
            raise Refused("no count")
        check_element(body[:32], "E")
        mask = run.confirmation(multiply(b, body[:32]))
        size = int.from_bytes(bytes(x ^ y for x, y in zip(body[32:], mask)), "big")
        if size > most:
            raise Refused("more matches than elements")
        result.update(size=size)
    yield from run.take_finish()
    return result
