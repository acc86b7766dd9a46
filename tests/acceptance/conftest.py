"""The running installation that acceptance tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from installed import Installation

from statusherd.clock import SystemClock
from statusherd.testing import HttpSink, MailSink, StatusPage


@pytest.fixture
async def installed(tmp_path: Path) -> AsyncIterator[Installation]:
    """A page, two sinks and a daemon that is not started yet; whatever happens, it is gone afterwards."""
    async with StatusPage(SystemClock(), "Acme") as page, MailSink() as mail, HttpSink() as chat:
        installation = Installation(tmp_path, page, mail, chat)
        try:
            yield installation
        finally:
            await installation.clear()
