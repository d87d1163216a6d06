# SPDX-License-Identifier: Apache-2.0
"""ristretto255 and Ed25519 by libsodium, and what RFC 9380 and RFC 9496 put around them."""

import ctypes
import ctypes.util
import hashlib
import secrets

NAME = ctypes.util.find_library("sodium") or "libsodium.so.23"
lib = ctypes.CDLL(NAME)
if lib.sodium_init() < 0:
    raise OSError("libsodium cannot be used here")
lib.crypto_core_ristretto255_is_valid_point  # not in the versions before 1.0.18
lib.sodium_version_string.restype = ctypes.c_char_p
VERSION = lib.sodium_version_string().decode()

ORDER = 2**252 + 27742317777372353535851937790883648493
IDENTITY = bytes(32)


class Refused(Exception):
    """The peer sent what a careful party does not take."""


def u16(value):
    return value.to_bytes(2, "big")


def u32(value):
    return value.to_bytes(4, "big")


def split(records, width):
    return [records[i : i + width] for i in range(0, len(records), width)]


def sha512(*parts):
    return hashlib.sha512(b"".join(parts)).digest()


def call(name, *arguments):
    out = ctypes.create_string_buffer(32)
    if getattr(lib, name)(out, *arguments) != 0:
        raise Refused(f"{name}: no element, or the identity")
    return out.raw


def scalar_bytes(scalar):
    return (scalar % ORDER).to_bytes(32, "little")


def random_scalar():
    return 1 + secrets.randbelow(ORDER - 1)


def multiply(scalar, element):
    return call("crypto_scalarmult_ristretto255", scalar_bytes(scalar), element)


def multiply_base(scalar):
    return call("crypto_scalarmult_ristretto255_base", scalar_bytes(scalar))


def add(p, q):
    return call("crypto_core_ristretto255_add", p, q)


def subtract(p, q):
    return call("crypto_core_ristretto255_sub", p, q)


def check_canonical(element, what):
    """RFC 9496, section 4.3.1."""
    if lib.crypto_core_ristretto255_is_valid_point(element) != 1:
        raise Refused(f"{what} is no element")


def check_element(element, what):
    """Canonical, and not the identity."""
    if element == IDENTITY:
        raise Refused(f"{what} is the identity")
    check_canonical(element, what)


def expand(message, dst, length):
    """expand_message_xmd with SHA-512 (RFC 9380, section 5.3.1)."""
    suffix = dst + bytes([len(dst)])
    b0 = hashlib.sha512(bytes(128) + message + length.to_bytes(2, "big") + b"\0" + suffix).digest()
    block, out = bytes(64), b""
    for i in range(1, -(-length // 64) + 1):
        mixed = bytes(x ^ y for x, y in zip(b0, block))
        block = hashlib.sha512(mixed + bytes([i]) + suffix).digest()
        out += block
    return out[:length]


def verify_signature(signature, message, signer):
    """Ed25519, strictly: libsodium takes no S from L on, and no key of small order."""
    length = ctypes.c_ulonglong(len(message))
    if len(signature) != 64 or lib.crypto_sign_verify_detached(signature, message, length, signer) != 0:
        raise Refused("not signed by the pinned key")


def hash_to_group(message, dst):
    """hash_to_ristretto255 (RFC 9380, appendix B)."""
    return call("crypto_core_ristretto255_from_hash", expand(message, dst, 64))


def hash_to_scalar(message, dst):
    return int.from_bytes(expand(message, dst, 64), "little") % ORDER


def weighted_sum(scalars, elements):
    total = IDENTITY
    for scalar, element in zip(scalars, elements):
        total = add(total, multiply(scalar, element))
    return total
