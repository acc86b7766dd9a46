"""Whatever words a vendor chooses: a message's marks, tags, links and lines are ours alone, in every format."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from statusherd.model.delivery import Alert
from statusherd.model.words import ChangeKind
from statusherd.notify.channels import Channel
from statusherd.notify.render import render
from statusherd.notify.samples import sample

PIECES = (
    "@everyone", "@here", "<!channel>", "<@U1>", "<https://evil.example|x>", "[x](https://evil.example)", "![x](y)",
    "[x]: https://evil.example", "<b>", "</div>", "<a href=https://evil.example>", "<!--", "]]>", "&lt;", "&#60;",
    "**", "__", "~~", "||", "`", "```", "\\", "# ", "- ", "1. ", "> ", "---", "===", "| a | b |", "{{ x }}", "{% raw %}",
    "\u202e", "\u2066", "\u200b", "\u200d", "\x1b[2J", "\x00", "\r", "\n", "\r\nBcc: x@evil.example", "\u2028", "\t",
    "    code", "https://evil.example/a_b", "javascript:alert(1)", '"', "'", "=1+1", " ", "word", "\ud800", "\U000e0041",
)  # fmt: skip
words = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)
OURS = ("https://status.acme.example/", "https://runbooks.example.com/")
TAGS = {"html", "head", "meta", "body", "div", "b", "br", "a", "span"}
MARKS = {
    "paragraph_open", "paragraph_close", "inline", "bullet_list_open", "bullet_list_close", "list_item_open",
    "list_item_close", "blockquote_open", "blockquote_close", "text", "softbreak", "strong_open", "strong_close",
    "link_open", "link_close", "text_special",
}  # fmt: skip
STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)


def alert_of(title: str, text: str, name: str) -> Alert:
    alert = sample(ChangeKind.INCIDENT_OPENED)
    incident = alert.change.incident
    assert incident is not None
    (update,) = incident.updates
    incident = replace(incident, title=title, regions=(name,), updates=(replace(update, text=text),))
    components = tuple(replace(part, name=name, group=title) for part in alert.change.components)
    change = replace(alert.change, incident=incident, components=components)
    thread = replace(alert.thread, subject=f"Acme Pay: {title}")
    return replace(alert, change=change, thread=thread, vendor_title=name or "Acme Pay")


def written(alert: Alert, url: str) -> tuple[str, str]:
    message = render(alert, channel=Channel("ops", url), now=alert.change.at, dedup_key="5f1e")
    return message.subject, message.body


@given(words, words, words)
@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize("url", ["json://127.0.0.1", "discord://1/2", "mailto://mail.example", "twilio://1"])
def test_nobody_is_called_and_nothing_steers_the_reader(url: str, title: str, text: str, name: str) -> None:
    for shown in written(alert_of(title, text, name), url):
        assert not STEERS.search(shown)
        assert not re.search(r"@(everyone|here)\b|<!(?!DOCTYPE)|<@|<https://evil", shown)
        shown.encode()


@given(words, words, words)
@settings(max_examples=100, deadline=None)
def test_a_subject_is_one_line(title: str, text: str, name: str) -> None:
    subject, _ = written(alert_of(title, text, name), "mailto://mail.example")
    assert subject.isprintable() or not re.search(r"[\r\n]", subject)
    assert len(subject) <= 204


@given(words, words, words)
@settings(max_examples=100, deadline=None)
def test_every_line_of_the_vendor_is_quoted(title: str, text: str, name: str) -> None:
    _, body = written(alert_of(title, text, name), "json://127.0.0.1")
    plain = written(alert_of("x", "x", "x"), "json://127.0.0.1")[1]
    beginnings = {re.split("[ :]", line)[0] for line in plain.split("\n")[1:]}
    lines = [line for line in body.split("\n")[1:] if " says (" not in line]
    assert {re.split("[ :]", line)[0] for line in lines} <= beginnings


@given(words, words, words)
@settings(max_examples=100, deadline=None)
def test_the_marks_of_a_markdown_message_are_ours(title: str, text: str, name: str) -> None:
    _, body = written(alert_of(title, text, name), "discord://1/2")
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    every = [token for top in parser.parse(body) for token in (top, *(top.children or ()))]
    assert {token.type for token in every} <= MARKS
    assert sum(token.type == "strong_open" for token in every) == 1
    links = [str(token.attrs["href"]) for token in every if token.type == "link_open"]
    assert len(links) == 2
    assert all(link.startswith(OURS) for link in links)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@given(words, words, words)
@settings(max_examples=100, deadline=None)
def test_the_tags_of_a_mail_are_ours(title: str, text: str, name: str) -> None:
    _, body = written(alert_of(title, text, name), "mailto://mail.example")
    tags = Tags()
    tags.feed(body)
    assert {tag for tag, _ in tags.seen} <= TAGS
    assert {key for _, attributes in tags.seen for key in attributes} <= {
        "lang",
        "charset",
        "name",
        "content",
        "style",
        "href",
    }
    links = [attributes["href"] or "" for tag, attributes in tags.seen if tag == "a"]
    assert len(links) == 2
    assert all(link.startswith(OURS) for link in links)
