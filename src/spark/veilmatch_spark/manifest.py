# SPDX-License-Identifier: Apache-2.0
"""A message's manifest: the signed header of the two files, the Hello, and an entry for each part (docs/wire.md, docs/protocol.md)."""

import hashlib
import struct
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .worker import VeilmatchError

LABEL = b"veilmatch-dataset-v1"
FOLDERS = ("blinded", "evaluated", "tags")
MODES = {"intersection": 1, "cardinality": 2}
REQUEST, RESPONSE = 1, 2
VERSION, SUITE, IDENTIFIERS = 1, 1, 2
RECEIVER, SENDER = 1, 2
HELLO, ENTRIES = 1, 64
ENTRY = struct.Struct(">IQ32s")
BATCH = 16_384
MAX_PARTS = 2**16
MAX_MESSAGE = 1_048_640
MAX_BYTES = 2 * MAX_PARTS * ENTRY.size + 2**20


@dataclass(frozen=True)
class Entry:
    rows: int
    bytes: int
    sha256: bytes


@dataclass(frozen=True)
class Header:
    kind: int
    mode: int
    request_id: bytes
    sender: bytes
    to: bytes
    made_at: int
    expires_at: int = 0
    request_digest: bytes = b""


@dataclass(frozen=True)
class Hello:
    role: int
    mode: int
    kinds: int
    size: int
    nonce: bytes
    public_key: bytes = bytes(32)
    max_peer_size: int = 2**32 - 1

    def encode(self):
        return b"".join(
            [
                b"veilmatch-psi",
                struct.pack(">HBBBBBBBBB", VERSION, self.role, SUITE, self.mode, 1, IDENTIFIERS, self.kinds, 0, 0, 0),
                struct.pack(">II", self.size, self.max_peer_size),
                self.nonce,
                self.public_key,
            ]
        )

    @staticmethod
    def decode(body):
        if len(body) != 96 or body[:13] != b"veilmatch-psi":
            raise bad("its Hello is none of veilmatch-psi")
        version, role, suite, mode, to, identifiers, kinds, *rest = struct.unpack_from(">HBBBBBBBBB", body, 13)
        if (version, suite, to, identifiers, rest) != (VERSION, SUITE, 1, IDENTIFIERS, [0, 0, 0]) or kinds > 15:
            raise VeilmatchError("incompatible-peer", "The partner runs another version, or with options that datasets do not carry.")
        size, most = struct.unpack_from(">II", body, 24)
        return Hello(role, mode, kinds, size, body[32:64], body[64:96], most)


@dataclass(frozen=True)
class Manifest:
    header: Header
    hello: bytes
    entries: dict = field(hash=False)
    digest: bytes = b""


def public_key(signing_key):
    """Of an Ed25519 key of 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(signing_key).public_key()
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def session_id(request, response):
    """Of the bodies of both Hellos."""
    parts = b"".join(struct.pack(">I", len(each)) + each for each in (request, response))
    return hashlib.sha512(b"veilmatch-psi-v1 session" + parts).digest()[:32]


def bad(why):
    return VeilmatchError("bad-file", f"The manifest is not taken: {why}.")


# Protobuf, as much as the schema needs.


def _varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _field(number, value):
    """Nothing for a default, which proto3 does not write."""
    if not value:
        return b""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _fields(data):
    found, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            if at >= len(data) or shift > 63:
                raise bad("it holds no messages of its schema")
            byte, at = data[at], at + 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = number()
        if key & 7 == 0:
            found[key >> 3] = number()
        elif key & 7 == 2:
            length = number()
            if at + length > len(data):
                raise bad("it was cut")
            found[key >> 3], at = data[at : at + length], at + length
        else:
            raise bad("it holds no messages of its schema")
    return found


FRAME, FILE_HEADER, SIGNATURE = 3, 7, 8


def _record(number, message):
    # A message without fields is one all the same.
    envelope = _varint(number << 3 | 2) + _varint(len(message)) + message
    return struct.pack(">I", len(envelope)) + envelope


def _header(h):
    numbers = (h.kind, VERSION, SUITE, h.mode)
    fields = [*numbers, h.request_id, h.sender, h.to, h.made_at, h.expires_at, h.request_digest]
    return b"".join(_field(i + 1, value) for i, value in enumerate(fields))


def encode(header, hello, entries, signing_key):
    """The bytes of a manifest; `entries` are lists by folder, in the order of their numbers."""
    records = [_record(FILE_HEADER, _header(header)), _record(FRAME, _field(1, bytes([HELLO]) + hello))]
    for folder, all_entries in entries.items():
        for first in range(0, len(all_entries), BATCH):
            batch = b"".join(ENTRY.pack(e.rows, e.bytes, e.sha256) for e in all_entries[first : first + BATCH])
            frame = bytes([ENTRIES, FOLDERS.index(folder) + 1]) + struct.pack(">I", first) + batch
            records.append(_record(FRAME, _field(1, frame)))
    body = b"".join(records)
    signature = Ed25519PrivateKey.from_private_bytes(signing_key).sign(LABEL + hashlib.sha512(body).digest())
    return body + _record(SIGNATURE, _field(1, signature))


def decode(data, signer):
    """@raises VeilmatchError: bad-file for what is no manifest, was cut or changed, or is signed by another key"""
    header = hello = signature = None
    entries, at, signed = {}, 0, 0
    while at < len(data):
        if signature is not None:
            raise bad("it goes on after its signature")
        if at + 4 > len(data):
            raise bad("it was cut")
        (length,) = struct.unpack_from(">I", data, at)
        if not 0 < length <= MAX_MESSAGE or at + 4 + length > len(data):
            raise bad("it was cut, or is none")
        envelope = list(_fields(data[at + 4 : at + 4 + length]).items())
        number, message = envelope[0] if len(envelope) == 1 else (0, b"")
        if not isinstance(message, bytes):
            raise bad("it holds no messages of its schema")
        if header is None:
            if number != FILE_HEADER:
                raise bad("it does not begin with a header")
            header = _read_header(message)
            if header.sender != signer:
                raise bad("it is not signed by the key that is expected, or it was changed")
        elif number == SIGNATURE:
            signature, signed = _bytes(_fields(message), 1), at
        elif number != FRAME:
            raise bad("it holds something that is no frame")
        else:
            frame = _bytes(_fields(message), 1)
            if hello is None:
                if frame[:1] != bytes([HELLO]):
                    raise bad("it does not begin with a Hello")
                hello = frame[1:]
            else:
                _take_entries(frame, entries)
        at += 4 + length
    if header is None or hello is None or signature is None:
        raise bad("it has no signature: it was cut off")
    try:
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, LABEL + hashlib.sha512(data[:signed]).digest())
    except InvalidSignature:
        raise bad("it is not signed by the key that is expected, or it was changed") from None
    return Manifest(header, hello, entries, hashlib.sha512(data).digest())


def _read_header(message):
    f = _fields(message)
    if (f.get(2), f.get(3)) != (VERSION, SUITE):
        raise VeilmatchError("incompatible-peer", "The partner runs another version or suite.")
    numbers = [_number(f, number) for number in (1, 4, 8, 9)]
    request_id, sender, to, digest = (_bytes(f, number) for number in (5, 6, 7, 10))
    return Header(numbers[0], numbers[1], request_id, sender, to, numbers[2], numbers[3], digest)


def _bytes(fields, number):
    value = fields.get(number, b"")
    if not isinstance(value, bytes):
        raise bad("it holds no messages of its schema")
    return value


def _number(fields, number):
    value = fields.get(number, 0)
    if not isinstance(value, int):
        raise bad("it holds no messages of its schema")
    return value


def _take_entries(frame, entries):
    if len(frame) < 6 + ENTRY.size or frame[0] != ENTRIES or not 1 <= frame[1] <= 3 or (len(frame) - 6) % ENTRY.size:
        raise bad("it holds something that is no entry of a part")
    known = entries.setdefault(FOLDERS[frame[1] - 1], [])
    (first,) = struct.unpack_from(">I", frame, 2)
    new = [Entry(*values) for values in ENTRY.iter_unpack(frame[6:])]
    if first != len(known) or len(known) + len(new) > MAX_PARTS:
        raise bad("its entries are not in order")
    known += new


def check_comparable(own, theirs):
    """Two Hellos: lists of different kinds have nothing in common, which is a mistake and no result."""
    if own.kinds and theirs.kinds and not own.kinds & theirs.kinds:
        raise VeilmatchError("incompatible-lists", "The lists hold different kinds of identifiers: they can never match. Make both in the same way.")


def check_entries(entries, rows, what):
    """What entries that nobody has looked at must be like."""
    count = len(entries)
    small = all(e.rows <= 2**20 and e.bytes <= 3 * e.rows * 72 + 65_536 for e in entries)
    if count == 0 or count & (count - 1) or sum(e.rows for e in entries) != rows or not small:
        raise bad(f"its {what} are not {rows} rows in a power of two of parts of at most {2**20} rows")
