"""From a Change to people: decisions with their reasons, threads, and the messages of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from statusherd.model.changes import Change
from statusherd.model.escalation import Acknowledgement, Unanswered
from statusherd.model.freezes import Conflict
from statusherd.model.services import Touch
from statusherd.model.words import DeliveryState, Severity, Worded


class Reason(Worded):
    """Why something is, or is not, told to a channel."""

    OPENED = "opened", "something new that the route selects"
    ALREADY_OPEN = "already_open", "it was open when the vendor was first seen: told once, in a summary"
    PHASE_CHANGED = "phase_changed", "its phase or impact changed"
    ENDED = "ended", "it is over, and the channel was told of it"
    REOPENED = "reopened", "it was over and is open again"
    STANDS_IN = "stands_in", "it stands in for a channel that gave the message up"
    NO_ROUTE = "no_route", "no route selects it"
    VENDOR_NOT_SELECTED = "vendor_not_selected", "the route selects other vendors"
    EVENT_NOT_SELECTED = "event_not_selected", "the route does not select this kind of event"
    BELOW_SEVERITY = "below_severity", "it is less severe than the route asks for"
    COMPONENT_NOT_SELECTED = "component_not_selected", "it concerns components that are not selected"
    REGION_NOT_SELECTED = "region_not_selected", "it concerns regions that are not selected"
    BELOW_MIN_IMPACT = "below_min_impact", "its impact is below the vendor's min_impact"
    NOTHING_NEW = "nothing_new", "only words or times changed, not the phase, impact or end"
    ALREADY_TOLD = "already_told", "the channel was told this before"
    NOT_TOLD_BEFORE = "not_told_before", "the channel never heard of it, so it need not hear of its end"
    RECORDED_ONLY = "recorded_only", "recorded for the history: it was over before it was seen"
    PART_OF_INCIDENT = "part_of_incident", "an open incident of the vendor tells it already"
    ROLLUP_DID_NOT_MOVE = "rollup_did_not_move", "a component changed, the vendor as a whole did not"
    OFF_DUTY = "off_duty", "somebody else is on call now: this one hears of the end only"
    NOTHING_OPEN = "nothing_open", "nothing was open when the vendor was first seen"
    CAUSE_CHANGED = "cause_changed", "what explains our incident changed"
    NEWS = "news", "there is news of our incident"
    SEVERITY_CHANGED = "severity_changed", "what it means for our services changed"
    SERVICES_ADDED = "services_added", "it touches further services of ours"
    SERVICE_NOT_SELECTED = "service_not_selected", "it touches none of the services that the route selects"
    OWNER_NOT_SELECTED = "owner_not_selected", "no owner that the route selects has a service that it touches"
    NO_OWNER = "no_owner", "the route tells owners, and no service that it touches has one"
    TOLD_WITH_DISTURBANCE = (
        "told_with_disturbance",
        "a service depends on the component: what that means is told as an incident or a disturbance",
    )
    HELD = "held", "it is minor, and may be over before it matters"
    FLAPPING = "flapping", "the same came and went a short while ago, and may do so again"
    OUTSIDE_HOURS = "outside_hours", "the channel has quiet hours, or the route is not in its hours"
    ESCALATED = "escalated", "nobody acknowledged it, so the escalation went a step further"
    ESCALATION_OVER = "escalation_over", "nobody acknowledged it, and the escalation has no further step"
    NOBODY_ON_STEP = (
        "nobody_on_step",
        "the step of the escalation reaches nobody, so the next is taken",
    )
    ACKNOWLEDGED = "acknowledged", "somebody acknowledged it"
    SILENCED = "silenced", "a silence withholds it"
    INHIBITED = "inhibited", "it names a vendor as its cause whose trouble the channel was told of"
    DUPLICATE = "duplicate", "the channel was told of the same event as another vendor's"
    QUORUM = "quorum", "several vendors on one upstream fell at once, and the channel was told of enough"
    EXPLAINS = "explains", "it explains an incident of ours that the channel was told of"
    REMINDED = "reminded", "the route asks for a reminder so long before the window"
    BEGINS_FIRST = "begins_first", "the window begins before the reminder could be told"
    OVER_BEFORE_TOLD = "over_before_told", "it was over before the wait for telling it was"
    GROUPED = "grouped", "it waits to be told with what else its group has to tell"
    REPEATED = "repeated", "it is still open, and the route asks to be told again"
    DIGEST = "digest", "it waits for the digest"
    DIGESTED = "digested", "it came and went between two digests: told in the second"
    UPDATE_NOT_SELECTED = "update_not_selected", "the route tells less of what goes on than this"
    SUMMED_UP = "summed_up", "it came and went in quiet hours: told in one line after them"


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation: an incident, a maintenance, a disturbance or a spell of blindness.

    `subject` is frozen at the first message so that mail programs and chats keep the thread together.
    """

    id: str
    vendor: str
    subject: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel was told last in a thread. `ended` once it heard of the end.

    `severity` is what it was within business hours, None where no service was mapped then; `services` are
    the names of those that were touched.
    """

    thread: str
    channel: str
    phase: str
    impact: str
    messages: int
    ended: bool = False
    severity: Severity | None = None
    services: tuple[str, ...] = ()
    at: datetime | None = None
    """When that was decided; None where an older version wrote it."""
    group_thread: str | None = None
    """The conversation of the group in which the channel hears of it; None for its own."""


@dataclass(frozen=True, slots=True)
class Held:
    """A message that waits, or what a channel is to be asked about later: decided anew at `until`.

    `change_number` is the newest Change of the thread, from which it is then decided; `since` is when the
    wait began. `silence` is the silence that withholds it, where one does; `behind` the thread that tells it.
    """

    thread: str
    channel: str
    change_number: int
    since: datetime
    until: datetime
    why: Reason
    silence: int | None = None
    behind: str | None = None
    group_thread: str | None = None
    """The conversation of the group that it waits for."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else is to be said of a message: why it had to wait, if it had to; how often the same opened.

    `openings` counts what is known of since `since`; 0 where nobody counted. `at` is when it was decided to
    tell it, which is later than its Change where it waited; None where an older version decided. `unanswered`
    is the step of an escalation that it is, `acknowledged` that it tells who took it on.
    """

    waited: Reason | None = None
    openings: int = 0
    since: datetime | None = None
    unanswered: Unanswered | None = None
    acknowledged: Acknowledgement | None = None
    at: datetime | None = None
    waited_behind: str | None = None
    """The subject of the thread that told it until now."""
    tells_for: tuple[str, ...] = ()
    """The subjects of the threads that wait behind this one."""
    together: tuple[str, ...] = ()
    """The titles of other vendors on the same upstream that fell at the same time."""
    explains: tuple[str, ...] = ()
    """The subjects of the threads on incidents of ours that it explains."""
    conflicts: tuple[Conflict, ...] = ()
    """What of ours a maintenance window falls into."""
    open_for: float | None = None
    """Of a reminder: for how many seconds it has been open."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What is to be told in one message: a Change, what it means, and its place in the thread.

    `number` counts the messages of this thread to this channel from 1. `opened` is the number's
    meaning: the first message of a thread for this channel, whatever the Change is called.
    `touches` are the services of ours that it touches; `added` names those that the channel did not hear
    of before, where it heard of others or of none. `severity_before` is what it was told last, if another.
    """

    thread: Thread
    change: Change
    vendor_title: str
    severity: Severity
    severity_reason: str
    number: int
    ends: bool = False
    drill: bool = False
    touches: tuple[Touch, ...] = ()
    added: tuple[str, ...] = ()
    severity_before: Severity | None = None
    circumstances: Circumstances = Circumstances()
    parts: tuple[Alert, ...] = ()
    """Of a group: what it tells together, the worst first."""
    still_open: tuple[str, ...] = ()
    """Of a group: the subjects of what is open besides."""

    @property
    def opens(self) -> bool:
        return self.number == 1


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message for the outbox, written in the transaction that marks its Change routed."""

    channel: str
    dedup_key: str
    alert: Alert
    due_at: datetime
    change_number: int | None = None
    """The Change's place in the log."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message of the outbox as claimed for sending. `maybe_sent`: an earlier attempt may have arrived."""

    id: int
    channel: str
    dedup_key: str
    alert: Alert
    due_at: datetime
    state: DeliveryState
    attempts: int = 0
    maybe_sent: bool = False
    created_at: datetime | None = None
    sent_at: datetime | None = None
    change_number: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer of the routing to one Change: told or not, by which route, to whom, and why."""

    change_number: int
    told: bool
    reason: Reason
    route: str | None = None
    channel: str | None = None
    until: datetime | None = None
    """When it is decided anew, where it waits."""
    silence: int | None = None
    """The number of the silence that withholds it."""
    behind: str | None = None
    """The thread of other trouble that tells it."""
    message: str | None = None
    """The dedup key of the message that tells it; None where none does, or an older version decided."""


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of one attempt to send. `detail` never holds a secret.

    `tried` is False where the destination was not asked, because its turn has not come.
    """

    sent: bool
    detail: str
    permanent: bool = False
    maybe_sent: bool = False
    retry_after: float | None = None
    elapsed: float = 0.0
    tried: bool = True
