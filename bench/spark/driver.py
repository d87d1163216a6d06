# SPDX-License-Identifier: Apache-2.0
"""Spark on two threads of this machine: reads a line of JSON for each thing to measure, and answers with a line.

`{"run": N}` has both parties match lists of N telephone numbers, of which half are shared: for each step its seconds, and those of processors
in all processes: Spark's, Python's and Node's. `{"pipe": N}` sends N records of 32 bytes through `mapInArrow`: what each costs more than
without, by Python alone and by a Node process that gives back what it gets.
"""

import json
import os
import shutil
import sys
import tempfile
import threading
import time

import veilmatch_spark as vm
from pyspark.sql import SparkSession, functions as F
from veilmatch_spark import manifest, parts

TICKS = os.sysconf("SC_CLK_TCK")
#: Of parts, so that both threads have some of them.
PARTS = 8
KEYS = {"ours": bytes(range(32)), "theirs": bytes(range(32, 64))}
SIGNING = {"ours": bytes([1]) * 32, "theirs": bytes([2]) * 32}
PUBLIC = {name: manifest.public_key(key) for name, key in SIGNING.items()}


class Processors:
    """Seconds of processors that this process and all that came of it have taken. Those that end are remembered as they were seen last."""

    def __init__(self):
        self.seen, self.lock = {}, threading.Lock()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while True:
            self.seconds()
            time.sleep(0.2)

    def seconds(self):
        with self.lock:
            found = {}
            for name in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{name}/stat") as file:
                        fields = file.read().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                # The state, the parent, ... user and system time, ... and when it started.
                found[int(name)] = (int(fields[1]), int(fields[19]), int(fields[11]) + int(fields[12]))
            ours = {pid for pid, (_, started, _) in found.items() if (pid, started) in self.seen} | {os.getpid()}
            grown = True
            while grown:
                more = {pid for pid, (parent, _, _) in found.items() if parent in ours} - ours
                ours |= more
                grown = bool(more)
            for pid in ours & found.keys():
                _, started, ticks = found[pid]
                self.seen[pid, started] = ticks
            return sum(self.seen.values()) / TICKS


def taken(processors, action):
    cpu, started = processors.seconds(), time.perf_counter()
    result = action()
    return result, {"seconds": time.perf_counter() - started, "cpuSeconds": processors.seconds() - cpu}


def matched(spark, processors, size):
    place = tempfile.mkdtemp(prefix="veilmatch-bench-")
    try:
        for name, first in (("ours", 0), ("theirs", size // 2)):
            number = F.format_string("+4917%d", F.col("id") + 100_000_000 + first)
            spark.range(size, numPartitions=PARTS).select("id", number.alias("phone")).write.parquet(f"{place}/{name}.parquet")
        ours, theirs = (spark.read.parquet(f"{place}/{name}.parquet") for name in ("ours", "theirs"))
        folder, mine, other = (f"{place}/{name}" for name in ("run", "asking", "answering"))
        more = {"part_rows": min(parts.PART_ROWS, -(-size // PARTS))}
        key, their_key = (lambda: KEYS["ours"]), (lambda: KEYS["theirs"])

        def request():
            vm.request(ours, folder, mine, key_provider=key, signing_key=SIGNING["ours"], peer=PUBLIC["theirs"], **more)

        def respond():
            vm.respond(theirs, folder, other, key_provider=their_key, signing_key=SIGNING["theirs"], peer=PUBLIC["ours"], max_peer_size=size, **more)

        def finish():
            result = vm.finish(spark, folder, mine, key_provider=key)
            result.rows(ours, "id").write.parquet(f"{place}/shared.parquet")
            return result.size

        _, asked = taken(processors, request)
        _, answered = taken(processors, respond)
        found, finished = taken(processors, finish)
        rows = spark.read.parquet(f"{place}/shared.parquet").count()
        spark.catalog.clearCache()
        if (found, rows) != (size - size // 2, size - size // 2):
            raise RuntimeError("The result is not what a join comes to.")
        return {"request": asked, "respond": answered, "finish": finished}
    finally:
        shutil.rmtree(place)


def piped(spark, processors, rows, echo):
    place = tempfile.mkdtemp(prefix="veilmatch-bench-")
    try:
        record = F.unhex(F.sha2(F.col("id").cast("string"), 256)).alias("element")
        spark.range(rows, numPartitions=2).select(record).write.parquet(f"{place}/records")
        records = spark.read.parquet(f"{place}/records")

        def alone(batches):
            yield from batches

        def through(batches):
            import pathlib

            from veilmatch_spark import worker

            worker.SCRIPT = pathlib.Path(echo)
            process = worker.Worker()
            try:
                for batch in batches:
                    column = process.ask(worker.BLIND, worker.list_part(batch.column(0))).list()
                    yield type(batch).from_arrays([column], ["element"])
            finally:
                process.end()

        def cost(of):
            return taken(processors, lambda: of.write.format("noop").mode("overwrite").save())[1]["cpuSeconds"]

        ways = {"none": records, "Python": records.mapInArrow(alone, records.schema), "worker": records.mapInArrow(through, records.schema)}
        took = {name: cost(of) for name, of in ways.items()}
        return {name: 1e6 * (took[name] - took["none"]) / rows for name in ("Python", "worker")}
    finally:
        shutil.rmtree(place)


def main(echo):
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.sql.shuffle.partitions", str(PARTS))
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    processors = Processors()
    # What is compiled once, and processes that are started once.
    matched(spark, processors, 2_000)
    print(json.dumps({"spark": spark.version}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if "run" in asked:
            told = matched(spark, processors, asked["run"])
        else:
            told = piped(spark, processors, asked["pipe"], echo)
        print(json.dumps(told), flush=True)
    spark.stop()


main(sys.argv[1])
