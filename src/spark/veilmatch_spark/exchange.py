# SPDX-License-Identifier: Apache-2.0
"""Private set intersection with a partner by datasets, either party on Spark: sorting, distinct and joins are Spark's, the group is a
worker's, and the folders are those that `veilmatch psi --dataset` reads and writes.

**What a partner learns** is what veilmatch-psi-v1 says of its mode; besides, nothing of names, orders and sizes of parts but how long
the lists are. The folder `state` is this party's own, **holds its list in the clear**, lies outside of the dataset's, and is for one run.
"""

import hashlib
import itertools
import json
import os
import time
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import DataFrame, functions as F

from . import manifest as m
from .admission import charge
from .parts import PART_ROWS, check_outside, exists, part_of, parts_for, read_bytes, read_part, refuse_links, write_bytes, write_part
from .rows import Reading, default_column, identifiers
from .worker import BLIND, EVALUATE, TAG, UNBLIND_AND_TAG, VeilmatchError, list_part, records_part, worker

WIDTH = 32
WEEK = 604_800
#: Bits of a Hello, by the kinds of a worker.
KIND_BITS = (1, 2, 4)
ENTRY_SCHEMA = "number int, rows long, bytes long, sha256 binary"


@dataclass(frozen=True)
class Requested:
    size: int
    parts: int


@dataclass(frozen=True)
class Responded:
    size: int
    peer_size: int


@dataclass(frozen=True)
class Finished:
    """`identifiers` has the shared ones in a column `x`, canonical bytes; None where only their number is told."""

    size: int
    own_size: int
    peer_size: int
    identifiers: DataFrame | None
    _reading: dict | None = None

    def rows(self, df, key, **columns):
        """The rows of `df` with a shared identifier, each once; `key` is a column that names a row. Columns and options as in `request`."""
        if self.identifiers is None:
            raise VeilmatchError("argument", "A count says of no row whether it is shared.")
        reading = _reading(df, columns)
        found = identifiers(df, reading, (key,)).join(self.identifiers, "x", "left_semi").select(key).distinct()
        return df.join(found, key, "left_semi")


def request(df, folder, state, *, reveal="intersection", key_provider, signing_key, peer, lifetime=WEEK, part_rows=PART_ROWS, **columns):
    """Writes FOLDER/request: this party's identifiers, blinded, and a manifest, last. Returns their number.

    key_provider: gives 32 bytes on the executors, the same on each; what blinds is made of them and of 64 random bytes in `state`.
    signing_key: this party's Ed25519 key, 32 bytes. peer: the partner's public key. Columns and options as in `normalize`.
    Done again with the same `state` it goes on with the list that it has there, and comes to the same records.
    """
    spark, mode = df.sparkSession, _mode(reveal)
    target = f"{folder}/request"
    check_outside(state, folder)
    refuse_links(target, f"{target}/blinded")
    run = _load(state)
    if run is None:
        _make_private(state)
        if exists(f"{target}/manifest.vm"):
            raise VeilmatchError("argument", "The folder holds another request: name another one.")
        kinds = _keep_list(df, state, columns, reveal)
        run = {"role": "receiver", "reveal": reveal, "kinds": kinds, "bind": os.urandom(64).hex(), "id": os.urandom(16).hex(), "madeAt": int(time.time())}
        _save(state, run)
    _check_run(run, "receiver", reveal)
    elements = spark.read.parquet(f"{state}/elements")
    size = elements.count()
    # As it was cut at first: done again with other parts it would be another message.
    parts = run.setdefault("parts", parts_for(size, part_rows))
    _save(state, run)
    stage = {"protocol": 1, "stage": "receiver", "reveal": reveal, "bind": [run["bind"]]}
    about = _about(spark, stage, key_provider)
    _blinded(elements, stage, about["name"], key_provider, parts).write.mode("overwrite").parquet(f"{state}/blinded")
    entries = _cut(spark.read.parquet(f"{state}/blinded"), f"{target}/blinded", "element", WIDTH, parts, reveal == "intersection")
    hello = m.Hello(m.RECEIVER, mode, run["kinds"], size, bytes.fromhex(about["nonce"])).encode()
    own = m.public_key(signing_key)
    header = m.Header(m.REQUEST, mode, bytes.fromhex(run["id"]), own, peer, run["madeAt"], run["madeAt"] + lifetime)
    data = m.encode(header, hello, {"blinded": entries}, signing_key)
    digest = m.decode(data, own).digest.hex()
    if run.setdefault("request", digest) != digest:
        raise VeilmatchError("argument", "This state has made another request: begin a new run in another folder.")
    run.update(hello=hello.hex(), own=own.hex(), peer=peer.hex(), name=about["name"])
    _save(state, run)
    refuse_links(target)
    write_bytes(f"{target}/manifest.vm", data)
    return Requested(size, parts)


def respond(df, folder, state, *, reveal="intersection", key_provider, signing_key, peer, max_peer_size, partner=None, ledger=None, policy=None, admit=None, part_rows=PART_ROWS, **columns):
    """Answers FOLDER/request in FOLDER/response: evaluates its parts, and makes tags of this party's list.

    max_peer_size: the longest list that is answered. partner, ledger: the partner's name, and where what it has used is kept, as those of
    `veilmatch psi respond`: a file or sqlite:FILE, on the driver. The request is charged there before anything is evaluated, once however often
    this state goes on with it, and answered once whatever the state. policy: as `--policy` has it, a dict; by default the usual one.
    admit: called then with `peer`, `request_id`, `peer_size`, `own_size` and `reveal`; it raises to refuse, and may be called once more for the
    same request after a kill. A state answers one request; b is made of the key and of the digest of the request's manifest, so that
    another one never meets it.
    """
    if (partner is None) != (ledger is None) or (policy is not None and ledger is None):
        raise VeilmatchError("argument", "A ledger is charged in the name of a partner, and a policy by a ledger: give partner and ledger.")
    spark, mode = df.sparkSession, _mode(reveal)
    target, own = f"{folder}/response", m.public_key(signing_key)
    check_outside(state, folder)
    refuse_links(target, f"{target}/evaluated", f"{target}/tags")
    asked = m.decode(read_bytes(f"{folder}/request/manifest.vm", m.MAX_BYTES), peer)
    head = asked.header
    if head.kind != m.REQUEST or head.mode != mode or head.to != own:
        raise VeilmatchError("bad-file", "The request is not for this party, or asks for something else.")
    theirs = m.Hello.decode(asked.hello)
    if (theirs.role, theirs.mode) != (m.RECEIVER, mode):
        raise VeilmatchError("bad-file", "The request's Hello is not that of a receiver in this mode.")
    if theirs.size > max_peer_size:
        raise VeilmatchError("wrong-size", f"The partner's list has {theirs.size} elements; {max_peer_size} are allowed.")
    blinded = asked.entries.get("blinded", [])
    m.check_entries(blinded, theirs.size, "elements")
    run = _load(state)
    if run is not None:
        _check_run(run, "sender", reveal)
    if run is None or "request" not in run:
        if head.expires_at <= time.time():
            raise VeilmatchError("bad-file", "The request has expired. Ask the partner for a new one.")
        if exists(f"{target}/manifest.vm"):
            raise VeilmatchError("argument", "The folder holds a response already: it was answered.")
        if run is None:
            _make_private(state)
            kinds = _keep_list(df, state, columns, reveal)
            run = {"role": "sender", "reveal": reveal, "kinds": kinds, "bind": os.urandom(64).hex(), "madeAt": int(time.time())}
        m.check_comparable(m.Hello(m.SENDER, mode, run["kinds"], 0, bytes(32)), theirs)
        size = spark.read.parquet(f"{state}/elements").count()
        if size > theirs.max_peer_size:
            raise VeilmatchError("wrong-size", f"The partner takes {theirs.max_peer_size} elements; this list has {size}.")
        # Noted before it is charged: what is charged is named after it, and found again after a kill.
        _save(state, run)
        asking = {"request_id": head.request_id, "peer_size": theirs.size, "own_size": size, "reveal": reveal}
        if ledger is not None:
            charge(partner, ledger, policy, run=_charge_name(run, asked.digest), **asking)
        if admit is not None:
            admit(peer=peer, **asking)
        # And before the first evaluation: from here on this state answers no other request.
        run["request"] = asked.digest.hex()
        _save(state, run)
    if run["request"] != asked.digest.hex():
        raise VeilmatchError("bad-file", "Another request lies in the place of the one that this state answers. Begin a new run.")
    elements = spark.read.parquet(f"{state}/elements")
    size = elements.count()
    stage = {"protocol": 1, "stage": "sender", "reveal": reveal, "bind": [run["request"], run["bind"]]}
    about = _about(spark, stage, key_provider)
    hello = m.Hello(m.SENDER, mode, run["kinds"], size, bytes.fromhex(about["nonce"]), bytes.fromhex(about["publicKey"])).encode()
    tagging = {**stage, "sid": m.session_id(asked.hello, hello).hex(), "sizes": [theirs.size, size]}
    width = _about(spark, tagging, key_provider)["tagBytes"]
    evaluated = _evaluate(spark, folder, blinded, stage, about["name"], key_provider, reveal, part_rows, theirs.size)
    parts = parts_for(size, part_rows)
    tags = _cut(_tags(elements, tagging, about["name"], key_provider, parts, width), f"{target}/tags", "tag", width, parts, False)
    header = m.Header(m.RESPONSE, mode, head.request_id, own, peer, run["madeAt"], 0, asked.digest)
    refuse_links(target)
    write_bytes(f"{target}/manifest.vm", m.encode(header, hello, {"evaluated": evaluated, "tags": tags}, signing_key))
    return Responded(size, theirs.size)


def finish(spark, folder, state, *, reveal="intersection", key_provider):
    """Reads FOLDER/response, and gives what both lists share. `state` is that of the request."""
    run = _load(state)
    if run is None or "request" not in run:
        raise VeilmatchError("argument", "The state is not that of a request that was made.")
    _check_run(run, "receiver", reveal)
    target = f"{folder}/response"
    answer = m.decode(read_bytes(f"{target}/manifest.vm", m.MAX_BYTES), bytes.fromhex(run["peer"]))
    head, theirs = answer.header, m.Hello.decode(answer.hello)
    if (head.kind, head.mode, head.to.hex()) != (m.RESPONSE, _mode(reveal), run["own"]) or head.request_digest.hex() != run["request"]:
        raise VeilmatchError("bad-file", "The response answers another request than that of this run.")
    own = m.Hello.decode(bytes.fromhex(run["hello"]))
    if (theirs.role, theirs.mode) != (m.SENDER, own.mode):
        raise VeilmatchError("bad-file", "The response's Hello is not that of a sender in this mode.")
    m.check_comparable(own, theirs)
    ordered = reveal == "intersection"
    evaluated, tags = answer.entries.get("evaluated", []), answer.entries.get("tags", [])
    m.check_entries(evaluated, own.size, "answers")
    m.check_entries(tags, theirs.size, "tags")
    stage = {
        **{"protocol": 1, "stage": "receiver", "reveal": reveal, "bind": [run["bind"]]},
        **{"sid": m.session_id(bytes.fromhex(run["hello"]), answer.hello).hex(), "sizes": [own.size, theirs.size]},
        **({"publicKey": theirs.public_key.hex()} if ordered else {}),
    }
    width = _about(spark, stage, key_provider)["tagBytes"]
    answers = _read(spark, f"{target}/evaluated", evaluated, "element", WIDTH, ordered, None if ordered else len(evaluated))
    if ordered:
        asked = _ranked(spark.read.parquet(f"{state}/blinded"), run["parts"])
        answers = asked.join(answers, "idx").select("x", "element")
    # Read back by the count, the check and the join: computed once.
    mine = _opened(answers, stage, run["name"], key_provider, ordered).persist()
    count, distinct = mine.select(F.count("tag"), F.countDistinct("tag")).first()
    if count != own.size or distinct != count:
        mine.unpersist()
        raise VeilmatchError("repeated-element", "The sender gave an answer twice, or left one out. The result is withheld.")
    their_tags = _read(spark, f"{target}/tags", tags, "tag", width, False, len(tags)).select("tag")
    shared = mine.join(their_tags, "tag", "left_semi")
    return Finished(shared.count(), own.size, theirs.size, shared.select("x") if ordered else None)


# Lists and state.


def _mode(reveal):
    if reveal not in m.MODES:
        raise VeilmatchError("argument", "Datasets carry intersection and cardinality. Use a socket or files for sums and ids.")
    return m.MODES[reveal]


def _reading(df, columns):
    options = dict(columns)
    phone, email = (default_column(df, options.pop(name, ...), name) for name in ("phone", "email"))
    return Reading(df, phone, email, options.pop("country_column", None), options)


def _keep_list(df, state, columns, reveal):
    """The distinct identifiers in STATE/elements: what is worked on is fixed then, whatever becomes of the table. Returns their kinds."""
    reading = _reading(df, columns)
    if reveal == "cardinality" and None not in reading.columns[:2]:
        raise VeilmatchError("argument", "A count takes one identifier a row, or people would be counted by their identifiers. Name one column.")
    identifiers(df, reading, single=reveal == "cardinality").select("x", "kind").distinct().write.mode("overwrite").parquet(f"{state}/elements")
    kinds = df.sparkSession.read.parquet(f"{state}/elements").select("kind").distinct().collect()
    return sum(KIND_BITS[kind] for (kind,) in kinds)


def _make_private(state):
    """The list stands there in the clear: of a local folder that is not there yet, nobody else can enter it."""
    if "://" not in state:
        os.makedirs(state, mode=0o700, exist_ok=True)


def _charge_name(run, digest):
    """Of a state and a request: another request in this state is charged anew. It says nothing of what it is made of."""
    return "spark " + hashlib.sha256(b"veilmatch-spark charge\0" + bytes.fromhex(run["bind"]) + digest).hexdigest()[:32]


def _load(state):
    path = f"{state}/run.json"
    return json.loads(read_bytes(path, 2**20)) if exists(path) else None


def _save(state, run):
    write_bytes(f"{state}/run.json", json.dumps(run, indent=2).encode())


def _check_run(run, role, reveal):
    if (run["role"], run["reveal"]) != (role, reveal):
        raise VeilmatchError("argument", "The state is that of another run: name another folder.")


# Stages.


def _about(spark, stage, key_provider):
    """What a worker says of its secrets, asked on an executor: the key does not come to the driver."""

    def run(batches):
        for _ in batches:
            pass
        yield pa.RecordBatch.from_pydict({"about": [json.dumps(worker(stage, key_provider()).about)]})

    return json.loads(spark.range(1, numPartitions=1).mapInArrow(run, "about string").first()[0])


def _worker(stage, name, key_provider):
    """This process's worker, whose key is the one of the others."""
    process = worker(stage, key_provider())
    if process.about["name"] != name:
        raise VeilmatchError("argument", "The key_provider gives another key here than before. All executors need the same one.")
    return process


def _blinded(elements, stage, name, key_provider, parts):
    def run(batches):
        process = _worker(stage, name, key_provider)
        for batch in batches:
            x = batch.column(0)
            records = process.ask(BLIND, list_part(x)).records(WIDTH)
            numbers = pa.array([part_of(each, "element", parts) for each in records.to_pylist()], pa.int32())
            yield pa.RecordBatch.from_arrays([x, records.cast(pa.binary()), numbers], ["x", "element", "part"])

    return elements.select("x").mapInArrow(run, "x binary, element binary, part int")


def _tags(elements, stage, name, key_provider, parts, width):
    def run(batches):
        process = _worker(stage, name, key_provider)
        for batch in batches:
            records = process.ask(TAG, list_part(batch.column(0))).records(width)
            numbers = pa.array([part_of(each, "tag", parts) for each in records.to_pylist()], pa.int32())
            yield pa.RecordBatch.from_arrays([records.cast(pa.binary()), numbers], ["tag", "part"])

    return elements.select("x").mapInArrow(run, "tag binary, part int")


def _cut(df, folder, name, width, parts, numbered):
    """Sorts each part, and writes it. A part that is written twice, by attempts of a task, has the same bytes."""
    firsts = _firsts(df, parts) if numbered else [None] * parts

    def write(key, table):
        number = key[0].as_py()
        records = sorted(table.column(name).to_pylist())
        if any(a == b for a, b in zip(records, records[1:])):
            raise VeilmatchError("repeated-element", f"Two records of {name}s are the same.")
        entry = write_part(folder, number, name, width, records, firsts[number])
        return pa.Table.from_pydict({"number": pa.array([number], pa.int32()), "rows": [entry.rows], "bytes": [entry.bytes], "sha256": [entry.sha256]})

    written = df.select("part", name).groupBy("part").applyInArrow(write, ENTRY_SCHEMA).collect()
    entries = {row.number: m.Entry(row.rows, row.bytes, bytes(row.sha256)) for row in written}
    for number in range(parts):
        if number not in entries:
            entries[number] = write_part(folder, number, name, width, [], firsts[number])
    return [entries[number] for number in range(parts)]


def _firsts(df, parts):
    """The number of the first row of each part."""
    counts = dict(df.groupBy("part").count().collect())
    return list(itertools.accumulate((counts.get(number, 0) for number in range(parts - 1)), initial=0))


def _ranked(blinded, parts):
    """`idx`, the rank of what was asked among all of it, and `x`."""
    firsts = _firsts(blinded, parts)

    def rank(key, table):
        pairs = sorted(zip(table.column("element").to_pylist(), table.column("x").to_pylist()))
        first = firsts[key[0].as_py()]
        return pa.Table.from_pydict({"idx": pa.array(range(first, first + len(pairs)), pa.int64()), "x": [x for _, x in pairs]})

    return blinded.groupBy("part").applyInArrow(rank, "idx long, x binary")


def _read(spark, folder, entries, name, width, numbered, sorted_in):
    """Parts of the partner's, one a task: what a task gives on is what it has hashed, and was found to be what the manifest says."""
    firsts = list(itertools.accumulate((entry.rows for entry in entries), initial=0))

    def run(batches):
        for batch in batches:
            for number in batch.column(0).to_pylist():
                first = firsts[number] if numbered else None
                records = read_part(folder, number, entries[number], name, width, first, sorted_in)
                columns = {name: pa.array(records, pa.binary())}
                if numbered:
                    columns["idx"] = pa.array(range(first, first + len(records)), pa.int64())
                yield pa.RecordBatch.from_pydict(columns)

    schema = f"{name} binary" + (", idx long" if numbered else "")
    return spark.range(len(entries), numPartitions=len(entries)).mapInArrow(run, schema)


def _evaluate(spark, folder, blinded, stage, name, key_provider, reveal, part_rows, size):
    source, target = f"{folder}/request/blinded", f"{folder}/response/evaluated"
    ordered = reveal == "intersection"
    firsts = list(itertools.accumulate((entry.rows for entry in blinded), initial=0))
    parts = parts_for(size, part_rows)

    def answers(number):
        """Of one part: the bytes that were hashed are those that are evaluated."""
        first = firsts[number] if ordered else None
        records = read_part(source, number, blinded[number], "element", WIDTH, first, len(blinded))
        try:
            process = _worker(stage, name, key_provider)
            return process.ask(EVALUATE, records_part(pa.array(records, pa.binary()), WIDTH)).records(WIDTH)
        except VeilmatchError as error:
            if error.position is None:
                raise
            raise VeilmatchError(error.code, error.message, firsts[number] + error.position) from None

    def write(batches):
        for batch in batches:
            for number in batch.column(0).to_pylist():
                entry = write_part(target, number, "element", WIDTH, answers(number).to_pylist(), firsts[number])
                yield pa.RecordBatch.from_pydict(
                    {"number": pa.array([number], pa.int32()), "rows": [entry.rows], "bytes": [entry.bytes], "sha256": [entry.sha256]}
                )

    def give(batches):
        for batch in batches:
            for number in batch.column(0).to_pylist():
                records = answers(number)
                numbers = pa.array([part_of(each, "element", parts) for each in records.to_pylist()], pa.int32())
                yield pa.RecordBatch.from_arrays([records.cast(pa.binary()), numbers], ["element", "part"])

    numbers = spark.range(len(blinded), numPartitions=len(blinded))
    if not ordered:
        # Sorted as a whole: otherwise the receiver would know which answer is whose.
        return _cut(numbers.mapInArrow(give, "element binary, part int"), target, "element", WIDTH, parts, False)
    written = numbers.mapInArrow(write, ENTRY_SCHEMA).collect()
    entries = {row.number: m.Entry(row.rows, row.bytes, bytes(row.sha256)) for row in written}
    return [entries[number] for number in range(len(blinded))]


def _opened(answers, stage, name, key_provider, ordered):
    def run(batches):
        process = _worker(stage, name, key_provider)
        for batch in batches:
            element = batch.column(batch.schema.get_field_index("element"))
            parts = records_part(element, WIDTH)
            x = batch.column(batch.schema.get_field_index("x")) if ordered else None
            answer = process.ask(UNBLIND_AND_TAG, parts + (list_part(x) if ordered else []))
            tags = answer.records(process.about["tagBytes"]).cast(pa.binary())
            yield pa.RecordBatch.from_arrays([tags, *([x] if ordered else [])], ["tag", *(["x"] if ordered else [])])

    return answers.mapInArrow(run, "tag binary, x binary" if ordered else "tag binary")
