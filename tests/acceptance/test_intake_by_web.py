"""Deliveries over HTTP: what is kept, what is turned away, and that each is counted. A real server and store."""

from __future__ import annotations

import asyncio
import hmac
import json
from hashlib import sha1, sha256
from io import BytesIO
from pathlib import Path

import pytest
from intake_stage import SECRET, TOKEN, Stage, signed, stage
from structlog.testing import capture_logs

from statusherd.model.errors import StoreError
from statusherd.model.inbox import InboxState
from statusherd.model.intake import Access, FieldMap, Intake
from statusherd.publish.uploads import MAX_BODY, Uploads

FIRING = json.dumps(
    {
        "groupKey": "g",
        "alerts": [
            {"status": "firing", "fingerprint": "f1", "labels": {"alertname": "Lag"}, "annotations": {}}
        ],
    }
).encode()
RESOLVED = FIRING.replace(b"firing", b"resolved")
EVENT = json.dumps(
    {"event": {"id": "01A", "event_type": "incident.triggered", "data": {"id": "P1", "title": "down"}}}
).encode()
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def now_of(at: Stage) -> int:
    return int(at.clock.now().timestamp())


async def test_a_delivery_is_kept_before_it_is_answered_and_worked_off_later(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        status, answer = await at.deliver("prom", FIRING)
        assert (status, answer) == (202, {"id": "1"})
        (entry,) = await at.kept()
        assert (entry.intake, entry.state) == ("prom", InboxState.NEW)
        assert at.take.taken == []
        assert await at.gauge("unprocessed") == 1
        assert await at.work_off() == 1
        assert at.take.firing == {"f1"}
        assert await at.gauge("unprocessed") == 0


async def test_repeats_are_answered_and_change_nothing_and_what_fires_again_counts(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        answers = [await at.deliver("prom", body) for body in (FIRING, FIRING, RESOLVED, FIRING)]
        assert [status for status, _ in answers] == [202, 200, 202, 202]
        assert answers[1][1] == {"id": "1", "repeated": True}
        await at.work_off()
        assert [each.signals[0].state.value for each in at.take.taken] == ["firing", "resolved", "firing"]
        assert await at.outcomes() == {("prom", "accepted"): 3, ("prom", "repeated"): 1}


async def test_equal_deliveries_at_the_same_moment_are_one(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        answers = await asyncio.gather(*(at.deliver("prom", FIRING) for _ in range(40)))
        assert sorted(status for status, _ in answers) == [200] * 39 + [202]
        assert len(await at.kept()) == 1


def forged(at: Stage) -> dict[str, tuple[str, bytes, dict[str, str]]]:
    """Deliveries that show nothing right: to which intake, the body, the headers."""
    now = now_of(at)
    right = signed(EVENT, now)
    sha_1 = hmac.new(SECRET.encode(), EVENT, sha1).hexdigest()
    pager = "v1=" + hmac.new(SECRET.encode(), EVENT, sha256).hexdigest()
    again = json.dumps(json.loads(EVENT), separators=(",", ":")).encode()
    return {
        "no token": ("prom", FIRING, {}),
        "another token": ("prom", FIRING, {"Authorization": "Bearer another"}),
        "a token that is cut off": ("prom", FIRING, {"Authorization": f"Bearer {TOKEN[:-1]}"}),
        "the secret as a token": ("pager", EVENT, {"Authorization": f"Bearer {SECRET}"}),
        "no signature": ("pager", EVENT, {}),
        "a signature of another secret": ("own", EVENT, signed(EVENT, now, "another")),
        "a signature that is cut off": ("pager", EVENT, {"X-PagerDuty-Signature": pager[:-2]}),
        "SHA-1 alone": ("pager", EVENT, {"X-PagerDuty-Signature": f"v1={sha_1}"}),
        "SHA-1 in our form": ("own", EVENT, right | {"X-Statusherd-Signature": f"sha1={sha_1}"}),
        "a body that was written anew": ("pager", again, {"X-PagerDuty-Signature": pager}),
        "another time": ("own", EVENT, right | {"X-Statusherd-Timestamp": str(now + 1)}),
    }


async def test_forged_deliveries_are_refused_and_nothing_of_them_is_kept(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        for what, (name, body, headers) in forged(at).items():
            status, answer = await at.deliver(name, body, headers)
            assert status == 401, what
            assert "header" in answer["error"]["message"] or "not the one" in answer["error"]["message"], what
            assert SECRET not in str(answer)
            assert TOKEN not in str(answer)
        assert await at.kept() == []
        counted = await at.outcomes()
        assert sum(counted.values()) == len(forged(at))
        assert {outcome for _, outcome in counted} == {"unauthorized"}


async def test_a_token_in_the_address_is_not_looked_at(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        for name in ("token", "access_token", "Authorization"):
            status, answer = await at.deliver("prom", FIRING, {}, params={name: TOKEN})
            assert status == 401
            assert "never in the address" in answer["error"]["message"]
        assert await at.kept() == []


async def test_what_was_signed_long_ago_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        for seconds in (-301, 301):
            status, answer = await at.deliver("own", EVENT, signed(EVENT, now_of(at) + seconds))
            assert status == 401
            assert "5 minutes" in answer["error"]["message"]
        assert await at.kept() == []
        assert await at.outcomes() == {("own", "replayed"): 2}


async def test_what_was_signed_and_is_sent_again_within_the_window_has_no_effect(tmp_path: Path) -> None:
    async with stage(tmp_path, {GENERIC: Access(secret=SECRET)}) as at:
        firing, resolved = b'{"id": 1, "is": "down"}', b'{"id": 1, "is": "up"}'
        now = now_of(at)
        recorded = signed(firing, now)
        for body, headers, wanted in (
            (firing, recorded, 202),
            (resolved, signed(resolved, now + 1), 202),
            (firing, recorded, 200),
            (firing, signed(firing, now + 2), 202),
        ):
            assert (await at.deliver("own", body, headers))[0] == wanted
        await at.work_off()
        assert len(at.take.taken) == 3


async def test_a_number_that_was_seen_is_answered_without_effect_whatever_came_meanwhile(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as at:
        other = EVENT.replace(b"01A", b"01B").replace(b"triggered", b"resolved")
        for body, wanted in ((EVENT, 202), (other, 202), (EVENT, 200), (other, 200)):
            digits = hmac.new(SECRET.encode(), body, sha256).hexdigest()
            assert (await at.deliver("pager", body, {"X-PagerDuty-Signature": f"v1={digits}"}))[0] == wanted
        await at.work_off()
        assert at.take.firing == set()
        assert len(at.take.taken) == 2


GENERIC = Intake("own", "generic", mapping=FieldMap(key=("id",), state="is"))


async def test_what_is_no_intake_and_what_is_not_sent_so_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        wanted = {
            404: await at.deliver("nobody", FIRING),
            415: await at.deliver("prom", FIRING, BEARER | {"Content-Type": "application/xml"}),
            400: await at.deliver("prom", b"", BEARER),
        }
        for status, (found, answer) in wanted.items():
            assert found == status
            assert answer["error"]["message"]
        form = BEARER | {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        assert (await at.deliver("nagios", b"type=PROBLEM&host=a&state=DOWN", form))[0] == 202
        assert (await at.deliver("nagios", FIRING))[0] == 415
        assert (await at.deliver("prom", FIRING, BEARER | {"Content-Encoding": "gzip"}))[0] == 415
        assert (await at.deliver("sns", b"{}", {"Content-Type": "text/plain; charset=UTF-8"}))[0] == 202
        async with at.client.get(at.url("prom"), headers=BEARER) as got:
            assert (got.status, got.headers["Allow"]) == (405, "POST")
        counted = await at.outcomes()
        assert counted["", "no_intake"] == 1, "a name that somebody made up is not in the metrics"
        assert counted["prom", "media_type"] == 2
        assert counted["nagios", "media_type"] == 1
        assert counted["prom", "empty"] == 1


@pytest.mark.parametrize("in_pieces", [False, True])
async def test_a_large_delivery_is_refused_and_a_mib_is_not(
    tmp_path: Path,
    in_pieces: bool,  # noqa: FBT001 - pytest hands it over
) -> None:
    async def pieces(size: int):
        for _ in range(size // 1024):
            yield b"x" * 1024
        yield b"x" * (size % 1024)

    async with stage(tmp_path) as at:
        for size, wanted in ((MAX_BODY, 202), (MAX_BODY + 1, 413), (2 * MAX_BODY, 413)):
            body = pieces(size) if in_pieces else BytesIO(b"x" * size)
            status, answer = await at.deliver("prom", body)  # type: ignore[arg-type]
            assert status == wanted
        assert "1024 KiB" in answer["error"]["message"]
        assert len(await at.kept()) == 1
        assert (await at.outcomes())["prom", "too_large"] == 2


async def test_who_shows_no_token_need_not_be_listened_to(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(
            b"POST /api/v1/intake/prom HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000000\r\n\r\n"
        )
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.1 401 "), (
                "before a byte of the body has come"
            )
        writer.close()


async def test_a_delivery_that_does_not_arrive_is_waited_for_only_so_long(tmp_path: Path) -> None:
    async with stage(tmp_path, uploads=Uploads(body_seconds=0.05)) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(
            f"POST /api/v1/intake/prom HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
            + b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"alerts'
        )
        async with asyncio.timeout(5):
            assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
        writer.close()
        assert await at.kept() == []
        assert await at.outcomes() == {("prom", "too_slow"): 1}
        assert (await at.deliver("prom", FIRING))[0] == 202


async def test_all_together_hold_no_more_than_that(tmp_path: Path) -> None:
    async with stage(tmp_path, uploads=Uploads(most_under_way=3000)) as at:
        held = []
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
            writer.write(
                f"POST /api/v1/intake/prom HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
                + b"Content-Type: application/json\r\nContent-Length: 1400\r\n\r\n"
                + b" " * 1399
            )
            held.append((reader, writer))
        for _ in range(100):  # their bytes arrive a moment later
            status, answer = await at.deliver("prom", b"x" * 900)
            if status == 503:
                break
        assert (status, "Try again" in answer["error"]["message"]) == (503, True)
        for reader, writer in held:
            writer.write(b" ")
            assert (await reader.readline()).split()[1] in (b"202", b"200")
            writer.close()
        assert (await at.deliver("prom", FIRING))[0] == 202


async def test_strangers_are_slowed_down_and_senders_are_not(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        found = [(await at.deliver("prom", FIRING, {}))[0] for _ in range(70)]
        assert found[:60] == [401] * 60
        assert 429 in found[60:]
        answers = await asyncio.gather(*(at.deliver("prom", FIRING + b" " * n) for n in range(200)))
        assert {status for status, _ in answers} == {202}
        assert (await at.outcomes())["prom", "unauthorized"] == 70


async def test_a_store_that_fails_is_told_and_the_next_attempt_is_the_only_one_that_counts(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, answers_with=[StoreError("the disk is full", subject="/secret-place")]) as at:
        status, answer = await at.deliver("prom", FIRING)
        assert status == 503
        assert "secret-place" not in str(answer)
        assert [(await at.deliver("prom", FIRING))[0] for _ in range(2)] == [202, 200]
        await at.work_off()
        assert len(at.take.taken) == 1
        assert (await at.outcomes())["prom", "not_stored"] == 1


async def test_the_log_tells_once_in_a_while_that_somebody_is_turned_away_and_no_secret(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as at:
        with capture_logs() as entries:
            for _ in range(5):
                await at.deliver("prom", FIRING, {"Authorization": "Bearer wrong-horse"})
    (entry,) = [each for each in entries if each["log_level"] == "warning"]
    assert (entry["intake"], entry["why"]) == ("prom", "unauthorized")
    assert "wrong-horse" not in str(entries)


async def test_what_is_kept_of_the_headers_is_no_secret(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        await at.deliver("prom", FIRING, BEARER | {"Cookie": "secret=1", "User-Agent": "Alertmanager/0.25"})
        (entry,) = await at.kept()
        assert entry.webhook.headers == {
            "content-type": "application/json",
            "user-agent": "Alertmanager/0.25",
        }


async def test_a_changed_configuration_holds_from_the_next_delivery_on(tmp_path: Path) -> None:
    async with stage(tmp_path) as at:
        at.setup = type(at.setup)(intakes=(GENERIC,), access={"own": Access(token="another-token-of-ours")})
        assert (await at.deliver("prom", FIRING))[0] == 404
        assert (await at.deliver("own", b"{}"))[0] == 401
        assert (await at.deliver("own", b"{}", {"X-Statusherd-Token": "another-token-of-ours"}))[0] == 202


async def test_every_kind_takes_a_delivery(tmp_path: Path) -> None:
    from intake_cases import FIXTURES, intake_of  # noqa: PLC0415

    from statusherd.respond.intake import kind_names  # noqa: PLC0415

    intakes = {intake_of(kind): Access(token=TOKEN) for kind in kind_names()}
    async with stage(tmp_path, intakes) as at:
        paths = sorted(FIXTURES.glob("*/*.*"))
        for path in paths:
            media = "application/x-www-form-urlencoded" if path.suffix == ".form" else "application/json"
            headers = BEARER | {"Content-Type": media}
            assert (await at.deliver(path.parent.name, path.read_bytes(), headers))[0] == 202, path
        assert await at.work_off() == len(paths)
        assert {entry.state for entry in await at.kept()} == {InboxState.DONE, InboxState.UNKNOWN}
