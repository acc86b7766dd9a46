"""Runbooks: which fit, what a step would run, what may vary in it, and what is kept of output."""

from __future__ import annotations

import pytest

from statusherd.model.errors import Refused, RefusedError
from statusherd.model.incidents import RunbookHint
from statusherd.model.runbooks import Command, Parameter, Plan, Runbook, Runbooks, Step, StepKind, Unplanned
from statusherd.respond.runbook import plain_output, planned, plans, same_person, suggested
from statusherd.respond.runbook_markdown import Block, parts

FLIP = Command("flip", ("/usr/local/bin/flip", "--to", "{target}", "{target}", "{host}"), approval=True)
LOOK = Command("look", ("/usr/bin/look",))
TARGET, HOST = Parameter("target", ("adyen", "stripe", "--none")), Parameter("host", pattern="[a-z0-9.-]*")
BOOK = Runbook(
    "Stripe is away",
    (Step("Look", link="https://x.example/"), Step("Flip", command="flip", parameters=(TARGET, HOST))),
)
BOOKS = Runbooks((BOOK,), {"flip": FLIP, "look": LOOK})


def refused(number: int | None = None, name: str = "stripe is away", **given: str) -> str:
    with pytest.raises(RefusedError) as caught:
        planned(BOOKS, name, number, given)
    return str(caught.value)


# What would be run


def test_a_value_is_one_whole_word_wherever_it_stands():
    plan = planned(BOOKS, " STRIPE is away ", None, {"target": "adyen", "host": "a.example"})
    assert plan.argv == ("/usr/local/bin/flip", "--to", "adyen", "adyen", "a.example")
    assert (plan.runbook, plan.number, plan.approval) == ("Stripe is away", 2, True)
    assert plan.values == {"target": "adyen", "host": "a.example"}


def test_a_value_that_is_not_declared_is_refused():
    assert 'cannot be "Adyen". Give target=adyen|stripe|--none' in refused(target="Adyen", host="a")
    assert 'cannot be "a b". Give host=/[a-z0-9.-]*/' in refused(target="adyen", host="a b")
    assert "the parameter host is missing" in refused(target="adyen")
    assert 'no parameter "shell"' in refused(target="adyen", host="a", shell="sh")


@pytest.mark.parametrize("value", ["-", "--help", "-rf", "--a.b"])
def test_what_a_pattern_matches_is_no_option(value: str):
    assert "cannot be" in refused(target="adyen", host=value)


def test_an_option_that_is_listed_is_meant():
    assert planned(BOOKS, BOOK.name, 2, {"target": "--none", "host": ""}).argv[2] == "--none"


@pytest.mark.parametrize("value", ["a\n", "a\nb", "a\0", "a" * 201, "\u202ea", "a\ud800"])
def test_a_pattern_lets_nothing_through_that_cannot_be_seen(value: str):
    step = Step("Any", command="any", parameters=(Parameter("x", pattern="(?s).*"),))
    books = Runbooks((Runbook("any", (step,)),), {"any": Command("any", ("/bin/echo", "{x}"))})
    with pytest.raises(RefusedError):
        planned(books, "any", 1, {"x": value})
    assert planned(books, "any", 1, {"x": "; rm -rf / $(x) 🎉"}).argv == ("/bin/echo", "; rm -rf / $(x) 🎉")


def test_one_value_alone_is_fixed():
    step = Step("Flip", command="say", parameters=(Parameter("target", ("adyen",)),))
    books = Runbooks((Runbook("x", (step,)),), {"say": Command("say", ("/bin/echo", "{target}"))})
    assert planned(books, "x", None, {}).argv == ("/bin/echo", "adyen")
    with pytest.raises(RefusedError):
        planned(books, "x", None, {"target": "stripe"})


def test_a_word_that_only_looks_like_a_parameter_stays():
    command = Command("json", ("/bin/echo", '{"a": 1}', "{}", "${x}", "{1}", "{target}"))
    assert command.parameters == ("target",)
    step = Step("Say", command="json", parameters=(Parameter("target", ("x",)),))
    assert planned(Runbooks((Runbook("x", (step,)),), {"json": command}), "x", 1, {}).argv == (
        "/bin/echo", '{"a": 1}', "{}", "${x}", "{1}", "x",
    )  # fmt: skip


def test_a_value_is_not_read_for_parameters_again():
    step = Step("Say", command="say", parameters=(Parameter("a", ("{b}",)), Parameter("b", ("x",))))
    command = Command("say", ("/bin/echo", "{a}", "{b}"))
    assert planned(Runbooks((Runbook("x", (step,)),), {"say": command}), "x", 1, {}).argv == (
        "/bin/echo", "{b}", "x",
    )  # fmt: skip


def test_a_step_without_a_command_and_one_that_is_not_there_are_refused():
    assert "step 1 runs nothing" in refused(1)
    assert "no such step. Steps that run something: 2" in refused(3)
    assert "no such step" in refused(0)
    assert 'there is no such runbook. Known are: "Stripe is away"' in refused(name="stripe")
    with pytest.raises(RefusedError) as caught:
        planned(BOOKS, "x", 1, {})
    assert caught.value.refused is Refused.UNKNOWN


def test_which_step_is_meant_must_be_said_where_several_run_something():
    steps = (Step("A", command="look"), Step("B", command="look"))
    books = Runbooks((Runbook("two", steps),), {"look": LOOK})
    with pytest.raises(RefusedError, match=r"which step is not said. Steps that run something: 1, 2"):
        planned(books, "two", None, {})
    assert [plan.number for plan in plans(books, "two", {})] == [1, 2]


def test_a_dry_run_tells_what_is_missing():
    (plan,) = plans(BOOKS, BOOK.name, {"target": "adyen"})
    assert isinstance(plan, Unplanned)
    assert plan.problem == "the parameter host is missing. Give host=/[a-z0-9.-]*/"
    (plan,) = plans(BOOKS, BOOK.name, {"target": "adyen", "host": ""})
    assert isinstance(plan, Plan)
    with pytest.raises(RefusedError, match="Known are: host, target"):
        plans(BOOKS, BOOK.name, {"targte": "adyen"})


def test_a_step_is_done_in_one_way():
    assert [step.kind for step in (*BOOK.steps, Step("Call"))] == [
        StepKind.LINK,
        StepKind.RUN,
        StepKind.MANUAL,
    ]


# Which fit


def hints(book: Runbook, *names: tuple[str, ...]) -> bool:
    return bool(suggested([book], *names))


def test_a_runbook_fits_by_its_globs():
    book = Runbook("a b", (), vendors=("str*", "adyen"), services=("Check*",))
    assert suggested([book, BOOK], ["stripe"], [], ["checkout"]) == (
        RunbookHint("a b", "statusherd runbook show 'a b'"),
    )
    assert not hints(book, ("stripe",), (), ())
    assert not hints(book, ("github",), (), ("checkout",))


def test_without_globs_a_runbook_fits_nothing():
    assert not hints(BOOK, ("stripe",), ("API",), ("checkout",))


def test_a_page_wide_incident_concerns_every_component():
    book = Runbook("api", (), vendors=("stripe",), components=("API*",))
    assert hints(book, ("stripe",), ())
    assert hints(book, ("stripe",), ("Web", "API v2"))
    assert not hints(book, ("stripe",), ("Web",))
    assert not hints(Runbook("api", (), components=("API*",)), ("stripe",), ())


# Who


@pytest.mark.parametrize(
    ("one", "other"), [("ada", " ADA "), ("Ada Lovelace", "ada  lovelace"), ("a da", "ada")]
)
def test_case_and_spaces_make_no_second_person(one: str, other: str):
    assert same_person(one, other)
    assert not same_person(one, "bob")


# What is kept of output


def test_output_is_plain_text():
    assert plain_output(b"\x1b[31mred\x1b[0m \x1b]0;title\x07ok\r\n\x1b(Btab\tbell\x07\0\rnext") == (
        "red ok\ntab\tbell\nnext"
    )
    assert plain_output(b"\xff caf\xc3\xa9 \xe2\x80\xaeevil \x9b31mraw") == "\ufffd café evil \ufffd31mraw"
    assert plain_output("\u009b31mred \u0085".encode()) == "red "


def test_what_is_left_out_is_marked_and_no_letter_is_torn_apart():
    assert plain_output(b"first", 10, tail=b"last") == "first\n[… 10 bytes left out …]\nlast"
    assert plain_output(b"caf\xc3", tail=b"\xa9") == "café"


# Markdown


def test_second_headings_are_steps_and_the_rest_is_for_people():
    introduction, steps = parts(
        "# Title\n\nBefore.\n\n## Look ##\n\n<https://a.example/>\n\nAnd wait.\n\n### Deeper\n\n"
        "## Flip\n\nSay so.\n\n```run flip target=adyen\napproval = true\n```\n\n~~~sh\n## no heading\n~~~\n"
        "## Read\n[the page](https://b.example/x)\n\n## Several\nhttps://c.example\n\nhttps://d.example\n"
    )
    assert introduction.text == "# Title\n\nBefore."
    assert [(step.title, step.link) for step in steps] == [
        ("Look", "https://a.example/"), ("Flip", ""), ("Read", "https://b.example/x"), ("Several", ""),
    ]  # fmt: skip
    assert steps[0].text == "And wait.\n\n### Deeper"
    assert steps[1].blocks == (Block("flip target=adyen", "approval = true", 17),)
    assert steps[1].text == "Say so.\n\n~~~sh\n## no heading\n~~~"
    assert steps[3].text == "https://c.example\n\nhttps://d.example"


def test_a_block_ends_with_as_many_of_the_same_signs():
    _, (step,) = parts("## A\n````run x\n```\n~~~~\n`````\n``` inline ``` code\n")
    assert step.blocks == (Block("x", "```\n~~~~", 2),)
    assert step.text == "``` inline ``` code"
    assert step.unclosed is None
    _, (step,) = parts("## A\n```run x\ny")
    assert step.unclosed == 2
