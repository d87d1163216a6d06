# SPDX-License-Identifier: Apache-2.0
"""The other modes of docs/protocol.md: people of several identifiers, sums, join ids.

For the vectors; no socket runs them.
"""

from protocol import (
    BLINDED,
    EVALUATED,
    FINISH,
    HELLO,
    RECEIVER,
    SENDER,
    SHUFFLED,
    TAGS,
    TO_RECEIVER,
    Run,
    check_ascending,
    check_distinct,
    hashed,
)
from sodium import (
    IDENTITY,
    ORDER,
    Refused,
    add,
    check_canonical,
    check_element,
    multiply,
    multiply_base,
    sha512,
    split,
    subtract,
    u32,
)

SUM_KEY, VALUES, TOTAL, OPENED, IDS = range(16, 21)
LARGEST = 1 << 16  # the sums of the vectors are small, so the logarithm is found by counting


def groups(count, pairs):
    """A number for each of `count` things, the same for those that the pairs put together."""
    root = list(range(count))

    def find(i):
        while root[i] != i:
            i = root[i]
        return i

    for i, j in pairs:
        root[find(j)] = find(i)
    return [find(i) for i in range(count)]


def people_of(rows, several, draw):
    """Each person's elements, all of one number, and the rows that are this person."""
    elements = list(dict.fromkeys(element for row in rows for element in row))
    at = {element: i for i, element in enumerate(elements)}
    same = groups(len(elements), [(at[row[0]], at[element]) for row in rows for element in row] if several else [])
    people = {}
    for element, root in zip(elements, same):
        people.setdefault(root, []).append(element)
    people = list(people.values())
    values = [[i for i, row in enumerate(rows) if set(row) & set(person)] for person in people]
    each = max([2, *map(len, people)]) if several else 1
    for person in people:
        person += [b"dummy:" + draw.bytes("dummy", 32) for _ in range(each - len(person))]
    return people, values, each


def flat(lists):
    return [item for one in lists for item in one]


def ask(run, people):
    """Blinded, and the tags of the answers with the number of the person that each belongs to."""
    a = run.draw.scalar("a")
    yield from run.send_records(BLINDED, [multiply(a, hashed(x)) for x in flat(people)])
    inverse, tags, last, done = pow(a, -1, ORDER), {}, None, 0
    while done < len(people):
        records = yield from run.take_records(EVALUATED, 32 * run.each, done, len(people))
        last = check_ascending(last, records, "answers")
        for i, record in enumerate(records):
            answers = split(record, 32)
            check_ascending(None, answers, "answers of a person")
            for answer in answers:
                check_element(answer, "an answer")
                tag = run.tag(multiply(inverse, answer), b"")
                if tag in tags:
                    raise Refused("an answer twice")
                tags[tag] = done + i
        done += len(records)
    return tags


def answer(run, b):
    asked = []
    while len(asked) < run.peer_size:
        records = yield from run.take_records(BLINDED, 32, len(asked), run.peer_size)
        for record in records:
            check_element(record, "a question")
        asked += records
        check_distinct(set(), asked, "a question")
    answers = [multiply(b, record) for record in asked]
    people = [sorted(answers[i : i + run.peer_each]) for i in range(0, len(answers), run.peer_each)]
    yield from run.send_records(EVALUATED, sorted(b"".join(person) for person in people))


def tags_of(run, b, people):
    return [b"".join(sorted(run.tag(multiply(b, hashed(y)), b"") for y in person)) for person in people]


def shared(run, kind, attached, tags, count):
    """How many people are shared, and what stands behind the tags of those of the sender, checked for everybody."""
    width = run.width * run.peer_each
    total, done, last, matched, pairs, found = run.peer_size // run.peer_each, 0, None, [], [], []
    while done < total:
        records = yield from run.take_records(kind, width + attached, done, total)
        last = check_ascending(last, [record[:width] for record in records], "tags")
        for record in records:
            theirs = split(record[:width], run.width)
            check_ascending(None, theirs, "tags of a person")
            for half in split(record[width:], 32):
                check_canonical(half, "half of a value")
            own = [tags[tag] for tag in theirs if tag in tags]
            if own:
                found.append(split(record[width:], 32))
                matched += own
                pairs += [(own[0], other) for other in own]
        done += len(records)
    same = groups(count, pairs)
    return len({same[person] for person in matched}), found


def begin(role, people, each, agreed, draw, key):
    """Both Hellos."""
    run = Run(role, flat(people), agreed, draw, each)
    own = run.hello(key)
    if role == RECEIVER:
        yield run.send(HELLO, own)
    peer = yield from run.take(HELLO)
    run.open(own, peer)
    if role == SENDER:
        yield run.send(HELLO, own)
    else:
        check_element(peer[64:], "B")
    return run


def receiver(rows, agreed, draw, several):
    """Of the shuffled mode with people, and of sums."""
    people, _, each = people_of(rows, several, draw)
    run = yield from begin(RECEIVER, people, each, agreed, draw, bytes(32))
    tags = yield from ask(run, people)
    result = {"peerSize": run.peer_size // run.peer_each}
    if agreed.mode == SHUFFLED:
        size, _ = yield from shared(run, TAGS, 0, tags, len(people))
    else:
        key = yield from run.take(SUM_KEY)
        if len(key) != 32:
            raise Refused("no key")
        check_element(key, "P")
        size, found = yield from shared(run, VALUES, 64, tags, len(people))
        rho = draw.scalar("rho")
        first, second = multiply_base(rho), multiply(rho, key)
        for c, d in found:
            first, second = add(first, c), add(second, d)
        if agreed.to == TO_RECEIVER:
            masked = multiply_base(draw.scalar("mu"))
            yield run.send(TOTAL, first + add(second, masked))
            opened = yield from run.take(OPENED)
            if len(opened) != 32:
                raise Refused("not one element")
            check_canonical(opened, "what was opened")
        else:
            yield run.send(TOTAL, first + second + u32(size))
    yield from run.take_finish()
    yield bytes([FINISH]) + run.finish(RECEIVER)
    if agreed.mode != SHUFFLED and agreed.to == TO_RECEIVER:
        result["sum"] = logarithm(subtract(opened, masked))
    return {**result, "size": size}


def sender(rows, agreed, draw, several, values):
    people, rows_of, each = people_of(rows, several, draw)
    b = draw.scalar("b")
    run = yield from begin(SENDER, people, each, agreed, draw, multiply_base(b))
    yield from answer(run, b)
    tags, result = tags_of(run, b, people), {"peerSize": run.peer_size // run.peer_each}
    if agreed.mode == SHUFFLED:
        yield from run.send_records(TAGS, sorted(tags))
    else:
        s = draw.scalar("s")
        key = multiply_base(s)
        yield run.send(SUM_KEY, key)
        records = []
        for tag, own in zip(tags, rows_of):
            r, value = draw.scalar("r"), sum(values[row] for row in own)
            shared_key = multiply(r, key)
            records.append(tag + multiply_base(r) + (add(multiply_base(value), shared_key) if value else shared_key))
        yield from run.send_records(VALUES, sorted(records))
        total = yield from run.take(TOTAL)
        if len(total) != (64 if agreed.to == TO_RECEIVER else 68):
            raise Refused("not one ciphertext")
        check_element(total[:32], "T")
        check_canonical(total[32:64], "U")
        opened = subtract(total[32:64], multiply(s, total[:32]))
        if agreed.to == TO_RECEIVER:
            yield run.send(OPENED, opened)
        elif int.from_bytes(total[64:], "big") > min(result["peerSize"], len(people)):
            raise Refused("more matches than people")
    yield bytes([FINISH]) + run.finish(SENDER)
    yield from run.take_finish()
    if agreed.mode != SHUFFLED and agreed.to != TO_RECEIVER:
        result.update(size=int.from_bytes(total[64:], "big"), sum=logarithm(opened))
    return result


def logarithm(element):
    at, generator = IDENTITY, multiply_base(1)
    for value in range(LARGEST):
        if at == element:
            return value
        at = add(at, generator)
    raise Refused("a sum out of range")


def joining(role, rows, agreed, draw):
    """Either party of join ids; a and c are the receiver's scalars, b and d the sender's."""
    elements = list(dict.fromkeys(element for row in rows for element in row))
    first, second = (draw.scalar(name) for name in ("ac" if role == RECEIVER else "bd"))
    key = multiply_base(first) if role == SENDER else bytes(32)
    run = yield from begin(role, [elements], 1, agreed, draw, key)
    blinded = {multiply(first, hashed(x)): i for i, x in enumerate(elements)}

    def take_list(kind, count, ascending, decoded):
        records = []
        while len(records) < count:
            more = yield from run.take_records(kind, 32, len(records), count)
            if decoded:
                for record in more:
                    check_element(record, "an element")
            if ascending:
                check_ascending(records[-1] if records else None, more, "elements")
            records += more
        check_distinct(set(), records, "an element")
        return records

    def take_blinded():
        theirs = yield from take_list(BLINDED, run.peer_size, True, True)
        return [multiply(first, record) for record in theirs]

    def take_answers():
        own = yield from take_list(EVALUATED, len(elements), True, False)
        return own, (yield from take_list(IDS, len(elements), False, True))

    def send_answers():
        yield from run.send_records(EVALUATED, sorted(theirs))
        yield from run.send_records(IDS, [multiply(second, record) for record in theirs])

    if role == RECEIVER:
        yield from run.send_records(BLINDED, sorted(blinded))
        theirs = yield from take_blinded()
        own, ids = yield from take_answers()
        yield from send_answers()
        yield from run.take_finish()
        yield bytes([FINISH]) + run.finish(role)
    else:
        theirs = yield from take_blinded()
        yield from run.send_records(BLINDED, sorted(blinded))
        yield from send_answers()
        own, ids = yield from take_answers()
        yield bytes([FINISH]) + run.finish(role)
        yield from run.take_finish()
    pseudonyms = [""] * len(elements)
    for record, name in zip(sorted(blinded), ids):
        digest = sha512(b"veilmatch-psi-v1 pseudonym", run.sid, multiply(second, name))
        pseudonyms[blinded[record]] = digest[:16].hex()
    return {"size": len(set(own) & set(theirs)), "pseudonyms": pseudonyms, "peerSize": run.peer_size}
