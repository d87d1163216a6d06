# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Two customer tables in Spark
#
# A shop wants to know which of its customers are members of an airline's programme, and neither wants to hand over its list. Both tables are in
# Spark; here both parties are on one cluster, and in earnest each has its own, and the folder is one where both can write.
#
# `pip install 'pyspark[sql]'` and the wheel of `src/spark` are what it needs. The people are invented.

# %%
import secrets
import tempfile

import veilmatch_spark as vm
from pyspark.sql import SparkSession, functions as F
from veilmatch_spark.manifest import public_key

spark = SparkSession.builder.master("local[2]").appName("matching").getOrCreate()

# %% [markdown]
# ## The tables
# As such tables are: one has numbers as people write them, with the country beside them, and some that a spreadsheet has damaged; the other one
# has them in another way.

# %%
numbers = spark.range(300).withColumn("digits", F.format_string("415555%04d", "id"))
shop = numbers.where("id < 200").select(
    "id",
    F.when(F.col("id") % 50 == 7, "4.16E+09").otherwise(F.regexp_replace("digits", r"(\d{3})(\d{3})(\d{4})", "($1) $2-$3")).alias("phone"),
    F.lit("US").alias("country"),
    (F.col("id") * 3 % 100).alias("spent"),
)
airline = numbers.where("id >= 120").select(F.concat(F.lit("+1 "), "digits").alias("phone"), (F.col("id") % 3).alias("tier"))
shop.show(5)
airline.show(5)

# %% [markdown]
# ## What can be read
# `normalize` says of each row what it came to, and why if it came to nothing.

# %%
clean = vm.normalize(shop, country_column="country")
damaged = clean.where("size(rejected) > 0")
damaged.select("id", "phone", "rejected").show()
assert damaged.count() == 4
assert {tuple(row.rejected) for row in damaged.select("rejected").collect()} == {("phone:spreadsheet-damage",)}

# %% [markdown]
# ## Why not hashes
# Hashed numbers are joined easily, and read back as easily: there are few numbers. Whoever gets the hashes tries all of them, here the ten
# thousand of an exchange.

# %%
hashed = vm.hash(shop, "meta", country_column="country").where("hashed_phone is not null")
tried = spark.range(10_000).select(F.format_string("1415555%04d", "id").alias("number"))
read_back = hashed.join(tried, F.sha2("number", 256) == F.col("hashed_phone"))
print(f"{read_back.count()} of {hashed.count()} hashes read back")
assert read_back.count() == hashed.count() == 196

# %% [markdown]
# ## Keys
# Each party has a key of 32 bytes, which its executors ask its secret store for, and an Ed25519 key that its messages are signed with. They
# have told each other the public ones.


# %%
def key_of_the_shop(key=secrets.token_bytes(32)):
    return key


def key_of_the_airline(key=secrets.token_bytes(32)):
    return key


signing = {"shop": secrets.token_bytes(32), "airline": secrets.token_bytes(32)}
public = {name: public_key(key) for name, key in signing.items()}
folder = tempfile.mkdtemp()  # s3://, gs:// or hdfs:// where both can write
state = {name: tempfile.mkdtemp() for name in signing}  # each party's own: the list is there in the clear

# %% [markdown]
# ## The shop asks

# %%
asked = vm.request(
    shop, folder, state["shop"], key_provider=key_of_the_shop, signing_key=signing["shop"], peer=public["airline"], country_column="country"
)
print(f"{asked.size} identifiers, blinded, in {asked.parts} part")

# %% [markdown]
# ## The airline answers
# Before anything is evaluated, `admit` is told who asks, and how much: it is where a budget is charged.


# %%
def admit(*, peer_size, own_size, **_):
    if peer_size > 10 * own_size:
        raise ValueError("such a list would be one of all numbers")


answered = vm.respond(
    airline,
    folder,
    state["airline"],
    key_provider=key_of_the_airline,
    signing_key=signing["airline"],
    peer=public["shop"],
    max_peer_size=1_000,
    admit=admit,
    country="US",
)
print(f"{answered.peer_size} answered, {answered.size} of its own")

# %% [markdown]
# ## The shop finishes
# The rows that are shared, to go on with as with any DataFrame. The airline has learned how long the shop's list is, and nothing else.

# %%
result = vm.finish(spark, folder, state["shop"], key_provider=key_of_the_shop)
members = result.rows(shop, "id", country_column="country")
spent = members.agg(F.count("id").alias("customers"), F.sum("spent").alias("spent")).first()
print(f"{spent.customers} customers are members, and have spent {spent.spent}")

# %% [markdown]
# As both tables are here: what a plain join of the numbers comes to.

# %%
plain = clean.join(vm.normalize(airline, country="US").select("normalized_phone"), "normalized_phone")
assert result.size == spent.customers == plain.count() == 79
assert spent.spent == plain.agg(F.sum("spent")).first()[0]
