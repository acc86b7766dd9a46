"""The key of links: made once, for its owner alone."""

from __future__ import annotations

import stat

import pytest

from statusherd.link_key import NAME, link_key
from statusherd.model.errors import StatusherdError


def test_it_is_made_once_and_for_its_owner_alone(tmp_path):
    key = link_key(tmp_path)
    assert len(key) == 32
    assert link_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [NAME], "no draft is left"


@pytest.mark.parametrize("fault", ["readable", "short", "empty", "link"])
def test_one_that_cannot_be_relied_on_is_replaced(tmp_path, fault):
    path = tmp_path / NAME
    key = link_key(tmp_path)
    match fault:
        case "readable":
            path.chmod(0o640)
        case "short":
            path.write_bytes(key[:-1])
        case "empty":
            path.write_bytes(b"")
        case "link":
            path.rename(tmp_path / "elsewhere")
            path.symlink_to(tmp_path / "elsewhere")
    fresh = link_key(tmp_path)
    assert fresh != key
    assert len(fresh) == 32
    assert link_key(tmp_path) == fresh
    assert not path.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_is_not_there_is_told_with_a_remedy(tmp_path):
    with pytest.raises(StatusherdError, match="cannot be used"):
        link_key(tmp_path / "none")
