# SPDX-License-Identifier: Apache-2.0
"""With one machine as the partner, `veilmatch psi --dataset` of the package of npm, in both roles."""

import os
import pathlib
import subprocess

import pytest
import veilmatch_spark as vm
from conftest import CLUSTER
from test_spark import PUBLIC, SIGNING, number, provider
from veilmatch_spark.worker import node

MASTER = CLUSTER

# One mode for each role; both modes in long runs.
ASKS, ANSWERS = ["intersection"], ["cardinality"]
if os.environ.get("SLOW"):
    ASKS = ANSWERS = ["intersection", "cardinality"]

CLI = os.environ.get("VEILMATCH_CLI", str(pathlib.Path(__file__).parents[3] / "dist/cli/main.js"))


def cli(*argv, cwd=None):
    return subprocess.run([node(), CLI, *argv], capture_output=True, text=True, cwd=cwd)


@pytest.fixture(scope="module", autouse=True)
def single_machine():
    if not os.path.exists(CLI) or "--dataset" not in cli("psi", "request", "--help").stdout:
        pytest.skip("there is no veilmatch psi --dataset in dist")


@pytest.fixture
def place(tmp_path):
    for name, key in SIGNING.items():
        (tmp_path / f"{name}.key").write_text(f"{key.hex()}\n")
        (tmp_path / f"{name}.pub").write_text(f"{name} ed25519:{PUBLIC[name].hex()}\n")
        (tmp_path / f"{name}.key").chmod(0o600)
    (tmp_path / "state.key").write_text(f"{bytes(range(32)).hex()}\n")
    (tmp_path / "list.csv").write_text("phone\n" + "".join(f"{number(i)}\n" for i in range(100, 400)))
    return tmp_path


def run(place, *argv):
    done = cli(*argv, "--dataset", "run", cwd=place)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("reveal", ASKS)
def test_spark_asks_and_one_machine_answers(spark, place, reveal):
    df = spark.createDataFrame([(i, number(i)) for i in range(250)], "id long, phone string")
    options = {"reveal": reveal, "key_provider": provider("ours")}
    folder, state = str(place / "run"), str(place / "state")
    vm.request(df, folder, state, **options, signing_key=SIGNING["ours"], peer=PUBLIC["theirs"], country="US", part_rows=150)
    keys = ["--key", "theirs.key", "--peer", "ours", "--peers", "ours.pub", "--state", "one", "--state-key-file", "state.key"]
    run(place, "psi", "respond", "list.csv", "--country", "US", "--reveal", reveal, "--ledger", "answered.json", *keys)
    result = vm.finish(spark, folder, state, **options)
    assert (result.size, result.own_size, result.peer_size) == (150, 250, 300)
    if reveal == "intersection":
        assert sorted(row.id for row in result.rows(df, "id", country="US").collect()) == list(range(100, 250))


@pytest.mark.parametrize("reveal", ANSWERS)
def test_one_machine_asks_and_spark_answers(spark, place, reveal):
    df = spark.createDataFrame([(number(i),) for i in range(250)], "phone string")
    keys = ["--key", "theirs.key", "--peer", "ours", "--peers", "ours.pub"]
    state = ["--state", "one", "--state-key-file", "state.key"]
    run(place, "psi", "request", "list.csv", "--country", "US", "--reveal", reveal, *keys, *state)
    options = {"reveal": reveal, "key_provider": provider("ours"), "signing_key": SIGNING["ours"], "peer": PUBLIC["theirs"]}
    vm.respond(df, str(place / "run"), str(place / "state"), **options, max_peer_size=1000, country="US", part_rows=150)
    shared = [] if reveal == "cardinality" else ["-o", "shared.csv"]
    done = run(place, "psi", "finish", *state, *shared)
    assert "shared 150" in done.stdout + done.stderr
    if shared:
        assert len((place / "shared.csv").read_text().splitlines()) == 151
