# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import sys

import pytest

if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java, which is not here", allow_module_level=True)

# Executors run the Python that runs the tests, where the package is.
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)


#: Two executors, each a process of its own with its own Python, as on a cluster of one machine. It takes twice the processor time of
#: two threads, so modules say that they need it (MASTER).
CLUSTER, THREADS = "local-cluster[2,1,1024]", "local[2]"


def master_of(module):
    return os.environ.get("VEILMATCH_SPARK_MASTER", getattr(module, "MASTER", THREADS))


def pytest_collection_modifyitems(items):
    # There is one session at a time, and so it is made anew once.
    items.sort(key=lambda item: master_of(item.module))


@pytest.fixture(scope="module")
def spark(request, tmp_path_factory):
    import pyspark
    from pyspark.sql import SparkSession

    master, running = master_of(request.module), SparkSession.getActiveSession()
    if running is not None:
        if running.sparkContext.master == master:
            return running
        running.stop()
    # The workers of local-cluster are started from there.
    os.environ.setdefault("SPARK_HOME", os.path.dirname(pyspark.__file__))
    session = (
        SparkSession.builder.master(master)
        .appName("veilmatch")
        .config("spark.ui.enabled", "false")
        # Small lists: what takes the time is compiling.
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.executor.memory", "512m")
        # As broadcast_key needs it.
        .config("spark.authenticate", "true")
        .config("spark.authenticate.secret", os.urandom(16).hex())
        .config("spark.network.crypto.enabled", "true")
        .config("spark.io.encryption.enabled", "true")
        .config("spark.speculation", "true")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.default.parallelism", "2")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def pytest_sessionfinish():
    # Where another engine is tested, there is none of these.
    running = _running()
    if running is not None:
        running.stop()


def _running():
    pyspark = sys.modules.get("pyspark.sql")
    return pyspark.SparkSession.getActiveSession() if pyspark is not None and "pysail" not in sys.modules else None
