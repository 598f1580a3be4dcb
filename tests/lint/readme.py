#!/usr/bin/env python3
"""What a README shows of a file is what the file holds, and what it links to is there.

A block of code is held against a file by naming the file in a comment above it: <!-- same as samples/x.cpp -->
"""
import pathlib
import re
import sys

ROOMS = (".", "plugin_sdk", "plugins", "storage", "config", "host", "samples", "tests")


def faults_in(readme):
    text = readme.read_text(encoding="utf-8")
    for name, block in re.findall(r"<!-- same as (\S+) -->\n```\w*\n(.*?)```", text, re.S):
        file = pathlib.Path(name)
        if not file.is_file():
            yield f"{readme}: {name} is shown, but does not exist"
        elif file.read_text(encoding="utf-8") != block:
            yield f"{readme}: the block is not the same as {name}"
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        if not (readme.parent / link).exists():
            yield f"{readme}: links to {link}, which does not exist"


def main():
    files = {p for room in ROOMS for p in pathlib.Path(room).glob("*.md" if room == "." else "**/*.md")}
    if pathlib.Path("README.md") not in files:
        sys.exit("readme.py: no README.md here; run it from the top of the repository")
    faults = [fault for readme in sorted(files) for fault in faults_in(readme)]
    print("\n".join(faults), file=sys.stderr)
    sys.exit(bool(faults))


main()
