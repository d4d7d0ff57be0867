"""The unprivileged user that PostgreSQL runs as where we are root, and what that user can reach."""

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

SHARED_PLACE = Path("/var/lib/claimwire")
"""Where a root user's copies go that another user must reach: the folder for the state of programs that the Filesystem
Hierarchy Standard names."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its group, by number."""

    uid: int
    gid: int


def find_account(data: Path) -> Account | None:
    """Who PostgreSQL runs as: None (this user) unless we are root; then the owner of `data`, or `nobody`."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def can_reach(account: Account | None, path: Path) -> bool:
    """Whether the account may enter `path` and every folder above it, by their mode bits; None is this user."""
    if account is None:
        return True
    resolved = path.resolve()
    return all(_may_enter(account, folder.stat()) for folder in (resolved, *resolved.parents) if folder.exists())


def _may_enter(account: Account, folder: os.stat_result) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def reachable_place(account: Account | None, folder: Path, shared: Path = SHARED_PLACE) -> Path:
    """`folder` where the account can reach it, else a folder of `shared` named after it."""
    if can_reach(account, folder):
        return folder
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return shared / f"state-{name}"


def copy_for_all(source: Path, target: Path, *ignored: str) -> None:
    """Copies a folder once, readable for everybody, but what matches `ignored`; a copy that broke off is begun anew."""
    if target.exists():
        return
    making = target.with_name(f"{target.name}.new")
    shutil.rmtree(making, ignore_errors=True)
    open_folder(making.parent)
    shutil.copytree(source, making, symlinks=True, ignore=shutil.ignore_patterns(*ignored))
    for path in (making, *making.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    making.rename(target)


def open_folder(folder: Path) -> None:
    """Makes a folder that everybody may enter, whatever the umask."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        each.chmod(0o755)
