"""A body as it arrives: unpacked from its content encoding, capped, and whole or refused. Pure.

The client library unpacks too, but hands over the start of a truncated gzip, brotli or zstd body as if
it were all of it. Half a status page reads as "the incident is gone", so unpacking is done here.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Final, Protocol

import brotli

from statusherd.model.errors import FailureKind, FetchError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING: Final = "gzip, deflate, br, zstd"
MAX_MEMBERS: Final = 1024
"""Parts strung together in one gzip or zstd body; each costs time and need not yield a byte."""

_ZSTD_LIMITS: Final[dict[int, int]] = {zstd.DecompressionParameter.window_log_max: 23}  # 8 MiB, RFC 9659
_STILL_PACKED: Final = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd")  # gzip, zstd


class _Codec(Protocol):
    """Unpacks one member. `eof` is set at its end; `unused_data` is what came after it."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Brotli:
    """Brotli's unpacker in the shape of the others."""

    unused_data = b""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.is_finished())

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return bytes(self._inner.process(data, output_buffer_limit=max_length))


class _Deflate:
    """`deflate` is zlib by the book and bare deflate from some servers: the first byte tells."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj()
        self._begun = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if not self._begun and data[0] & 0x0F != 8:
            self._inner = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        self._begun = True
        return self._inner.decompress(data, max_length)


_CODECS: Final[dict[str, Callable[[], _Codec]]] = {
    "gzip": lambda: zlib.decompressobj(wbits=16 + zlib.MAX_WBITS),
    "x-gzip": lambda: zlib.decompressobj(wbits=16 + zlib.MAX_WBITS),
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": lambda: zstd.ZstdDecompressor(options=_ZSTD_LIMITS),
}
_MAY_REPEAT: Final = frozenset({"gzip", "x-gzip", "zstd"})


class Body:
    """Collects a body of at most `cap` bytes after unpacking. `subject` names it in errors."""

    def __init__(self, content_encoding: str, cap: int, subject: str) -> None:
        self._cap = cap
        self._subject = subject
        self._name = _encoding_of(content_encoding, subject)
        self._codec = _CODECS[self._name]() if self._name else None
        self._members = 1
        self._received = 0
        self._unpacked = bytearray()

    def feed(self, data: bytes) -> None:
        """Take the next bytes off the wire; raise FetchError where they cannot be or are too much."""
        self._received += len(data)
        if self._codec is None:
            self._unpacked += data
        elif data:
            self._unpack(data)
        if max(self._received, len(self._unpacked)) > self._cap:
            raise self.too_large()

    def _unpack(self, data: bytes) -> None:
        while data and len(self._unpacked) <= self._cap:
            codec = self._next_codec(data)
            if codec is None:
                return
            try:
                self._unpacked += codec.decompress(data, self._cap + 1 - len(self._unpacked))
            except (zlib.error, brotli.error, zstd.ZstdError) as why:
                raise self._error(FailureKind.ENCODING, f"the body is not valid {self._name}") from why
            data = codec.unused_data if codec.eof else b""

    def _next_codec(self, data: bytes) -> _Codec | None:
        """Return what unpacks `data`, a new one after the end of a member; None for padding at the end."""
        if self._codec is None or not self._codec.eof:
            return self._codec
        if not data.strip(b"\0"):
            return None
        self._members += 1
        if self._name not in _MAY_REPEAT or self._members > MAX_MEMBERS:
            raise self._error(FailureKind.ENCODING, f"the {self._name} body goes on after its end")
        self._codec = _CODECS[self._name]()
        return self._codec

    def so_far(self) -> bytes:
        """Return what is unpacked by now."""
        return bytes(self._unpacked)

    def finish(self) -> bytes:
        """Return the whole body; raise FetchError where the packed stream has not come to its end."""
        if self._codec is not None and self._received and not self._codec.eof:
            message = f"the {self._name} body breaks off after {self._received} bytes"
            raise self._error(FailureKind.TRUNCATED, message)
        if self._unpacked.startswith(_STILL_PACKED):
            raise self._error(FailureKind.ENCODING, "the body is compressed in a way its headers do not say")
        return bytes(self._unpacked)

    def too_large(self) -> FetchError:
        """Return the error for a body over the cap."""
        message = f"the body is larger than {self._cap} bytes"
        return self._error(FailureKind.TOO_LARGE, message, "Raise [http] max_body if this source needs it")

    def _error(self, kind: FailureKind, message: str, remedy: str = "") -> FetchError:
        return FetchError(kind, message, subject=self._subject, remedy=remedy)


def _encoding_of(header: str, subject: str) -> str:
    """Return the one encoding that `header` names, empty for none; raise FetchError for any other."""
    named = [token.strip().lower() for token in header.split(",")]
    named = [token for token in named if token not in ("", "identity")]
    if not named:
        return ""
    if len(named) == 1 and named[0] in _CODECS:
        return named[0]
    raise FetchError(
        FailureKind.ENCODING, f"the body is encoded as {header[:60]!r}, which we do not read", subject=subject
    )
