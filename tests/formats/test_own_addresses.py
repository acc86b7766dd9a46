"""From the page that a person pastes to the document of a vendor's own format, and back to what is kept."""

from __future__ import annotations

import pytest

from statusherd.watch.detect import Detection, address_of, probe_addresses
from statusherd.watch.formats import format_named

PAGES = [
    ("slack", "https://slack-status.com/"),
    ("heroku", "https://status.heroku.com/"),
    ("salesforce", "https://status.salesforce.com/"),
    ("xai", "https://status.x.ai/"),
    ("alibaba", "https://status.alibabacloud.com/"),
    ("tencent", "https://status.cloud.tencent.com/"),
    ("tencent", "https://status.tencentcloud.com/"),
    ("apple", "https://www.apple.com/support/systemstatus/"),
    ("apple", "https://developer.apple.com/system-status/"),
    ("meta", "https://metastatus.com/"),
    ("xbox", "https://support.xbox.com/en-US/xbox-live-status"),
    ("riot", "https://status.riotgames.com/lol?region=euw1&locale=en_US"),
    ("algolia", "https://status.algolia.com/"),
]


@pytest.mark.parametrize(("name", "page"), PAGES)
def test_the_document_is_among_the_first_addresses_to_try(name: str, page: str) -> None:
    document = format_named(name).endpoints(page).look[0]
    assert probe_addresses(page).index(document) <= 1


@pytest.mark.parametrize(("name", "page"), PAGES)
def test_what_is_kept_leads_to_the_document_that_was_found(name: str, page: str) -> None:
    document = format_named(name).endpoints(page).look[0]
    kept = address_of(Detection(name, 95, "its shape", document), page)
    assert format_named(name).endpoints(kept).look == (document,)
