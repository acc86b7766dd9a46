"""Templates that operators write: what they may do, and that nothing they do takes long or grows without bound."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusherd.notify.markup import Link
from statusherd.notify.own_templates import WRITINGS
from statusherd.notify.sandbox import LONGEST_TEMPLATE, LONGEST_TEXT, TemplateFault, run
from statusherd.notify.services import Format

VARIABLES = {
    "headline": "*A* <b>",
    "words": ("one", "two", "three"),
    "facts": (("Began", "now"), ("Seen", "later")),
    "url": Link("https://status.example/a_b?x=1&y=2"),
    "number": 3,
    "nothing": None,
    "long": "x" * 1500,
}


def written(source: str, written_as: Format = Format.TEXT) -> str:
    return run(source, WRITINGS[written_as], VARIABLES)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ headline }}", "*A* <b>"),
        ("{% for label, value in facts %}{{ label }}={{ value }};{% endfor %}", "Began=now;Seen=later;"),
        ("{{ words[:2] | join(', ') }}", "one, two"),
        ("{{ words[0] ~ '-' ~ number }}", "one-3"),
        ("{% set a = 'x' + 'y' %}{{ a | upper }}", "XY"),
        ("{% if number > 2 and 'two' in words %}yes{% else %}no{% endif %}", "yes"),
        ("{{ 'a' if number in [3, 4] else 'b' }}", "a"),
        ("{% for w in words %}{{ loop.index }}{% if not loop.last %}.{% endif %}{% endfor %}", "1.2.3"),
        ("[{{ nothing }}]", "[]"),
        ("{{ unknown | default('-') }}", "-"),
        ("{{ words | length + 1 }}", "4"),
        ("{{ long | truncate(9) }}", "xxxxxx..."),
        ("{% raw %}{{ kept }}{% endraw %}", "{{ kept }}"),
    ],
)
def test_what_a_message_needs_is_there(source: str, text: str) -> None:
    assert written(source) == text


@pytest.mark.parametrize(
    ("written_as", "text"),
    [
        (Format.TEXT, "*A* <b> https://status.example/a_b?x=1&y=2"),
        (Format.MARKDOWN, r"\*A\* \<b> https://status.example/a_b?x=1&y=2"),
        (Format.HTML, "*A* &lt;b&gt; https://status.example/a_b?x=1&amp;y=2"),
    ],
)
def test_what_it_writes_is_escaped_for_the_format(written_as: Format, text: str) -> None:
    assert written("{{ headline }} {{ url }}", written_as) == text
    assert written("{% set t = headline ~ ' ' ~ url %}{{ headline }} {{ url }}", written_as) == text


@pytest.mark.parametrize(
    "way_around",
    [
        "{{ headline | safe }}",
        "{% autoescape false %}{{ headline }}{% endautoescape %}",
        "{{ headline | e }}",
    ],
)
def test_there_is_no_way_around_the_escape(way_around: str) -> None:
    with pytest.raises(TemplateFault):
        written(way_around, Format.HTML)


HUNGRY = [
    "{{ 'a' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ 'a'.ljust(999999999) }}",
    "{{ 'a' | center(999999999) }}",
    "{% for a in long %}{% for b in long %}{% for c in long %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "{% set x = long %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}",
    "{% set x = long %}" + "{% set x = x + x %}" * 60 + "{{ x }}",
    "{% set x = words %}" + "{% set x = x + x %}" * 60 + "{{ x | length }}",
    "{% set x = words %}" + "{% set x = [x, x] %}" * 60 + "{{ x }}",
    "{% set x %}{{ long }}{{ long }}{% endset %}{{ x }}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in words recursive %}{{ loop(words) }}{% endfor %}",
    "{% set n = namespace(x='a') %}{% for a in long %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{{ long | join(long) }}",
    "{% for a in long %}{{ long }}{% endfor %}",
    "{% for a in long if a in long %}{% for b in long %}{% endfor %}{% endfor %}",
    "{{ " + "(" * 9000 + ")" * 9000 + " }}",
    "x" * (LONGEST_TEMPLATE + 1),
]


@pytest.mark.parametrize("source", HUNGRY, ids=lambda source: source[:40])
def test_nothing_takes_long_or_much(source: str) -> None:
    begun = time.monotonic()
    with pytest.raises(TemplateFault):
        written(source)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "source",
    ["{{ ''.__class__ }}", "{{ words.__len__ }}", "{{ words.count }}", "{{ headline.upper }}", "{{ self }}", "{{ facts }}",
     "{{ loop }}", "{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}", "{% block x %}{% endblock %}",
     "{{ cycler }}", "{{ lipsum() }}", "{{ dict }}", "{{ words | map(attribute='__class__') | join }}", "{% call x() %}{% endcall %}",
     "{% filter upper %}x{% endfilter %}", "{{ joiner }}", "{{ _rounds }}", "{{ words | _counted }}"],
)  # fmt: skip
def test_python_is_out_of_reach(source: str) -> None:
    with pytest.raises(TemplateFault):
        written(source)


@pytest.mark.parametrize(
    ("source", "line", "sentence"),
    [
        ("a\n{{ b }}", 2, "'b' is undefined"),
        ("a\n\n{% if %}", 3, "Expected an expression"),
        ("{{ 1\n", 1, "unexpected end of template"),
        ("a\n{{ facts }}", 2, "a tuple is no text. Write its parts, or loop over it"),
        ("a\n{{ words[7] }}", 2, "tuple object has no element 7"),
        ("a\nb\n{{ headline | nofilter }}", 3, "there is no filter 'nofilter' here"),
        ("a\n{{ number + headline }}", 2, "it fails (TypeError"),
    ],
)
def test_a_fault_is_told_with_its_line(source: str, line: int, sentence: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        written(source)
    assert caught.value.line == line
    assert sentence in caught.value.sentence


PIECES = st.sampled_from(
    ["{{", "}}", "{%", "%}", "for a in words", "endfor", "if", "endif", "headline", "words", "facts", "|", "join", "~", "+",
     "*", "[", "]", "(", ")", "set x =", "x", "long", "0", "''", ".", "loop", "else", "{#", "#}", "\n", " ", "-", "==", "in"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_source_writes_a_text_or_has_a_fault(source: str) -> None:
    try:
        text = written(source, Format.HTML)
    except TemplateFault:
        return
    assert len(text) <= LONGEST_TEXT
