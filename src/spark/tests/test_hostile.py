# SPDX-License-Identifier: Apache-2.0
"""What a partner may have put in the place of a message, without Spark."""

import os
import struct

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from veilmatch_spark import manifest as m, parts
from veilmatch_spark.rows import check_single
from veilmatch_spark.worker import VeilmatchError, Worker

KEY = bytes([1]) * 32
PUBLIC = m.public_key(KEY)
HEADER = m.Header(m.REQUEST, 1, bytes(16), PUBLIC, PUBLIC, 1, 2)


def record(envelope):
    return struct.pack(">I", len(envelope)) + envelope


@pytest.mark.parametrize(
    "data",
    [
        record(b""),
        record(bytes([7 << 3, 1])),
        record(m._record(7, m._header(HEADER))[4:] + m._record(3, b"")[4:]),
        m._record(7, m._header(HEADER)) + record(bytes([3 << 3, 1])),
        m._record(7, m._header(HEADER)) + m._record(3, bytes([1 << 3, 1])),
        m._record(7, m._header(HEADER)[:8] + bytes([9 << 3 | 2, 1, 1]) + m._field(6, PUBLIC)),
    ],
)
def test_a_manifest_that_is_none_is_refused_in_words(data):
    with pytest.raises(VeilmatchError) as refused:
        m.decode(data, PUBLIC)
    assert refused.value.code == "bad-file"


@pytest.mark.parametrize(
    "table, compression",
    [
        (pa.table({"element": pa.array([b"x" * 100_000] * 1000).dictionary_encode()}), "none"),
        (pa.table({"element": pa.array([bytes(32)] * 1000, pa.binary(32))}), "zstd"),
        (pa.table({"element": pa.array([[bytes(32)] * 9] * 1000, pa.list_(pa.binary(32)))}), "none"),
        (pa.table({"element": pa.array([bytes(32)] * 999, pa.binary(32))}), "none"),
    ],
)
def test_a_part_is_refused_by_its_columns_before_its_values(tmp_path, table, compression, monkeypatch):
    path = tmp_path / "part-00000.parquet"
    pq.write_table(table, path, compression=compression, use_dictionary=compression == "none")
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_: pytest.fail("its values were read"))
    entry = m.Entry(1000, os.path.getsize(path), bytes(32))
    with pytest.raises(VeilmatchError, match="part-00000.parquet") as refused:
        parts.read_part(str(tmp_path), 0, entry, "element", 32)
    assert refused.value.code == "bad-file"


def test_a_part_that_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "part-00000.parquet")
    os.symlink("/dev/zero", tmp_path / "part-00001.parquet")
    os.mkdir(tmp_path / "part-00002.parquet")
    for number in range(3):
        with pytest.raises(VeilmatchError, match=f"part-0000{number}.parquet") as refused:
            parts.read_part(str(tmp_path), number, m.Entry(1, 100, bytes(32)), "element", 32)
        assert refused.value.code == "bad-file"


@pytest.mark.parametrize("rows", [0, 1, 3000])
def test_a_part_that_was_written_is_read(tmp_path, rows):
    records = sorted(os.urandom(32) for _ in range(rows))
    for first in (None, 7):
        entry = parts.write_part(str(tmp_path), 0, "element", 32, records, first)
        assert parts.read_part(str(tmp_path), 0, entry, "element", 32, first) == records


def test_lists_of_different_kinds_are_told_apart():
    hellos = [m.Hello(m.RECEIVER, 1, kinds, 1, bytes(32)) for kinds in (1, 2, 3, 0)]
    with pytest.raises(VeilmatchError) as refused:
        m.check_comparable(hellos[0], hellos[1])
    assert refused.value.code == "incompatible-lists"
    m.check_comparable(hellos[0], hellos[2])
    m.check_comparable(hellos[3], hellos[1])


@pytest.mark.parametrize("state", ["run", "run/state", "run/../run/request/blinded", "link/run/state"])
def test_no_state_lies_where_the_partner_can_read_it(tmp_path, state):
    os.symlink(tmp_path, tmp_path / "link")
    with pytest.raises(VeilmatchError, match="lies in that of the dataset"):
        parts.check_outside(str(tmp_path / state), str(tmp_path / "run"))
    for other in ("run-state", "state", "."):
        parts.check_outside(str(tmp_path / other), str(tmp_path / "run"))
    parts.check_outside("file:///elsewhere", str(tmp_path / "run"))


@pytest.mark.parametrize("link", ["response", "response/tags"])
def test_nothing_is_written_through_a_link(tmp_path, link):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / link).parent.mkdir(exist_ok=True)
    os.symlink(tmp_path / "elsewhere", tmp_path / link)
    with pytest.raises(VeilmatchError, match="is a link") as refused:
        parts.write_part(str(tmp_path / "response/tags"), 0, "tag", 8, [bytes(8)])
    assert (refused.value.code, os.listdir(tmp_path / "elsewhere")) == ("bad-file", [])


def test_a_count_takes_one_identifier_a_row():
    check_single(pa.array([0, 1, 1, 2]), pa.array([b"a", b"a", b"a", b"b"]))
    with pytest.raises(VeilmatchError, match="one identifier a row"):
        check_single(pa.array([0, 1, 1]), pa.array([b"a", b"a", b"b"]))


def test_a_worker_whose_question_was_cut_short_answers_no_other(monkeypatch):
    class Process:
        ended = False
        stdin = stdout = property(lambda self: self)

        def write(self, _):
            raise KeyboardInterrupt

        def kill(self):
            self.ended = True

        def wait(self):
            pass

    worker = Worker.__new__(Worker)
    worker.process, worker.stage = Process(), "one"
    with pytest.raises(KeyboardInterrupt):
        worker.ask(1, [b""])
    assert (worker.process.ended, worker.stage) == (True, None)
