"""Ways to damage bytes. Each takes the bytes, a source of random numbers and the bytes of another file."""
import copy
import json

NUMBERS = [b"1e308", b"-1", b"NaN", b"", b"0", b"1e-320", b"9223372036854775807", b"9223372036854775808", b"1e400", b"-0",
           b"inf", b"0x10", b"1_000", b"1,5", b"\xd9\xa3", b"18446744073709551616", b"4294967296", b"1e19", b"null", b"-1e308"]
WORDS = [b"\x00", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\x1b[31m", b"\x1b]0;x\x07", b"\xe2\x80\xae", b"\xef\xbb\xbf",
         b"\r\n", b"\r", b"\"", b"'", b"\\", b"{", b"}", b"[", b"]", b",", b";", b"\t", b"../../../../etc/passwd", b"/dev/zero",
         b"/dev/stdin", b"%s%n", b"$(id)", b"\xc2\x9b31m", b"\xf0\x9f\x92\xa9" * 40, b"a" * 5000, b"<script>", b"\n\n\n"]


def flip(data, random, other):
    data = bytearray(data)
    for _ in range(random.choice([1, 1, 2, 8, 64])):
        if data:
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


def cut(data, random, other):
    return data[:random.randrange(len(data) + 1)]


def cut_front(data, random, other):
    return data[random.randrange(len(data) + 1):]


def remove(data, random, other):
    start = random.randrange(len(data) + 1)
    return data[:start] + data[start + random.choice([1, 4, 16, 256]):]


def repeat(data, random, other):
    start = random.randrange(len(data) + 1)
    piece = data[start:start + random.choice([1, 8, 64, 1024])]
    return data[:start] + piece * random.choice([2, 3, 50]) + data[start:]


def double(data, random, other):
    return data + data


def splice(data, random, other):
    return data[:random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1):]


def insert(data, random, other):
    place = random.randrange(len(data) + 1)
    return data[:place] + random.choice(WORDS + NUMBERS) + data[place:]


def nest(data, random, other):
    depth, place = random.choice([50, 600, 20_000]), random.randrange(len(data) + 1)
    opening, closing = random.choice([(b"[", b"]"), (b'{"a":', b"}"), (b"(", b")")])
    return data[:place] + opening * depth + closing * random.choice([depth, 0]) + data[place:]


def set_bytes(data, random, other):
    """Lengths and offsets of binary formats become extreme."""
    width, place = random.choice([1, 2, 4, 8]), random.randrange(len(data) + 1)
    value = random.choice([0, 1, (1 << 8 * width) - 1, 1 << 8 * width - 1, (1 << 8 * width - 1) - 1])
    return data[:place] + value.to_bytes(width, random.choice(["little", "big"])) + data[place + width:]


def change_number(data, random, other):
    """One number of a text becomes another one."""
    starts = [i for i in range(len(data)) if data[i:i + 1].isdigit() and (i == 0 or not data[i - 1:i].isdigit())]
    if not starts:
        return insert(data, random, other)
    start = end = random.choice(starts)
    while end < len(data) and data[end:end + 1] in b"0123456789.eE+-":
        end += 1
    return data[:start] + random.choice(NUMBERS) + data[end:]


def swap_lines(data, random, other):
    lines = data.split(b"\n")
    for _ in range(random.choice([1, 3])):
        i, j = random.randrange(len(lines)), random.randrange(len(lines))
        lines[i], lines[j] = lines[j], lines[i]
    return b"\n".join(lines)


def change_cell(data, random, other):
    """One cell of a table becomes another cell, a number or a word."""
    lines = data.split(b"\n")
    row = random.randrange(len(lines))
    mark = max([b",", b"\t", b";", b"|"], key=data.count)
    cells = lines[row].split(mark)
    place, others = random.randrange(len(cells)), random.choice(lines).split(mark)
    cells[place] = random.choice([random.choice(NUMBERS), random.choice(WORDS), random.choice(others)])
    if random.random() < 0.2:
        cells.insert(place, cells[place])
    lines[row] = mark.join(cells)
    return b"\n".join(lines)


VALUES = [1e308, -1, float("nan"), "", None, [], {}, True, 0, -0.0, 1e-320, 2**63 - 1, 2**63, 2**64, "x" * 3000, "\x00", "\x1b[2J",
          "../../..", "/", ".", [[]] * 5, {"a": {"b": 1}}, "1e9", 0.5, 1, 2, 3, 1e18, -1e18, float("inf"), "\u202e", "NaN"]


def new_value(random):
    """A value of its own: a document that holds one twice could come to hold itself."""
    return copy.deepcopy(random.choice(VALUES))


def places(value, found=None, path=()):
    """All places of a document."""
    found = [] if found is None else found
    found.append(path)
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        places(child, found, (*path, key))
    return found


def change_json(data, random, other):
    """Drops, replaces, renames or copies values of a JSON document, or of one line of JSON lines."""
    lines = [data]
    try:
        document = json.loads(data)
        row = 0
    except (ValueError, RecursionError):
        lines = data.split(b"\n")
        row = random.randrange(len(lines))
        try:
            document = json.loads(lines[row])
        except (ValueError, RecursionError):
            return change_number(data, random, other)
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        document = change_value(document, random)
    lines[row] = json.dumps(document, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def change_value(document, random):
    where = random.choice(places(document))
    if not where:
        return random.choice([document, [document], {"a": document}, document, new_value(random)])
    parent = document
    for key in where[:-1]:
        parent = parent[key]
    key, way = where[-1], random.random()
    if way < 0.2:
        del parent[key]
    elif way < 0.7:
        parent[key] = new_value(random)
    elif way < 0.8 and isinstance(parent, dict):
        parent[random.choice(["", "a", str(key).upper(), str(key) + " ", "\x1b[1m", "__proto__"])] = parent.pop(key)
    elif way < 0.9 and isinstance(parent, list):
        parent.extend(copy.deepcopy(parent[key]) for _ in range(random.choice([1, 2, 300])))
    elif isinstance(parent[key], (int, float)) and not isinstance(parent[key], bool):
        parent[key] = parent[key] * random.choice([-1, 1000, 1e-9, 1e30, 0.5])
    else:
        parent[key] = [parent[key]]
    return document


BYTES = [flip, flip, cut, cut_front, remove, repeat, double, splice, insert, nest, set_bytes, set_bytes]
TEXT = [flip, cut, remove, repeat, splice, insert, insert, nest, change_number, change_number, swap_lines]
TABLE = TEXT + [change_cell] * 6
JSON = TEXT + [change_json] * 12


def ways_for(name, data):
    """The mutations that fit the content of a file."""
    start = data[:200].lstrip()
    if b"\0" in data[:2000] or name.endswith((".gz", ".zst", ".xz", ".npy", ".safetensors", ".sqlite", ".db")):
        return BYTES
    if start[:1] in (b"{", b"[") or name.endswith((".json", ".jsonl")):
        return JSON
    return TABLE if name.endswith((".csv", ".tsv", ".txt", ".md")) else TEXT


def mutate(name, data, random, other):
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        data = random.choice(ways_for(name, data))(data, random, other)
    return data[:4_000_000]
