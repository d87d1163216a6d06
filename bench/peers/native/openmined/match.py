# SPDX-License-Identifier: Apache-2.0
"""Both parties in one process, every message serialised and read again: match.py PACKAGES RAW|GCS RECEIVER SENDER."""

import json
import sys
import time

packages, container, receiver, sender = sys.argv[1:5]
sys.path.insert(0, packages)
import private_set_intersection.python as psi  # noqa: E402

FALSE_POSITIVES = 1e-9


def lines(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def sent(kind, message):
    raw = message.SerializeToString()
    sent.bytes += len(raw)
    received = kind()
    received.ParseFromString(raw)
    return received


sent.bytes = 0
mine, theirs = lines(receiver), lines(sender)
started, used = time.perf_counter(), time.process_time()
client = psi.client.CreateWithNewKey(True)
server = psi.server.CreateWithNewKey(True)
structure = getattr(psi.DataStructure, container)
setup = sent(psi.ServerSetup, server.CreateSetupMessage(FALSE_POSITIVES, len(mine), theirs, structure))
request = sent(psi.Request, client.CreateRequest(mine))
response = sent(psi.Response, server.ProcessRequest(request))
found = client.GetIntersection(setup, response)
seconds, cpu = time.perf_counter() - started, time.process_time() - used
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "bytes": sent.bytes, "found": len(found)}))
