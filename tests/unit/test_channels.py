"""What a channel may be, and what it takes from the service that its URL names."""

from __future__ import annotations

import warnings
from importlib.util import find_spec

import pytest

from statusherd.notify.channels import Channel, Format, problems, problems_of, schema_of
from statusherd.notify.services import PACKAGES, SERVICES, Kind

SECRET = "s3cr3t-t0k3n"


def test_the_url_never_shows() -> None:
    channel = Channel("ops", f"slack://{SECRET}/b/c")
    assert SECRET not in repr(channel)
    assert SECRET not in str(channel)


@pytest.mark.parametrize(
    ("url", "written_as"),
    [
        ("mailto://mail.example/?to=a@b.example", Format.HTML),
        ("mailtos://mail.example", Format.HTML),
        ("matrix://u:p@h/#r", Format.MARKDOWN),
        ("tgram://123:abc/456", Format.TEXT),
        ("discord://1/2", Format.MARKDOWN),
        ("mmosts://chat.example/hook", Format.MARKDOWN),
        ("slack://A/B/C", Format.TEXT),
        ("ntfys://ntfy.example/topic", Format.TEXT),
        ("json://127.0.0.1/", Format.TEXT),
        ("pagerduty://a@b", Format.TEXT),
    ],
)
def test_the_service_decides_the_format(url: str, written_as: Format) -> None:
    assert Channel("ops", url).written_as is written_as


def test_the_format_that_a_url_asks_for_is_taken_over() -> None:
    channel = Channel("ops", "mailto://mail.example/?format=TEXT&to=a@b.example")
    assert channel.written_as is Format.TEXT
    assert channel.bare_url == "mailto://mail.example/?to=a@b.example"
    assert Channel("ops", "mailto://mail.example/?format=text", format=Format.HTML).written_as is Format.HTML
    assert Channel("ops", "twilio://x?format=html").written_as is Format.TEXT
    # Apprise would look for people to call in the words of a Discord message that asks for Markdown.
    assert Channel("ops", "discord://1/2?format=markdown").bare_url == "discord://1/2"


def test_a_service_that_reads_markdown_anyway_is_not_given_bare_text() -> None:
    # Else a vendor's [bank.example](https://evil.example) would be a link there.
    assert Channel("ops", "discord://1/2", format=Format.TEXT).written_as is Format.MARKDOWN


def test_deadline_and_length_come_from_the_service_unless_given() -> None:
    assert Channel("a", "mailto://mail.example").seconds == 30
    assert Channel("a", "json://127.0.0.1").seconds == 20
    assert Channel("a", "json://127.0.0.1", deadline=5).seconds == 5
    assert Channel("a", "twilio://x").length == 300
    assert Channel("a", "twilio://x", max_length=160).length == 160


@pytest.mark.parametrize(
    "url",
    ["dbus://", "dbus://x", "gnome://x", "macosx://x", "windows://x", "syslog://x", "file:///etc/passwd",
     "blink1://x", "glib://x", "exec://ls", "kde://x"],
)  # fmt: skip
def test_what_is_no_network_service_is_refused(url: str) -> None:
    assert len(problems(url)) == 1


@pytest.mark.parametrize("url", ["", "ops@example.org", "://x", "json:/x"])
def test_what_is_no_apprise_url_is_refused_with_an_example(url: str) -> None:
    assert "Write it like" in problems(url)[0]


def test_a_web_address_is_told_apart_from_an_apprise_url() -> None:
    (problem,) = problems(f"https://hooks.slack.example/{SECRET}")
    assert "slack://" in problem
    assert SECRET not in problem


@pytest.mark.parametrize(
    "parameter",
    ["attach=file:///etc/shadow", "template=/etc/shadow", "redirect=yes", "retry=3", "wait=9",
     "optional=yes", "emojis=yes", "+Message-ID=<x@y>", "%2BMessage-ID=x", "ATTACH=x", "a=1;attach=x", "attach"],
)  # fmt: skip
def test_parameters_that_would_take_over_are_refused_with_a_remedy(parameter: str) -> None:
    (problem,) = problems(f"json://127.0.0.1/?x=1&{parameter}")
    assert problem.startswith("url has ")
    assert problem.count(". ") + problem.count("; ") + problem.count(" and ") >= 1
    assert "shadow" not in problem


def test_other_parameters_are_the_operators_own() -> None:
    assert problems("mailtos://u:p@mail.example/?from=a@b.example&to=c@d.example&cto=9&+X-Team=ops") == ()


def test_all_mistakes_of_all_channels_are_told_at_once() -> None:
    found = problems_of(
        [
            Channel("a", "gnome://x", rate=0, fallback="a"),
            Channel("b", "twilio://x", format=Format.HTML, fallback="nobody", timezone="Europe/Nowhere"),
            Channel("c", "json://127.0.0.1", deadline=0.1),
            Channel("d", "json://127.0.0.1", rate=0.5, fallback="c", timezone="Asia/Kolkata"),
        ]
    )
    assert [text.split(":")[0] for text in found] == ["channel 'a'"] * 3 + ["channel 'b'"] * 3 + [
        "channel 'c'"
    ]
    assert all(text.count(".") for text in found)


def test_the_schema_is_read_in_any_case() -> None:
    assert schema_of("JSON://127.0.0.1") == "json"
    assert schema_of("nothing") is None


def test_every_service_fits_a_message() -> None:
    assert all(service.max_length >= 200 for service in SERVICES.values())
    assert all(service.formats for service in SERVICES.values())
    assert {service.kind for service in SERVICES.values()} == set(Kind)


def test_a_service_whose_package_is_missing_is_refused_with_the_package() -> None:
    assert find_spec("gntp") is None
    (problem,) = problems(f"growl://{SECRET}@127.0.0.1")
    assert problem == ('growl:// needs a package that is not installed. Install "gntp" into its environment')


def test_each_service_works_as_installed_or_names_what_it_needs() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from apprise.manager_plugins import NotificationManager  # noqa: PLC0415 - it imports what is deprecated

        plugins = NotificationManager()
        plugins.load_modules()
    assert [schema for schema in SERVICES if schema not in plugins] == []
    unable = {schema for schema in SERVICES if not plugins[schema].enabled}
    assert unable == {schema for schema, (module, _) in PACKAGES.items() if find_spec(module) is None}
