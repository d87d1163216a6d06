# SPDX-License-Identifier: Apache-2.0
"""veilmatch on Spark DataFrames."""

from .exchange import Finished, Requested, Responded, finish, request, respond
from .keys import broadcast_key
from .rows import hash, normalize
from .worker import VeilmatchError

__all__ = [
    "Finished", "Requested", "Responded", "VeilmatchError",
    "broadcast_key", "finish", "hash", "normalize", "request", "respond",
]
