"""The daemon as its operator meets it: additions, reloads, a second one, an unreachable world, a broken store."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time

from installed import Installation

from statusherd.clock import SystemClock
from statusherd.model.words import Impact
from statusherd.testing import Answer, HttpSink, StatusPage


async def command(installed: Installation, *words: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "statusherd", "--config", str(installed.config), *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_an_added_vendor_is_noticed_within_two_seconds_and_a_removed_one_let_go(
    installed: Installation,
) -> None:
    await installed.start()
    await installed.looks(2)
    async with StatusPage(SystemClock(), "Globex") as added:
        code, _, err = await command(installed, "vendor", "add", added.url, "--name", "globex", "--yes")
        assert code == 0, err
        seen, begun = added.count(), time.monotonic()
        await added.wait_for(seen + 1, 5)
        assert time.monotonic() - begun < 2
        added.open("Globex trouble", Impact.MAJOR)
        await installed.expect(1, 1)
        code, out, _ = await command(installed, "status", "--json")
        assert code == 0
        states = {vendor["name"]: vendor["status"] for vendor in json.loads(out)["vendors"]}
        assert states == {"acme": "operational", "globex": "partial_outage"}
        assert (await command(installed, "vendor", "remove", "globex", "--yes"))[0] == 0
        await installed.looks(4)
        before = added.count()
        await installed.looks(4)
        assert added.count() == before


async def test_a_broken_configuration_is_refused_at_reload_and_the_old_one_stays(
    installed: Installation,
) -> None:
    await installed.start()
    await installed.looks(2)
    good = installed.config.read_text()
    installed.config.write_text(good + "\n[[route]]\nchannels = ['nobody']\n")
    assert installed.process is not None
    installed.process.send_signal(signal.SIGHUP)
    await installed.logged("reload refused")
    installed.page.open("API errors", Impact.MAJOR)
    await installed.expect(1, 1)
    installed.config.write_text(good.replace('channels = ["mail", "chat"]', 'channels = ["mail"]'))
    installed.process.send_signal(signal.SIGHUP)
    await installed.logged("event=reloaded")
    installed.page.open("More errors", Impact.MAJOR)
    await installed.mail.wait_for(2, 10)
    await installed.looks(2)
    assert installed.told() == (2, 1)


async def test_a_second_daemon_on_the_same_store_is_refused(installed: Installation) -> None:
    await installed.start()
    await installed.looks(1)
    code, _, err = await command(installed, "run")
    assert code == 1
    assert f"process {installed.process.pid}" in err if installed.process else False
    assert (await command(installed, "check"))[0] == 1


async def test_vendors_that_cannot_be_reached_are_unknown_never_down(installed: Installation) -> None:
    await installed.page.stop()
    await installed.start()
    await installed.logged("event=ready")
    for _ in range(100):
        code, out, _ = await command(installed, "status", "--json", "--exit-code")
        if json.loads(out)["vendors"][0].get("error"):
            break
    assert code == 12
    assert json.loads(out)["vendors"][0]["status"] == "unknown"
    assert installed.told() == (0, 0)


async def test_check_looks_once_tells_and_ends(installed: Installation) -> None:
    installed.page.open("API errors", Impact.MAJOR)
    code, out, err = await command(installed, "check", "--json")
    assert code == 0, err
    assert json.loads(out)["vendors"][0]["status"] == "partial_outage"
    await installed.expect(1, 1)
    await command(installed, "check")
    assert installed.told() == (1, 1)


async def test_a_damaged_store_is_refused_by_name_and_left_as_it_is(installed: Installation) -> None:
    store = installed.config.parent / "var" / "statusherd.db"
    store.parent.mkdir()
    store.write_bytes(b"no database at all, " * 100)
    begun = time.monotonic()
    code, _, err = await command(installed, "run")
    assert (code, time.monotonic() - begun < 5) == (1, True)
    assert str(store) in err
    assert store.read_bytes().startswith(b"no database")


async def test_a_working_daemon_asks_the_dead_mans_switch(
    installed: Installation,
) -> None:
    async with HttpSink() as switch:
        url = switch.http_url + "?token=s3cr3t-t0k3n"
        text = f'[heartbeat]\nurl = "{url}"\ninterval = "10s"\n{installed.config.read_text()}'
        installed.config.write_text(text)
        await installed.start()
        await switch.wait_for(1, 20)
        await installed.looks(1)
        assert "s3cr3t-t0k3n" not in installed.log.read_text()


async def test_what_is_sent_again_by_command_goes_out_at_once(installed: Installation) -> None:
    installed.chat.answer = Answer.REFUSED
    await installed.start()
    await installed.looks(2)
    installed.page.open("API errors", Impact.MAJOR)
    await installed.logged("given up")
    installed.chat.answer = Answer.OK
    assert len(installed.chat.received) == 0
    code, _, err = await command(installed, "alert", "resend", "--all")
    assert code == 0, err
    await installed.chat.wait_for(1, 5)
    code, out, _ = await command(installed, "alert", "explain", "--vendor", "acme")
    assert (code, "API errors" in out) == (0, True)
