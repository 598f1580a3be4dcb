#!/usr/bin/env python3
"""Every source is formatted as .clang-format says; `tests/lint/format.py --fix` mends what is not."""
import pathlib
import subprocess
import sys

ROOMS = ("plugin_sdk", "plugins", "storage", "config", "host", "samples", "tests")
SOURCES = (".h", ".hpp", ".c", ".cpp")


def main():
    files = sorted(str(p) for room in ROOMS for p in pathlib.Path(room).rglob("*") if p.suffix in SOURCES)
    if not files:
        sys.exit("format.py: no sources here; run it from the top of the repository")
    how = ["-i"] if "--fix" in sys.argv[1:] else ["--dry-run", "-Werror"]
    sys.exit(subprocess.run(["clang-format", *how, *files], check=False).returncode)


main()
