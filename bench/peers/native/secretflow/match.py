# SPDX-License-Identifier: Apache-2.0
"""Two processes over the loopback device, without their start: match.py PACKAGES WAY RECEIVER SENDER."""

import json
import multiprocessing
import socket
import sys
import tempfile
import time

packages, way, receiver, sender = sys.argv[1:5]
sys.path.insert(0, packages)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def loopback_bytes():
    """Headers of TCP are among them, and whatever else talks to itself on this machine."""
    try:
        with open("/sys/class/net/lo/statistics/tx_bytes", encoding="ascii") as file:
            return int(file.read())
    except OSError:
        return None


def protocol(psi):
    ecdh = psi.PsiProtocol.PROTOCOL_ECDH
    curves = psi.EllipticCurveType
    return {
        "ecdh-fourq": lambda: psi.PsiProtocolConfig(ecdh, ecdh_params=psi.EcdhParams(curves.CURVE_FOURQ)),
        "ecdh-25519": lambda: psi.PsiProtocolConfig(ecdh, ecdh_params=psi.EcdhParams(curves.CURVE_25519)),
        "kkrt": lambda: psi.PsiProtocolConfig(psi.PsiProtocol.PROTOCOL_KKRT),
        "rr22": lambda: psi.PsiProtocolConfig(psi.PsiProtocol.PROTOCOL_RR22),
        "rr22-low": lambda: psi.PsiProtocolConfig(
            psi.PsiProtocol.PROTOCOL_RR22, rr22_params=psi.Rr22Rarams(low_comm_mode=True)
        ),
    }[way]()


def party(rank, ports, source, target, gate, told):
    import spu.libspu.link as link
    import spu.psi as psi

    desc = link.Desc()
    for each, port in enumerate(ports):
        desc.add_party(f"party_{each}", f"127.0.0.1:{port}")
    context = link.create_brpc(desc, rank)
    config = psi.PsiExecuteConfig(
        protocol_conf=protocol(psi),
        input_params=psi.InputParams(path=source, selected_keys=["id"], keys_unique=True),
        output_params=psi.OutputParams(path=target, disable_alignment=True),
    )
    gate.wait()
    before, started, used = loopback_bytes(), time.perf_counter(), time.process_time()
    report = psi.psi_execute(config, context)
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    gate.wait()
    after = loopback_bytes()
    sent = None if before is None or after is None else after - before
    told.put((rank, seconds, cpu, sent, report.intersection_count))


def with_header(source, target):
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as csv:
        csv.write("id\n")
        csv.write(lines.read())


def main():
    context = multiprocessing.get_context("fork")
    gate, told = context.Barrier(2), context.Queue()
    ports = [free_port(), free_port()]
    with tempfile.TemporaryDirectory() as folder:
        parties = []
        for rank, source in enumerate([receiver, sender]):
            with_header(source, f"{folder}/in-{rank}.csv")
            files = (f"{folder}/in-{rank}.csv", f"{folder}/out-{rank}.csv")
            parties.append(context.Process(target=party, args=(rank, ports, *files, gate, told)))
        for each in parties:
            each.start()
        results = {}
        for _ in parties:
            rank, *rest = told.get(timeout=3600)
            results[rank] = rest
        for each in parties:
            each.join()
    seconds = max(seconds for seconds, *_ in results.values())
    cpu = sum(cpu for _, cpu, *_ in results.values())
    *_, sent, found = results[0]
    answer = {"seconds": seconds, "cpuSeconds": cpu, "found": found}
    print(json.dumps(answer if sent is None else {**answer, "bytes": sent}))


if __name__ == "__main__":
    main()
