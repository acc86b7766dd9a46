"""Hostile bodies against the HTTP client: what each costs in memory and time until it is refused.

Prints one JSON line per bomb: the growth of the client's memory in MiB, its seconds, and how it ended.
The servers run in this process, each fetch in a process of its own. Everything stays on loopback.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import brotli

from statusherd.model.errors import FetchError
from statusherd.watch.fetch import Fetcher

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GIB = 1024 * 1024 * 1024
MIB = 1024 * 1024
CALM = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def gzip_bomb() -> Iterator[bytes]:
    """One gzip member of a GiB of zeros: the same full-flushed block over and over."""
    yield b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(GIB // MIB):
        yield block


def deflate_bomb() -> Iterator[bytes]:
    """The same without a header, as some servers send `deflate`."""
    blocks = gzip_bomb()
    next(blocks)
    yield from blocks


def brotli_bomb() -> Iterator[bytes]:
    packer = brotli.Compressor(quality=1)
    for _ in range(GIB // MIB):
        yield packer.process(bytes(MIB)) + packer.flush()


def zstd_bomb() -> Iterator[bytes]:
    packer = zstd.ZstdCompressor()
    for _ in range(GIB // MIB):
        yield packer.compress(bytes(MIB), packer.FLUSH_BLOCK)


def zstd_window_bomb() -> Iterator[bytes]:
    """A frame that asks for a window of 2 GiB before its first byte."""
    yield b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + b"\x03\xff\x7f"
    while True:
        yield bytes(4096)


def gzip_in_gzip() -> Iterator[bytes]:
    yield gzip.compress(b"".join(gzip_bomb()))


def many_members() -> Iterator[bytes]:
    """200,000 gzip members without a byte in them."""
    members = gzip.compress(b"") * 1000
    for _ in range(200):
        yield members


def many_frames() -> Iterator[bytes]:
    frames = zstd.compress(b"x") * 1000
    for _ in range(200):
        yield frames


def endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 65536


def endless_nothing() -> Iterator[bytes]:
    """Deflate blocks that hold nothing: bytes for ever, output never."""
    yield b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    while True:
        yield b"\x00\x00\x00\xff\xff" * 10_000


BOMBS: dict[str, tuple[str, Callable[[], Iterator[bytes]]]] = {
    "gzip 1 GiB": ("gzip", gzip_bomb),
    "deflate 1 GiB": ("deflate", deflate_bomb),
    "brotli 1 GiB": ("br", brotli_bomb),
    "zstd 1 GiB": ("zstd", zstd_bomb),
    "zstd 2 GiB window": ("zstd", zstd_window_bomb),
    "gzip in gzip": ("gzip, gzip", gzip_in_gzip),
    "200,000 gzip members": ("gzip", many_members),
    "200,000 zstd frames": ("zstd", many_frames),
    "endless chunks": ("", endless),
    "endless empty deflate blocks": ("gzip", endless_nothing),
}


async def explode(writer: asyncio.StreamWriter, encoding: str, blocks: Iterator[bytes]) -> None:
    """Send a bomb in chunks until the client has had enough."""
    head = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    writer.write(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{head}\r\n".encode())
    for block in blocks:
        if block:
            writer.write(b"%x\r\n%b\r\n" % (len(block), block))
            await writer.drain()
    writer.write(b"0\r\n\r\n")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    names = list(BOMBS)
    try:
        while request := await reader.readuntil(b"\r\n\r\n"):
            number = request.split(b" ")[1].strip(b"/")
            if number:
                encoding, blocks = BOMBS[names[int(number)]]
                await explode(writer, encoding, blocks())
            else:
                writer.write(CALM)
                await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


def memory(field: str) -> float:
    """Return a figure of this process in MiB: VmRSS is now, VmHWM its peak."""
    text = Path("/proc/self/status").read_text("ascii")
    found = re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


async def fetch(base: str, number: int) -> dict[str, float | str]:
    """Fetch one bomb, and say what it cost."""
    async with Fetcher(allow_private=True) as fetcher:
        await fetcher.fetch(f"{base}/")
        before, begun = memory("VmRSS"), time.monotonic()
        try:
            await fetcher.fetch(f"{base}/{number}")
            ended = "accepted"
        except FetchError as error:
            ended = str(error.kind)
        return {
            "value": round(memory("VmHWM") - before, 1),
            "seconds": round(time.monotonic() - begun, 3),
            "ended": ended,
        }


async def main(only: list[str]) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for number, name in enumerate(BOMBS):
        if only and name not in only:
            continue
        arguments = (__file__, "--fetch", base, str(number))
        child = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=subprocess.PIPE)
        out, _ = await child.communicate()
        cost = json.loads(out)
        print(json.dumps({"figure": f"body bomb: {name}", "unit": "MiB", **cost}), flush=True)
    server.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fetch"]:
        print(json.dumps(asyncio.run(fetch(sys.argv[2], int(sys.argv[3])))))
    else:
        asyncio.run(main(sys.argv[1:]))
