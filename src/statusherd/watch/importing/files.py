"""Bytes of a file in, mentions out: which form it has is told by its name, else by how it begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from statusherd.model.errors import StatusherdError
from statusherd.watch.importing import infrastructure, javascript, lists, opml, others, python
from statusherd.watch.importing.mentions import Kind, Mention
from statusherd.watch.reading.documents import usable_charset

MAX_FILE: Final = 5 * 1024 * 1024
MAX_MENTIONS: Final = 50_000
_HEAD: Final = 65_536
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_XML_CHARSET: Final = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")


@dataclass(frozen=True, slots=True)
class Form:
    """A form of file: the names such files have, how one begins that has none, and how it is read."""

    name: str
    files: str
    begins: str
    read: Callable[[str], Iterator[Mention]]


FORMS: Final = (
    Form("opml", r".*\.(?:opml|xml)", r"\s*<", opml.subscriptions),
    Form(
        "package-lock",
        r"(?:package-lock|npm-shrinkwrap)\.json",
        r'\s*\{[^\0]*"lockfileVersion"\s*:',
        javascript.package_lock,
    ),
    Form("composer", r"composer\.json", r'\s*\{[^\0]*"require(?:-dev)?"\s*:\s*\{', others.composer),
    Form("package", r"package\.json", r"\s*\{", javascript.package_json),
    Form(
        "requirements",
        r".*requirements[^/]*\.(?:txt|in)",
        r"(?m:.*^[\w.-]+(?:\[[\w, -]+\])?\s*(?:[=~<>!]=|<|>))",
        python.requirements,
    ),
    Form(
        "pyproject",
        r"pyproject\.toml",
        r"(?m:.*^\[(?:project|tool\.[\w.-]+|build-system)\])",
        python.pyproject,
    ),
    Form("poetry-lock", r"(?:poetry|pdm|uv)\.lock", r"(?m:.*^\[\[package\]\])", python.lock),
    Form("go-mod", r"go\.mod", r"(?m:.*^module\s+\S+\s*$)", others.go_mod),
    Form("gemfile-lock", r"(?:gemfile\.lock|gems\.locked)", r"(?m:.*^GEM$)", others.gemfile_lock),
    Form("gemfile", r"(?:gemfile|gems\.rb)", r"""(?m:.*^(?:source|gem)[\s(]+["'])""", others.gemfile),
    Form(
        "terraform-lock",
        r".*\.lock\.hcl",
        r'(?m:.*^provider\s+"[^"/]+/[^"]+"\s*\{)',
        infrastructure.terraform_lock,
    ),
    Form(
        "terraform",
        r".*\.tf",
        r'(?m:.*^(?:terraform|(?:resource|data|provider|module|variable)\s+"[\w-]+"[^\n{]*)\s*\{)',
        infrastructure.terraform,
    ),
    Form("compose", r"(?:docker-)?compose[^/]*\.ya?ml", r"(?m:.*^services:\s*$)", infrastructure.compose),
    Form(
        "dockerfile",
        r"(?:dockerfile[^/]*|.*\.dockerfile)",
        r"(?m:.*^FROM\s+\S+)",
        infrastructure.dockerfile,
    ),
    Form("list", r"", r"", lists.plain_list),
)
"""In the order in which a beginning is tried; what has no sign of another form is a list."""
_NAMED: Final = {form.name: form for form in FORMS}


def mentions_of(name: str, body: bytes, form_name: str | None = None) -> tuple[Mention, ...]:
    """Return what the file called `name` mentions, each once, in its order. Raise StatusherdError."""
    try:
        text = _text_of(body)
        form = _NAMED[form_name] if form_name else form_of(name, text)
        found = _distinct(form.read(text))
    except ValueError as error:
        raise _unreadable(name, str(error)) from error
    except RecursionError as error:
        raise _unreadable(name, "it is nested too deeply") from error
    return tuple(found.values())


def form_of(name: str, text: str) -> Form:
    """Return the form of a file by its name without its folder, else by how it begins."""
    bare = name.rpartition("/")[2].lower()
    for form in FORMS:
        if form.files and re.fullmatch(form.files, bare):
            return form
    head = text[:_HEAD]
    return next(form for form in FORMS if re.match(form.begins, head, re.DOTALL))


def _distinct(mentions: Iterator[Mention]) -> dict[tuple[Kind, str], Mention]:
    found: dict[tuple[Kind, str], Mention] = {}
    for each in mentions:
        found.setdefault((each.kind, each.text), each)
        if len(found) > MAX_MENTIONS:
            raise ValueError(f"it mentions more than {MAX_MENTIONS} things")
    return found


def _unreadable(name: str, why: str) -> StatusherdError:
    remedy = f"Where it is of another form, say so with --as: {', '.join(_NAMED)}"
    return StatusherdError(f"the file cannot be read: {why}", subject=name, remedy=remedy)


def _text_of(body: bytes) -> str:
    if len(body) > MAX_FILE:
        raise ValueError(f"it is larger than {MAX_FILE // 1024**2} MiB")
    declared = _XML_CHARSET.match(body)
    charset = usable_charset(declared[1].decode()) if declared else None
    charset = next((name for bom, name in _BOMS if body.startswith(bom)), charset or "utf-8")
    try:
        text = body.decode(charset)
    except UnicodeDecodeError:
        raise ValueError(f"it is no text in {charset.removesuffix('-sig').upper()}") from None
    if "\0" in text:
        raise ValueError("it is no text")
    return text
