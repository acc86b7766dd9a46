"""[[intake]]: what its keys mean, what is shown of it, and what is warned of."""

from __future__ import annotations

from pathlib import Path

import pytest

from statusherd import config
from statusherd.assembly import secrets_of
from statusherd.model.intake import Access, FieldMap, IncidentPer, Intake
from statusherd.model.words import Severity
from statusherd.setup_reading import setup_of

WEB = '[web]\nlisten = "127.0.0.1:0"\n'
TOKEN = "0123456789abcdef"


@pytest.fixture
def loaded(tmp_path: Path):
    def load(text: str, web: str = WEB, **options: bool) -> config.Config:
        path = tmp_path / "config.toml"
        path.write_text(web + text)
        path.chmod(0o600)
        return config.load(path, **options)

    return load


def test_the_least_is_a_kind_and_a_token(loaded) -> None:
    found = loaded(f'[[intake]]\nkind = "alertmanager"\ntoken = "{TOKEN}"\n')
    assert found.intakes == (Intake("alertmanager", "alertmanager"),)
    assert found.access == {"alertmanager": Access(token=TOKEN)}
    assert found.warnings == ()


def test_every_key_is_taken_over(loaded) -> None:
    found = loaded(
        '[[vendor]]\nname = "github"\n[[service]]\nname = "checkout"\n[[intake]]\nname = "own"\nkind = "generic"\n'
        'secret = "0123456789abcdef"\nservice = "checkout"\nservice_label = "app"\nper = "alert"\nopens_at = "sev2"\n'
        'severity = "SEV1"\nresolves = false\nvendor = "github"\nmapping.key = ["a", "b.c"]\nmapping.state = "d"\n'
        'mapping.firing = "x"\nmapping.severities = { page = "sev1" }\n'
    )
    mapping = FieldMap(key=("a", "b.c"), state="d", firing=("x",), severities={"page": Severity.SEV1})
    assert found.intakes == (
        Intake(
            "own",
            "generic",
            "checkout",
            "app",
            IncidentPer.ALERT,
            Severity.SEV2,
            Severity.SEV1,
            False,
            mapping,
            "github",
        ),
    )
    assert found.access == {"own": Access(secret=TOKEN)}
    setup = setup_of(found)
    assert setup.intake_named("own") == found.intakes[0]
    assert setup.intake_named("other") is None
    assert setup.access == found.access


def test_what_is_shown_holds_no_secret(loaded) -> None:
    found = loaded(
        f'[[intake]]\nkind = "alertmanager"\ntoken = "{TOKEN}"\n'
        '[[intake]]\nkind = "sentry"\nsecret = "fedcba9876543210"\n[[intake]]\nkind = "nagios"\nopen = true\n'
    )
    shown = config.shown(found)["intake"]
    assert [(each["token"], each["secret"], each["open"]) for each in shown] == [
        ("***", None, False),
        (None, "***", False),
        (None, None, True),
    ]
    assert TOKEN not in str(shown) + repr(found)
    assert {TOKEN, "fedcba9876543210"} <= set(secrets_of(found))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"])
def test_an_open_intake_is_let_through_where_only_this_machine_is_heard(loaded, host: str) -> None:
    found = loaded('[[intake]]\nkind = "nagios"\nopen = true\n', f'[web]\nlisten = "{host}:0"\n')
    assert found.access == {"nagios": Access(is_open=True)}


def test_an_intake_alone_is_something_to_answer(loaded) -> None:
    assert loaded(f'[[intake]]\nkind = "nagios"\ntoken = "{TOKEN}"\n').web.listen is not None


def test_a_secret_for_who_cannot_sign_is_warned_of(loaded) -> None:
    (warning,) = loaded(f'[[intake]]\nkind = "alertmanager"\nsecret = "{TOKEN}"\n').warnings
    assert "alertmanager does not sign what it sends. Write token" in warning
    assert loaded(f'[[intake]]\nkind = "grafana"\nsecret = "{TOKEN}"\n').warnings == ()


def test_a_token_that_cannot_be_had_lets_nobody_in(loaded) -> None:
    text = '[[intake]]\nkind = "nagios"\ntoken = { env = "STATUSHERD_NO_SUCH_TOKEN" }\n'
    found = loaded(text, need_secrets=False)
    assert found.access == {"nagios": Access()}
    assert "STATUSHERD_NO_SUCH_TOKEN" in found.warnings[0]


def test_a_file_that_everybody_reads_and_that_holds_a_token_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'{WEB}[[intake]]\nkind = "nagios"\ntoken = "{TOKEN}"\n')
    path.chmod(0o644)
    assert "chmod o-r" in config.load(path).warnings[0]
