# SPDX-License-Identifier: Apache-2.0
"""Sail in the place of Spark: an engine with the same interface, whose tasks are threads of one process."""

import pytest

pytest.importorskip("pysail", reason="Sail is not installed")

import veilmatch_spark as vm  # noqa: E402
from test_spark import answering, asking, lists, provider  # noqa: E402, F401, a fixture


@pytest.fixture(scope="module")
def spark():
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer()
    server.start()
    session = SparkSession.builder.remote(f"sc://localhost:{server.listening_address[1]}").getOrCreate()
    yield session
    session.stop()
    server.stop()


@pytest.mark.parametrize("reveal", ["intersection", "cardinality"])
def test_two_parties_find_the_plain_join(spark, lists, tmp_path, reveal):  # noqa: F811
    ours, theirs = lists
    folder = tmp_path / "run"
    asking(ours, folder, tmp_path / "ours", reveal=reveal, email=None, part_rows=150)
    answering(theirs, folder, tmp_path / "theirs", reveal=reveal, part_rows=150)
    result = vm.finish(spark, str(folder), str(tmp_path / "ours"), reveal=reveal, key_provider=provider("ours"))
    assert (result.size, result.own_size, result.peer_size) == (200, 600, 700)
    if reveal == "intersection":
        rows = result.rows(ours, "id", country="US", email=None).collect()
        assert sorted(row.id for row in rows) == list(range(400, 600))
