"""Templates that operators write, run so that they can write text and nothing else. Pure.

Jinja's sandbox keeps a template away from Python, not from eating all memory or time. So only what a message
needs is understood at all: texts, conditions, and loops over what there is, of which every round is counted.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

LONGEST_TEMPLATE: Final = 20_000
"""Characters of a template."""
LONGEST_TEXT: Final = 100_000
"""Characters that a template may write, and that any text in it may have."""
MOST_ROUNDS: Final = 5000
"""Rounds of all loops together."""

_UNDERSTOOD: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.Slice, nodes.Filter, nodes.Test, nodes.For, nodes.If, nodes.CondExpr, nodes.Assign, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub, nodes.Neg, nodes.Concat, nodes.List,
    nodes.Tuple, nodes.Keyword,
)  # fmt: skip
FILTERS: Final = ("default", "first", "join", "last", "length", "lower", "trim", "truncate", "upper")
_BUDGET: Final = "_rounds"
_COUNTED: Final = "_counted"
_JOINED: Final = "_joined"
_PLAIN: Final = (str, int, float, bool)


class TemplateFault(Exception):  # noqa: N818 - what is wrong with a template, told to its author
    """What is wrong with a template: a sentence, and the line where it is known."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.line = line


@dataclass(frozen=True, slots=True)
class Writing:
    """How a template writes: `escape` makes a value harmless; for HTML Jinja escapes instead."""

    escape: Callable[[object], object]
    is_html: bool = False


class _Rounds:
    """How many rounds of loops are left in one run."""

    def __init__(self) -> None:
        self.left = MOST_ROUNDS

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TemplateFault(f"its loops take more than {MOST_ROUNDS} rounds. Loop over less")


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"+"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        return _fitting(super().call_binop(context, operator, left, right))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not callable(value) and super().is_safe_attribute(obj, attr, value)


def check(source: str, writing: Writing) -> None:
    """Raise TemplateFault where a template cannot be read, or holds what no message needs."""
    try:
        _compiled(source, writing)
    except TemplateSyntaxError as error:
        raise TemplateFault(f"{error.message or 'it cannot be read'}", error.lineno) from None
    except RecursionError:
        raise TemplateFault("it is nested too deeply") from None


def run(source: str, writing: Writing, variables: Mapping[str, object]) -> str:
    """Return what a template writes; raise TemplateFault where it fails in any way."""
    check(source, writing)
    try:
        pieces = _compiled(source, writing).generate(dict(variables) | {_BUDGET: _Rounds()})
        return "".join(_capped(pieces))
    except TemplateFault as fault:
        raise TemplateFault(fault.sentence, fault.line or _line_of(fault)) from None
    except UndefinedError as error:
        raise TemplateFault(str(error), _line_of(error)) from None
    except Exception as error:  # noqa: BLE001 - whatever a template does, it ends here
        raise TemplateFault(f"it fails ({type(error).__name__}: {error})", _line_of(error)) from None


def _line_of(error: Exception) -> int | None:
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno for f in reversed(frames) if f.filename in ("<template>", "<unknown>")), None)


def _capped(pieces: Iterable[str]) -> Iterator[str]:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > LONGEST_TEXT:
            raise TemplateFault(f"it writes more than {LONGEST_TEXT} characters")
        yield piece


@lru_cache(200)
def _compiled(source: str, writing: Writing) -> Template:
    if len(source) > LONGEST_TEMPLATE:
        raise TemplateFault(f"it is longer than {LONGEST_TEMPLATE} characters. Shorten it")
    environment = _environment(writing)
    tree = environment.parse(source)
    for node in tree.find_all(nodes.Node):
        _judge(node)
    return environment.from_string(_Bounded().visit(tree))


def _environment(writing: Writing) -> _Sandbox:
    def finalize(value: object) -> object:
        text = _text(value)
        return writing.escape(value if isinstance(value, str) else text)

    environment = _Sandbox(
        autoescape=writing.is_html,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=0,
    )
    environment.globals.clear()
    kept = {name: environment.filters[name] for name in FILTERS}
    environment.filters = kept | {"join": _join, _COUNTED: _counted, _JOINED: _joined}
    return environment


def _judge(node: nodes.Node) -> None:
    """Refuse what a message does not need."""
    if not isinstance(node, _UNDERSTOOD):
        raise TemplateFault(f"{_called(node)} is not allowed in a message", node.lineno)
    if isinstance(node, nodes.For) and node.recursive:
        raise TemplateFault("a recursive loop is not allowed in a message", node.lineno)
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        known = ", ".join(FILTERS)
        raise TemplateFault(f"there is no filter {node.name!r} here. Known are: {known}", node.lineno)
    is_literal = isinstance(node, nodes.List) or (isinstance(node, nodes.Tuple) and node.ctx == "load")
    if is_literal and not all(isinstance(item, nodes.Const) for item in node.iter_child_nodes()):
        raise TemplateFault("a list may hold only plain values", node.lineno)


def _called(node: nodes.Node) -> str:
    names: dict[type[nodes.Node], str] = {
        nodes.Call: "calling something", nodes.Mul: "*", nodes.Mod: "%", nodes.Pow: "**"
    }  # fmt: skip
    return names.get(type(node), type(node).__name__.lower())


class _Bounded(NodeTransformer):
    """Puts what counts into loops, and what measures where texts are put together."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's name for it
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, _COUNTED, [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - as above
        self.generic_visit(node)
        together = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(together, _JOINED, [], [], None, None, lineno=node.lineno)


@pass_context
def _counted(context: Context, values: Iterable[Any]) -> Iterator[Any]:
    rounds = context.resolve(_BUDGET)
    for value in values:
        rounds.take()
        yield value


def _join(values: Iterable[Any], between: str = "") -> str:
    return _joined_by(list(values), between)


def _joined(values: list[Any]) -> str:
    return _joined_by(values, "")


def _joined_by(values: list[Any], between: str) -> str:
    texts = [_text(value) for value in values]
    if sum(map(len, texts)) + len(between) * len(texts) > LONGEST_TEXT:
        raise TemplateFault(f"a text in it is longer than {LONGEST_TEXT} characters")
    return between.join(texts)


def _text(value: Any) -> str:
    """Return a value as text; raise where it is none: nobody knows how long a list would become."""
    if isinstance(value, StrictUndefined):
        return str(value)  # raises, and names it
    if value is not None and not isinstance(value, _PLAIN):
        raise TemplateFault(f"a {type(value).__name__} is no text. Write its parts, or loop over it")
    return "" if value is None else str(value)


def _fitting(value: Any) -> Any:
    if isinstance(value, (str, tuple, list)) and len(value) > LONGEST_TEXT:
        raise TemplateFault(f"a text in it is longer than {LONGEST_TEXT} characters")
    return value
