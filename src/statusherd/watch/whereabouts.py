"""Where a vendor's documents may be: the addresses to try for what a person pasted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from statusherd.watch.reading.documents import Document, looks_like_html
from statusherd.watch.reading.pages import attribute, elements

MAX_FEED_LINKS: Final = 4
_HTML_READ: Final = 1_000_000


def probe_addresses(address: str, page: Document | None = None) -> tuple[str, ...]:
    """Return the addresses to try for what a person pasted, the most telling first.

    `address` may be a status page, one incident of it, an API document or a feed, with or without a scheme.
    `page` is what it answered, where it was fetched already; its markers come before blind probes. Nothing
    is returned for what is no web address.
    """
    parts = _parts(address)
    if parts is None:
        return ()
    pasted = urlunsplit(parts)
    found = [
        *_by_host(parts),
        *_by_path(parts),
        *(_by_markers(page, parts) if page else ()),
        *(urljoin(root_of(pasted), path) for path in _DOCUMENTS),
        *(_linked_feeds(page) if page else ()),
        *(urljoin(root_of(pasted), path) for path in _FEEDS),
    ]
    first = () if page else (pasted, *([root_of(pasted)] if _is_permalink(parts) else []))
    already = {page.url, pasted} if page else set()
    return tuple(a for a in dict.fromkeys((*first, *found)) if a not in already)


def _parts(address: str) -> SplitResult | None:
    text = address.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    is_host = bool(host) and ("." in (host or "") or ":" in (host or "") or host == "localhost")
    if parts.scheme not in ("http", "https") or not is_host or any(c.isspace() for c in parts.netloc):
        return None
    return parts._replace(path=parts.path or "/", fragment="")


def root_of(address: str) -> str:
    """Return scheme and host of `address`, empty where it is no web address."""
    parts = _parts(address)
    return f"{parts.scheme}://{parts.netloc}/" if parts else ""


def _is_permalink(parts: SplitResult) -> bool:
    names = [name for name in parts.path.split("/") if name]
    return len(names) > 1 and names[0] in ("incident", "incidents", "issues", "maintenance", "maintenances")


# Paths in the order of how many vendors they serve; each is told by its shape.
_DOCUMENTS: Final = (
    "/api/v2/summary.json",  # Statuspage, incident.io, and those that imitate them
    "/summary.json",  # Instatus, OpenStatus
    "/index.json",  # Better Stack, cState
    "/api/v1/summary",  # incident.io
    "/api/v1/endpoints/statuses",  # Gatus
    "/api/status-page/default",  # Uptime Kuma
    "/api/v1/components",  # Cachet
    "/api/v1/status",  # Sorry
    "/status.json",  # StatusCast
    "/api/posts",  # PagerDuty
)
_FEEDS: Final = ("/history.atom", "/history.rss", "/feed.rss", "/feed", "/rss", "/index.xml", "/feed.xml")

_TENCENT: Final = "/v1/api/status/DescribeProductEventForRegionInPeriod?RegionId=non-regional"

# Hosts whose documents are known, by the end of the host's name.
_HOSTS: Final = (
    ("health.aws.amazon.com", "https://health.aws.amazon.com/public/currentevents"),
    ("status.aws.amazon.com", "https://health.aws.amazon.com/public/currentevents"),
    ("azure.status.microsoft", "https://rssfeed.azure.status.microsoft/en-us/status/feed/"),
    ("status.cloud.google.com", "https://status.cloud.google.com/incidents.json"),
    ("status.firebase.google.com", "https://status.firebase.google.com/incidents.json"),
    ("slack-status.com", "https://slack-status.com/api/v2.0.0/current"),
    ("status.slack.com", "https://slack-status.com/api/v2.0.0/current"),
    ("status.heroku.com", "https://status.heroku.com/api/v4/current-status"),
    ("status.salesforce.com", "https://api.status.salesforce.com/v1/instances/status/preview"),
    ("status.cloud.microsoft", "https://status.cloud.microsoft/api/posts/mac"),
    ("status.x.ai", "https://status.x.ai/feed.xml"),
    ("status.alibabacloud.com", "/api/status/listEventInProgress"),
    ("status.cloud.tencent.com", _TENCENT),
    ("status.tencentcloud.com", _TENCENT),
    (
        "developer.apple.com",
        "https://www.apple.com/support/systemstatus/data/developer/system_status_en_US.js",
    ),
    ("betteruptime.com", "/index.json"),
    ("betterstack.com", "/index.json"),
    ("instatus.com", "/summary.json"),
    ("statuspage.io", "/api/v2/summary.json"),
)
_HEX_24: Final = r"[0-9a-f]{24}"


def _by_host(parts: SplitResult) -> Iterator[str]:
    """Yield what the name of the host gives away."""
    host = parts.hostname or ""
    for ending, where in _HOSTS:
        if host == ending or host.endswith(f".{ending}"):
            yield urljoin(f"{parts.scheme}://{parts.netloc}/", where)
    if host.endswith((".statuspal.io", ".statuspal.eu")):
        name, _, domain = host.partition(".")
        yield f"https://{domain}/api/v2/status_pages/{name}/summary"
    if host.endswith((".checkly-status-page.com", ".checkly-status-pages.com")):
        name = host.partition(".")[0]
        yield urljoin(f"{parts.scheme}://{parts.netloc}/", f"/api/status-page/{name}/uptime")


def _by_path(parts: SplitResult) -> Iterator[str]:
    """Yield what the path gives away on hosts that carry many pages."""
    root = f"{parts.scheme}://{parts.netloc}/"
    match parts.hostname, [name for name in parts.path.split("/") if name]:
        case "www.google.com" | "google.com", ["appsstatus", *_]:
            yield "https://www.google.com/appsstatus/dashboard/incidents.json"
        case "www.apple.com" | "apple.com", [*_, "systemstatus"]:
            yield "https://www.apple.com/support/systemstatus/data/system_status_en_US.js"
        case "stats.uptimerobot.com", [*_, key]:
            yield urljoin(root, f"/api/getMonitorList/{key}")
        case "github.com", [owner, repository, *_]:
            for branch in ("master", "main"):
                yield f"https://raw.githubusercontent.com/{owner}/{repository}/{branch}/history/summary.json"
        case _, ["pages", _, *_] if match := re.search(_HEX_24, parts.path):
            yield _statusio(match[0])
        case _, ["status", slug]:
            yield urljoin(root, f"/api/status-page/{slug.lower()}")
        case _:
            pass


def _statusio(page_id: str) -> str:
    return f"https://api.status.io/1.0/status/{page_id}"


# What stands in a page's source, and the path behind which its documents are.
_MARKERS: Final = (
    (re.compile(r"uptime\.betterstack\.com/|betteruptime\.com/"), "/index.json"),
    (
        re.compile(r"cdn\.statuspage\.io|dka575ofm4ao0\.cloudfront\.net|Atlassian Statuspage"),
        "/api/v2/summary.json",
    ),
    (re.compile(r"data-testid=.heads-up|incident\.io"), "/api/v2/summary.json"),
    (re.compile(r"instatus\.com|\"activeIncidents\""), "/summary.json"),
    (re.compile(r"content=.cState v"), "/index.json"),
    (re.compile(r"<title>[^<]{0,80}\| Gatus</title>"), "/api/v1/endpoints/statuses"),
    (re.compile(r"powered by StatusCast", re.IGNORECASE), "/status.json"),
    (re.compile(r"getMonitorList|pspApiPath"), "/api/getMonitorList/x"),
    (re.compile(r"cachet", re.IGNORECASE), "/api/v1/components"),
)
_STATUSIO_ID: Final = re.compile(rf"pageId\s*=\s*[\"']({_HEX_24})[\"']")
_STATUSPAGE_ID: Final = re.compile(r"//([a-z0-9]{12})\.statuspage\.io")
_KUMA_SLUG: Final = re.compile(
    r"preloadData\s*=\s*.{0,200}?[\"']slug[\"']\s*:\s*[\"']([\w-]{1,80})[\"']", re.DOTALL
)
_STATUSIQ_ID: Final = re.compile(r"enc_statuspage_id[\"'\s:=]{1,10}([\w=-]{8,200})")
_STATUSPAL_NAME: Final = re.compile(r"//([a-z0-9-]{1,60})\.(statuspal\.(?:io|eu))")


def _by_markers(page: Document, parts: SplitResult) -> Iterator[str]:
    """Yield what the source of a page gives away about its platform."""
    text = page.text[:_HTML_READ]
    if not looks_like_html(text):
        return
    # A page may have been moved: what it says of itself holds for the host that answered.
    root = root_of(page.url) or f"{parts.scheme}://{parts.netloc}/"
    if match := _STATUSIO_ID.search(text):
        yield _statusio(match[1])
    if match := _KUMA_SLUG.search(text):
        yield urljoin(root, f"/api/status-page/{match[1].lower()}")
    if match := _STATUSIQ_ID.search(text):
        yield urljoin(root, f"/sp/api/public/summary_details/statuspages/{match[1]}")
    if match := _STATUSPAL_NAME.search(text):
        yield f"https://{match[2]}/api/v2/status_pages/{match[1]}/summary"
    for marker, path in _MARKERS:
        if marker.search(text):
            yield urljoin(root, path)
    if match := _STATUSPAGE_ID.search(text):
        yield f"https://{match[1]}.statuspage.io/api/v2/summary.json"


_FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml")


def _linked_feeds(page: Document) -> Iterator[str]:
    """Yield the feeds that a page links as its alternates."""
    text = page.text[:_HTML_READ]
    links = elements(text, "link") if looks_like_html(text) else ()
    found = (
        _joined(page.url, attribute(link, "href").strip())
        for link in links
        if attribute(link, "type").lower() in _FEED_TYPES
        and "alternate" in attribute(link, "rel").lower().split()
    )
    yield from islice((address for address in found if address), MAX_FEED_LINKS)


def _joined(base: str, href: str) -> str | None:
    try:
        address = urljoin(base, href)
    except ValueError:
        return None
    parts = _parts(address) if "://" in address else None
    return urlunsplit(parts) if href and parts else None
