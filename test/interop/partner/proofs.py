# SPDX-License-Identifier: Apache-2.0
"""Proofs that one key made all answers: RFC 9497, section 2.2, with A the generator."""

import sodium
from sodium import ORDER, Refused, add, multiply, multiply_base, sha512, split, u16, u32


def sized(data):
    return u16(len(data)) + data


def to_scalar(message, context):
    return sodium.hash_to_scalar(message, b"HashToScalar-" + context)


def weights(key, asked, answers, context):
    seed = sha512(sized(key), sized(b"Seed-" + context))
    return [
        to_scalar(sized(seed) + u16(i) + sized(c) + sized(d) + b"Composite", context)
        for i, (c, d) in enumerate(zip(asked, answers))
    ]


def challenge(key, elements, context):
    return to_scalar(b"".join(map(sized, (key, *elements))) + b"Challenge", context)


def nonce(random, b, asked, answers):
    """The nonce as docs/protocol.md makes it: of randomness and of what is proved."""
    key = sha512(b"veilmatch-psi-v1 nonce", random, sodium.scalar_bytes(b), *asked, *answers)
    i = 0
    while True:
        r = int.from_bytes(sha512(key, u32(i))[:32], "little") & (2**253 - 1)
        if 1 <= r < ORDER:
            return r
        i += 1


def prove(k, key, asked, answers, context, r):
    M = sodium.weighted_sum(weights(key, asked, answers, context), asked)
    c = challenge(key, (M, multiply(k, M), multiply_base(r), multiply(r, M)), context)
    return sodium.scalar_bytes(c) + sodium.scalar_bytes(r - c * k)


def verify(key, asked, answers, proof, context):
    c, s = (int.from_bytes(part, "little") for part in split(proof, 32))
    if not 1 <= c < ORDER or not 1 <= s < ORDER:
        raise Refused("a proof of no scalars")
    w = weights(key, asked, answers, context)
    M, Z = sodium.weighted_sum(w, asked), sodium.weighted_sum(w, answers)
    t2 = add(multiply_base(s), multiply(c, key))
    t3 = add(multiply(s, M), multiply(c, Z))
    if challenge(key, (M, Z, t2, t3), context) != c:
        raise Refused("the proof does not hold")
