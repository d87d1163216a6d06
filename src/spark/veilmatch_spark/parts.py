# SPDX-License-Identifier: Apache-2.0
"""Parts of a message: Parquet without statistics, dictionary or compression, cut by the first bits of what is sorted, so that neither
names nor sizes say more than how many records there are."""

import hashlib
import io
import os
import posixpath
import stat
import struct
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from .manifest import MAX_PARTS, Entry
from .worker import VeilmatchError

PART_ROWS = 2**17


def place(path):
    """A file system of Arrow's, and the path in it; a path without a scheme is local."""
    return fs.FileSystem.from_uri(path) if "://" in path else (fs.LocalFileSystem(), os.path.abspath(path))


def read_bytes(path, most):
    """@raises VeilmatchError: bad-file where it is missing or longer"""
    system, inside = place(path)
    try:
        # A pipe would be waited for without end, and a link names what the partner may not know.
        if isinstance(system, fs.LocalFileSystem) and not stat.S_ISREG(os.lstat(inside).st_mode):
            raise VeilmatchError("bad-file", f"{posixpath.basename(path)} is a link, a folder, a device or a pipe: a file is needed.")
        with system.open_input_stream(inside) as stream:
            data = stream.read(most + 1)
    except FileNotFoundError:
        raise VeilmatchError("bad-file", f"{posixpath.basename(path)} is missing: the message is not complete.") from None
    if len(data) > most:
        raise VeilmatchError("bad-file", f"{posixpath.basename(path)} is longer than it can be.")
    return data


def write_bytes(path, data):
    """Whole or not at all: attempts of a task that run at once write the same, each under a name of its own, and the last rename counts."""
    system, inside = place(path)
    system.create_dir(posixpath.dirname(inside), recursive=True)
    if not isinstance(system, fs.LocalFileSystem):
        with system.open_output_stream(inside) as stream:
            stream.write(data)
        return
    temporary = f"{inside}.{uuid.uuid4().hex}.tmp"
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, inside)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


def refuse_links(*folders):
    """@raises VeilmatchError: bad-file for a link in the place of a local folder that is written to, and for all else that is no folder"""
    for folder in folders:
        system, inside = place(folder)
        if isinstance(system, fs.LocalFileSystem) and os.path.lexists(inside) and not stat.S_ISDIR(os.lstat(inside).st_mode):
            name = posixpath.basename(inside)
            raise VeilmatchError("bad-file", f"{name} is a link, or no folder, and nothing is written there: it can lead anywhere. Remove it.")


def exists(path):
    system, inside = place(path)
    return system.get_file_info(inside).type != fs.FileType.NotFound


def check_outside(state, folder):
    """@raises VeilmatchError: argument for a state in the folder of the dataset, which the partner reads and writes"""
    (own_system, own), (system, shared) = place(state), place(folder)
    if own_system.type_name != system.type_name:
        return
    if isinstance(system, fs.LocalFileSystem):
        # Whatever links lead there, and whether it is there yet or not.
        own, shared = os.path.realpath(own), os.path.realpath(shared)
    own, shared = (posixpath.normpath("/" + each.lstrip("/")) for each in (own, shared))
    if posixpath.commonpath([own, shared]) == shared:
        raise VeilmatchError("argument", "The folder of state lies in that of the dataset, which the partner reads and writes, and holds the list in the clear. Name one outside of it.")


def parts_for(rows, part_rows=PART_ROWS):
    parts = 1
    while rows > parts * part_rows and parts < MAX_PARTS:
        parts *= 2
    return parts


def part_of(record, name, parts):
    """The lowest bit of an encoded element is zero, so the first byte has seven bits that are any."""
    a, b, c = record[:3]
    if name == "element":
        return ((a >> 1 << 16 | b << 8 | c) * parts) >> 23
    return ((a << 16 | b << 8 | c) * parts) >> 24


def part_path(folder, number):
    return f"{folder}/part-{number:05d}.parquet"


def digest_of(records, first=None):
    """SHA-256 over the records in order, each behind its number where rows are numbered."""
    sha = hashlib.sha256()
    for i, record in enumerate(records):
        if first is not None:
            sha.update(struct.pack(">Q", first + i))
        sha.update(record)
    return sha.digest()


def write_part(folder, number, name, width, records, first=None):
    """`records` in order, as bytes. Returns the entry of the manifest."""
    fields, columns = [], []
    if first is not None:
        fields.append(pa.field("idx", pa.int64(), nullable=False))
        columns.append(pa.array(range(first, first + len(records)), pa.int64()))
    fields.append(pa.field(name, pa.binary(width), nullable=False))
    columns.append(pa.array(records, pa.binary(width)))
    table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
    sink = io.BytesIO()
    pq.write_table(
        table, sink, compression="none", use_dictionary=False, write_statistics=False, store_schema=False, row_group_size=max(1, len(records))
    )
    data = sink.getvalue()
    refuse_links(posixpath.dirname(folder), folder)
    write_bytes(part_path(folder, number), data)
    return Entry(len(records), len(data), digest_of(records, first))


def read_part(folder, number, entry, name, width, first=None, sorted_in=None):
    """The records of a part whose manifest is good: what is returned is what was hashed.

    `sorted_in` is the number of parts where records must ascend and stand in the part that they belong to.
    """
    path = part_path(folder, number)
    data = read_bytes(path, entry.bytes)
    if len(data) != entry.bytes:
        raise bad_part(path, f"it does not have {entry.bytes} bytes")
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        _check_shape(file.metadata, path, entry.rows, {**({"idx": ("INT64", 0)} if first is not None else {}), name: ("FIXED_LEN_BYTE_ARRAY", width)})
        table = file.read()
    except (pa.ArrowException, OSError, ValueError):
        raise bad_part(path, "it is no Parquet file of such a part") from None
    if table.num_rows != entry.rows or table.num_columns != (1 if first is None else 2):
        raise bad_part(path, f"it does not have {entry.rows} rows of its columns")
    records = table.column(name).to_pylist()
    if any(not isinstance(record, bytes) or len(record) != width for record in records):
        raise bad_part(path, f"a row has no {name} of {width} bytes")
    if first is not None and table.column("idx").to_pylist() != list(range(first, first + entry.rows)):
        raise bad_part(path, "its rows are not numbered as the manifest has it")
    if digest_of(records, first) != entry.sha256:
        raise bad_part(path, "its rows are not those of the manifest")
    if sorted_in is not None:
        for i, record in enumerate(records):
            if part_of(record, name, sorted_in) != number or (i > 0 and records[i - 1] >= record):
                raise bad_part(path, f"row {i} is not above the one before it, is repeated, or belongs into another part")
    return records


def _check_shape(metadata, path, rows, due):
    """Before any value is looked at: a dictionary or a compressed page of a few bytes can stand for values that fit into no memory."""
    columns = [metadata.schema.column(i) for i in range(min(metadata.num_columns, len(due) + 1))]
    found = {each.name: (each.physical_type, each.length if each.physical_type == "FIXED_LEN_BYTE_ARRAY" else 0) for each in columns}
    if found != due or len(columns) != len(due) or any(each.max_repetition_level for each in columns):
        raise bad_part(path, f"its columns are not {', '.join(due)}")
    groups = [metadata.row_group(i) for i in range(min(metadata.num_row_groups, rows + 1))]
    chunks = [group.column(i) for group in groups for i in range(len(due))]
    if any(chunk.compression != "UNCOMPRESSED" for chunk in chunks):
        raise bad_part(path, "it is compressed")
    # What a footer says of all rows, and what its chunks hold, are two things.
    if metadata.num_rows != rows or sum(chunk.num_values for chunk in chunks) != rows * len(due):
        raise bad_part(path, f"it does not have {rows} rows")


def bad_part(path, why):
    return VeilmatchError("bad-file", f"{posixpath.basename(path)} of {posixpath.basename(posixpath.dirname(path))} is not taken: {why}. Ask for it again.")
