# SPDX-License-Identifier: Apache-2.0
"""veilmatch-worker-v1 from docs/wire.md alone, in Python's own library: a driver that an engine could have."""

import json
import os
import struct
import subprocess

ERROR, INIT, NORMALIZE, HASH, IDENTIFY, BLIND, EVALUATE, TAG, UNBLIND_AND_TAG = range(9)
NOWHERE = 2**32 - 1


class Refused(Exception):
    def __init__(self, code, position, message):
        super().__init__(f"{code} at {position}: {message}")
        self.code, self.position = code, position


def filled(data):
    return data + bytes(-len(data) % 8)


def list_part(items):
    offsets, end = [0], 0
    for item in items:
        end += len(item)
        offsets.append(end)
    packed = struct.pack(f"<{len(offsets)}i", *offsets)
    return struct.pack("<II", len(items), end) + filled(packed) + filled(b"".join(items))


def records_part(records):
    data = b"".join(records)
    return struct.pack("<II", len(records), len(data)) + filled(data)


def init_body(settings, secret=b""):
    text = json.dumps(settings).encode()
    return struct.pack("<I", len(text)) + text + secret


class Parts:
    def __init__(self, body):
        self.body, self.at = body, 0

    def take(self, length):
        start = self.at
        self.at += length + -length % 8
        if self.at > len(self.body):
            raise ValueError("the answer is cut off")
        return self.body[start : start + length]

    def list(self):
        items, length = struct.unpack("<II", self.take(8))
        offsets = struct.unpack(f"<{items + 1}i", self.take(4 * (items + 1)))
        data = self.take(length)
        return [data[a:b] for a, b in zip(offsets, offsets[1:])]

    def records(self, width):
        items, length = struct.unpack("<II", self.take(8))
        data = self.take(length)
        return [data[i * width : (i + 1) * width] for i in range(items)]

    def end(self):
        if self.at != len(self.body):
            raise ValueError("the answer goes on")


class Worker:
    """@param key: bytes that reach the worker on a file descriptor of its own"""

    def __init__(self, command, key=None):
        argv, kept = list(command), []
        if key is not None:
            reading, writing = os.pipe()
            os.write(writing, key)
            os.close(writing)
            argv += ["--key-fd", str(reading)]
            kept = [reading]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=kept)
        for each in kept:
            os.close(each)

    def send(self, operation, body):
        self.process.stdin.write(struct.pack(">IB", len(body) + 1, operation) + body)
        self.process.stdin.flush()

    def receive(self):
        length, operation = struct.unpack(">IB", self.process.stdout.read(5))
        return operation, self.process.stdout.read(length - 1)

    def ask(self, operation, body):
        self.send(operation, body)
        answered, answer = self.receive()
        if answered == ERROR:
            position, code = struct.unpack_from("<IB", answer)
            code, message = answer[5 : 5 + code].decode(), answer[5 + code :].decode()
            raise Refused(code, None if position == NOWHERE else position, message)
        assert answered == operation
        return Parts(answer)

    def init(self, settings, secret=b""):
        return json.loads(self.ask(INIT, init_body(settings, secret)).body)

    def end(self):
        self.process.stdin.close()
        status = self.process.wait()
        self.process.stdout.close()
        return status
