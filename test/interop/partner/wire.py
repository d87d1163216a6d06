# SPDX-License-Identifier: Apache-2.0
"""docs/wire.md: envelopes of protobuf in binary messages of a WebSocket (RFC 6455), over TLS or on this machine."""

import base64
import hashlib
import secrets
import socket
import ssl
import struct

MAX_MESSAGE = 1_048_640
MAX_CONTROL = 4_096
WINDOW = 8
SUBPROTOCOL = "veilmatch-psi-v1"
OPEN, ACCEPT, FRAME, CREDIT, KEEP_ALIVE, CLOSE = range(1, 7)
COMPLETE, DENIED, INCOMPATIBLE, PROTOCOL = 1, 2, 5, 6


class Ended(Exception):
    """The peer has closed, with this reason; None where the line was cut."""

    def __init__(self, reason):
        super().__init__(f"closed with reason {reason}")
        self.reason = reason


# Protobuf, as much as the schema needs: varints, and bytes behind their length.


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(data):
    """Field numbers and values; of a field that comes again, the last one."""
    found, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
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
            found[key >> 3], at = data[at : at + length], at + length
        else:
            raise ValueError("a type of field that the schema does not have")
    return found


def envelope(message, *parts):
    return field(message, b"".join(parts))


# RFC 6455.


class WebSocket:
    def __init__(self, sock, masks):
        self.sock, self.masks, self.buffer = sock, masks, b""

    def read(self, length):
        chunks, have = [self.buffer], len(self.buffer)
        while have < length:
            try:
                chunk = self.sock.recv(1 << 16)
            except OSError:
                chunk = b""
            if not chunk:
                raise Ended(None)
            chunks.append(chunk)
            have += len(chunk)
        data = b"".join(chunks)
        self.buffer = data[length:]
        return data[:length]

    def read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            chunk = self.sock.recv(4096)
            if not chunk or len(self.buffer) > MAX_CONTROL:
                raise Ended(None)
            self.buffer += chunk
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        return first, {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}

    def write(self, opcode, data):
        mask = 128 if self.masks else 0
        n = len(data)
        if n < 126:
            size = bytes([mask | n])
        else:
            size = struct.pack(">BH", mask | 126, n) if n < 65536 else struct.pack(">BQ", mask | 127, n)
        key = secrets.token_bytes(4) if self.masks else b""
        self.sock.sendall(bytes([128 | opcode]) + size + key + (masked(data, key) if self.masks else data))

    def message(self):
        """The next message that is data."""
        whole = b""
        while True:
            first, second = self.read(2)
            n = second & 127
            if n > 125:
                n = int.from_bytes(self.read(2 if n == 126 else 8), "big")
            if n + len(whole) > MAX_MESSAGE:
                raise ValueError("a message that is too long")
            key = self.read(4) if second & 128 else b""
            data = masked(self.read(n), key) if key else self.read(n)
            opcode = first & 15
            if opcode == 8:
                raise Ended(None)
            if opcode == 9:
                self.write(10, data)
            elif opcode in (0, 2):
                whole += data
                if first & 128:
                    return whole

    def close(self):
        try:
            self.write(8, struct.pack(">H", 1000))
            self.sock.settimeout(5)
            while self.sock.recv(1 << 16):
                pass
        except OSError:
            pass
        self.sock.close()


def masked(data, key):
    stream = (key * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


def accept_key(key):
    return base64.b64encode(hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()


def connect(host, port, token, ca=None, versions=(1,)):
    sock = socket.create_connection((host, port), timeout=60)
    if ca:
        tls = ssl.create_default_context(cafile=ca)
        tls.minimum_version = ssl.TLSVersion.TLSv1_3
        sock = tls.wrap_socket(sock, server_hostname=host)
    web = WebSocket(sock, masks=True)
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = [
        "GET / HTTP/1.1",
        f"Host: {host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
    ]
    sock.sendall("\r\n".join([*lines, "", ""]).encode())
    first, head = web.read_head()
    if first.split(" ")[1] != "101" or head.get("sec-websocket-accept") != accept_key(key):
        raise Ended(None)
    if head.get("sec-websocket-protocol") != SUBPROTOCOL:
        raise ValueError("another subprotocol")
    listed = b"".join(map(varint, versions))
    web.write(2, envelope(OPEN, field(1, listed), field(2, varint(1)), field(3, token.encode())))
    accept = first_message(web, ACCEPT)
    if accept.get(1) not in versions or accept.get(2) != 1:
        raise ValueError("a version or suite that was not offered")
    return Channel(web)


def accept(sock, token, mode, tls=None):
    """The listening party's side of a connection that was made."""
    if tls:
        sock = tls.wrap_socket(sock, server_side=True)
    web = WebSocket(sock, masks=False)
    first, head = web.read_head()
    offered = [name.strip() for name in head.get("sec-websocket-protocol", "").split(",")]
    if not first.startswith("GET / ") or "origin" in head or SUBPROTOCOL not in offered:
        sock.sendall(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        raise Ended(None)
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept_key(head['sec-websocket-key'])}",
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
    ]
    sock.sendall("\r\n".join([*lines, "", ""]).encode())
    channel = Channel(web)
    asked = first_message(web, OPEN)
    if not secrets.compare_digest(asked.get(3, b""), token.encode()):
        channel.close(DENIED)
        raise Ended(None)
    if 1 not in numbers(asked.get(1, b"")) or 1 not in numbers(asked.get(2, b"")):
        channel.close(INCOMPATIBLE)
        raise Ended(None)
    web.write(2, envelope(ACCEPT, field(1, 1), field(2, 1), field(3, secrets.token_hex(8).encode()), field(4, mode)))
    return channel


def numbers(packed):
    """A repeated field of small numbers, packed or one alone."""
    return [packed] if isinstance(packed, int) else list(packed)


def first_message(web, kind):
    data = web.message()
    if len(data) > MAX_CONTROL:
        raise ValueError("a first message that is too long")
    found = fields(data)
    if CLOSE in found:
        raise Ended(fields(found[CLOSE]).get(1))
    return fields(found[kind])


class Channel:
    """Frames both ways, eight of each under way at most."""

    def __init__(self, web):
        self.web, self.room, self.taken, self.inbox = web, WINDOW, 0, []

    def send(self, frame):
        while self.room == 0:
            self.hear()
        self.room -= 1
        try:
            self.web.write(2, envelope(FRAME, field(1, frame)))
        except OSError:
            # The line is down: what the peer said before is still to be read.
            while True:
                self.hear()

    def take(self):
        while not self.inbox:
            self.hear()
        self.taken += 1
        if self.taken == WINDOW // 2:
            self.web.write(2, envelope(CREDIT, field(1, self.taken)))
            self.taken = 0
        return self.inbox.pop(0)

    def hear(self):
        found = fields(self.web.message())
        if FRAME in found:
            self.inbox.append(fields(found[FRAME])[1])
        elif CREDIT in found:
            self.room += fields(found[CREDIT])[1]
        elif CLOSE in found:
            raise Ended(fields(found[CLOSE]).get(1))
        elif KEEP_ALIVE not in found:
            raise ValueError("a message at the wrong time")
        if len(self.inbox) + self.taken > WINDOW or self.room > WINDOW:
            raise ValueError("more frames or credit than there is room for")

    def close(self, reason):
        self.web.write(2, envelope(CLOSE, field(1, reason)))
        self.web.close()
