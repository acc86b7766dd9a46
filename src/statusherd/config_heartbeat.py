"""Reading [heartbeat]: a secret address that the fetcher may ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from statusherd.config_problems import Problems
from statusherd.config_records import Heartbeat, reach_of
from statusherd.config_schema import Heartbeat as Given
from statusherd.config_values import SecretPlace, is_http
from statusherd.watch.addresses import Reach

PATH: Final = ("heartbeat", "url")
_FORM: Final = "must begin with https:// or http:// and name a host. Correct it"


def heartbeat_of(
    given: Given, secret: Callable[[SecretPlace], str], problems: Problems, *, allow_private: bool
) -> Heartbeat:
    """Return where the heartbeat goes; `secret` fetches the address where one is given."""
    interval = given.interval or Heartbeat().interval
    if given.url is None:
        return Heartbeat(None, interval)
    url = secret(given.url)
    if not url:
        return Heartbeat(None, interval)
    if not is_http(url):
        problems.add(PATH, _FORM)
    elif (wrong := _out_of_reach(reach_of(url), allow_private=allow_private)) is not None:
        problems.add(PATH, wrong)
    return Heartbeat(url, interval)


def _out_of_reach(reach: Reach, *, allow_private: bool) -> str | None:
    if reach is Reach.NEVER:
        return "is a reserved address and is never asked. Correct it"
    if reach is Reach.PRIVATE and not allow_private:
        return "is in a private network and is not asked. Set allow_private = true in [http]"
    return None
