"""What went wrong between us and a server, in the words of an operator."""

from __future__ import annotations

import errno
import os
import ssl
from typing import Final, TypeAlias

import aiohttp

from statusherd.model.errors import FailureKind, FetchError
from statusherd.watch.addresses import RefusedAddressError

EXPECTED: Final = (aiohttp.ClientError, TimeoutError, OSError)
"""What a request can end with besides an answer. Anything else is a fault of the program."""

_Meaning: TypeAlias = tuple[FailureKind, str, str]
"""Kind, message, remedy."""
_OUT_OF_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE})


def explain(failure: Exception, *, host: str, subject: str, timeout: float) -> FetchError:
    """Return the FetchError that `failure` of a request to `host` stands for."""
    kind, message, remedy = _meaning(failure, host, timeout)
    return FetchError(kind, message, subject=subject, remedy=remedy)


def refused(subject: str, host: str) -> FetchError:
    """Return the error for an address that the policy forbids to dial."""
    return FetchError(
        FailureKind.REFUSED_ADDRESS,
        f"{host} leads to an address that is not public, and it was not asked",
        subject=subject,
        remedy="Set allow_private where this is a machine of your own",
    )


def _meaning(failure: Exception, host: str, timeout: float) -> _Meaning:
    if isinstance(failure, aiohttp.ClientConnectorDNSError):
        return FailureKind.DNS, f"the name {host} cannot be resolved: {_reason(failure.os_error)}", ""
    if isinstance(failure, (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)):
        why = _proxy_reason(failure)
        return FailureKind.CONNECT, f"the proxy does not let us through: {why}", "Check [http] proxy"
    if isinstance(failure, TimeoutError):
        return FailureKind.TIMEOUT, _timeout_message(failure, host, timeout), ""
    cause = _system_cause(failure)
    if cause is not None:
        return _system_meaning(cause, host)
    return _http_meaning(failure, host)


def _http_meaning(failure: Exception, host: str) -> _Meaning:
    if isinstance(failure, aiohttp.ClientPayloadError):
        why = _short(str(failure.__cause__ or failure))
        return FailureKind.TRUNCATED, f"the body from {host} breaks off: {why}", ""
    if isinstance(failure, aiohttp.ServerDisconnectedError):
        return FailureKind.CONNECT, f"{host} closed the connection without an answer", ""
    words = failure.message if isinstance(failure, aiohttp.ClientResponseError) else str(failure)
    return FailureKind.PROTOCOL, f"{host} does not speak HTTP as it should: {_short(words)}", ""


def _system_meaning(cause: OSError, host: str) -> _Meaning:
    if cause.errno == RefusedAddressError.NUMBER:
        error = refused("", host)
        return error.kind, error.message, error.remedy
    if isinstance(cause, ssl.SSLError):
        return FailureKind.TLS, f"no safe connection to {host}: {_tls_reason(cause)}", ""
    if cause.errno in _OUT_OF_FILES:
        remedy = "Raise LimitNOFILE of the service"
        return FailureKind.INTERNAL, "this machine has no file descriptor left for a connection", remedy
    return FailureKind.CONNECT, f"no connection to {host}: {_reason(cause)}", ""


def _system_cause(failure: Exception) -> OSError | None:
    """Return the operating system's or the TLS library's error behind `failure`."""
    if isinstance(failure, aiohttp.ClientConnectorCertificateError):
        certificate = failure.certificate_error
        return certificate if isinstance(certificate, OSError) else None
    if isinstance(failure, aiohttp.ClientConnectorError):
        return failure.os_error
    if isinstance(failure.__cause__, ssl.SSLError):
        return failure.__cause__
    return failure if isinstance(failure, OSError) and not isinstance(failure, TimeoutError) else None


def _timeout_message(failure: Exception, host: str, timeout: float) -> str:
    if isinstance(failure, aiohttp.ConnectionTimeoutError):
        return f"{host} does not take the connection in time"
    return f"no whole answer from {host} within {timeout:g} s"


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message).rstrip(".")
    return (error.reason or str(error)).replace("_", " ").lower()


def _proxy_reason(failure: aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError) -> str:
    if isinstance(failure, aiohttp.ClientHttpProxyError):
        return f"it answers {failure.status} {_short(failure.message)}".rstrip()
    return _reason(failure.os_error)


def _reason(error: OSError) -> str:
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return _short(error.strerror or str(error) or type(error).__name__)


def _short(text: str) -> str:
    """Return the printable start of `text` in one line: it may quote what a server sent."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:117] + "..." if len(line) > 120 else line
