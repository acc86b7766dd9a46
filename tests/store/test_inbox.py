"""The inbox: a delivery counts once, one that is told again after something else counts again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from statusherd.model.inbox import Arrival, Identity, InboxEntry, InboxState, Receipt, Webhook
from statusherd.store import inbox, retention, tables
from statusherd.store.engine import Store

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def arrival(
    body: str, *, matter: str = "m", key: str | None = None, intake: str = "prom", at: datetime = NOW
) -> Arrival:
    headers = {"content-type": "application/json"}
    return Arrival(intake, Webhook(headers, body.encode(), at), Identity(key, matter), f"digest of {body}")


def take_in(store: Store, *arrivals: Arrival) -> list[Receipt]:
    return store.write_now(lambda conn: inbox.take_in(conn, arrivals))


def settle(store: Store, number: int, state: InboxState, note: str = "") -> None:
    entry = numbered(store, number)
    settled = InboxEntry(number, entry.intake, entry.webhook, state, note, 1)
    store.write_now(lambda conn: inbox.settle(conn, settled, NOW))


def numbered(store: Store, number: int) -> InboxEntry:
    found = store.read_now(lambda conn: inbox.numbered(conn, number))
    assert found is not None
    return found


def waiting(store: Store) -> list[int]:
    return [entry.number for entry in store.read_now(lambda conn: inbox.waiting(conn, 100))]


def test_a_delivery_is_kept_as_it_came(store: Store) -> None:
    (receipt,) = take_in(store, arrival('{"a": "\\ud800 ü"}'))
    entry = numbered(store, receipt.number)
    assert receipt.is_new
    assert entry.webhook == Webhook({"content-type": "application/json"}, '{"a": "\\ud800 ü"}'.encode(), NOW)
    assert (entry.state, entry.note, entry.signals, entry.processed_at) == (InboxState.NEW, "", 0, None)


def test_bytes_and_texts_that_are_no_text_are_kept_too(store: Store) -> None:
    webhook = Webhook({"user-agent": "\udcff\0"}, b"\xff\0\xfe", NOW)
    (receipt,) = take_in(store, Arrival("prom", webhook, Identity("k\0\ud800", "m\0\ud800"), "d"))
    assert numbered(store, receipt.number).webhook.body == b"\xff\0\xfe"
    assert take_in(store, Arrival("prom", webhook, Identity("k\0\ud800", "m\0\ud800"), "e")) == [
        Receipt(receipt.number, is_new=False)
    ]


def test_an_equal_delivery_in_a_row_is_a_repeat(store: Store) -> None:
    receipts = take_in(store, arrival("firing"), arrival("firing"))
    receipts += take_in(store, arrival("firing"))
    assert [each.is_new for each in receipts] == [True, False, False]
    assert {each.number for each in receipts} == {receipts[0].number}


def test_what_fires_again_after_its_end_counts_though_its_bytes_are_the_same(store: Store) -> None:
    told = ["firing", "firing", "resolved", "resolved", "firing", "firing", "resolved"]
    receipts = take_in(store, *map(arrival, told))
    assert [each.is_new for each in receipts] == [True, False, True, False, True, False, True]


def test_other_matters_in_between_do_not_make_a_repeat_count(store: Store) -> None:
    one, other = arrival("firing", matter="a"), arrival("firing too", matter="b")
    receipts = take_in(store, one, other, one, other, one)
    assert [each.is_new for each in receipts] == [True, True, False, False, False]


def test_a_number_of_the_sender_counts_once_whatever_came_in_between(store: Store) -> None:
    first = arrival("firing", key="1")
    receipts = take_in(store, first, arrival("resolved", key="2"), first, arrival("other", key="1"))
    assert [each.is_new for each in receipts] == [True, True, False, False]
    assert receipts[2].number == receipts[3].number == receipts[0].number


def test_intakes_do_not_know_each_others_deliveries(store: Store) -> None:
    receipts = take_in(store, arrival("firing", key="1"), arrival("firing", key="1", intake="other"))
    assert all(each.is_new for each in receipts)


def test_a_sender_cannot_take_the_number_that_a_digest_makes(store: Store) -> None:
    take_in(store, arrival("a", key="digest of b after 1"))
    (receipt,) = take_in(store, arrival("b"))
    assert receipt.is_new


def test_two_daemons_that_take_the_same_in_keep_one(any_url: str) -> None:
    with Store.open(any_url) as one, Store.open(any_url) as other:
        for turn in range(20):
            both = [take_in(each, arrival(str(turn))) for each in (one, other)]
            assert sorted(receipts[0].is_new for receipts in both) == [False, True]


def test_the_first_to_arrive_is_worked_off_first_and_once(store: Store) -> None:
    numbers = [each.number for each in take_in(store, *(arrival(str(n)) for n in range(4)))]
    assert waiting(store) == numbers
    settle(store, numbers[1], InboxState.DONE)
    settle(store, numbers[2], InboxState.FAILED, "no JSON")
    assert waiting(store) == [numbers[0], numbers[3]]
    entry = numbered(store, numbers[2])
    assert (entry.state, entry.note, entry.processed_at) == (InboxState.FAILED, "no JSON", NOW)
    counts = store.read_now(inbox.counts)
    assert counts == {InboxState.NEW: 2, InboxState.FAILED: 1}


def test_lists_are_newest_first_and_by_intake_and_state(store: Store) -> None:
    one, two, three = (
        each.number for each in take_in(store, arrival("a"), arrival("b", intake="x"), arrival("c"))
    )
    settle(store, one, InboxState.UNKNOWN, "a test")

    def listed(**which: object) -> list[int]:
        found = store.read_now(lambda conn: inbox.listed(conn, 10, **which))  # type: ignore[arg-type]
        assert all(entry.webhook.body == b"" for entry in found)
        return [entry.number for entry in found]

    assert listed() == [three, two, one]
    assert listed(intake="prom") == [three, one]
    assert listed(states=[InboxState.UNKNOWN]) == [one]
    assert [entry.number for entry in store.read_now(lambda conn: inbox.listed(conn, 1))] == [three]


def test_only_what_was_not_taken_is_read_again(store: Store) -> None:
    numbers = [each.number for each in take_in(store, *(arrival(str(n)) for n in range(4)))]
    states = (InboxState.DONE, InboxState.FAILED, InboxState.UNKNOWN, InboxState.FAILED)
    for number, state in zip(numbers, states, strict=True):
        settle(store, number, state, "why")
    assert store.write_now(lambda conn: inbox.retry(conn, numbers[:3])) == numbers[1:3]
    assert waiting(store) == numbers[1:3]
    assert numbered(store, numbers[1]).note == ""
    assert store.write_now(inbox.retry) == [numbers[3]]


@pytest.mark.parametrize(
    ("state", "days", "kept"),
    [
        (InboxState.DONE, 13, True),
        (InboxState.DONE, 15, False),
        (InboxState.FAILED, 89, True),
        (InboxState.FAILED, 91, False),
        (InboxState.UNKNOWN, 91, False),
        (InboxState.NEW, 900, True),
    ],
)
def test_what_was_taken_is_let_go_of_first_and_what_is_new_never(
    store: Store,
    state: InboxState,
    days: int,
    kept: bool,  # noqa: FBT001 - pytest hands it over
) -> None:
    (receipt,) = take_in(store, arrival("a", at=NOW - timedelta(days=days)))
    if state is not InboxState.NEW:
        settle(store, receipt.number, state)
    store.write_now(lambda conn: retention.prune(conn, NOW))
    assert (store.read_now(lambda conn: inbox.numbered(conn, receipt.number)) is not None) is kept


def test_the_inbox_is_worked_off_by_its_own_index(sqlite_store: Store) -> None:
    def plan(conn, statement) -> str:
        text = str(statement.compile(conn.engine, compile_kwargs={"literal_binds": True}))
        return " ".join(str(row[-1]) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))

    assert "ix_intake_event_new" in sqlite_store.read_now(lambda conn: plan(conn, inbox._WAITING))
    assert "ix_intake_event_new" in sqlite_store.read_now(lambda conn: plan(conn, inbox._COUNT_NEW))
    last = inbox._LAST.params(intake="prom", matter="m")
    assert "ix_intake_event_intake_matter_number" in sqlite_store.read_now(lambda conn: plan(conn, last))
    assert tables.intake_event.name == "intake_event"
