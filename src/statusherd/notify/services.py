"""The services messages may go to, and what each of them can show. Facts of Apprise 2.2; no code of it.

Only what goes over a network to somebody is listed: desktops, local sockets, files and blinking lights are
no channel of a daemon, and a schema nobody looked at is not let through by an upgrade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Format(StrEnum):
    """How a message is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


class Kind(StrEnum):
    """What sort of place a service is."""

    MAIL = "mail"
    CHAT = "chat"
    PUSH = "push"
    PAGER = "pager"
    SMS = "sms"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Service:
    """What a service can show. The first of `formats` is its default; `max_length` is in characters.

    `reads_markdown`: it shows Markdown whatever the message is declared as, so all vendor text must be
    escaped and Apprise must be told "text", or it would convert what is right already. `titled`: a title is
    shown beside the body; elsewhere it would only repeat the first line. `takes_calendars`: a calendar file
    beside the message is of use. `thread_key` is the URL parameter
    that ties the messages of one thread together; of a pager with `map` as the action that closes it at the
    end. `topic_length`: its title is the topic that messages are sorted by, the same for a whole thread and
    of so many characters. `drops_blank_lines`: an empty line must hold something to be shown there.
    `runs_templates`: what looks like a template in a message would be run by it.
    `line_bytes`: each line is a message of its own there, of so many bytes of UTF-8 at most; so it gets one.
    `asks_receipt`: unless the URL says otherwise, the server is to confirm that it has the message.
    """

    kind: Kind
    formats: tuple[Format, ...] = (Format.TEXT,)
    max_length: int = 10_000
    titled: bool = True
    reads_markdown: bool = False
    thread_key: str | None = None
    topic_length: int | None = None
    drops_blank_lines: bool = False
    runs_templates: bool = False
    takes_headers: bool = False
    line_bytes: int | None = None
    asks_receipt: bool = False
    takes_calendars: bool = False


_MAIL = Service(Kind.MAIL, (Format.HTML, Format.TEXT), 30_000)
# A title is Markdown too there, and nothing escapes it.
_CHAT = Service(Kind.CHAT, (Format.MARKDOWN, Format.TEXT), 3000, titled=False)
_RAW_CHAT = Service(Kind.CHAT, (Format.MARKDOWN, Format.TEXT), 3800, titled=False, reads_markdown=True)
_PUSH = Service(Kind.PUSH, max_length=3000)
_RAW_PUSH = replace(_PUSH, formats=(Format.MARKDOWN, Format.TEXT), titled=False, reads_markdown=True)
_PAGER = Service(Kind.PAGER, thread_key="dedup")
_SMS = Service(Kind.SMS, max_length=300, titled=False)
_WEBHOOK = Service(Kind.WEBHOOK, (Format.TEXT, Format.MARKDOWN, Format.HTML), 30_000, takes_headers=True)
_QUEUE = replace(_WEBHOOK, takes_headers=False)
_PLAIN_CHAT = Service(Kind.CHAT, max_length=1800, titled=False)

_GROUPS: Final[tuple[tuple[Service, str], ...]] = (
    (replace(_MAIL, takes_headers=True, takes_calendars=True), "mailto mailtos"),
    (
        _MAIL,
        (
            "azure o365 brevo groundmail mailersend mailgun pingram postmark resend sendgrid sendpulse "
            "ses smtp2go sparkpost"
        ),
    ),
    (
        _CHAT,
        (
            "cliq zcliq zohocliq dingtalk evolution evolutions kook matrix matrixs rocket rockets "
            "webex wxteams whapi workflow workflows"
        ),
    ),
    # Slack has no escape for its marks, so a backslash would show. Telegram's first Markdown has none within
    # bold, and refuses for good what it cannot read. As text both show every word as it is.
    (replace(_CHAT, formats=(Format.TEXT, Format.MARKDOWN), titled=True), "slack"),
    (replace(_CHAT, formats=(Format.TEXT, Format.HTML), drops_blank_lines=True), "tgram"),
    # The same holds for Google's: no escape for its marks.
    (replace(_CHAT, formats=(Format.TEXT, Format.MARKDOWN), thread_key="thread"), "gchat"),
    (replace(_CHAT, max_length=1800), "zalo"),
    (replace(_CHAT, max_length=1000), "twist"),
    (_RAW_CHAT, "mmost mmosts humhub humhubs nctalk nctalks schan"),
    (replace(_RAW_CHAT, titled=True, topic_length=60), "zulip"),
    (replace(_RAW_CHAT, max_length=1000), "ryver"),
    # These three count 2,000 characters, marks of escaping included.
    (replace(_RAW_CHAT, max_length=1900), "discord guilded fluxer fluxers revolt"),
    (
        _PLAIN_CHAT,
        (
            "deltachat deltachats feishu flock lark lauther line nostr onebot onebots qq signal signals "
            "stackfield synology synologys threema viber wechat wecombot xmpp xmpps zoom"
        ),
    ),
    (replace(_PLAIN_CHAT, max_length=1000), "groupme gupshup whatsapp"),
    (
        replace(_PLAIN_CHAT, max_length=480),
        "mastodon mastodons toot toots misskey misskeys notifico notificos",
    ),
    # 512 bytes for a line of IRC, of which the names of sender (30, 11, 63) and channel (50) take up to 170.
    (replace(_PLAIN_CHAT, max_length=340, line_bytes=340), "irc ircs"),
    (replace(_PLAIN_CHAT, max_length=270), "bluesky bsky tweet twitter x"),
    (replace(_PLAIN_CHAT, max_length=200), "kakao kakaotalk"),
    (
        _PUSH,
        (
            "bark barks chanify dot emby embys gorush gorushs gotify gotifys growl ifttt "
            "jellyfin jellyfins kodi kodis xbmc xbmcs lametric lametrics lfg ncloud nclouds notica "
            "noticas ntfy ntfys onesignal parsep parseps pbul pinglet pinglets pjet pjets prowl "
            "psafer psafers pushdeer pushdeers pushme pushward pushy simplepush spush "
            "signalgrid spugpush vapid wpush wxpusher"
        ),
    ),
    # It shows Markdown, and runs what stands in double braces. A notification takes the place of the one
    # before it in its thread.
    (replace(_RAW_PUSH, thread_key="nid", runs_templates=True), "hassio hassios"),
    (_RAW_PUSH, "notifiarr"),  # ends in Discord
    # These show HTML alone, and Apprise turns each space of a text into one where no line may break.
    (replace(_PUSH, formats=(Format.HTML, Format.TEXT)), "pushplus wecom"),
    (replace(_PUSH, max_length=1000), "fcm enigma2 enigma2s join pover push trigv trigvs youlmk"),
    (replace(_PUSH, max_length=240), "kumulos strmlabs"),
    (replace(_PAGER, thread_key="alias"), "jira opsgenie"),
    (_PAGER, "firehydrant ilert incidentio pagertree signl4 squadcast"),
    (replace(_PAGER, max_length=6000), "goalert goalerts"),
    (replace(_PAGER, max_length=1000, titled=False), "pagerduty"),
    (replace(_PAGER, max_length=400, thread_key="entity_id"), "splunk victorops"),
    (
        replace(_PAGER, thread_key=None),
        "betterstack flowtriq flowtriqs spike xmatters",
    ),
    (
        _SMS,
        (
            "46elks elks aprs atalk bulksms bulkvs burstsms kudosity clickatell clicksend cm d7sms dapnet "
            "eight00com exotel freemobile httpsms infobip kaleyra klr kavenegar mobilemessage mobilemsg "
            "msg91 msgbird nexmo vonage notifyre octopush plivo pushed ringc serwersms seven sfr sinch "
            "smpp smpps smsc smseagle smseagles smsmanager smsmgr smstunnel sns telesign telnyx twilio "
            "voipms"
        ),
    ),
    (_WEBHOOK, "form forms json jsons xml xmls"),
    (_QUEUE, "amqp amqps apprise apprises"),
    (replace(_QUEUE, asks_receipt=True), "mqtt mqtts"),
    (replace(_QUEUE, formats=(Format.TEXT,)), "rsyslog"),
    (replace(_QUEUE, formats=(Format.MARKDOWN, Format.TEXT), max_length=6000), "github reddit"),
)

SERVICES: Final[Mapping[str, Service]] = {
    schema: service for service, schemas in _GROUPS for schema in schemas.split()
}
"""By the schema of the Apprise URL: all that a channel may use."""

PACKAGES: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("fcm", "vapid"), ("cryptography", "cryptography")),
    **dict.fromkeys(("smpp", "smpps"), ("smpplib", "smpplib")),
    **dict.fromkeys(("xmpp", "xmpps"), ("slixmpp", "slixmpp>=1.16")),
    "growl": ("gntp", "gntp"),
}
"""By schema, what Apprise needs that is not installed along: the module, and the package that brings it."""
