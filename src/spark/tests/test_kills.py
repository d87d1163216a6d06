# SPDX-License-Identifier: Apache-2.0
"""Executors, and workers that are there, are killed in the midst of a run: every row comes out once, and the result is the same."""

import os
import pathlib
import signal

import pytest
import veilmatch_spark as vm
from test_spark import KEYS, answering, asking, lists  # noqa: F401, a fixture

# Speculation is on, but of a task no second copy is started on the same host, and the executors of a local cluster have one.

#: Of the tasks that ask for a key in a step, those in which something is killed: the first is the one that names the secret.
FATAL = {2: "worker", 3: "executor"}


def murderous(name, marks):
    """A key_provider that kills, from inside of a task: by the number of the call, each of which leaves a mark, and so never twice."""
    key, place, fatal, kill = KEYS[name], str(marks), FATAL, signal.SIGKILL

    def provide():
        number = 1
        while True:
            try:
                os.close(os.open(f"{place}/{number}", os.O_CREAT | os.O_EXCL))
                break
            except FileExistsError:
                number += 1
        from veilmatch_spark import worker

        what = fatal.get(number)
        if what is not None:
            os.close(os.open(f"{place}/killed-{what}", os.O_CREAT))
        if what == "worker" and worker._worker is not None:
            os.kill(worker._worker.process.pid, kill)
        if what == "executor":
            # Python's daemon is a child of the executor's.
            with open(f"/proc/{os.getppid()}/stat") as file:
                os.kill(int(file.read().rsplit(")", 1)[1].split()[1]), kill)
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
