from __future__ import annotations

import pytest

from statusherd.model.errors import FailureKind
from statusherd.model.vendors import DETECT
from statusherd.watch.formats import platform_of
from statusherd.watch.outlook import EVERYWHERE, Outlook


def outlook(**failures: tuple[str | None, FailureKind | None]) -> Outlook:
    result = Outlook()
    for vendor, (platform, failure) in failures.items():
        result.note(vendor, platform, failure)
    return result


DOWN = FailureKind.CONNECT


def test_most_sources_failing_at_once_is_our_own_darkness() -> None:
    seen = outlook(a=("statuspage", DOWN), b=("instatus", DOWN), c=("feed", None))
    assert seen.dark_scope("feed") == EVERYWHERE
    assert seen.counts(EVERYWHERE) == (2, 3)


def test_half_of_the_sources_is_not_most() -> None:
    seen = outlook(a=("x", DOWN), b=("x", DOWN), c=("y", None), d=("y", None))
    assert seen.dark_scope("x") is None


def test_two_sources_say_nothing() -> None:
    assert outlook(a=("x", DOWN), b=("x", DOWN)).dark_scope("x") is None


def test_a_platform_can_be_dark_alone() -> None:
    watched = {f"s{n}": ("statusio", DOWN) for n in range(3)} | {
        f"p{n}": ("statuspage", None) for n in range(9)
    }
    seen = outlook(**watched)
    assert seen.dark_scope("statusio") == "statusio"
    assert seen.dark_scope("statuspage") is None


def test_pages_that_are_gone_say_nothing_of_our_sight() -> None:
    seen = outlook(**{f"v{n}": ("x", FailureKind.NOT_FOUND) for n in range(5)})
    assert seen.dark_scope("x") is None


def test_a_source_counts_once_and_as_it_was_last() -> None:
    seen = outlook(a=("x", DOWN), b=("x", DOWN), c=("x", DOWN))
    for vendor in "abc":
        seen.note(vendor, "x", None)
        seen.note(vendor, "x", None)
    assert seen.counts(EVERYWHERE) == (0, 3)
    seen.forget("a")
    seen.forget("a")
    assert seen.counts("x") == (0, 2)


def test_pages_that_share_no_servers_are_no_platform_that_could_be_dark() -> None:
    own = {f"o{n}": (None, DOWN) for n in range(3)}
    seen = outlook(**own, **{f"p{n}": ("statuspage", None) for n in range(9)})
    assert seen.dark_scope(None) is None
    assert seen.counts(EVERYWHERE) == (3, 12)
    seen.forget("o1")
    assert seen.counts(EVERYWHERE) == (2, 11)


@pytest.mark.parametrize(
    ("name", "platform"),
    [("statuspage", "statuspage"), ("feed", None), ("uptime-kuma", None), ("json", None), (DETECT, None)],
)
def test_which_formats_share_servers(name: str, platform: str | None) -> None:
    assert platform_of(name) == platform
