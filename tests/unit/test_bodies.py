"""Unpacking: any body in any pieces comes out whole, and anything short of whole is an error."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.errors import FailureKind, FetchError
from statusherd.watch.fetching.bodies import Body

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZip ": gzip.compress,
    "identity, gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
PACKED = ["gzip", "deflate", "br", "zstd"]
TEXT = b'{"status": "all fine", "n": [1, 2, 3]}' * 50


def unpack(encoding: str, data: bytes, *, cap: int = 1 << 20, step: int = 1 << 20) -> bytes:
    body = Body(encoding, cap, "https://status.example/")
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
    return body.finish()


def refusal(encoding: str, data: bytes, **how: int) -> FetchError:
    with pytest.raises(FetchError) as caught:
        unpack(encoding, data, **how)
    assert caught.value.subject == "https://status.example/"
    return caught.value


@pytest.mark.parametrize("encoding", PACKERS)
@given(text=st.binary(max_size=3000).map(lambda b: b"{" + b), step=st.integers(1, 400))
def test_a_body_in_any_pieces_comes_out_whole(encoding: str, text: bytes, step: int) -> None:
    assert unpack(encoding, PACKERS[encoding](text), step=step) == text


def test_bare_deflate_is_read_too() -> None:
    assert unpack("deflate", bare_deflate(TEXT), step=7) == TEXT


@pytest.mark.parametrize("encoding", PACKED)
@given(data=st.data())
def test_a_packed_body_that_breaks_off_is_never_taken_for_whole(encoding: str, data: st.DataObject) -> None:
    packed = PACKERS[encoding](TEXT)
    length = data.draw(st.integers(1, len(packed) - 1))
    assert refusal(encoding, packed[:length]).kind is FailureKind.TRUNCATED


@pytest.mark.parametrize("encoding", PACKED)
@given(noise=st.binary(min_size=1, max_size=200))
def test_noise_ends_in_an_error_of_the_body(encoding: str, noise: bytes) -> None:
    body = Body(encoding, 1 << 20, "")
    kind = None
    try:
        body.feed(noise)
        body.finish()
    except FetchError as error:
        kind = error.kind
    assert kind in (None, FailureKind.ENCODING, FailureKind.TRUNCATED)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("step", [1, 10, 10_000])
def test_members_strung_together_are_one_body(encoding: str, step: int) -> None:
    assert unpack(encoding, PACKERS[encoding](b"one ") + PACKERS[encoding](b"two"), step=step) == b"one two"


def test_zeros_after_the_end_are_padding() -> None:
    assert unpack("gzip", gzip.compress(TEXT) + bytes(100)) == TEXT


@pytest.mark.parametrize("encoding", PACKED)
def test_other_bytes_after_the_end_are_an_error(encoding: str) -> None:
    assert refusal(encoding, PACKERS[encoding](TEXT) + b"more").kind is FailureKind.ENCODING


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_too_many_members_are_an_error(encoding: str) -> None:
    assert refusal(encoding, PACKERS[encoding](b"") * 2000).kind is FailureKind.ENCODING


@pytest.mark.parametrize("encoding", PACKERS)
@pytest.mark.parametrize("step", [100, 1 << 20])
def test_the_cap_is_exact(encoding: str, step: int) -> None:
    text = b"x" * 5000
    assert unpack(encoding, PACKERS[encoding](text), cap=5000, step=step) == text
    assert refusal(encoding, PACKERS[encoding](text), cap=4999, step=step).kind is FailureKind.TOO_LARGE


@pytest.mark.parametrize("encoding", PACKED)
def test_nothing_at_all_is_an_empty_body(encoding: str) -> None:
    assert unpack(encoding, b"") == b""


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br, gzip", "compress", "snappy", "*"])
def test_encodings_we_cannot_undo_are_refused_before_the_body(encoding: str) -> None:
    with pytest.raises(FetchError) as caught:
        Body(encoding, 100, "")
    assert caught.value.kind is FailureKind.ENCODING


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_what_is_still_packed_is_not_data(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    assert refusal(encoding, PACKERS[encoding](pack(TEXT))).kind is FailureKind.ENCODING
