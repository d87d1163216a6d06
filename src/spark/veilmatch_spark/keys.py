# SPDX-License-Identifier: Apache-2.0
"""Keys on executors. A provider is a function without arguments that gives bytes: it is evaluated where a task runs, and
asks a secret store there, so that no key is in a plan, a shuffle, a log or a driver's memory."""

from .worker import VeilmatchError

#: What has to be on before a key may travel from the driver.
NEEDED = ("spark.authenticate", "spark.network.crypto.enabled", "spark.io.encryption.enabled")


def broadcast_key(spark, key):
    """A provider whose key comes from the driver, for clusters without a secret store. Refused unless Spark authenticates its
    processes and encrypts what they send each other and what they write: everybody on the network could read it otherwise."""
    conf = spark.sparkContext.getConf()
    missing = [name for name in NEEDED if conf.get(name, "false").lower() != "true"]
    if missing:
        raise VeilmatchError(
            "refused",
            f"A key is not broadcast where others can read it: set {', '.join(missing)} to true, or give a key_provider that asks "
            "a secret store on the executors.",
        )
    shared = spark.sparkContext.broadcast(bytes(key))
    return lambda: shared.value
