#!/usr/bin/env python3
"""Names say what a thing is. Words that fit everything say nothing, and a file that says them becomes a drawer; a file
that is too long has more than one idea."""
import pathlib
import re
import sys

ROOMS = ("plugin_sdk", "plugins", "storage", "config", "host", "samples", "tests")
EMPTY_WORDS = ("manager", "helper", "util", "utils", "misc", "common", "processor", "impl")
MOST_LINES = {".hpp": 250, ".h": 250, ".cpp": 400, ".c": 400, ".py": 450, ".sql": 250}


def words_of(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


def faults_in(path):
    if any(word in EMPTY_WORDS for word in words_of(path.stem)):
        yield f"{path}: the file's name says nothing; name the noun or the deed"
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > MOST_LINES[path.suffix]:
        yield f"{path}: {lines} lines; {MOST_LINES[path.suffix]} is the most"
    if path.suffix in (".hpp", ".cpp"):
        for name in re.findall(r"^\s*(?:class|struct|enum class|namespace)\s+(\w+)", text, re.M):
            if any(word in EMPTY_WORDS for word in words_of(name)):
                yield f"{path}: {name} says nothing; name the noun or the deed"


def main():
    files = sorted(p for room in ROOMS for p in pathlib.Path(room).rglob("*") if p.suffix in MOST_LINES)
    faults = [fault for path in files for fault in faults_in(path)]
    print("\n".join(faults), file=sys.stderr)
    sys.exit(bool(faults))


main()
