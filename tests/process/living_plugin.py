"""The versions of the plugin `living`, and every way in which its file may come."""
import pathlib
import shutil
import subprocess
import time

from host_under_test import TEST_PLUGINS

PIECES = 5


def version(number):
    return TEST_PLUGINS / f"living_{number}.so"


def by_rename(source, target):
    new = target.with_suffix(".new")
    shutil.copyfile(source, new)
    new.rename(target)


def in_place(source, target):
    with open(target, "r+b") as file:
        file.write(source.read_bytes())
        file.truncate()


def by_removal(source, target):
    target.unlink()
    shutil.copyfile(source, target)


def in_pieces(source, target):
    data = source.read_bytes()
    step = len(data) // PIECES + 1
    with open(target, "wb") as file:
        for begin in range(0, len(data), step):
            file.write(data[begin:begin + step])
            file.flush()
            time.sleep(0.05)  # the slowness is what is tried


def by_cp(source, target):
    subprocess.run(["cp", source, target], check=True)


def by_install(source, target):
    subprocess.run(["install", "-m", "644", source, target], check=True)


def by_rsync(source, target):
    subprocess.run(["rsync", "--checksum", source, target], check=True)


def by_ln(source, target):
    """A hard link of a copy that lies elsewhere, put in place."""
    copy = target.parent.parent / "copy.so"
    copy.unlink(missing_ok=True)
    shutil.copyfile(source, copy)
    subprocess.run(["ln", "-f", copy, target], check=True)


def by_git(source, target):
    """A checkout of another commit."""
    tree = target.parent.parent / "tree"
    git = ["git", "-C", str(tree), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    if not tree.exists():
        tree.mkdir()
        subprocess.run([*git, "init", "-q"], check=True)
    shutil.copyfile(source, tree / "living.so")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    subprocess.run([*git, f"--work-tree={target.parent}", "checkout", "-q", "HEAD", "--", "living.so"], check=True)


WAYS = [by_rename, in_place, by_removal, in_pieces, by_cp, by_install, by_rsync, by_ln, by_git]
