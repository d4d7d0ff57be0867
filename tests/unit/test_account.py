"""Who PostgreSQL runs as, and what that user can reach."""

import os
from pathlib import Path

import pytest

from services.engines.account import Account, can_reach, copy_for_all, find_account, open_folder, reachable_place

STRANGER = Account(54_321, 54_321)


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


def test_folder_under_a_closed_one_is_out_of_reach(closed: Path) -> None:
    assert not can_reach(STRANGER, closed / "missing")
    assert can_reach(None, closed)
    assert can_reach(STRANGER, Path("/usr/bin"))


def test_owner_and_group_enter_by_their_own_bits(closed: Path) -> None:
    home = closed.stat()
    outside = [folder for folder in closed.parents if not can_reach(STRANGER, folder)]
    if not outside or os.geteuid() == 0:
        assert can_reach(Account(home.st_uid, home.st_gid), closed)
    closed.chmod(0o010)
    assert not can_reach(Account(home.st_uid, home.st_gid), closed)
    closed.chmod(0o700)


def test_place_is_elsewhere_only_where_it_must_be(closed: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    place = reachable_place(STRANGER, closed, shared)
    assert place.parent == shared
    assert place == reachable_place(STRANGER, closed, shared)
    assert place != reachable_place(STRANGER, closed / "other", shared)
    assert reachable_place(None, closed, shared) == closed


def test_copy_is_for_all_and_whole(closed: Path, tmp_path: Path) -> None:
    source = closed / "source"
    (source / "bin").mkdir(parents=True)
    (source / "include").mkdir()
    program = source / "bin" / "program"
    program.write_text("")
    program.chmod(0o700)
    (source / "bin" / "link").symlink_to("program")
    half = tmp_path / "shared" / "copy.new"
    half.mkdir(parents=True)
    (half / "rubbish").write_text("")
    target = tmp_path / "shared" / "copy"
    for _ in range(2):
        copy_for_all(source, target, "include")
    assert sorted(path.name for path in target.rglob("*")) == ["bin", "link", "program"]
    assert (target / "bin" / "program").stat().st_mode & 0o777 == 0o755
    assert (target / "bin").stat().st_mode & 0o555 == 0o555


def test_open_folder_is_open_whatever_the_umask(tmp_path: Path) -> None:
    umask = os.umask(0o077)
    try:
        open_folder(tmp_path / "a" / "b")
    finally:
        os.umask(umask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o755


def test_ordinary_user_stays_itself_and_root_becomes_the_datas_owner(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        assert find_account(tmp_path) is None
        return
    assert find_account(tmp_path / "missing") != Account(0, 0)
    os.chown(tmp_path, STRANGER.uid, STRANGER.gid)
    assert find_account(tmp_path) == STRANGER
