# SPDX-License-Identifier: Apache-2.0
"""Against plain hashes and plain joins, on two threads of Spark's."""

import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil

import pyarrow.parquet as pq
import pytest
import veilmatch_spark as vm
from veilmatch_spark import keys, manifest, parts
from veilmatch_spark.worker import VeilmatchError

KEYS = {"ours": bytes(range(32)), "theirs": bytes(range(32, 64))}
SIGNING = {"ours": bytes([1]) * 32, "theirs": bytes([2]) * 32}
PUBLIC = {name: manifest.public_key(key) for name, key in SIGNING.items()}


def provider(name):
    key = KEYS[name]
    return lambda: key


def number(i):
    return f"(415) {200 + i // 10000}-{i % 10000:04d}"


@pytest.fixture(scope="module")
def lists(spark):
    ours = spark.createDataFrame([(i, number(i), f"User{i}@Example.com") for i in range(600)], "id long, phone string, email string")
    theirs = spark.createDataFrame([(number(i).replace(" ", ""),) for i in range(400, 1100)], "phone string")
    return ours, theirs


def asking(ours, folder, state, **more):
    options = {"key_provider": provider("ours"), "signing_key": SIGNING["ours"], "peer": PUBLIC["theirs"], "country": "US", "part_rows": 400}
    return vm.request(ours, str(folder), str(state), **{**options, **more})


def answering(theirs, folder, state, **more):
    options = {"key_provider": provider("theirs"), "signing_key": SIGNING["theirs"], "peer": PUBLIC["ours"], "country": "US", "max_peer_size": 5000, "part_rows": 400}
    return vm.respond(theirs, str(folder), str(state), **{**options, **more})


def test_rows_are_normalised_and_hashed_in_their_place(spark):
    rows = [(1, "(415) 555-0123; +49 30 123456", "Ada@Example.com", None), (2, "4.1555E+09", None, None), (3, "030 123456", "", "DE")]
    df = spark.createDataFrame(rows, "id long, phone string, email string, place string")
    found = {row.id: row for row in vm.normalize(df, country="US", country_column="place").collect()}
    assert found[1].normalized_phone == "+14155550123;+4930123456"
    assert found[1].normalized_email == "ada@example.com"
    assert (found[2].normalized_phone, found[2].rejected) == (None, ["phone:spreadsheet-damage"])
    assert (found[3].normalized_phone, found[3].normalized_email) == ("+4930123456", None)

    key = KEYS["ours"]
    keyed = {row.id: row for row in vm.hash(df, hash="keyed", key_provider=provider("ours"), country="US", country_column="place").collect()}
    assert keyed[3].hashed_phone == hmac.new(key, b"+4930123456", hashlib.sha256).hexdigest()
    meta = vm.hash(df, "meta", country="US", country_column="place").where("id = 3").first()
    assert meta.hashed_phone == hashlib.sha256(b"4930123456").hexdigest()


def test_two_parties_find_the_plain_join_and_the_same_records_again(spark, lists, tmp_path):
    ours, theirs = lists
    folder = tmp_path / "run"
    asked = asking(ours, folder, tmp_path / "ours")
    assert (asked.size, asked.parts) == (1200, 4)
    before = {path.name: path.read_bytes() for path in (folder / "request").rglob("*.*")}
    shutil.rmtree(folder)
    # Rows in another order and other cuts, as in a task that is tried again: the list was fixed, and so are the records.
    asking(ours.repartition(5), folder, tmp_path / "ours")
    assert {path.name: path.read_bytes() for path in (folder / "request").rglob("*.*")} == before

    admitted = []
    answered = answering(theirs, folder, tmp_path / "theirs", admit=lambda **run: admitted.append(run))
    assert (answered.size, answered.peer_size) == (700, 1200)
    assert admitted[0]["peer_size"] == 1200
    result = vm.finish(spark, str(folder), str(tmp_path / "ours"), key_provider=provider("ours"))
    assert (result.size, result.own_size, result.peer_size) == (200, 1200, 700)
    rows = result.rows(ours, "id", country="US").collect()
    assert sorted(row.id for row in rows) == list(range(400, 600))


def test_a_part_says_no_more_than_how_many_records_it_has(tmp_path):
    sizes = {}
    for attempt in range(3):
        for rows in (0, 1, 100, 101):
            records = sorted(os.urandom(32) for _ in range(rows))
            parts.write_part(str(tmp_path / "a"), attempt, "element", 32, records, first=0)
            path = parts.part_path(str(tmp_path / "a"), attempt)
            sizes.setdefault(rows, set()).add(os.path.getsize(path))
            file = pq.ParquetFile(path)
            assert file.schema.column(1).physical_type == "FIXED_LEN_BYTE_ARRAY" and file.schema.column(1).length == 32
            for group in range(file.metadata.num_row_groups):
                column = file.metadata.row_group(group).column(1)
                assert (column.statistics, column.has_dictionary_page, column.compression) == (None, False, "UNCOMPRESSED")
    assert all(len(each) == 1 for each in sizes.values())


def test_a_count_tells_no_row(spark, lists, tmp_path):
    ours, theirs = lists
    folder = str(tmp_path / "run")
    asking(ours, folder, tmp_path / "ours", reveal="cardinality", email=None)
    answering(theirs, folder, tmp_path / "theirs", reveal="cardinality")
    # Nothing in an answer says which question it belongs to.
    assert pq.read_schema(parts.part_path(f"{folder}/response/evaluated", 0)).names == ["element"]
    result = vm.finish(spark, folder, str(tmp_path / "ours"), reveal="cardinality", key_provider=provider("ours"))
    assert (result.size, result.identifiers) == (200, None)


def refused(code, action):
    with pytest.raises(Exception) as caught:
        action()
    text = str(caught.value)
    assert code in text, text
    return text


def test_what_was_changed_on_the_way_is_refused(spark, lists, tmp_path):
    ours, theirs = lists
    folder = tmp_path / "run"
    asking(ours.limit(300), folder, tmp_path / "ours", email=None, part_rows=150)
    paths = sorted((folder / "request" / "blinded").iterdir())
    good = paths[0].read_bytes()

    def answer():
        return answering(theirs, folder, tmp_path / "theirs")

    paths[0].write_bytes(paths[1].read_bytes())
    text = refused("bad-file", answer)
    assert "part-00000.parquet" in text
    assert not (folder / "response" / "manifest.vm").exists()
    paths[0].write_bytes(good)

    signed = (folder / "request" / "manifest.vm").read_bytes()
    (folder / "request" / "manifest.vm").write_bytes(signed[:-1] + bytes([signed[-1] ^ 1]))
    refused("bad-file", answer)
    (folder / "request" / "manifest.vm").unlink()
    refused("bad-file", answer)

    # Another request in the place of one that this state has begun to answer.
    asking(ours.limit(200), folder, tmp_path / "others", email=None)
    assert "Another request" in refused("bad-file", answer)
    refused("wrong-size", lambda: answering(theirs, folder, tmp_path / "third", max_peer_size=100))
    assert not (tmp_path / "third" / "run.json").exists()


def test_a_ledger_is_charged_once_and_a_request_is_answered_once(spark, lists, tmp_path):
    ours, theirs = lists
    folder, ledger = tmp_path / "run", tmp_path / "ledger.json"
    asking(ours.limit(300), folder, tmp_path / "ours", email=None)

    def answer(state="theirs", **more):
        policy = {"smallestSet": 100, "budgets": [{"hours": 24, "runs": 1}]}
        return answering(theirs, folder, tmp_path / state, **{"partner": "ours", "ledger": str(ledger), "policy": policy, **more})

    def accounts():
        return dict(json.loads(ledger.read_text())["accounts"]) if ledger.exists() else {}

    text = refused("refused", lambda: answer(policy={"smallestSet": 301, "budgets": []}))
    assert "smallestSet" in text and not accounts().get("partner:ours")
    assert "argument" in refused("argument", lambda: answer(policy={"smallest": 1, "budgets": []}))
    refused("argument", lambda: answer(ledger=None))

    def killed(**_):
        raise RuntimeError("killed after the charge")

    refused("killed after the charge", lambda: answer(admit=killed))
    charged = accounts()
    assert [charge[1:3] for charge in charged["partner:ours"]] == [[300, 1000]]
    # The same state goes on without another charge; another state is one that would answer a second time.
    refused("answered already", lambda: answer("others"))
    assert not (folder / "response").exists()
    assert answer().peer_size == 300
    assert accounts() == charged
    # And another request is another charge, for which there is no budget.
    asking(ours.limit(200), tmp_path / "second", tmp_path / "more", email=None)
    folder = tmp_path / "second"
    assert "limit runs" in refused("refused", lambda: answer("third"))
    assert not (folder / "response").exists()


class Told:
    """A session of which nothing but its configuration is asked: none is made for each of them."""

    def __init__(self, conf):
        self.conf, self.sparkContext = conf, self

    def getConf(self):
        return self.conf

    def broadcast(self, _):
        pytest.fail("the key was broadcast")


@pytest.mark.parametrize("missing", [keys.NEEDED, *([name] for name in keys.NEEDED)])
def test_no_key_travels_where_one_protection_is_off(missing):
    with pytest.raises(VeilmatchError) as caught:
        vm.broadcast_key(Told({name: "true" for name in keys.NEEDED if name not in missing}), bytes(32))
    assert caught.value.code == "refused"
    assert [name for name in keys.NEEDED if name in str(caught.value)] == list(missing)


def test_a_manifest_is_read_as_it_was_written():
    entries = {"evaluated": [manifest.Entry(i, 2 * i, bytes([i % 256]) * 32) for i in range(20_000)], "tags": [manifest.Entry(7, 8, bytes(32))]}
    header = manifest.Header(manifest.RESPONSE, 1, bytes(16), PUBLIC["ours"], PUBLIC["theirs"], 5, 0, bytes(64))
    hello = manifest.Hello(manifest.SENDER, 1, 3, 7, bytes(32), bytes(32)).encode()
    data = manifest.encode(header, hello, entries, SIGNING["ours"])
    found = manifest.decode(data, PUBLIC["ours"])
    assert (found.header, found.hello, found.entries) == (header, hello, entries)
    for cut in (0, 3, 100, len(data) - 1):
        refused("bad-file", lambda: manifest.decode(data[:cut], PUBLIC["ours"]))
    refused("bad-file", lambda: manifest.decode(data, PUBLIC["theirs"]))


def test_the_readme_does_what_it_says(spark):
    text = (pathlib.Path(__file__).parent.parent / "README.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    assert len(blocks) == 2
    names = {"spark": spark}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
