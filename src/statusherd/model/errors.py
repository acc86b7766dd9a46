"""The one exception tree. Every error names its subject and what the operator can do."""

from __future__ import annotations

from enum import StrEnum


class StatusherdError(Exception):
    """Base of all errors of this program.

    `subject` is what the error is about (a vendor, a file, a channel); `remedy` is a sentence that
    tells the operator what to do, empty where the message says it all.
    """

    exit_code = 1

    def __init__(self, message: str, *, subject: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject
        self.remedy = remedy

    def __str__(self) -> str:
        head = f"{self.subject}: {self.message}" if self.subject else self.message
        return f"{head}. {self.remedy}" if self.remedy else head


class FailureKind(StrEnum):
    """Why a source could not be read. Never evidence that the vendor is down."""

    DNS = "dns"
    CONNECT = "connect"
    TIMEOUT = "timeout"
    TLS = "tls"
    REFUSED_ADDRESS = "refused_address"  # private, loopback, link-local, metadata
    REDIRECT = "redirect"  # loop, too many, or to a scheme we do not follow
    BLOCKED = "blocked"  # bot protection, login page, 401, 403
    RATE_LIMITED = "rate_limited"
    NOT_FOUND = "not_found"
    GONE = "gone"
    SERVER_ERROR = "server_error"
    HTTP_STATUS = "http_status"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    ENCODING = "encoding"
    PROTOCOL = "protocol"  # not HTTP, headers too long
    EMPTY = "empty"
    PARSE = "parse"  # the bytes are not the format
    INTERNAL = "internal"  # a fault of ours while reading


class LookError(StatusherdError):
    """A look that established nothing. The vendor's state is kept; it counts towards "blind"."""

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        subject: str = "",
        remedy: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, subject=subject, remedy=remedy)
        self.kind = kind
        self.retry_after = retry_after
        """Seconds the server asked us to wait, None where it did not say."""

    def of_part(self, label: str) -> LookError:
        """Return the same failure as one of several sources of a vendor."""
        message = f"the source {label} cannot be read: {self.message}"
        return LookError(
            self.kind, message, subject=self.subject, remedy=self.remedy, retry_after=self.retry_after
        )


class FetchError(LookError):
    """The bytes could not be had."""


class ParseError(LookError):
    """The bytes are not the format they should be."""

    def __init__(self, message: str, *, subject: str = "", remedy: str = "") -> None:
        super().__init__(FailureKind.PARSE, message, subject=subject, remedy=remedy)


class ConfigError(StatusherdError):
    """The configuration cannot be used; `problems` lists every mistake found, not only the first."""

    exit_code = 78

    def __init__(self, message: str, *, subject: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, subject=subject)
        self.problems = problems


class CatalogError(StatusherdError):
    """A provider file is wrong, or a vendor is not in the catalogue."""


class StoreError(StatusherdError):
    """The store cannot be opened, is newer than the program, or is damaged."""


class IntakeError(StatusherdError):
    """What a sender sent is not what its kind sends."""


class NoSuchAlertError(StatusherdError):
    """An ID means no alert."""


class NothingOpenError(StatusherdError):
    """What somebody wants to take on is over, or was told to nobody."""


class NoSuchIncidentError(StatusherdError):
    """A number means no incident of ours, or nothing that belongs to it."""


class IncidentRefusedError(StatusherdError):
    """As an incident of ours stands, this cannot be done with it. `missing` are sentences: what it lacks."""

    def __init__(
        self, message: str, *, subject: str = "", remedy: str = "", missing: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, subject=subject, remedy=remedy)
        self.missing = missing


class NotUnderstoodError(StatusherdError):
    """What somebody gave cannot be taken: it is empty, too long or of the wrong kind."""


class Refused(StrEnum):
    """Why something that a person or a program asks for is not done."""

    UNKNOWN = "unknown"  # there is no such thing
    INVALID = "invalid"  # it cannot be asked for like that
    CONFLICT = "conflict"  # not as things stand: it is over, or waits for somebody else


class RefusedError(StatusherdError):
    """What somebody asks for is not done; `refused` says why in a word."""

    def __init__(self, refused: Refused, message: str, *, subject: str = "", remedy: str = "") -> None:
        super().__init__(message, subject=subject, remedy=remedy)
        self.refused = refused


class DeliveryError(StatusherdError):
    """A message was not accepted.

    `permanent`: trying again cannot help; `maybe_sent`: it may have arrived all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        subject: str = "",
        remedy: str = "",
        permanent: bool = False,
        maybe_sent: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, subject=subject, remedy=remedy)
        self.permanent = permanent
        self.maybe_sent = maybe_sent
        self.retry_after = retry_after
