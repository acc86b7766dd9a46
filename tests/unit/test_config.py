"""The config file: what it may say, what it means, and how its mistakes are told."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statusherd import config
from statusherd import config_schema as schema
from statusherd.config_problems import Problems, dotted, lines
from statusherd.config_values import (
    duration_text,
    parse_duration,
    parse_rate,
    parse_secret,
    parse_size,
    parse_zone,
)
from statusherd.model.errors import ConfigError
from statusherd.model.vendors import Origin
from statusherd.model.words import Impact, Severity

ROOT = Path(__file__).resolve().parents[2]
BAD = sorted((ROOT / "tests/config_bad").glob("*.toml"))
OWN = '[[vendor]]\nname = "own"\npage = "{page}"\nformat = "statuspage"\n'


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def written(tmp_path):
    """Write a config readable by its owner only, and return its path."""

    def write(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


def mistakes(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return caught.value.problems


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_mistake_is_told_at_once_with_place_and_remedy(path):
    expected = [line[10:] for line in path.read_text().splitlines() if line.startswith("# expect: ")]
    assert expected, "a bad config says what is wrong with it"
    assert list(mistakes(path)) == expected


def test_bad_configs_end_with_the_exit_code_for_configuration():
    with pytest.raises(ConfigError) as caught:
        config.load(BAD[0])
    assert caught.value.exit_code == 78
    assert str(BAD[0]) in str(caught.value)


def test_the_example_runs_as_it_is_and_shows_every_key():
    example = ROOT / "config.example.toml"
    loaded = config.load(example)
    assert loaded.vendors
    assert loaded.channels == loaded.routes == loaded.warnings == ()
    text = example.read_text()
    for kind in (
        schema.Daemon,
        schema.Database,
        schema.Http,
        schema.Heartbeat,
        schema.Drill,
        schema.Early,
        schema.Probe,
        schema.IncidentRules,
        schema.EnterPhase,
        schema.LeavePhase,
        schema.Web,
        schema.Intake,
        schema.Vendor,
        schema.Channel,
        schema.Team,
        schema.Service,
        schema.SeverityRules,
        schema.Matrix,
        schema.Person,
        schema.OnCall,
        schema.Route,
        schema.Match,
    ):
        for key in schema.keys(kind):
            assert any(
                f"\n{mark}{key}{rest}" in text
                for mark in ("", "# ", "# match.", "# matrix.", "# enter.", "# leave.")
                for rest in (" =", ".")
            ), key


def test_the_commented_examples_of_the_example_are_right_too(tmp_path, monkeypatch):
    monkeypatch.setenv("OPS_CHAT_URL", "json://127.0.0.1:9/")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/mail-url").write_text("json://127.0.0.1:9/\n")
    (tmp_path / "secrets/graph-token").write_text("token\n")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks/payments.md").write_text("## Switch over\n```run flip target=other\n```\n")
    monkeypatch.setenv("STATUSHERD_INTAKE_TOKEN", "0123456789abcdef")
    for name in ("pagerduty", "page-token"):
        (tmp_path / "secrets" / name).write_text("0123456789abcdef\n")
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages/ops.j2").write_text("{{ headline }}\n")
    text = (ROOT / "config.example.toml").read_text()
    start = text.index("# [[vendor]]")
    blocks = "\n".join(
        line.removeprefix("# ")
        for line in text[start:].splitlines()
        if line.startswith(("# [", "# match.", "# matrix.")) or " = " in line[:24] or not line
    )
    path = tmp_path / "config.toml"
    web = '[web]\nlisten = "127.0.0.1:8080"\n'
    path.write_text(web + '[[vendor]]\nname = "github"\ntags = ["build"]\n' + blocks)
    loaded = config.load(path)
    assert [vendor.name for vendor in loaded.vendors] == [
        "github",
        "our-microsoft-365",
        "heroku",
        "payments",
    ]
    assert [channel.name for channel in loaded.channels] == ["ops", "mail"]
    assert [intake.name for intake in loaded.intakes] == [
        "prometheus",
        "homegrown",
        "pagerduty",
        "github-page",
    ]
    assert list(loaded.roster.rotations) == ["primary", "twice-a-week", "first-of-month"]
    assert [route.go_on for route in loaded.routes] == [True, False]
    assert [service.name for service in loaded.services] == ["checkout", "login"]
    assert [book.name for book in loaded.runbooks.every] == ["payments are away", "drain the queue"]
    assert loaded.contacts["payments"].contract == "C-4711"


def test_an_empty_file_is_a_config_with_defaults(written):
    path = written("")
    loaded = config.load(path)
    assert loaded.vendors == loaded.channels == loaded.routes == ()
    assert loaded.http == config.Http()
    assert loaded.daemon == config.Daemon(path.parent / "var", "UTC", "info")
    assert loaded.database.url == f"sqlite:///{path.parent}/var/statusherd.db"


def test_a_catalogue_vendor_needs_its_name_only(written):
    vendor = config.load(written('[[vendor]]\nname = "github"\n')).vendors[0]
    assert (vendor.name, vendor.title, vendor.format) == ("github", "GitHub", "statuspage")
    assert vendor.address == "https://www.githubstatus.com/"
    assert vendor.origin is Origin.CONFIG


def test_all_keys_of_a_vendor_arrive(written):
    text = """
        [[vendor]]
        name = "own"
        title = "Our own"
        page = "https://status.example.com"
        endpoint = "https://status.example.com/api/v2/summary.json"
        format = "statuspage"
        components = ["API", "*DNS*"]
        regions = "eu-*"
        min_impact = "major"
        interval = "1m30s"
        tags = ["a", "b", "a"]
    """
    vendor = config.load(written(text)).vendors[0]
    assert (vendor.title, vendor.address) == ("Our own", "https://status.example.com/api/v2/summary.json")
    assert vendor.page_url == "https://status.example.com"
    assert (vendor.components, vendor.regions, vendor.tags) == (("API", "*DNS*"), ("eu-*",), ("a", "b"))
    assert (vendor.min_impact, vendor.interval) == (Impact.MAJOR, 90.0)


def test_what_stands_in_the_config_wins_over_the_catalogue(written):
    text = '[http]\nallow_private = true\n[[vendor]]\nname = "github"\nendpoint = "http://127.0.0.1:8000/"\n'
    vendor = config.load(written(text)).vendors[0]
    assert (vendor.title, vendor.address, vendor.format) == ("GitHub", "http://127.0.0.1:8000/", "statuspage")


def test_a_page_without_a_name_is_called_by_its_host(written):
    text = '[[vendor]]\npage = "https://status.example.com/x"\nformat = "statuspage"\n'
    assert config.load(written(text)).vendors[0].name == "status.example.com"


def test_the_operators_folder_beside_the_config_replaces_facts(written, tmp_path):
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers/github.toml").write_text(
        'name = "github"\ntitle = "Mirror"\nformat = "statuspage"\naddress = "https://mirror.example.com/"\nunverified = true\n'
    )
    assert config.load(written('[[vendor]]\nname = "github"\n')).vendors[0].title == "Mirror"


def test_strange_names_are_kept_literally_and_shown_safely(written):
    names = ["--option", "$(x)", 'quo"te', "new\\nline", "🦆", "x" * 10_240]
    text = "".join(
        f'[[vendor]]\nname = "{name}"\npage = "https://status.example.com"\nformat = "statuspage"\n'
        for name in (n.replace('"', '\\"') for n in names)
    )
    loaded = config.load(written(text))
    assert [vendor.name for vendor in loaded.vendors] == [n.replace("\\n", "\n") for n in names]
    (problem,) = mistakes(written(text + '[[vendor]]\nname = "new\\nline\\u001b[31m"\n'))
    assert problem.isprintable()


# Intervals


@pytest.mark.parametrize(
    "page", ["http://127.0.0.1:8000/", "http://[::1]:8000/", "http://10.1.2.3/", "http://localhost/"]
)
def test_private_addresses_may_be_read_each_second_where_allowed(written, page):
    own = OWN.format(page=page) + 'interval = "1s"\n'
    loaded = config.load(written("[http]\nallow_private = true\n" + own))
    assert loaded.interval_of(loaded.vendors[0]) == 1.0
    assert len(mistakes(written(own))) == 1


def test_a_short_default_interval_is_right_only_for_private_vendors(written):
    head = '[http]\nallow_private = true\ninterval = "1s"\n'
    loaded = config.load(written(head + OWN.format(page="http://127.0.0.1:8000/")))
    assert loaded.interval_of(loaded.vendors[0]) == 1.0
    public = config.load(written('[[vendor]]\nname = "github"\n')).vendors[0]
    assert loaded.interval_of(public) == 10.0, "one added later is still treated politely"
    assert len(mistakes(written(head + '[[vendor]]\nname = "github"\n'))) == 1
    assert len(mistakes(written(head))) == 1


def test_a_private_address_without_allow_private_is_warned_of(written):
    (warning,) = config.load(written(OWN.format(page="http://192.168.1.1/"))).warnings
    assert "allow_private" in warning
    assert warning.startswith("vendor[0]: line 1: ")


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("http://0x7f000001/", "private"),
        ("http://169.254.169.254/", "reserved"),
        ("http://[::ffff:10.0.0.1]/", "private"),
    ],
)
def test_addresses_are_judged_in_any_notation(written, page, words):
    (warning,) = config.load(written(OWN.format(page=page))).warnings
    assert words in warning


# Secrets


def test_a_secret_comes_from_text_environment_file_or_credential(written, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAT_URL", "json://127.0.0.1:2/\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials/chat").write_text("json://127.0.0.1:4/\n")
    (tmp_path / "chat-url").write_text("json://127.0.0.1:3/\n")
    places = [
        '"json://127.0.0.1:1/"',
        '{ env = "CHAT_URL" }',
        '{ file = "chat-url" }',
        '{ credential = "chat" }',
    ]
    text = "".join(f'[[channel]]\nname = "{n}"\nurl = {place}\n' for n, place in enumerate(places))
    text += '[[route]]\nchannels = ["0"]\n'
    urls = [channel.url for channel in config.load(written(text)).channels]
    assert urls == [f"json://127.0.0.1:{n}/" for n in (1, 2, 3, 4)]


def test_no_secret_shows_in_repr_problems_or_the_shown_config(written, monkeypatch):
    monkeypatch.setenv("CHAT_URL", "slack://hunter2@x/y")
    text = """
        [database]
        url = "postgresql+psycopg://statusherd:hunter2@127.0.0.1/statusherd"
        [http]
        proxy = "http://hunter2:hunter2@127.0.0.1:3128"
        [[channel]]
        name = "a"
        url = "mailtos://hunter2:hunter2@example.com"
        [[channel]]
        name = "b"
        url = { env = "CHAT_URL" }
    """
    loaded = config.load(written(text, mode=0o644))
    assert loaded.database.url.endswith("hunter2@127.0.0.1/statusherd")
    assert loaded.http.proxy == "http://hunter2:hunter2@127.0.0.1:3128"
    assert "hunter2" not in repr(loaded) + str(config.shown(loaded))
    assert config.shown(loaded)["channel"][1]["url"] == "slack://***"
    broken = (
        text.replace("mailtos://", "mailtos//").replace("http://h", "socks5://h").replace("postgresql+", "x+")
    )
    assert "hunter2" not in str(mistakes(written(broken)))
    assert "hunter2" not in repr(parse_secret("hunter2"))


@pytest.mark.parametrize(
    "value",
    ['["hunter2"]', '{ value = "hunter2" }', '{ env = ["hunter2"] }', '{ credential = "hunter2/../x" }'],
)
def test_a_secret_written_the_wrong_way_is_not_quoted(written, value):
    text = f'[[channel]]\nname = "a"\nurl = {value}\n[[route]]\nchannels = ["a"]\n'
    (problem,) = mistakes(written(text))
    assert problem.startswith("channel[0].url: line 3: ")
    assert "hunter2" not in problem


def test_a_config_with_secrets_that_all_can_read_is_warned_of(written):
    text = '[[channel]]\nname = "a"\nurl = "json://127.0.0.1:9/"\n[[route]]\nchannels = ["a"]\n'
    (warning,) = config.load(written(text, mode=0o644)).warnings
    assert "chmod o-r" in warning
    assert not config.load(written(text, mode=0o640)).warnings
    assert not config.load(written('[[vendor]]\nname = "github"\n', mode=0o644)).warnings


def test_commands_that_send_nothing_do_without_channel_secrets(written):
    text = '[[channel]]\nname = "a"\nurl = { credential = "chat" }\n[[route]]\nchannels = ["a"]\n'
    path = written(text)
    (problem,) = mistakes(path)
    loaded = config.load(path, need_secrets=False)
    assert loaded.warnings == (problem,)
    assert loaded.channels[0].url == ""
    assert mistakes(written('[database]\nurl = { env = "STATUSHERD_TEST_NOT_SET" }\n'))


# Channels and routes


def test_a_route_selects_by_all_it_names(written):
    text = """
        [[vendor]]
        name = "github"
        tags = ["build"]
        [[channel]]
        name = "ops"
        url = "json://127.0.0.1:9/"
        format = "markdown"
        rate = "5/10s"
        timezone = "Europe/Berlin"
        [[route]]
        channels = ["ops"]
        continue = true
        [route.match]
        vendor = "git*"
        component = ["API*"]
        region = ["eu-*"]
        severity = "sev2"
        event = ["incident", "maintenance"]
        tags = ["Build"]
        [[route]]
        channels = "ops"
    """
    loaded = config.load(written(text))
    first, second = loaded.routes
    assert (first.vendors, first.components, first.regions) == (("git*",), ("API*",), ("eu-*",))
    assert first.severity is Severity.SEV2
    assert (first.events, first.tags, first.go_on) == ({"incident", "maintenance"}, ("Build",), True)
    assert (second.name, second.channels) == ("route 2", ("ops",))
    assert second.events == {"incident", "disturbance", "source", "own_incident", "early_warning"}
    channel = loaded.channels[0]
    assert (channel.format, channel.rate, channel.timezone) == (
        "markdown",
        30.0,
        "Europe/Berlin",
    )
    assert not loaded.warnings


def test_what_is_hardly_meant_is_warned_of(written):
    text = """
        [[vendor]]
        name = "github"
        [[channel]]
        name = "ops"
        url = "json://127.0.0.1:9/"
        [[route]]
        match = { vendor = ["githb", "cloud*"], tags = ["prod"] }
        channels = ["ops"]
        [[route]]
        channels = ["ops"]
        [[route]]
        match = { severity = "SEV1" }
        channels = ["ops"]
        [[route]]
        match = { event = "maintenance" }
        channels = ["ops"]
    """
    assert [w.split(". ")[0] for w in config.load(written(text)).warnings] == [
        'route[0].match.vendor: line 8: "githb" selects no vendor of this file',
        'route[0].match.vendor: line 8: "cloud*" selects no vendor of this file',
        'route[0].match.tags: line 8: no vendor or service has the tag "prod"',
        "route[2]: line 12: is never reached: route 2 takes all of it",
    ]


def test_channels_without_a_route_are_warned_of(written):
    (warning,) = config.load(written('[[channel]]\nname = "a"\nurl = "json://127.0.0.1:9/"\n')).warnings
    assert "nothing is sent" in warning


def test_a_broken_channel_is_not_told_twice(written):
    text = '[[channel]]\nname = "a"\nurl = 3\n[[route]]\nchannels = ["a"]\n'
    assert len(mistakes(written(text))) == 1


# On call

PEOPLE = """
    [daemon]
    timezone = "Europe/Berlin"
    [[channel]]
    name = "ada-phone"
    url = "json://127.0.0.1:9/"
    [[channel]]
    name = "shared"
    url = "json://127.0.0.1:9/"
    [[channel]]
    name = "bob-mail"
    url = "json://127.0.0.1:9/"
    timezone = "UTC"
    [[person]]
    name = "ada"
    channels = ["ada-phone", "shared"]
    timezone = "America/New_York"
    [[person]]
    name = "bob"
    channels = ["shared", "bob-mail"]
    timezone = "Australia/Sydney"
    [[route]]
    channels = ["oncall:primary"]
    [[oncall]]
    name = "primary"
    people = ["ada", "bob", "ada"]
"""


def test_a_rotation_needs_a_name_and_people_only(written):
    loaded = config.load(written(PEOPLE))
    rotation = loaded.roster.rotations["primary"]
    assert (rotation.people, rotation.timezone) == (("ada", "bob", "ada"), "Europe/Berlin")
    assert (
        f"{rotation.cycle.at(0):%a %Y-%m-%d %H:%M}, {rotation.cycle.length}"
        == "Mon 2026-01-05 09:00, 7 days, 0:00:00"
    )
    (shown,) = config.shown(loaded)["oncall"]
    assert (shown["every"], shown["handover"], shown["cron"]) == ("1w", "Mon 09:00", None)
    assert not loaded.warnings


def test_a_team_can_be_told_through_its_rotation(written):
    team = '[[team]]\nname = "shop"\nchannels = ["oncall:primary", "bob-mail"]\n'
    loaded = config.load(written(PEOPLE + team))
    assert loaded.teams[0].channels == ("oncall:primary", "bob-mail")


def test_a_persons_own_channel_is_told_times_on_the_persons_clock(written):
    channels = config.load(written(PEOPLE)).channels
    assert [c.timezone for c in channels] == ["America/New_York", "Europe/Berlin", "UTC"]


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        ('every = "1d"', "Mon 2026-01-05 09:00", "Tue 2026-01-06 09:00"),
        ('every = "12h"\nhandover = "08:30"', "Mon 2026-01-05 08:30", "Mon 2026-01-05 20:30"),
        ('every = "2w"\nhandover = "Fri 17:00"', "Fri 2026-01-09 17:00", "Fri 2026-01-23 17:00"),
        ('start = "2026-03-04"', "Wed 2026-03-04 09:00", "Wed 2026-03-11 09:00"),
        ('start = 2026-03-04\nhandover = "mon 07:15"', "Mon 2026-03-09 07:15", "Mon 2026-03-16 07:15"),
        ('cron = "0 9 1 * *"\nstart = "2026-03-04"', "Wed 2026-04-01 09:00", "Fri 2026-05-01 09:00"),
        ('rrule = "FREQ=WEEKLY;BYDAY=TH;BYHOUR=9"', "Thu 2026-01-08 09:00", "Thu 2026-01-15 09:00"),
    ],
)
def test_the_words_of_a_rotation_say_when_it_hands_over(written, words, first, second):
    loaded = config.load(written(PEOPLE + words))
    cycle = loaded.roster.rotations["primary"].cycle
    assert [f"{cycle.at(number):%a %Y-%m-%d %H:%M}" for number in (0, 1)] == [first, second]


# Where the file is, and where data goes


def test_the_file_is_found_by_option_then_environment_then_place(written, tmp_path, monkeypatch):
    here = written("")
    other = tmp_path / "other.toml"
    other.write_text("")
    monkeypatch.chdir(tmp_path)
    assert config.find() == here
    monkeypatch.setenv("STATUSHERD_CONFIG", str(other))
    assert config.find() == other
    assert config.find(here) == here
    with pytest.raises(ConfigError, match="nowhere"):
        config.find(tmp_path / "nowhere.toml")


def test_data_goes_to_the_state_directory_of_the_service_manager(written, monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/statusherd:/var/lib/other")
    assert config.load(written("")).database.url == "sqlite:////var/lib/statusherd/statusherd.db"


def test_the_system_wide_config_finds_the_daemons_store_without_the_service_manager():
    from statusherd.config_places import SYSTEM_CONFIG, default_data_dir  # noqa: PLC0415 - only here

    assert default_data_dir(SYSTEM_CONFIG) == Path("/var/lib/statusherd")


def test_relative_paths_are_taken_from_the_file(written, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    loaded = config.load(written('[daemon]\ndata_dir = "data"\n'))
    assert loaded.database.url == f"sqlite:///{tmp_path}/data/statusherd.db"
    assert (
        config.load(written('[database]\nurl = "sqlite:///x.db"\n')).database.url
        == f"sqlite:///{tmp_path}/x.db"
    )
    absolute = config.load(written('[database]\nurl = "sqlite:////srv/x.db"\n'))
    assert absolute.database.url == "sqlite:////srv/x.db"


def test_files_that_are_no_config_are_refused_with_a_sentence(tmp_path):
    latin, large, deep = tmp_path / "latin.toml", tmp_path / "large.toml", tmp_path / "deep.toml"
    latin.write_bytes(b"# 1\n# caf\xe9\n")
    large.write_bytes(b"#" * (16 * 1024 * 1024 + 1))
    deep.write_text(f"x = {'[' * 50_000}{']' * 50_000}")
    for path, words in (
        (latin, "line 2: is not UTF-8"),
        (large, "16 MiB"),
        (deep, "nested"),
        (tmp_path, "director"),
    ):
        (problem,) = mistakes(path)
        assert words in problem
    (problem,) = mistakes(tmp_path / "none.toml")
    assert "none.toml" in problem


def test_a_number_of_endless_digits_is_a_mistake(written):
    (problem,) = mistakes(written(f"x = {'9' * 5000}\n"))
    assert "is not TOML" in problem


def test_a_proxy_that_is_no_address_is_a_mistake(written):
    for url in ("http://[x", "http://", "socks5://127.0.0.1:1", "127.0.0.1:3128", "http://127.0.0.1:x"):
        (problem,) = mistakes(written(f'[http]\nproxy = "{url}"\n'))
        assert problem.startswith("http.proxy: line 2: must begin with http://")


_toml_values = st.sampled_from(
    [
        "1",
        "-1",
        "1e400",
        "nan",
        "true",
        '""',
        '"x"',
        '"\\u0000"',
        '"é\\n"',
        "[]",
        "[1]",
        '["a"]',
        "[[]]",
        "{}",
        "{ a = 1 }",
        '{ env = "PATH" }',
        '{ file = "/" }',
        '{ credential = "a" }',
        '{ file = "\\u0001" }',
        "2026-01-01",
        '"http://[x"',
    ]
)
_toml_keys = st.sampled_from(
    [
        *schema.keys(schema.Http),
        *schema.keys(schema.Vendor),
        *schema.keys(schema.Channel),
        *schema.keys(schema.Route),
        *schema.keys(schema.OnCall),
        "data_dir",
        "timezone",
        "log_level",
        "match.vendor",
        "match.event",
        "match.severity",
        '""',
        '"\\u001b"',
    ]
)
_toml_heads = st.sampled_from(
    [
        "[daemon]",
        "[database]",
        "[http]",
        "[[vendor]]",
        "[[channel]]",
        "[[route]]",
        "[[person]]",
        "[[oncall]]",
        "[vendor]",
        "[[http]]",
        "[x.y]",
        "",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_toml_heads, st.dictionaries(_toml_keys, _toml_values, max_size=4)), max_size=4))
def test_whatever_stands_in_the_file_it_is_a_config_or_a_list_of_mistakes(written, tables):
    text = "".join(f"{head}\n" + "".join(f"{k} = {v}\n" for k, v in pairs.items()) for head, pairs in tables)
    try:
        loaded = config.load(written(text))
    except ConfigError as error:
        problems = error.problems
    else:
        problems = ("fine",)
        assert config.shown(loaded)
    assert problems
    assert all(problem.isprintable() for problem in problems)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbf[http]\r\ninterval = "30s"\r\n')
    assert config.load(path).http.interval == 30.0


# Values


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60s", 60), ("5m", 300), ("1h", 3600), ("1h30m", 5400), ("0.5s", 0.5), ("1d", 86400)],
)
def test_durations_are_read(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "60", "-5s", "nan", "infs", "1e9s", "5 m", "5M", "٣s", "5s\n", 60, None, True]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@given(st.integers(1, 10**7))
def test_durations_are_written_as_they_are_read(seconds):
    assert parse_duration(duration_text(seconds)) == seconds


def test_sizes_and_rates_are_read():
    assert parse_size("5MiB") == 5 * 1024**2
    assert parse_size("1.5 kB") == 1500
    assert parse_rate("30/m") == 30.0
    for wrong in ("5", "5 mib", "-1MiB", "", 5):
        with pytest.raises(ValueError, match="size"):
            parse_size(wrong)
    for wrong in ("30", "0/m", "30/0s", "/m", "30/m/m", "1" * 30 + "/m"):
        with pytest.raises(ValueError, match="per time"):
            parse_rate(wrong)


@pytest.mark.parametrize(
    "name", ["", "Europe/Nowhere", "../../etc/passwd", "/etc/passwd", "a\0b", "Europe", 3, "x" * 9999]
)
def test_what_is_no_time_zone_is_refused(name):
    with pytest.raises(ValueError, match="time zone"):
        parse_zone(name)


def test_time_zones_of_the_iana_list_are_taken():
    zones = sorted(available_timezones())
    assert parse_zone("UTC") == "UTC"
    for zone in random.Random(1).sample(zones, 20):
        assert parse_zone(zone) == zone


# Places


keys = st.sampled_from(["a", "b-1", '"c d"', "'e.f'", "g.h", "i . j"])
scalars = st.sampled_from(
    ["1", '"x # y"', "'[z]'", '"""\nm\n"""', "'''\nn''''", "2026-01-01 10:00:00", "true", '"\\""']
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda xs: "[ # c\n" + ",\n".join(xs) + "\n]"),
        st.lists(inner, max_size=3).map(
            lambda xs: "{" + ", ".join(f"k{n} = {x}" for n, x in enumerate(xs)) + "}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.dictionaries(keys, values, max_size=4)), max_size=5))
def test_every_value_of_every_toml_has_a_line(tables):
    source = ""
    for number, (is_array, pairs) in enumerate(tables):
        source += "[[many.items]]\n" if is_array else f"# [no]\n[ table{number} ]\n"
        source += "".join(f"{key} = {value}\n" for key, value in pairs.items())
    places = lines(source)
    for path in _paths(tomllib.loads(source)):
        assert path in places, path
    starts = dict(enumerate(source.splitlines(), 1))
    for path, line in places.items():
        if isinstance(path[-1], str) and path[0] != "many" and len(path) == 2:
            assert path[-1].split(" ")[0] in starts[line]


def _paths(value, path=()):
    if path and path != ("many",):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def test_a_mistake_in_what_is_missing_points_to_the_table_it_is_missing_in():
    problems = Problems('\n\n[[vendor]]\ntags = ["a"]\n')
    problems.add(("vendor", 0, "name"), "is missing")
    problems.add((), "speaks of the whole file")
    assert problems.all == ("speaks of the whole file", "vendor[0].name: line 3: is missing")


def test_paths_are_written_as_people_write_them():
    assert dotted(("vendor", 0, "components", 2)) == "vendor[0].components[2]"


def test_ten_thousand_vendors_are_read_and_their_mistakes_found_in_seconds(written):
    text = "".join(
        f'[[vendor]]\nname = "v{n}"\npage = "https://s{n}.example.com"\nformat = "statuspage"\n'
        for n in range(10_000)
    )
    assert len(config.load(written(text)).vendors) == 10_000
    (problem,) = mistakes(written(text + "[htp]\n"))
    assert problem.startswith("htp: line 40001: ")


def test_what_is_asked_of_incidents_is_read_and_shown(written):
    text = """
        [incident]
        reopen_within = "10m"
        [incident.enter]
        triaged = "role:Tech Lead"
        closed = []
        [incident.leave]
        investigating = ["cause answered", "commander named"]
    """
    shown = config.shown(config.load(written(text)))["incident"]
    assert shown["reopen_within"] == "10m"
    assert shown["enter"]["triaged"] == ["role:tech lead"]
    assert shown["enter"]["closed"] == []
    assert shown["leave"]["investigating"] == ["cause answered", "role:commander"]
    default = config.shown(config.load(written("")))["incident"]
    assert default["enter"]["closed"] == ["severity set", "service named", "no signal fires", "tasks done"]
    assert {tuple(words) for words in default["leave"].values()} == {()}
