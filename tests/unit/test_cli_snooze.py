"""`alert snooze`: what keeps still, what does not, and what it says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_cli_alert import NOW, SENT, House

from statusherd.model.delivery import Thread, Told
from statusherd.model.records import VendorIncident
from statusherd.model.silences import Silence, Subject, silences
from statusherd.model.words import ChangeKind, Severity
from statusherd.notify.threads import incident_thread, thread_id
from statusherd.store import conversations
from statusherd.store import silences as silence_rows
from statusherd.store.engine import Store


@pytest.fixture
def house(tmp_path, monkeypatch) -> House:
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return House(tmp_path)


def kept(house: House) -> Silence:
    with Store.open(house.url) as store:
        (silence,) = store.read_now(silence_rows.every)
    return silence


def withholds(silence: Silence, thread: str) -> bool:
    change = House.happen(None, "x")  # type: ignore[arg-type] - it needs nothing of its house
    return silences(silence, Subject(change, "Acme", Severity.SEV1, "incident", thread, {}))


def test_one_matter_keeps_still_and_no_other(house: House) -> None:
    odd = VendorIncident("i[1]*", "API down")
    change = house.happen("API down", incident=odd, subject=odd.id)
    key = house.tell(change, SENT)
    said = house.run("alert", "snooze", key, "--for", "2h", "--author", "robin").stdout
    assert said.startswith("Acme: API down keeps still until ")
    assert said.endswith("what is open then is told. End it: statusherd silence expire 1\n")
    silence = kept(house)
    assert (silence.author, silence.reason) == ("robin", "snoozed")
    assert (silence.ends_at - silence.starts_at).total_seconds() == 7200
    assert withholds(silence, thread_id(change))
    assert not withholds(silence, "acme/incident/i1")
    assert not withholds(silence, "acme/incident/i2")


def test_a_summary_stands_for_all_that_it_told_and_that_is_open(house: House) -> None:
    incidents = tuple(VendorIncident(name, name) for name in ("one", "two"))
    first = house.happen("", kind=ChangeKind.FIRST_LOOK, incident=None, incidents=incidents, subject="")
    key = house.tell(first, SENT)
    over = incident_thread("acme", "two")
    with Store.open(house.url) as store:
        row = Told(over, "ops", "resolved", "major", 1, ended=True)
        thread = Thread(over, "acme", "Acme: two", NOW)
        store.write_now(lambda conn: conversations.put_threads(conn, [thread]))
        store.write_now(lambda conn: conversations.put_told(conn, [row]))
    found = house.json("alert", "snooze", key, "--for", "1d", "--reason", "known")
    assert found["silence"]["match"]["thread"] == ["acme/incident/one"]
    assert found["silence"]["reason"] == "known"


def test_what_is_over_or_unknown_cannot_be_snoozed(house: House) -> None:
    change = house.happen("API down")
    key = house.tell(change, SENT)
    with Store.open(house.url) as store:
        row = Told(thread_id(change), "ops", "resolved", "major", 2, ended=True)
        store.write_now(lambda conn: conversations.put_told(conn, [row]))
    assert "is over" in house.run("alert", "snooze", key, "--for", "2h", code=1).stderr
    assert "there is no such alert" in house.run("alert", "snooze", "beef", "--for", "2h", code=1).stderr


@pytest.mark.parametrize("words", [(), ("--for", "soon"), ("--for", "91d")])
def test_it_needs_a_time_that_can_be(house: House, words: tuple[str, ...]) -> None:
    key = house.tell(house.happen("API down"), SENT)
    house.run("alert", "snooze", key, *words, code=2)
