"""What an answer means by its status, its headers and the first bytes of its page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from yarl import URL

from statusherd.model.errors import FailureKind, FetchError

LONGEST_WAIT: Final = 3600.0
"""A server that asks for a longer pause than this is not taken at its word."""
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PERMANENT: Final = frozenset({301, 308})
WITH_BODY: Final = frozenset({200, 203})

_CHALLENGE_HEADERS: Final = ("cf-mitigated", "cf-chl-bypass", "x-amzn-waf-action", "x-vercel-mitigated")
_CHALLENGE_PAGES: Final = (
    b"<title>just a moment",
    b"<title>attention required! | cloudflare",
    b"<title>please wait... | cloudflare",
    b"<title>checking your browser",
    b"<title>ddos-guard",
    b"<title>vercel security checkpoint",
    b"/_incapsula_resource?",
    b"window.gokuprops",  # AWS WAF
    b"geo.captcha-delivery.com",  # DataDome
)
_HTML: Final = (b"<!doctype html", b"<html", b"<head")
_LOGIN_WORDS: Final = frozenset(
    {"login", "log-in", "signin", "sign-in", "sign_in", "sso", "saml", "oauth", "oauth2", "auth", "authorize"}
)
_LOGIN_HOSTS: Final = frozenset({"login", "signin", "accounts", "sso", "auth", "idp", "id"})
_MEANINGS: Final = {
    401: (FailureKind.BLOCKED, "it asks for a login", "The page may be private or no longer in use"),
    403: (FailureKind.BLOCKED, "it refuses to answer us", "The page may be private or keep programs out"),
    404: (FailureKind.NOT_FOUND, "there is nothing at this address", "The page may have moved"),
    407: (FailureKind.CONNECT, "the proxy asks for a login", "Check [http] proxy"),
    410: (FailureKind.GONE, "the page is gone for good", "Look for the vendor's new page"),
    429: (FailureKind.RATE_LIMITED, "it says that we ask too often", "A longer interval helps"),
}
_NOTHING: Final = frozenset({204, 205})


def judge_status(status: int, headers: Mapping[str, str], subject: str, now: datetime) -> FetchError | None:
    """Return the error that an answer without a usable body stands for; None where it may have one."""
    wait = retry_after(headers.get("Retry-After"), now)
    if _is_challenge(headers):
        return blocked(subject, status)
    if status in WITH_BODY:
        return None
    if status in _NOTHING:
        return FetchError(FailureKind.EMPTY, f"it answers without a body (status {status})", subject=subject)
    kind, message, remedy = _MEANINGS.get(status) or _by_class(status, wait)
    return FetchError(kind, f"{message} (status {status})", subject=subject, remedy=remedy, retry_after=wait)


def _by_class(status: int, wait: float | None) -> tuple[FailureKind, str, str]:
    if status == 503 and wait is not None:
        return FailureKind.RATE_LIMITED, "it asks us to come back later", ""
    if status >= 500:
        return FailureKind.SERVER_ERROR, "the server of the page has an error of its own", ""
    return FailureKind.HTTP_STATUS, "it gives no page", ""


def _is_challenge(headers: Mapping[str, str]) -> bool:
    return any(name in headers for name in _CHALLENGE_HEADERS)


def is_challenge_page(start: bytes) -> bool:
    """Tell whether a page that begins so asks for proof that we are human, whatever its status says.

    Only an HTML page can: a feed or a JSON document may quote one in the text of an incident.
    """
    head = start[:4096].lower().lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(_HTML) and any(mark in head for mark in _CHALLENGE_PAGES)


def blocked(subject: str, status: int) -> FetchError:
    """Return the error for a page that keeps programs out."""
    return FetchError(
        FailureKind.BLOCKED,
        f"bot protection answers in place of the page (status {status})",
        subject=subject,
        remedy="Ask the vendor to let status readers pass, or read another of its addresses",
    )


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After asks for, from 0 to an hour; None where it says nothing usable."""
    if header is None:
        return None
    header = header.strip()
    if header.isascii() and header.isdigit():
        return LONGEST_WAIT if len(header) > 6 else min(float(header), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST_WAIT)


def next_address(here: URL, location: str | None, subject: str) -> URL:
    """Return where a redirect leads; raise FetchError where we do not follow it there."""
    if not location:
        raise astray(subject, "it redirects to nowhere")
    try:
        there = here.join(URL(location)).with_fragment(None)
    except (ValueError, UnicodeError) as why:
        raise astray(subject, "it redirects to something that is not an address") from why
    if there.scheme not in ("http", "https") or not there.raw_host:
        raise astray(subject, f"it redirects to {there.scheme or 'no'}: which we do not follow")
    if here.scheme == "https" and there.scheme == "http":
        raise astray(subject, f"it redirects from https to plain http at {there.raw_host}")
    if there.raw_user is not None or there.raw_password is not None:
        raise astray(subject, f"it redirects with a user name in the address to {there.raw_host}")
    if _is_login(there) and not _is_login(here):
        raise FetchError(
            FailureKind.BLOCKED,
            f"it redirects to a login page at {there.raw_host}",
            subject=subject,
            remedy="The page may be private or no longer in use",
        )
    return there


def _is_login(url: URL) -> bool:
    words = {part.lower().removesuffix(".php").removesuffix(".html") for part in url.raw_parts}
    first_label = (url.raw_host or "").partition(".")[0]
    return bool(words & _LOGIN_WORDS) or first_label in _LOGIN_HOSTS


def astray(subject: str, message: str) -> FetchError:
    """Return the error for a redirect that we do not follow."""
    return FetchError(
        FailureKind.REDIRECT, message, subject=subject, remedy="Give the address it should be read at"
    )
