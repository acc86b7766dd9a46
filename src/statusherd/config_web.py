"""Reading [web]: where to listen, under which address people reach us, and who may act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from statusherd.config_problems import KeyPath, Problems
from statusherd.config_records import Web
from statusherd.config_schema import Web as Given
from statusherd.config_values import SecretPlace
from statusherd.config_web_values import token_problem

_LISTEN: Final = 'Add listen = "127.0.0.1:8080"'
_PATH: Final = ("web",)
_TOKEN: Final = ("web", "admin_token")


def web_of(
    given: Given,
    secret: Callable[[SecretPlace, KeyPath], str],
    problems: Problems,
    *,
    has_intakes: bool = False,
) -> Web:
    """Return what stands in [web]; `secret` fetches the token where one is given."""
    token = secret(given.admin_token, _TOKEN) if given.admin_token else ""
    if token and (wrong := token_problem(token)):
        problems.add(_TOKEN, wrong)
    if not problems.at((*_PATH, "listen")):
        _judge_listening(given, problems, has_intakes=has_intakes)
    return Web(given.listen, given.url, token or None)


def _judge_listening(given: Given, problems: Problems, *, has_intakes: bool) -> None:
    """Note what stands there without effect."""
    if given.listen is None and given.admin_token is not None:
        problems.add(_TOKEN, f"does nothing where nothing listens. {_LISTEN}")
    if given.listen is None and given.url is not None:
        text = f"links in messages lead to another daemon: this one does not listen. {_LISTEN} if it should"
        problems.warn((*_PATH, "url"), text)
    answers = given.url is not None or given.admin_token is not None or has_intakes
    if given.listen is not None and not answers:
        text = "has nothing to answer. Add url for links in messages, or admin_token for the API"
        problems.add((*_PATH, "listen"), text)


def shown_web(web: Web, mask: str) -> dict[str, Any]:
    """Return [web] in the words of the file, the token masked."""
    return {
        "listen": str(web.listen) if web.listen else None,
        "url": web.url,
        "admin_token": mask if web.admin_token else None,
    }
