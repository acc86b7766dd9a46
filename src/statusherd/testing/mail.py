"""A mail server on loopback that keeps what it is sent. Needs aiosmtpd, which a normal install has not."""

from __future__ import annotations

import asyncio
import email.policy
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Self

from statusherd.model.errors import StatusherdError
from statusherd.testing.waiting import Arrivals

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session


class MailAnswer(StrEnum):
    """How the mail server answers a recipient."""

    OK = "ok"
    TRY_LATER = "try_later"  # 451
    REFUSED = "refused"  # 550
    HANG = "hang"  # greets, and never answers the message


_REPLIES = {
    MailAnswer.TRY_LATER: "451 4.3.0 try again later",
    MailAnswer.REFUSED: "550 5.1.1 no such mailbox",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted mail: its envelope and the parsed message."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text part, empty where there is none."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if isinstance(part, EmailMessage) else ""


class MailSink:
    """A mail server. `attempts` counts the recipients asked for, `received` are the mails it took."""

    def __init__(self, answer: MailAnswer = MailAnswer.OK) -> None:
        self.answer = answer
        self.next_answers: deque[MailAnswer] = deque()
        """Answers to the next recipients, one each; then `answer` holds again."""
        self.attempts = 0
        self.received: list[Mail] = []
        self._arrivals = Arrivals()
        self._closing = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The address as a channel's URL: one mail to oncall@example.org."""
        query = "from=statusherd@example.org&to=oncall@example.org&mode=insecure&format=text"
        return f"mailto://127.0.0.1:{self._port}/?{query}"

    async def wait_for(self, count: int, deadline: float = 5.0) -> list[Mail]:
        """Wait until `count` mails were taken and return all; raise TimeoutError after `deadline` seconds."""
        await self._arrivals.until(lambda: len(self.received) >= count, deadline)
        return self.received

    async def wait_for_attempts(self, count: int, deadline: float = 5.0) -> None:
        """Wait until `count` recipients were asked for, however they were answered."""
        await self._arrivals.until(lambda: self.attempts >= count, deadline)

    async def start(self) -> None:
        """Listen; after a `stop`, on the same port again."""
        try:
            from aiosmtpd.smtp import SMTP  # noqa: PLC0415 - an optional dependency
        except ImportError as error:
            raise StatusherdError(
                "the mail server for tests needs the package aiosmtpd",
                remedy="Install it beside statusherd: pip install aiosmtpd",
            ) from error
        self._closing = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mail.example.org", ident="test", loop=loop), "127.0.0.1", self._port
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._closing.set()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def handle_RCPT(  # noqa: N802 - the name and the arguments are aiosmtpd's
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        self.attempts += 1
        answer = self.next_answers.popleft() if self.next_answers else self.answer
        self._arrivals.announce()
        if answer is MailAnswer.HANG:
            await self._closing.wait()
            return "421 4.3.2 closing"
        if answer is not MailAnswer.OK:
            return _REPLIES[answer]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name and the arguments are aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        message = message_from_bytes(bytes(envelope.original_content or b""), policy=email.policy.default)
        self.received.append(Mail(str(envelope.mail_from), tuple(envelope.rcpt_tos), message))
        self._arrivals.announce()
        return "250 OK"
