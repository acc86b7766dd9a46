"""The log: readable by journald and people, and silent about secrets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from statusherd import logs

CANARY = "hunter2-canary"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_secrets_are_masked_wherever_they_stand(capsys: pytest.CaptureFixture[str]):
    logs.set_up("debug", [CANARY, f"mailto://u:{CANARY}@mail.example"])
    log = structlog.get_logger()
    log.info(f"sent to mailto://u:{CANARY}@mail.example", detail=[CANARY], url=f"https://x/{CANARY}")
    try:
        raise ValueError(f"bad token {CANARY}")
    except ValueError:
        log.exception("a fault")
    said = capsys.readouterr().err
    assert CANARY not in said
    assert said.count(logs.HIDDEN) >= 4


def test_short_secrets_do_not_blot_out_ordinary_words(capsys: pytest.CaptureFixture[str]):
    logs.set_up("info", ["a", "ops"])
    structlog.get_logger().info("ops are awake")
    assert "ops are awake" in capsys.readouterr().err


def test_under_journald_a_line_has_its_priority_and_a_traceback_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    logs.set_up("info")
    log = structlog.get_logger()
    log.warning("careful", vendor="acme")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        log.exception("a fault")
    first, second = capsys.readouterr().err.splitlines()
    assert first == "<4>event=careful vendor=acme"
    assert second.startswith('<3>event="a fault"')


def test_what_is_below_the_level_is_not_said(capsys: pytest.CaptureFixture[str]):
    logs.set_up("warning")
    structlog.get_logger().info("nothing")
    assert capsys.readouterr().err == ""
