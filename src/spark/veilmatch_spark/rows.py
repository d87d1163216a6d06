# SPDX-License-Identifier: Apache-2.0
"""Columns of telephone numbers and e-mail addresses: normalised, hashed, or as the canonical bytes of protocols."""

import pyarrow as pa
from pyspark.sql.types import ArrayType, BinaryType, IntegerType, StringType, StructField, StructType

from .worker import HASH, IDENTIFY, NORMALIZE, VeilmatchError, empty_part, list_part, worker

READING = ("country", "assigned", "international", "strict")
HASHING = ("profile", "hash", "algorithm", "encoding", "saltPosition", "campaign")


class Reading:
    """Which columns hold what, and how they are read. What a closure of a task carries, so plain values."""

    def __init__(self, df, phone, email, country_column, settings):
        names = set(df.columns)
        for name in (phone, email, country_column):
            if name is not None and name not in names:
                raise ValueError(f"The DataFrame has no column {name!r}.")
        if phone is None and email is None:
            raise ValueError("Name the column of telephone numbers (phone) or of e-mail addresses (email).")
        self.columns = (phone, email, country_column)
        known = (*READING, *HASHING, "match")
        unknown = [name for name in settings if name not in known]
        if unknown:
            raise TypeError(f"unknown option {unknown[0]!r}")
        self.settings = {"protocol": 1, "stage": "rows", **{k: v for k, v in settings.items() if v is not None}}

    def body(self, batch):
        """Three lists of a batch, an item a row."""
        parts = []
        for name in self.columns:
            parts += empty_part(batch.num_rows) if name is None else list_part(batch.column(batch.schema.get_field_index(name)))
        return parts


def default_column(df, given, name):
    """`phone` is the column of that name where there is one, unless another one, or none, is named."""
    if given is not ...:
        return given
    return name if name in df.columns else None


def _rejections(count, about, notes):
    """For each row what was rejected, as `phone:not-a-number`."""
    words = [[] for _ in range(count)]
    for row, field, code, _ in notes:
        name = about["fields"][field]
        words[row].append(f"{name}:{about['codes'][code]}" if name else about["codes"][code])
    return pa.array(words, pa.list_(pa.string()))


def _texts(df, operation, prefix, reading, secret_provider):
    schema = StructType(
        [
            *df.schema.fields,
            StructField(f"{prefix}_phone", StringType()),
            StructField(f"{prefix}_email", StringType()),
            StructField("rejected", ArrayType(StringType())),
        ]
    )

    def run(batches):
        secret = secret_provider() if secret_provider is not None else b""
        for batch in batches:
            process = worker(reading.settings, secret)
            answer = process.ask(operation, reading.body(batch))
            columns = []
            for _ in range(2):
                texts = answer.list(pa.string())
                # A cell that nothing came of is null, not an empty text that would match others.
                columns.append(pa.compute.if_else(pa.compute.equal(texts, ""), pa.scalar(None, pa.string()), texts))
            columns.append(_rejections(batch.num_rows, process.about, answer.notes(4)))
            names = [*batch.schema.names, *(field.name for field in schema.fields[-3:])]
            yield pa.RecordBatch.from_arrays([*batch.columns, *columns], names)

    return df.mapInArrow(run, schema)


def normalize(df, profile=None, *, phone=..., email=..., country_column=None, **options):
    """`df` with the columns `normalized_phone`, `normalized_email` and `rejected`: E.164 and one spelling of addresses, or
    what a platform hashes.

    A cell that holds several has them joined by `;`. `rejected` lists what could not be read, as `phone:not-a-number`.
    Options: country, assigned, international, strict, as in the package of npm.
    """
    reading = Reading(
        df, default_column(df, phone, "phone"), default_column(df, email, "email"), country_column, {"profile": profile, **options}
    )
    return _texts(df, NORMALIZE, "normalized", reading, None)


def hash(df, profile=None, *, key_provider=None, phone=..., email=..., country_column=None, **options):
    """`df` with the columns `hashed_phone`, `hashed_email` and `rejected`: exactly as a platform (`profile`), or
    `hash="plain" | "salted" | "keyed"`, whose salt or key `key_provider` gives on the executors.

    Hashed lists can be read back: by anybody (a profile, plain), or by whoever has the salt or the key.
    """
    if (profile is None) == (options.get("hash") is None):
        raise ValueError("Say how to hash: a profile, or hash='plain', 'salted' or 'keyed'.")
    if (key_provider is not None) != (options.get("hash") in ("salted", "keyed")):
        raise ValueError("A key_provider is for hash='salted' and hash='keyed', which need one.")
    reading = Reading(
        df, default_column(df, phone, "phone"), default_column(df, email, "email"), country_column, {"profile": profile, **options}
    )
    return _texts(df, HASH, "hashed", reading, key_provider)


def check_single(rows, x):
    """The rows of identifiers: each has one, however often it stands there."""
    pairs = set(zip(rows.to_pylist(), x.to_pylist()))
    if len({row for row, _ in pairs}) != len(pairs):
        raise VeilmatchError("argument", "A count takes one identifier a row, or people would be counted by their identifiers.")


def identifiers(df, reading, keep=(), single=False):
    """One row for each identifier of a row: `x`, its canonical bytes, `kind`, and the columns in `keep`.

    `single` refuses a row that has several, as in a cell with two numbers: a count would count identifiers, and not people.
    """
    fields = [df.schema[name] for name in keep]
    schema = StructType([StructField("x", BinaryType(), False), StructField("kind", IntegerType(), False), *fields])

    def run(batches):
        for batch in batches:
            process = worker(reading.settings)
            answer = process.ask(IDENTIFY, reading.body(batch))
            x, rows, kinds = answer.list(), answer.numbers(pa.uint32()), answer.numbers(pa.uint8())
            if single:
                check_single(rows, x)
            kept = [batch.column(batch.schema.get_field_index(name)).take(rows) for name in keep]
            yield pa.RecordBatch.from_arrays([x, kinds.cast(pa.int32()), *kept], ["x", "kind", *keep])

    return df.mapInArrow(run, schema)
