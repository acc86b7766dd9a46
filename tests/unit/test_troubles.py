"""Whether a text names a vendor: rows of a table."""

from __future__ import annotations

import pytest

from statusherd.model.vendors import WatchedVendor
from statusherd.notify.troubles import names


def vendor(name: str, title: str, *aliases: str) -> WatchedVendor:
    return WatchedVendor(name, title, f"https://status.{name}.example", "statuspage", aliases=aliases)


CLOUD = vendor("cumulus-web-services", "Cumulus Web Services", "cws")
REGION = vendor("cws-north-1", "Cumulus Web Services north-1 (Oslo)")
RENDER = vendor("render", "Render")
SMALL = vendor("pm", "pm")


@pytest.mark.parametrize(
    ("text", "who", "does"),
    [
        ("An outage of Cumulus Web Services affects us.", CLOUD, True),
        ("CWS is down", CLOUD, True),
        ("cws is down", CLOUD, False),
        ("(CWS)", CLOUD, True),
        ("CWSX is down", CLOUD, False),
        ("Cumulus-Web\nServices", CLOUD, True),
        ("CWS north-1 fails", REGION, True),
        ("CWS fails", REGION, False),
        ("Cumulus Web Services north-1 fails", REGION, True),
        ("Pages fail to render", RENDER, False),
        ("Our provider Render is down", RENDER, True),
        ("installs from pm fail", SMALL, True),
        ("PM me", SMALL, True),
        ("at 5 p.m.", SMALL, False),
        ("", CLOUD, False),
    ],
)
def test_a_text_names_a_vendor(text: str, who: WatchedVendor, does: bool) -> None:  # noqa: FBT001
    assert names(text, who) is does


def test_a_name_of_odd_letters_is_taken_literally() -> None:
    assert not names("Axb", vendor("a.b", "A*b("))
    assert names("A*b( fails", vendor("a.b", "A*b("))
