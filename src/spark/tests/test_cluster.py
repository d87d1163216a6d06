# SPDX-License-Identifier: Apache-2.0
"""On executors that are processes of their own: what travels to them, and that they may be killed in the midst of a run."""

import hashlib
import os
import pathlib
import signal

import pyarrow as pa
import pytest
import veilmatch_spark as vm
from conftest import CLUSTER
from test_spark import KEYS, answering, asking, lists  # noqa: F401, a fixture

MASTER = CLUSTER

# Speculation is on, but of a task no second copy is started on the same host, and the executors of a local cluster have one.


def murderous(name, marks):
    """A key_provider of a step in which a worker is killed, then an executor: each once, which the marks say when it has happened.

    The first call names the secret. From then on, the first batch that a worker is asked about meets its end; the task is tried again, and
    whichever asks for the key then takes its executor with it.
    """
    key, place = KEYS[name], str(marks)

    def first(mark):
        try:
            os.close(os.open(f"{place}/{mark}", os.O_CREAT | os.O_EXCL))
            return True
        except FileExistsError:
            return False

    def provide():
        from veilmatch_spark import worker

        if first("named"):
            return key
        if os.path.exists(f"{place}/killed-worker"):
            # Python's daemon is a child of the executor's.
            with open(f"/proc/{os.getppid()}/stat") as file:
                executor = int(file.read().rsplit(")", 1)[1].split()[1])
            with open(f"/proc/{executor}/comm") as file:
                known = file.read().strip() == "java"
            # Said before, as nothing is said after it.
            if known and first("killed-executor"):
                os.kill(executor, signal.SIGKILL)
            return key
        ask = worker.Worker.ask

        def dying(self, operation, buffers):
            if operation != worker.INIT:
                worker.Worker.ask = ask
                if first("worker"):
                    os.kill(self.process.pid, signal.SIGKILL)
                    if self.process.wait() == -signal.SIGKILL:
                        first("killed-worker")
            return ask(self, operation, buffers)

        worker.Worker.ask = dying
        return key

    return provide


@pytest.fixture
def marks(tmp_path):
    def make(step):
        (tmp_path / f"marks-{step}").mkdir()
        return tmp_path / f"marks-{step}"

    return make


@pytest.mark.skipif(not pathlib.Path("/proc/self/stat").exists(), reason="finds the executor by /proc")
def test_executors_and_workers_are_killed_and_nothing_is_lost_or_repeated(spark, lists, tmp_path, marks):  # noqa: F811
    if not spark.sparkContext.master.startswith("local-cluster"):
        pytest.skip("an executor would be the driver")
    ours, theirs = lists
    folder = tmp_path / "run"

    def messages():
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}

    asking(ours, folder, tmp_path / "ours", key_provider=murderous("ours", marks("request")))
    answering(theirs, folder, tmp_path / "theirs", key_provider=murderous("theirs", marks("respond")))
    provider = murderous("ours", marks("finish"))
    result = vm.finish(spark, str(folder), str(tmp_path / "ours"), key_provider=provider)
    assert (result.size, result.own_size, result.peer_size) == (200, 1200, 700)
    rows = result.rows(ours, "id", country="US").collect()
    assert sorted(row.id for row in rows) == list(range(400, 600))
    for step in ("request", "respond", "finish"):
        killed = sorted(path.name for path in (tmp_path / f"marks-{step}").glob("killed-*"))
        assert killed == ["killed-executor", "killed-worker"], step

    # Done again, with nobody who kills, both parties come to the same bytes.
    before = messages()
    asking(ours, folder, tmp_path / "ours")
    answering(theirs, folder, tmp_path / "theirs")
    assert messages() == before


def test_a_key_travels_over_protected_lines(spark):
    key = os.urandom(32)
    shared = vm.broadcast_key(spark, key)

    def hashed(batches):
        for batch in batches:
            digest = hashlib.sha256(shared()).hexdigest()
            yield pa.RecordBatch.from_pydict({"digest": [digest] * batch.num_rows})

    found = spark.range(2, numPartitions=2).mapInArrow(hashed, "digest string").collect()
    assert [row.digest for row in found] == [hashlib.sha256(key).hexdigest()] * 2


def test_a_key_is_asked_for_on_executors(spark, lists, tmp_path):  # noqa: F811
    driver, asked = os.getpid(), str(tmp_path / "asked")

    def provide():
        with open(asked, "a") as file:
            file.write(f"{os.getpid()}\n")
        return bytes(32)

    asking(lists[0].limit(10), tmp_path / "run", tmp_path / "ours", key_provider=provide)
    pids = {int(line) for line in (tmp_path / "asked").read_text().split()}
    assert pids and driver not in pids
