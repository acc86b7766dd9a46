"""A whole installation for acceptance tests: a page, a mail server, a chat, and the daemon as a process."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from statusherd.testing import HttpSink, MailSink, StatusPage

CONFIG = """
[http]
interval = "1s"
allow_private = true
contact = "ops@example.org"

[[vendor]]
name = "acme"
title = "Acme"
page = "{page}"
format = "statuspage"

[[channel]]
name = "mail"
url = "{mail}"

[[channel]]
name = "chat"
url = "{chat}"

[[route]]
channels = ["mail", "chat"]
"""


class Installation:
    """A page, two sinks, and the daemon as a process that can be killed."""

    def __init__(self, folder: Path, page: StatusPage, mail: MailSink, chat: HttpSink) -> None:
        self.page, self.mail, self.chat = page, mail, chat
        self.log = folder / "log"
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG.format(page=page.url, mail=mail.url, chat=chat.url))
        self.config.chmod(0o600)
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "statusherd", "--config", str(self.config), "run", stderr=log
            )

    async def end(self, number: int) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 20)

    async def clear(self) -> None:
        """Make sure that nothing runs any more."""
        if self.process is not None and self.process.returncode is None:
            await self.end(signal.SIGKILL)

    async def looks(self, count: int) -> None:
        """Wait until the page was looked at `count` times more, and what that made has been told."""
        await self.page.wait_for(self.page.count() + count, 60)

    async def logged(self, text: str) -> None:
        """Wait until the daemon has written `text` to its log."""
        async with asyncio.timeout(20):
            while text not in self.log.read_text():  # noqa: ASYNC110 - another process writes the file
                await asyncio.sleep(0.02)

    def told(self) -> tuple[int, int]:
        return len(self.mail.received), len(self.chat.received)

    async def expect(self, mails: int, chats: int) -> None:
        await asyncio.gather(self.mail.wait_for(mails, 5), self.chat.wait_for(chats, 5))
        assert self.told() == (mails, chats)
