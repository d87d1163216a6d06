# SPDX-License-Identifier: Apache-2.0
"""Policies and ledgers are those of the package of npm: a Node process on the driver asks and charges them (admit.mjs)."""

import json
import subprocess

from .worker import SCRIPT, VeilmatchError, node


def charge(partner, ledger, policy, *, request_id, run, peer_size, own_size, reveal):
    """Charges a request to a partner, before anything is evaluated for it.

    request_id: 16 bytes. run: names the charge; one of this name is not made again. Sizes are elements.
    @raises VeilmatchError: refused by the policy; bad-file where it was answered already, or the ledger is none; argument; io
    """
    asked = {
        **{"partner": partner, "ledger": ledger, "requestId": request_id.hex(), "run": run},
        **{"peerSize": peer_size, "ownSize": own_size, "reveal": reveal},
        **({} if policy is None else {"policy": policy}),
    }
    # On the standard input, as others can read arguments.
    done = subprocess.run([node(), str(SCRIPT.with_name("admit.mjs"))], input=json.dumps(asked), capture_output=True, text=True)
    if done.returncode != 0:
        raise VeilmatchError("worker-failed", f"What asks the ledger ended with status {done.returncode}, and nothing was evaluated.")
    told = json.loads(done.stdout)
    if told:
        raise VeilmatchError(told["code"], told["message"])
