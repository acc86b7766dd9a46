"""Doubles for tests and drills: clocks, pages and sinks that do as they are told. Shipped, and public.

Nothing here patches anything: a double is handed in where the program takes the real thing, or is a real
server on a loopback address.
"""

from statusherd.testing.clock import START, FakeClock
from statusherd.testing.fetchers import ScriptedFetcher
from statusherd.testing.history import HistoryFarm, HistoryPage
from statusherd.testing.mail import Mail, MailAnswer, MailSink
from statusherd.testing.offering import LoadSender
from statusherd.testing.pages import PageFarm, StatusPage
from statusherd.testing.senders import FAILED, MAYBE_SENT, REFUSED, SENT, RecordingSender, Sent
from statusherd.testing.serving import Fault, Page, PageServer, SeenRequest
from statusherd.testing.sinks import Answer, HangingSink, HttpSink, Received
from statusherd.testing.taking import RecordingTake, TakenSignals

__all__ = [
    "FAILED",
    "MAYBE_SENT",
    "REFUSED",
    "SENT",
    "START",
    "Answer",
    "FakeClock",
    "Fault",
    "HangingSink",
    "HistoryFarm",
    "HistoryPage",
    "HttpSink",
    "LoadSender",
    "Mail",
    "MailAnswer",
    "MailSink",
    "Page",
    "PageFarm",
    "PageServer",
    "Received",
    "RecordingSender",
    "RecordingTake",
    "ScriptedFetcher",
    "SeenRequest",
    "Sent",
    "StatusPage",
    "TakenSignals",
]
