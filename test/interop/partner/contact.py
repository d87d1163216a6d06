# SPDX-License-Identifier: Apache-2.0
"""veilmatch-contact-v1, from docs/protocol.md: the published set with a Golomb filter, the client and the server."""

import proofs
import sodium
from sodium import Refused, add, check_element, multiply, multiply_base, sha512, split, subtract, u16, u32

QUERY, BLINDED, EVALUATED = 32, 33, 34
MAX_FRAME = 1_048_576
# RFC 9497, section 4.1: the VOPRF is mode 1.
CONTEXT = b"OPRFV1-\x01-ristretto255-SHA512"


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, length):
        if length > len(self.data):
            raise Refused("cut off")
        taken, self.data = self.data[:length], self.data[length:]
        return taken

    def number(self, length):
        return int.from_bytes(self.take(length), "big")


def digest32(*parts):
    return sha512(*parts)[:32]


class PublishedSet:
    """A header and its filters, once they are what the pin says."""

    def __init__(self, header, filters, set_id, least_epoch, signer=None, digest=None):
        body, label = header[:-64], b"veilmatch-contact-v1 header"
        if digest is not None:
            if digest32(label, body) != digest:
                raise Refused("not the pinned header")
        else:
            sodium.verify_signature(header[-64:], label + body, signer)
        reader = Reader(body)
        # Version, suite, format.
        if reader.take(17) != b"veilmatch-contact" or reader.take(4) != b"\0\1\1\2":
            raise Refused("another format")
        self.kinds, length = reader.number(1), reader.number(1)
        if self.kinds > 15 or not 1 <= length <= 64:
            raise Refused("a malformed header")
        self.id, self.epoch = reader.take(length), reader.number(4)
        self.key = reader.take(32)
        segments = [
            (reader.number(4), reader.number(4), reader.number(1), reader.take(32)) for _ in range(reader.number(2))
        ]
        if reader.data or self.id != set_id or self.epoch < least_epoch or len(filters) != len(segments):
            raise Refused("another set, an old one, or not all of it")
        self.size, self.rate, self.filters = 0, 0.0, []
        for (size, length, bits, digest), data in zip(segments, filters):
            if len(data) != length or digest32(data) != digest:
                raise Refused("not the filter of the header")
            self.filters.append(golomb(data, size, bits))
            self.size, self.rate = self.size + size, self.rate + 2.0**-bits

    def has(self, tag):
        return any(int.from_bytes(tag[:12], "big") * span >> 96 in numbers for numbers, span in self.filters)


def golomb(data, size, bits):
    reader = Reader(data)
    if reader.take(16) != b"veilmatch-filter" or reader.take(4) != bytes([1, 1, bits, 0]) or reader.number(4) != size:
        raise Refused("not the filter that the header describes")
    stream = "".join(f"{byte:08b}" for byte in reader.data)
    at, value, numbers, span = 0, 0, set(), size << bits
    for _ in range(size):
        stop = stream.find("0", at)
        if stop < 0 or stop + 1 + bits > len(stream):
            raise Refused("the filter is cut off")
        value += (stop - at << bits) + int(stream[stop + 1 : stop + 1 + bits], 2)
        at = stop + 1 + bits
        if value >= span:
            raise Refused("a number out of range")
        numbers.add(value)
    if len(stream) - at > 7 or "1" in stream[at:]:
        raise Refused("something behind the filter")
    return numbers, span


def body_of(frame, kind):
    if not 1 <= len(frame) <= MAX_FRAME or frame[0] != kind:
        raise Refused(f"a frame {kind} was due")
    return Reader(frame[1:])


def check_elements(data):
    elements = split(data, 32)
    if not elements or len(elements[-1]) != 32:
        raise Refused("no whole number of elements")
    for element in elements:
        check_element(element, "an element")
    return elements


def client(contacts, published, draw):
    """All contacts in one frame."""
    query = u16(1) + u32(published.epoch) + u32(len(contacts)) + bytes([len(published.id)]) + published.id
    yield bytes([QUERY]) + query
    blinds = [draw.scalar("r") for _ in contacts]
    dst = b"HashToGroup-" + CONTEXT
    asked = [add(sodium.hash_to_group(x, dst), multiply_base(r)) for x, r in zip(contacts, blinds)]
    yield bytes([BLINDED]) + u32(0) + b"".join(asked)
    answer = body_of((yield None), EVALUATED)
    if answer.number(4) != 0 or len(answer.data) != 32 * len(asked) + 64:
        raise Refused("not the answer to these elements")
    answers = check_elements(answer.take(32 * len(asked)))
    proofs.verify(published.key, asked, answers, answer.data, CONTEXT)
    matched = []
    for i, (x, r) in enumerate(zip(contacts, blinds)):
        element = subtract(answers[i], multiply(r, published.key))
        output = sha512(proofs.sized(x), proofs.sized(element), b"Finalize")
        place = bytes([len(published.id)]) + published.id + u32(published.epoch)
        if published.has(sha512(b"veilmatch-contact-v1 tag", place, output)[:20]):
            matched.append(i)
    return {
        "size": len(matched),
        "matched": matched,
        "peerSize": published.size,
        "falsePositiveRate": published.rate,
    }


def server(k, set_id, epoch, draw):
    query = body_of((yield None), QUERY)
    if query.number(2) != 1 or query.number(4) != epoch:
        raise Refused("another version, or an epoch that is not served")
    size = query.number(4)
    if query.take(query.number(1)) != set_id or query.data:
        raise Refused("a set that is not served")
    key, done = multiply_base(k), 0
    while done < size:
        frame = body_of((yield None), BLINDED)
        if frame.number(4) != done or len(frame.data) > 32 * (size - done):
            raise Refused("a list with a gap, or too long")
        asked = check_elements(frame.data)
        answers = [multiply(k, element) for element in asked]
        proof = proofs.prove(k, key, asked, answers, CONTEXT, draw.scalar("proof"))
        yield bytes([EVALUATED]) + u32(done) + b"".join(answers) + proof
        done += len(asked)
    return {"peerSize": size}
