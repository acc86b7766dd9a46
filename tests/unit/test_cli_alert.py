"""`alert`, and the state of channels: what a person at 03:00 gets to read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Decision, NewDelivery, Reason, SendOutcome
from statusherd.model.records import VendorIncident
from statusherd.model.silences import Silence
from statusherd.model.words import ChangeKind, Impact, Severity, Status
from statusherd.notify.threads import thread_of
from statusherd.store import changes, outbox, silences
from statusherd.store.engine import Store

NOW = datetime.now(UTC).replace(microsecond=0)
REFUSED = SendOutcome(sent=False, detail="the service refuses it: 404", permanent=True)
CONFIG = """
[[channel]]
name = "ops"
url = "json://127.0.0.1:9/s3cr3t-path"
[[channel]]
name = "mail"
url = "json://127.0.0.1:9/s3cr3t-path"
[[route]]
channels = ["ops", "mail"]
"""


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)


class House:
    """A config and its store, in which things were told and not told."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG)
        self.url = f"sqlite:///{folder / 'var' / 'statusherd.db'}"
        (folder / "var").mkdir()

    def happen(
        self, title: str, minutes: int = 10, kind: ChangeKind = ChangeKind.INCIDENT_OPENED, **more: object
    ) -> Change:
        incident = VendorIncident("i1", title, impact=Impact.MAJOR, started_at=NOW)
        change = Change(
            "acme", kind, NOW - timedelta(minutes=minutes), "an open incident is listed", "i1",
            after="investigating", status=Status.PARTIAL_OUTAGE, incident=incident,
        )  # fmt: skip
        return replace(change, **more)  # type: ignore[arg-type]

    def tell(self, change: Change, *outcomes: SendOutcome) -> str:
        """Route a change to ops, and not to mail; let its message come to these outcomes."""
        alert = Alert(thread_of(change, "Acme"), change, "Acme", Severity.SEV2, "tier 1 is touched", 1)

        def work(conn):
            (number,) = changes.append(conn, [change])
            key = f"{number:016x}"
            new = NewDelivery("ops", key, alert, change.at, number)
            decided = (
                Decision(number, told=True, reason=Reason.OPENED, route="route 1", channel="ops"),
                Decision(number, told=False, reason=Reason.BELOW_SEVERITY, route="route 2", channel="mail"),
            )
            outbox.put(conn, [new], decided, (), (), change.at)
            changes.mark_routed(conn, [number], change.at)
            for place, outcome in enumerate(outcomes, 1):
                at = change.at + timedelta(minutes=place)
                (claimed,) = outbox.claim_due(conn, at, "me", at + timedelta(hours=1), 1)
                again = None if place == len(outcomes) else at
                outbox.record_outcome(conn, claimed, outcome, at, retry_at=again)
            return key

        with Store.open(self.url) as store:
            return store.write_now(work)

    def run(self, *words: str, code: int = 0):
        result = CliRunner().invoke(cli, ["-c", str(self.config), *words])
        assert result.exit_code == code, result.output
        return result

    def json(self, *words: str):
        return json.loads(self.run(*words, "--json").stdout)


@pytest.fixture
def house(tmp_path) -> House:
    return House(tmp_path)


SENT = SendOutcome(sent=True, detail="accepted")
LOST = SendOutcome(sent=False, detail="no answer within 20 s", maybe_sent=True)
AWAY = SendOutcome(sent=False, detail="503")


# list


def test_what_was_told_and_what_was_not_stands_in_one_list(house):
    key = house.tell(house.happen("API errors"), SENT)
    lines = house.run("alert", "list").stdout.splitlines()
    assert re.search(rf"{key} +ops +✓ sent +opened +OPENED: acme: major incident", lines[1])
    assert re.search(r" 1 +mail +- not told +below severity", lines[2])
    (untold,) = house.json("alert", "list", "--not-told")["alerts"]
    assert (untold["id"], untold["channel"], untold["reason"]) == ("1", "mail", "below_severity")
    assert house.json("alert", "list", "--vendor", "ACM*", "--channel", "ops")["alerts"][0]["id"] == key
    assert house.json("alert", "list", "--vendor", "git*") == {"alerts": [], "more": False}


def test_the_list_goes_back_as_far_as_asked_and_says_when_there_is_more(house):
    house.tell(house.happen("Old", minutes=60 * 24 * 8), SENT)
    assert "Nothing of that kind" in house.run("alert", "list").stderr
    assert len(house.json("alert", "list", "--since", "30d")["alerts"]) == 2
    assert house.json("alert", "list", "--since", "30d", "--limit", "1")["more"]
    assert "is no length of time" in house.run("alert", "list", "--since", "soon", code=2).stderr


# explain


def test_an_alert_is_explained_by_its_reference_and_by_its_number(house):
    key = house.tell(house.happen("API errors"), LOST, AWAY, SENT)
    text = house.run("alert", "explain", key).stdout
    assert text == house.run("alert", "explain", "1").stdout
    for part in (
        "incident opened: investigating",
        "Why        an open incident is listed",
        "Severity   SEV2: tier 1 is touched",
        "ops was told by route 1: something new that the route selects",
        "with the third attempt, marked as perhaps a repeat",
        "maybe sent: no answer within 20 s",
        "not sent: 503",
        "mail was not told by route 2: it is less severe than the route asks for",
        f"Reference {key}",
    ):
        assert part in text
    (change,) = house.json("alert", "explain", key)["changes"]
    ops, mail = change["answers"]
    assert [attempt["sent"] for attempt in ops["delivery"]["attempts"]] == [False, False, True]
    assert (mail["sentence"], mail["delivery"]) == ("it is less severe than the route asks for", None)


def test_a_vendor_is_explained_as_of_a_time(house):
    house.tell(house.happen("First", minutes=90), SENT)
    house.tell(house.happen("Second", minutes=30), SENT)
    assert "Second" in house.run("alert", "explain", "--vendor", "acme").stdout
    then = (NOW - timedelta(minutes=60)).isoformat()
    assert "First" in house.run("alert", "explain", "--vendor", "acme", "--at", then).stdout
    long_ago = (NOW - timedelta(days=9)).isoformat()
    house.run("alert", "explain", "--vendor", "acme", "--at", long_ago, code=1)


def test_a_time_of_day_means_the_last_such(house):
    house.tell(house.happen("API errors", minutes=3), SENT)
    now = datetime.now().astimezone()
    assert "API errors" in house.run("alert", "explain", "--vendor", "acme", "--at", f"{now:%H:%M}").stdout
    ahead = now + timedelta(minutes=2)  # that was yesterday
    house.run("alert", "explain", "--vendor", "acme", "--at", f"{ahead:%H:%M}", code=1)


def test_what_a_channel_heard_before_is_named(house):
    first = house.tell(house.happen("API errors", minutes=20), SENT)
    second = house.happen("API errors", minutes=10)
    with Store.open(house.url) as store:
        (number,) = store.write_now(lambda conn: changes.append(conn, [second]))
        again = Decision(number, told=False, reason=Reason.ALREADY_TOLD, channel="ops")
        store.write_now(lambda conn: outbox.put(conn, (), [again], (), (), NOW))
    text = house.run("alert", "explain", str(number)).stdout
    assert f"The last it was told of this: {first}, sent" in text


def test_a_change_that_waits_for_its_decisions_says_so(house):
    with Store.open(house.url) as store:
        store.write_now(lambda conn: changes.append(conn, [house.happen("API errors")]))
    assert "Nothing is decided on it yet" in house.run("alert", "explain", "1").stdout


@pytest.mark.parametrize("id_", ["nonsense", "0", "99", "9" * 30, "0000000000000000"])
def test_an_unknown_id_is_one_message_with_a_remedy(house, id_):
    house.tell(house.happen("API errors"), SENT)
    assert "alert list" in house.run("alert", "explain", id_, code=1).stderr


def test_what_nobody_was_told_is_judged_by_the_services_of_now(house):
    with Store.open(house.url) as store:
        store.write_now(lambda conn: changes.append(conn, [house.happen("API errors")]))
    assert "no service of ours is mapped" in house.run("alert", "explain", "1").stdout
    service = '[[vendor]]\nname = "acme"\npage = "https://status.acme.example"\nformat = "statuspage"\n'
    service += '[[service]]\nname = "checkout"\ntier = 1\ndepends_on = ["acme"]\n'
    house.config.write_text(service + CONFIG)
    told = house.run("alert", "explain", "1").stdout
    assert "SEV2: impact major x tier 1 of checkout = SEV2" in told
    assert "by the rules of now" in told


def test_each_route_of_now_answers_below_the_record_of_then(house):
    key = house.tell(house.happen("API errors"), SENT)
    route = '[[route]]\nmatch.severity = "SEV1"\nchannels = ["mail"]\n[[route]]\nchannels = ["ops"]\n'
    house.config.write_text(CONFIG.partition("[[route]]")[0] + route)
    text = house.run("alert", "explain", key).stdout
    then, _, now = text.partition(
        "By the routes of now (worked out now; above stands what was decided then):"
    )
    assert "mail was not told by route 2" in then
    severe = "it is less severe than the route asks for (severity SEV1; this is SEV4)"
    assert "Its severity is SEV4 now: impact major, no service of ours is mapped" in now
    assert f"route 1 to mail: no: {severe}" in now
    assert "route 2 to ops: selects it" in now
    (change,) = house.json("alert", "explain", key)["changes"]
    first, second = change["now"]["routes"]
    assert (first["reason"], first["matcher"], second["selects"]) == ("below_severity", "severity", True)


def test_a_silence_is_named_with_its_author_and_reason(house):
    hush = Silence(
        NOW - timedelta(hours=1), NOW + timedelta(hours=1), "dana", "they rebuild it", vendors=("acme",)
    )
    with Store.open(house.url) as store:
        number = store.write_now(lambda conn: silences.add(conn, hush, NOW)).id
        (change,) = store.write_now(lambda conn: changes.append(conn, [house.happen("API errors")]))
        held = Decision(change, False, Reason.SILENCED, "route 1", "ops", NOW + timedelta(hours=1), number)
        store.write_now(lambda conn: outbox.put(conn, (), [held], (), (), NOW))
    text = house.run("alert", "explain", str(change)).stdout
    assert f"ops was not told by route 1: a silence withholds it (silence {number}), until" in text
    assert f"Silence {number} by dana, until" in text
    assert ": they rebuild it" in text
    assert house.json("alert", "explain", str(change))["changes"][0]["silences"][0]["author"] == "dana"


def test_an_id_or_a_vendor_must_be_given(house):
    house.tell(house.happen("API errors"), SENT)
    for words in ((), ("1", "--vendor", "acme"), ("1", "--at", "02:40")):
        assert "Give an ID, or --vendor" in house.run("alert", "explain", *words, code=2).stderr


def test_hostile_words_of_a_vendor_cannot_steer_the_terminal(house):
    house.tell(house.happen("\x1b[2J\u202eAPI\x07 down\nops was told"), SENT)
    for words in (("list",), ("explain", "1")):
        text = house.run("alert", *words).stdout
        assert not set("\x1b\x07\u202e") & set(text)
        assert not any(line.startswith("ops was told") for line in text.splitlines())


# dead and resend


def test_a_dead_letter_is_listed_with_why_and_sent_again(house):
    key = house.tell(house.happen("API errors"), LOST, REFUSED)
    text = house.run("alert", "dead").stdout
    assert key in text
    assert "the service refuses it: 404; may have arrived" in text
    (letter,) = house.json("alert", "dead")["dead"]
    assert (letter["id"], letter["maybe_sent"], letter["overtaken"]) == (key, True, False)
    assert f"{key} to ops is sent again" in house.run("alert", "resend", key).stdout
    assert house.json("alert", "dead") == {"dead": []}
    assert "is pending" in house.run("alert", "resend", key, code=1).stderr
    with Store.open(house.url) as store:
        (queued,) = store.write_now(
            lambda conn: outbox.claim_due(conn, datetime.now(UTC), "me", NOW + timedelta(days=1), 9)
        )
    assert (queued.dedup_key, queued.maybe_sent, queued.attempts) == (key, True, 0)


def test_all_leaves_out_what_was_overtaken_and_an_id_does_not(house):
    old = house.tell(house.happen("API errors", minutes=20), REFUSED)
    house.tell(house.happen("API errors", minutes=10), SENT)
    result = house.run("alert", "resend", "--all")
    assert result.stdout == ""
    assert f"{old} to ops is not sent again: the channel heard something newer" in result.stderr
    assert house.json("alert", "resend", old)["resent"][0]["id"] == old


def test_only_letters_of_channels_that_exist_are_sent_again(house):
    key = house.tell(house.happen("API errors"), REFUSED)
    assert house.json("alert", "resend", "--all", "--channel", "mail") == {"resent": [], "left": []}
    house.config.write_text(CONFIG.replace('"ops"', '"chat"'))
    (left,) = house.json("alert", "resend", "--all")["left"]
    assert (left["id"], left["why"]) == (key, "its channel is no longer configured")
    house.run("alert", "resend", code=2)
    house.run("alert", "resend", key, "--all", code=2)


# channel list


def test_channels_are_shown_with_how_they_fare(house):
    house.tell(house.happen("API errors", minutes=60), SENT)
    assert {c["name"]: c["health"]["state"] for c in house.json("channel", "list")["channels"]} == {
        "ops": "ok",
        "mail": "unused",
    }
    house.tell(house.happen("API errors", minutes=50), *[AWAY] * 6)
    result = house.run("channel", "list")
    assert re.search(r"ops .*✗ failing since .*, probed +(?:[56]\d min|1 h) ago +0 +1", result.stdout)
    assert "alert dead" in result.stderr
    assert "s3cr3t" not in result.output
    (ops, _) = house.json("channel", "list")["channels"]
    assert (ops["health"]["state"], ops["health"]["failures"], ops["health"]["error"]) == ("open", 6, "503")
