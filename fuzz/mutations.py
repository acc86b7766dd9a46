"""Mutations that know how documents are built, so that what comes out is still nearly one.

JSON is changed as values (also where a page, a script or a string carries it), markup and scripts as tokens,
an input as its documents with their media types and encodings. Everything is drawn from the generator that is
handed in: the same one gives the same mutation.
"""

from __future__ import annotations

import codecs
import json
import marshal
import random
import re
from collections.abc import Callable
from itertools import islice
from typing import Any, Final, TypeAlias

from inputs import HOME, SEPARATOR

MutateBytes: TypeAlias = Callable[[bytes, int], bytes]
"""A mutation of mere bytes: takes them and the size that the result may have at most."""
Place: TypeAlias = tuple[Any, Any]
"""A list or object and the index or key of one value in it."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
MEDIA_TYPES: Final = (
    "", "application/json", "text/html", "text/plain", "text/xml", "application/octet-stream", ";", "a/b;c",
    "application/json; charset=utf-16", "text/html; charset=UTF-7", 'text/html; charset="shift_jis"',
    "text/html; charset=idna", "text/html; charset=unicode_escape", "text/html; charset=base64",
    "text/html; charset=utf-8-sig", "text/html; charset=cp037", "text/html; charset=hz",
    "text/html; charset=\ud800", "text/html; charset=iso2022_jp_3; charset=utf-8", "text/html; charset=",
)  # fmt: skip
TIMES: Final = (
    "2026-02-01T10:30:00Z", "2026-02-01T10:29:59.999999+14:00", "2026-02-01", "2026-02-30T25:61:61Z",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "Sun, 01 Feb 2026 10:30:00 -0000",
    "Feb 29, 10:00 UTC", "1769941800", "1769941800000", "10:00 PM", "2026-02-01T10:30:00+99:99",
    "Mar 16, 19:46 XXX", "2026-W05-7", "20260201T103000", "Sun, 01 Feb 99999999999 10:30:00 GMT",
)  # fmt: skip
HOSTILE_TEXTS: Final = (
    "", " ", "\0", "\x00nul\x00", "\ud800", "\udfff lone \ud83d", "\u202eevil\u2066\x1b[2J",
    "\r\nBcc: a@b.example", "<script>alert(1)</script>" * 3, "<p>a<br>b</p><!-- ",
    "&#x110000;&#0;&#xd800;&amp;lt;", "<![CDATA[", "]]>", "http://[", "https://[::1",
    "javascript:alert(1)", "https://a.example:99999/", "//a.example/", "file:///etc/passwd", "9" * 400,
    "-1", "1e999", "NaN", "null", "true", "{}", "[]", '{"a":', "\\", "\\u0000", "%00%ff", "\ufeff",
    "\u0130İß", "#" * 500, "a-" * 500, "(" * 300, "../" * 50, "\n" * 300, "resolved", "operational",
    "maintenance", "completed", "Störung: behoben", "[Resolved]", "  spaced   out  ",
    "\u00a0\u2028\u2029\x85", "x" * 3_000, *TIMES,
)  # fmt: skip
HOSTILE_NUMBERS: Final = (
    0, -1, 1, 2, 2**31, 2**63, -(2**63), 10**30, 10**400, 0.1, -0.0, 1e308, 5e-324, 1769941800, 1769941800000,
    float("nan"), float("inf"), -float("inf"),
)  # fmt: skip
HOSTILE_VALUES: Final = (
    None, True, False, {}, [], [[]], [{}], [None, 1, "a"], {"id": {"id": []}}, [{"id": "a"}, {"id": "a"}],
    {"": ""},
)  # fmt: skip
# What no value of Python's is written as: put in as text.
RAW: Final = (
    "[" * 300 + "]" * 300, '{"a":' * 300 + "1" + "}" * 300, "[" * 100_000, "9" * 5_000, "-9e-99999",
    '"\\ud800"', '"\\udc00\\ud800"', "NaN", "-Infinity", '"\t"', "'a'", "undefined", "1.",
    '{"id":1,"id":2}', "/* */",
)  # fmt: skip
_MARK: Final = "raw piece "
_OPENING: Final = re.compile(r"[\[{]")
_TOKENS: Final = re.compile(r'<[^<>]{0,200}>|"(?:[^"\\<>]|\\.){0,200}"|[\w.+:-]+|\s+|.', re.DOTALL)
_WINDOW: Final = 4_000
_DECODER: Final = json.JSONDecoder()


def mutate(data: bytes, max_size: int, rng: random.Random, mutate_bytes: MutateBytes | None = None) -> bytes:
    """Return `data` with one to three mutations, at most `max_size` bytes of it."""
    by_bytes = mutate_bytes or (lambda piece, size: mutate_plainly(piece, size, rng))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        draw = rng.random()
        if draw < 0.15:
            data = by_bytes(data, max_size)
        elif draw < 0.25:
            data = _mutate_parts(data, rng)
        else:
            data = _mutate_one_part(data, rng, by_bytes, has_new_manner=draw < 0.32)
    return data[:max_size]


def mutate_plainly(data: bytes, max_size: int, rng: random.Random) -> bytes:
    """Return `data` with some bytes changed, removed, inserted or doubled."""
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.choice((0, 1, 1, 2, 8, 64)))
    piece = rng.choice(
        (b"", data[start:end] * rng.choice((2, 3, 200)), rng.randbytes(rng.randrange(1, 9)), b"\xed\xa0\x80",
         b"\0", b"\xff\xfe", b"\xc0\xaf", b"<", b'"', b"{", b"]", b"\\", b"&#0;", b"\xf4\x90\x80\x80")
    )  # fmt: skip
    return (data[:start] + piece + data[end:])[:max_size]


def crossed(one: bytes, other: bytes, max_size: int, rng: random.Random) -> bytes:
    """Return documents of both inputs as one input, or a value of one inside the other."""
    ours, theirs = one.split(SEPARATOR), other.split(SEPARATOR)
    if rng.random() < 0.5:
        return SEPARATOR.join([rng.choice(ours), rng.choice(theirs)])[:max_size]
    at = rng.randrange(len(ours))
    donor = mutable_json(_decoded(rng.choice(theirs))[0])
    if donor is None or not (places := _places(donor[1])):
        return one[:max_size]
    holder, key = rng.choice(places)
    ours[at] = _in_body(ours[at], lambda text: _mutate_text(text, rng, (holder[key],)))
    return SEPARATOR.join(ours)[:max_size]


def _mutate_parts(data: bytes, rng: random.Random) -> bytes:
    """Drop, double or shuffle the documents of an input."""
    parts = data.split(SEPARATOR)
    draw = rng.randrange(3)
    if draw == 0 and len(parts) > 1:
        parts.pop(rng.randrange(len(parts)))
    elif draw == 1:
        parts.append(rng.choice(parts))
    rng.shuffle(parts)
    return SEPARATOR.join(parts)


def _mutate_one_part(
    data: bytes, rng: random.Random, by_bytes: MutateBytes, *, has_new_manner: bool
) -> bytes:
    parts = data.split(SEPARATOR)
    at = rng.randrange(len(parts))
    if has_new_manner:
        parts[at] = _in_another_manner(parts[at], rng)
    elif rng.random() < 0.1:
        head, newline, body = parts[at].partition(b"\n")
        parts[at] = head + newline + by_bytes(body, len(body) + 200)
    else:
        parts[at] = _in_body(parts[at], lambda text: _mutate_text(text, rng))
    return SEPARATOR.join(parts)


def _in_another_manner(part: bytes, rng: random.Random) -> bytes:
    """Change the media type or the encoding of a document."""
    head, _, body = part.partition(b"\n")
    url, _, kind = head.partition(b" ")
    if rng.random() < 0.5:
        kind = rng.choice(MEDIA_TYPES).encode(errors="replace")
    else:
        bom, encoding = rng.choice((*_BOMS, (b"", "utf-16-le"), (b"", "latin-1"), (b"\xff\xfe", "utf-8")))
        body = bom + _decoded(body)[0].encode(encoding, "replace")
    if rng.random() < 0.05:
        url = rng.choice((HOME.encode(), HOME.encode() + b"api/v2/summary.json", b"https://[::1]:1/", b"x"))
    return url + b" " + kind + b"\n" + body


def _in_body(part: bytes, change: Callable[[str], str]) -> bytes:
    """Change the text of a document, and leave its address, media type and encoding."""
    head, newline, body = part.partition(b"\n") if part.startswith(b"http") else (b"", b"", part)
    text, bom, encoding = _decoded(body)
    changed = change(text)
    try:
        return head + newline + bom + changed.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return head + newline + bom + changed.encode(encoding, "replace")


def _decoded(body: bytes) -> tuple[str, bytes, str]:
    """Return the text of a body, its BOM and its encoding."""
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace"), bom, encoding
    return body.decode("utf-8", "surrogateescape"), b"", "utf-8"


def _mutate_text(text: str, rng: random.Random, donors: tuple[Any, ...] = ()) -> str:
    found = mutable_json(text) if rng.random() < 0.85 else None
    if found is None:
        return _mutate_tokens(text, rng)
    (start, end), root = found
    holder = [root]
    for _ in range(rng.choice((1, 1, 2, 4))):
        _mutate_value(holder, rng, donors)
    if rng.random() < 0.01:
        holder[0] = [holder[0]]
    return text[:start] + _written(holder[0], rng) + text[end:]


def mutable_json(text: str) -> tuple[tuple[int, int], Any] | None:
    """Return where the longest JSON list or object in `text` lies, and its value; None without any."""
    best: tuple[tuple[int, int], Any] | None = None
    behind = 0
    for opening in islice(_OPENING.finditer(text), 60):
        if opening.start() < behind:
            continue
        try:
            value, behind = _DECODER.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            continue
        span = opening.start(), behind
        if value and (best is None or span[1] - span[0] > best[0][1] - best[0][0]):
            best = span, value
    return best


def _places(root: Any) -> list[Place]:
    found: list[Place] = []
    waiting = [root]
    while waiting and len(found) < 20_000:
        holder = waiting.pop()
        keys = holder.keys() if isinstance(holder, dict) else range(len(holder))
        found.extend((holder, key) for key in keys)
        waiting.extend(holder[key] for key in keys if isinstance(holder[key], dict | list))
    return found


def _mutate_value(holder: list[Any], rng: random.Random, donors: tuple[Any, ...]) -> None:
    """Change one value somewhere in `holder`, in place."""
    places = _places(holder)[1:]
    if not places:
        holder[0] = _copied(rng.choice(HOSTILE_VALUES))
        return
    parent, key = rng.choice(places)
    other_parent, other_key = rng.choice(places)
    draw = rng.random()
    if donors and draw < 0.5:
        parent[key] = _copied(rng.choice(donors))
    elif draw < 0.4:
        parent[key] = _replaced(parent[key], rng)
    elif draw < 0.55:
        parent[key] = _copied(other_parent[other_key])
    elif draw < 0.65:
        del parent[key]
    elif draw < 0.75:
        _double(parent, key, rng)
    elif draw < 0.85 and isinstance(parent, dict):
        parent[_other_key(places, rng)] = _copied(parent[key])
    elif draw < 0.9:
        parent[key] = rng.choice(
            ([parent[key]], {"id": parent[key]}, {str(key): parent[key]}, [[parent[key]] * 2])
        )
    else:
        value, other = _copied(parent[key]), _copied(other_parent[other_key])
        parent[key], other_parent[other_key] = other, value


def _copied(value: Any) -> Any:
    """Return a copy that shares nothing: a value put into itself would never end."""
    try:
        return marshal.loads(marshal.dumps(value, 2))  # the quickest way
    except ValueError:
        return "nested too deeply to be copied"


def _double(parent: Any, key: Any, rng: random.Random) -> None:
    if isinstance(parent, list):
        count = rng.choice((1, 1, 1, 2, 100)) if len(parent) < 500 else 1
        parent[key:key] = [_copied(parent[key]) for _ in range(count)]
    else:
        parent[f"{key}2"] = _copied(parent[key])


def _other_key(places: list[Place], rng: random.Random) -> str:
    keys = [key for holder, key in places if isinstance(holder, dict)]
    return rng.choice(keys) if rng.random() < 0.9 else rng.choice(HOSTILE_TEXTS)


def _replaced(value: Any, rng: random.Random) -> Any:
    draw = rng.random()
    if isinstance(value, str) and draw < 0.35:
        return _mutate_string(value, rng)
    if isinstance(value, int | float) and not isinstance(value, bool) and draw < 0.3:
        return rng.choice((-value, value + 1, value - 1, str(value), value * 1000, not value))
    if draw < 0.55:
        return rng.choice(HOSTILE_TEXTS)
    if draw < 0.75:
        return rng.choice(HOSTILE_NUMBERS)
    if draw < 0.95:
        return _copied(rng.choice(HOSTILE_VALUES))
    return f"{_MARK}{rng.randrange(len(RAW))}"


def _mutate_string(value: str, rng: random.Random) -> str:
    if len(value) > 40 and ("{" in value or "[" in value) and rng.random() < 0.8:
        return _mutate_text(value, rng)
    at = rng.randrange(len(value) + 1)
    before, behind = value[:at], value[at:]
    return rng.choice(
        (before, behind, before + rng.choice(HOSTILE_TEXTS) + behind, before + behind[1:], value.upper(),
         value.title(), value * 2, value[::-1], f"<p>{value}</p>", f" {value} ", f"{value}\0")
    )  # fmt: skip


def _written(value: Any, rng: random.Random) -> str:
    try:
        text = json.dumps(value, ensure_ascii=rng.random() < 0.7)
    except (ValueError, RecursionError):
        return "[]"
    if _MARK in text:
        for number, raw in enumerate(RAW):
            text = text.replace(f'"{_MARK}{number}"', raw)
    return text


def _mutate_tokens(text: str, rng: random.Random) -> str:
    """Change tokens of a page, a feed or a script, near one another."""
    start = rng.randrange(max(1, len(text) - _WINDOW + 1))
    tokens = _TOKENS.findall(text[start : start + _WINDOW]) or [""]
    for _ in range(rng.choice((1, 1, 2, 5))):
        _mutate_token(tokens, rng)
    return text[:start] + "".join(tokens) + text[start + _WINDOW :]


def _mutate_token(tokens: list[str], rng: random.Random) -> None:
    at, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    draw = rng.random()
    if draw < 0.3:
        quote = '"' if tokens[at].startswith('"') else ""
        tokens[at] = quote + rng.choice((*HOSTILE_TEXTS, *map(str, HOSTILE_NUMBERS[:8]))) + quote
    elif draw < 0.5:
        tokens[at] = tokens[other]
    elif draw < 0.6:
        tokens[at], tokens[other] = tokens[other], tokens[at]
    elif draw < 0.75:
        tokens[at] = ""
    elif draw < 0.85:
        tokens.insert(at, tokens[other])
    elif draw < 0.95:
        first, last = sorted((at, other))
        tokens[first:first] = tokens[first:last] * rng.choice((1, 1, 1, 2, 20))
    else:
        tokens[at] = rng.choice(RAW[:2])
