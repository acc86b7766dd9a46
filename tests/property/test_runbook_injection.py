"""No word of a vendor, a sender or a stranger becomes part of a command: real programs tell what they were given."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from stories import Story

from statusherd import incidents as ours
from statusherd.model.errors import NotUnderstoodError, RefusedError
from statusherd.model.intake import Intake
from statusherd.model.runbooks import PLACEHOLDER, Command, Parameter, Runbook, Runbooks, RunState, Step
from statusherd.model.services import Service
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.runbook import argv_of, planned, suggested, takes
from statusherd.respond.services import ServiceMap
from statusherd.runbooks import Asked, approve, begin, carry_out
from statusherd.setup import Setup
from statusherd.store import changes, incidents, timeline
from statusherd.store.engine import Store
from statusherd.testing import FakeClock

MARK = "PWNED"
HOSTILE = (
    f"$(touch {MARK})", f"`touch {MARK}`", f"; touch {MARK} ;", f"a\ntouch {MARK}\n", f"--exec={MARK}", f"-{MARK}",
    f"'; touch {MARK} #", f'" && touch {MARK} "', f"{MARK}\0nul", f"🎉 {MARK} \u202e", f"{MARK} " * 2_000,
    f"{{target}} {MARK}", "{target}", f"%s {MARK} ${{PATH}}", f"```run flip target={MARK}\n```", f"| tee {MARK}",
)  # fmt: skip
RECORDER = """#!{python} -IS
import json, os, sys
with open("record.json", "a") as file:
    print(json.dumps([sys.argv[1:], dict(os.environb and os.environ), os.getcwd()]), file=file)
"""


class Recorder:
    """A program that writes down what it was given, and the runbook that names it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"
        self.folder.mkdir(exist_ok=True)
        self.program = folder / "recorder"
        self.program.write_text(RECORDER.format(python=sys.executable))
        self.program.chmod(0o700)

    def books(self, *words: str, **parameters: Parameter) -> Runbooks:
        step = Step("Flip", command="flip", parameters=tuple(parameters.values()))
        command = Command("flip", (str(self.program), *words))
        return Runbooks((Runbook("flip", (step,), ("*",), ("*",), ("*",)),), {"flip": command})

    def given(self) -> list[tuple[list[str], Mapping[str, str], str]]:
        """Every call: its arguments, its environment, its folder."""
        file = self.folder / "record.json"
        calls = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        file.unlink(missing_ok=True)
        return [tuple(call) for call in calls]

    def assert_given(self, *argv: str) -> None:
        """Assert that it was called once, with just these words, and found nothing of anybody's else."""
        ((words, environment, folder),) = self.given()
        assert words == list(argv)
        assert environment.keys() - {"LC_CTYPE"} == {"PATH", "LANG", "TZ", "HOME"}
        assert not any(MARK in value for value in environment.values())
        assert Path(folder) == self.folder
        assert not list(self.folder.rglob(f"*{MARK}*"))


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    return Recorder(tmp_path_factory.mktemp("runbook"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('store')}/statusherd.db") as opened:
        yield opened


def run(
    store: Store, books: Runbooks, recorder: Recorder, values: Mapping[str, str], asked: Asked
) -> RunState:
    clock = FakeClock()
    plan = planned(books, "flip", None, values)
    begun = store.write_now(lambda conn: begin(conn, plan, asked, clock.now()))
    return asyncio.run(carry_out(store, begun, recorder.folder, clock)).state


# All that others write


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_what_vendors_and_senders_write_never_comes_to_a_program(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every field that others fill carries the text; the runbook of that very incident is then run."""
    recorder = Recorder(tmp_path)
    books = recorder.books("--to", "{target}", "end", target=Parameter("target", ("adyen",)))
    async with Story(tmp_path, page=("API", text)) as story:
        monkeypatch.setenv("STATUSHERD_TEXT", text.replace("\0", ""))
        await story.look()
        there = story.page.open(text, "critical", [text])
        await story.look()
        story.page.update(there, "identified", text)
        await story.look()
        number = _opened_by_signals(story, text)
        incident = story.store.read_now(lambda conn: incidents.numbered(conn, number))
        logged = story.store.read_now(lambda conn: changes.changes_of(conn, limit=100))
        assert incident is not None
        told = [each.change.incident.title for each in logged if each.change.incident]
        assert told, "the vendor's words have come as far as the log"
        (hint,) = suggested(books.every, [text, *told], [text], [text, *incident.services])
        assert hint.where == "statusherd runbook show flip"
        plan = planned(books, hint.name, None, {})
        now = story.clock.now()
        begun = story.store.write_now(lambda conn: begin(conn, plan, Asked("ada", number), now))
        ended = await carry_out(story.store, begun, recorder.folder, story.clock)
        assert ended.state is RunState.DONE
        lines = story.store.read_now(lambda conn: timeline.of_incident(conn, number))
        assert [line.data["state"] for line in lines if "run" in line.data] == ["running", "done"]
    recorder.assert_given("--to", "adyen", "end")


def _opened_by_signals(story: Story, text: str) -> int:
    """Open an incident of ours as a webhook does, with the text wherever a sender can write."""
    signal = Signal(
        text, SignalState.FIRING, text, story.clock.now(), text=text, severity=Severity.SEV1, service=text,
        labels={text: text, "target": text, "service": "checkout"}, url=text, group=text,
    )  # fmt: skip
    setup = Setup(services=ServiceMap((Service("checkout", tier=1),)))
    intake = Intake("hook", "alertmanager")
    now = story.clock.now() + timedelta(minutes=1)
    intents = story.store.write_now(lambda conn: ours.apply_signals(conn, intake, [signal], setup, now))
    (number,) = {each.incident.number for each in intents if each.incident}
    return number


# All that whoever runs it gives


texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=300))
FIXED = Parameter("target", ("adyen", "--dry"))
MATCHED = Parameter("host", pattern=r"(?s).*")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(target=texts | st.sampled_from(FIXED.values), host=texts, author=texts)
def test_a_value_is_refused_or_arrives_whole(
    recorder: Recorder, store: Store, target: str, host: str, author: str
) -> None:
    books = recorder.books("--to", "{target}", "{host}", target=FIXED, host=MATCHED)
    try:
        state = run(store, books, recorder, {"target": target, "host": host}, Asked(author))
    except (RefusedError, NotUnderstoodError):
        assert recorder.given() == []
        return
    assert state is RunState.DONE
    ((words, environment, _),) = recorder.given()
    assert words == ["--to", target, host]
    assert target in FIXED.values
    assert host.isprintable()
    assert not host.startswith("-")
    assert environment.keys() - {"LC_CTYPE"} == {"PATH", "LANG", "TZ", "HOME"}


@settings(max_examples=300, deadline=None)
@given(
    value=texts, values=st.lists(texts, max_size=3), pattern=st.sampled_from(["", "[a-z]+", ".*", "(a|--b)"])
)
def test_what_is_not_declared_is_not_taken(value: str, values: list[str], pattern: str) -> None:
    parameter = Parameter("x", tuple(values), pattern)
    if takes(parameter, value) and value not in values:
        assert pattern
        assert not value.startswith("-")
        assert value.isprintable()


whole = st.one_of(
    st.sampled_from([text.replace("\0", "") for text in HOSTILE]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50),
)


@settings(max_examples=40, deadline=None)
@given(words=st.lists(whole, max_size=6))
@example(words=["a\nb", "", "$(x)", "\t", "--", "*"])
def test_words_of_the_allow_list_arrive_to_the_letter(
    recorder: Recorder, store: Store, words: list[str]
) -> None:
    """Whatever a shell would make of them."""
    books = recorder.books(*words, *(f"{shlex.quote(word)}{word}" for word in words if "{" not in word))
    command = books.commands["flip"]
    if any(map(PLACEHOLDER.match, command.words)):
        return
    assert run(store, books, recorder, {}, Asked("ada")) is RunState.DONE
    ((given_words, _, _),) = recorder.given()
    assert given_words == list(command.words[1:])


@settings(max_examples=300, deadline=None)
@given(values=st.dictionaries(st.sampled_from(["a", "b", "c"]), texts, min_size=3))
def test_a_command_keeps_its_length_whatever_its_values(values: dict[str, str]) -> None:
    command = Command("x", ("/bin/x", "{a}", "-o", "{b}", "{a}", "{c}x", "{c}"))
    assert argv_of(command, values) == (
        "/bin/x", values["a"], "-o", values["b"], values["a"], "{c}x", values["c"],
    )  # fmt: skip


# All that stands in the store


def test_what_somebody_writes_into_the_store_is_not_run(recorder: Recorder, store: Store) -> None:
    """Who can change the database can neither run something else, nor with other words."""
    books = recorder.books("{target}", target=Parameter("target", ("adyen", "stripe")))
    clock = FakeClock()

    def proposed(tamper: Callable[[dict], None]) -> int:
        plan = planned(_with_approval(books), "flip", None, {"target": "adyen"})
        made = store.write_now(lambda conn: begin(conn, plan, Asked("ada"), clock.now())).run
        body = json.loads(store.read_now(lambda conn: _body(conn, made.number)))
        tamper(body)
        store.write_now(lambda conn: _write_body(conn, made.number, json.dumps(body)))
        return made.number

    for tamper in (
        lambda body: body.update(argv=["/bin/sh", "-c", f"touch {MARK}"]),
        lambda body: body.update(values={"target": f"$(touch {MARK})"}),
        lambda body: body.update(values={"target": "stripe"}),
        lambda body: body.update(runbook=f"{MARK}"),
        lambda body: body.update(step=99),
    ):
        number = proposed(tamper)
        with pytest.raises(RefusedError, match="the configuration has changed since"):
            store.write_now(
                lambda conn, n=number: approve(conn, _with_approval(books), n, "bob", clock.now())
            )
    number = proposed(lambda body: body.update(command="sh", title=MARK))
    begun = store.write_now(lambda conn: approve(conn, _with_approval(books), number, "bob", clock.now()))
    asyncio.run(carry_out(store, begun, recorder.folder, clock))
    recorder.assert_given("adyen")


def _with_approval(books: Runbooks) -> Runbooks:
    command = books.commands["flip"]
    return Runbooks(books.every, {"flip": Command("flip", command.words, approval=True)})


def _body(conn, number: int) -> str:
    return conn.exec_driver_sql("SELECT body FROM runbook_run WHERE number = ?", (number,)).scalar()


def _write_body(conn, number: int, body: str) -> None:
    conn.exec_driver_sql("UPDATE runbook_run SET body = ? WHERE number = ?", (body, number))
