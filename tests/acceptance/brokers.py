"""Real servers that tests start for themselves on loopback: a queue (mosquitto) and a chat (ngircd)."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

PATIENCE = 10.0


DONE = "ops/done"
"""The topic of our own message, after which nothing more is on its way."""


class MqttSink:
    """A queue server with a subscriber that notes what is published. `received` has topic, text, QoS."""

    def __init__(self, port: int, name: str = "listener") -> None:
        self.port = port
        self.received: list[tuple[str, str, int]] = []
        self.url = f"mqtt://127.0.0.1:{port}/ops/alerts"
        self._loop, self._arrived = asyncio.get_running_loop(), asyncio.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name)
        self._client.on_subscribe = lambda *_: self._tell(self._arrived.set)
        self._client.on_message = lambda _client, _data, message: self._tell(self._note, message)

    def _tell(self, what: Callable[..., object], *facts: object) -> None:
        self._loop.call_soon_threadsafe(what, *facts)

    def _note(self, message: mqtt.MQTTMessage) -> None:
        self.received.append((message.topic, message.payload.decode(), message.qos))
        self._arrived.set()

    async def subscribe(self) -> None:
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()
        self._client.subscribe("ops/#", qos=2)
        await asyncio.wait_for(self._arrived.wait(), PATIENCE)

    async def wait_for(self, count: int) -> list[tuple[str, str, int]]:
        async with asyncio.timeout(PATIENCE):
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.received

    async def hear_out(self) -> list[tuple[str, str, int]]:
        """Return all that was published until now, without the message that asks for it."""
        self._client.publish(DONE, qos=2)
        while DONE not in {topic for topic, _, _ in self.received}:
            await self.wait_for(len(self.received) + 1)
        self.received = [each for each in self.received if each[0] != DONE]
        return self.received

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class IrcSink:
    """A chat server with a member of #ops who notes what others say. `received` has the raw lines."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received: list[bytes] = []
        self.url = f"irc://herd@127.0.0.1:{port}/%23ops"

    async def join(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writer.write(b"NICK listener\r\nUSER listener 0 * :Listener\r\nJOIN #ops\r\n")
        while b" 366 " not in await self._line():  # the end of the list of names: we are in
            pass

    async def _line(self) -> bytes:
        line = await asyncio.wait_for(self._reader.readline(), PATIENCE)
        if line.startswith(b"PING"):
            self._writer.write(b"PONG" + line[4:])
        return line

    async def wait_for(self, count: int) -> list[bytes]:
        while len(self.received) < count:
            line = await self._line()
            if b" PRIVMSG #ops :" in line:
                self.received.append(line)
        return self.received

    async def command(self, line: str) -> None:
        """Give a command as the channel's operator, and wait until it is done."""
        self._writer.write(f"{line}\r\n".encode())
        await self.hear_out()

    async def hear_out(self) -> list[bytes]:
        """Return all that was said until now: the server answers our question after it."""
        self._writer.write(b"PING :done\r\n")
        while b" PONG " not in (line := await self._line()):
            if b" PRIVMSG #ops :" in line:
                self.received.append(line)
        return self.received

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def mqtt_sink(folder: Path) -> AsyncIterator[MqttSink]:
    """Start a queue server of our own; skip where the program is missing."""
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    async with running_program("mosquitto", port, "-c", str(config)):
        sink = MqttSink(port)
        try:
            await sink.subscribe()
            yield sink
        finally:
            sink.close()


@asynccontextmanager
async def irc_sink(folder: Path) -> AsyncIterator[IrcSink]:
    """Start a chat server of our own; skip where the program is missing."""
    port = free_port()
    config = folder / "ngircd.conf"
    config.write_text(
        f"[Global]\nName = irc.example\nInfo = test\nListen = 127.0.0.1\nPorts = {port}\n"
        "[Limits]\nMaxConnectionsIP = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\n"
    )
    async with running_program("ngircd", port, "-n", "-f", str(config)):
        sink = IrcSink(port)
        await sink.join()
        try:
            yield sink
        finally:
            sink.close()


@asynccontextmanager
async def running_program(program: str, port: int, *words: str) -> AsyncIterator[None]:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if path is None:
        pytest.skip(f"{program} is not installed here")
    quiet = asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(path, *words, stdout=quiet, stderr=quiet)
    try:
        await _answers(port, server.wait())
        yield
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def _answers(port: int, end: Coroutine[Any, Any, int]) -> None:
    """Return once the port takes connections; fail where the server ends before."""
    ended = asyncio.ensure_future(end)
    async with asyncio.timeout(PATIENCE):
        while not ended.done():
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.wait({ended}, timeout=0.05)
            else:
                writer.close()
                ended.cancel()
                return
    pytest.fail(f"the server ended at once with {ended.result()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
