"""Words, hosts and vendors' names in what an incident of ours says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from statusherd.respond.correlation.lexicon import lines_of, pattern_of
from statusherd.respond.correlation.records import Matter, Profile

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+(?:[.+#][^\W_]+)*")
_HOST: Final = re.compile(r"(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}(?![\w-])")
_PUBLIC: Final = frozenset(lines_of("domains.txt", split=True))
_OWN: Final = frozenset(
    {
        "cluster",
        "corp",
        "home",
        "intern",
        "internal",
        "intranet",
        "lan",
        "local",
        "localdomain",
        "private",
        "svc",
    }
)
_INNER_LABEL: Final = re.compile(r"(?:^|\.)(?:svc|internal|intern|corp|local|lan)(?:\.|$)")
_NOISE_LABELS: Final = frozenset(
    {"severity", "priority", "prometheus", "replica", "monitor", "receiver", "team", "owner", "runbook",
     "runbook_url", "dashboard", "dashboard_url", "panel", "silence_url", "pagerduty", "source"}
)  # fmt: skip
"""Labels that say who is to look and where, not what is wrong."""
LINE: Final = "\n"
_CLAUSE: Final = re.compile(r"[;\n|]|(?<=[.!?])\s+|\s[-\u2013\u2014/]\s|[\"\]]\s*,\s*[\"\[]?")
_FOOTER: Final = re.compile(
    r"(?i)\W*(?:runbook|playbook|dashboard|docs?|documentation|wiki|discussion|details|silence|monitor|source"
    r"|graph|logs?|trace|ticket|see|link|created by|sent by|severity was|view)\b"
    r"\W*(?:https?:|(?:in|at|on|by)\b|:|$)"
)
"""What stands beneath an alert: where to look and who sends it, not what is wrong."""
_WELL: Final = pattern_of(lines_of("well.txt"))
_DENIED: Final = pattern_of(lines_of("denied.txt"))
_COMPOUND: Final = re.compile(
    r"(?i)(?<![\w.@/])[a-z0-9]+(?:-[a-z0-9]+)*-(?:adapter|agent|bot|bridge|client|collector|connector|consumer|cron"
    r"|exporter|forwarder|gateway|importer|job|operator|proxy|relay|service|sidecar|svc|sync|webhook|worker)"
    r"(?:-[a-z0-9]+)*(?![\w.])"
)
"""A program of ours that is called after a vendor: "stripe-exporter-7d9f" does not name the vendor."""
_PRIVATE: Final = re.compile(
    r"(?<![\d.])(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?![\d.])"
)
_NICKNAME: Final = re.compile(
    r"(?<![\w./@-])(?:app|cache|db|dns|es|etcd|fs|host|kafka|k8s|lb|ldap|mq|mysql|nas|nfs|node|pg|postgres|proxy|redis"
    r"|san|search|srv|storage|vm|vpn|web|worker)-?(?:[a-z]{1,12}-?)?\d{1,4}(?![\w.])"
)
"""Names that teams give to machines: db-3, srv-madrid-3, web01."""
_POD: Final = re.compile(r"(?<![\w.@-])[a-z][a-z0-9-]*-\d{1,3}\.[a-z][a-z0-9-]*(?![\w.-])")
"""A pod and its namespace, as clusters write them: "varnish-1.web"."""
_BACKGROUND: Final = re.compile(
    r"(?i)\b(?:deployed|runs?|running|hosted|built|created|sent|raised) (?:on|in|by|with|via|at)\b[^.,;\n]*"
    r"|(?i:slack|teams|discord) #\S+|#\S+ in (?i:slack|teams|discord)"
)
"""Where something of ours is at home, which is not what is wrong."""
_SHORTEST_NAME: Final = 3


@dataclass(frozen=True, slots=True)
class Saying:
    """What a matter says, taken apart: its words, and the hosts that it names, ours and foreign."""

    folded: str
    cleared: str
    """What it says of somebody who is well."""
    words: frozenset[str]
    hosts: frozenset[str] = frozenset()
    own_hosts: frozenset[str] = frozenset()
    """Those in its own words; an alert's labels name the machine that raised it."""


def saying_of(matter: Matter) -> Saying:
    """Return what a matter says, without the labels that say nothing of the cause."""
    labels = [value for key, value in sorted(matter.labels.items()) if key.casefold() not in _NOISE_LABELS]
    clauses = [each for each in _CLAUSE.split(matter.title + LINE + matter.text) if not _FOOTER.match(each)]
    cleared = [each for each in clauses if _WELL.search(spaced(each))]
    told = [each for each in _without_denied(clauses) if each not in cleared]
    said = LINE.join(_BACKGROUND.sub(" ", each) for each in told)
    text = _COMPOUND.sub(" ", LINE.join((said, *labels)))
    hosts = hosts_in(text)
    own = frozenset(host for host in hosts_in(said) if is_own(host)) | frozenset(
        _POD.findall(said.casefold())
    )
    foreign = frozenset(host for host in hosts if not is_own(host))
    return Saying(spaced(text), spaced(LINE.join(cleared)), words_in(text), foreign, own)


def _own_hosts(said: str, matter: Matter) -> frozenset[str]:
    """Return the machines of ours that words name, but the one that the alert is about."""
    folded = said.casefold()
    found = {host for host in hosts_in(said) if is_own(host)}
    found.update(*(pattern.findall(folded) for pattern in (_POD, _PRIVATE, _NICKNAME)))
    about = {value.casefold() for value in matter.labels.values()}
    names = [service.casefold() for service in matter.services]
    return frozenset(h for h in found if h not in about and not any(name in h for name in names))


def _without_denied(clauses: Sequence[str]) -> Iterator[str]:
    """Yield what is claimed: not what is denied, nor a question to which the answer is no."""
    for clause, after in pairwise((*clauses, "")):
        is_answered = clause.endswith("?") and spaced(after).startswith((" no ", " nein "))
        if not is_answered and not _DENIED.search(spaced(clause)):
            yield clause


@lru_cache(8192)
def words_in(text: str) -> frozenset[str]:
    """Return the words of a text in lower case; names run together in capitals are taken apart."""
    return frozenset(word.casefold() for word in _WORD.findall(_CAMEL.sub(" ", text)))


@lru_cache(8192)
def spaced(text: str) -> str:
    """Return the words of a text in lower case with one space between and around them."""
    return f" {' '.join(word.casefold() for word in _WORD.findall(_CAMEL.sub(' ', text)))} "


@lru_cache(8192)
def hosts_in(text: str) -> frozenset[str]:
    """Return the host names in a text; names of files and packages are none."""
    found = _HOST.findall(text.casefold())
    return frozenset(host for host in found if host.rpartition(".")[2] in _PUBLIC | _OWN)


def is_own(host: str) -> bool:
    """Tell whether a host name is one of a private network."""
    return host.rpartition(".")[2] in _OWN or _INNER_LABEL.search(host) is not None


@lru_cache(8192)
def names_of(profile: Profile) -> tuple[str, ...]:
    """Return the names of a vendor as `spaced` writes them, the longest first."""
    raw = (profile.name, profile.title, *profile.aliases, re.sub(r"\(.*?\)", " ", profile.title))
    found = {spaced(each).strip() for each in raw} | {profile.name.casefold()}
    return tuple(sorted((n for n in found if len(n) >= _SHORTEST_NAME), key=lambda n: (-len(n), n)))


def names_vendor(profile: Profile, folded: str) -> str | None:
    """Return the name by which a text, as `spaced` writes it, names a vendor; None where it does not."""
    return next((name for name in names_of(profile) if f" {name} " in folded), None)


def belongs(host: str, profile: Profile) -> bool:
    """Tell whether a host is a vendor's: by its domains, or by a domain that is called like it."""
    if any(host == domain or host.endswith(f".{domain}") for domain in profile.domains):
        return True
    labels = host.split(".")
    core = labels[-2] if len(labels) > 1 else ""
    if core in ("co", "com") and len(labels) > 2:
        core = labels[-3]
    return core.replace("-", "") in _plain_names(profile)


@lru_cache(8192)
def _plain_names(profile: Profile) -> frozenset[str]:
    names = (profile.name, profile.title, *profile.aliases)
    return frozenset(re.sub(r"[^a-z0-9]", "", name.casefold()) for name in names) - {""}


def vendors_of_hosts(hosts: Iterable[str], profiles: Mapping[str, Profile]) -> dict[str, str]:
    """Return which vendors the hosts belong to, each with one of its hosts."""
    return {
        name: host for host in sorted(hosts) for name, profile in profiles.items() if belongs(host, profile)
    }


def vendors_named(folded: str, profiles: Mapping[str, Profile]) -> dict[str, str]:
    """Return which vendors a text names, each with the name that it uses."""
    found = ((vendor, names_vendor(profile, folded)) for vendor, profile in profiles.items())
    return {vendor: name for vendor, name in found if name is not None}
