#!/usr/bin/env python3
"""Every shell script is one that bash can read and that shellcheck finds nothing wrong with."""
import pathlib
import subprocess
import sys

ROOMS = (".ci", "plugin_sdk", "plugins", "storage", "config", "host", "samples", "tests")


def is_script(path):
    if path.suffix not in (".sh", "") or not path.is_file():
        return False
    with path.open("rb") as file:
        first_line = file.readline(100)
    return first_line.startswith(b"#!") and first_line.split(b"/")[-1].strip() in (b"bash", b"sh", b"env bash")


def main():
    scripts = sorted(str(p) for room in ROOMS for p in pathlib.Path(room).rglob("*") if is_script(p))
    if not scripts:
        sys.exit("shell.py: no scripts here; run it from the top of the repository")
    commands = [["bash", "-n", script] for script in scripts] + [["shellcheck", *scripts]]
    sys.exit(any([subprocess.run(command, check=False).returncode for command in commands]))


main()
