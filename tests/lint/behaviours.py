#!/usr/bin/env python3
"""Each test that a table of behaviours names is there, and what has none says why."""
import pathlib
import re
import sys

TABLES = ("tests/behaviours.md",)
SAYS_WHY = ("Differs", "To come")


def tests_of_cpp(text):
    for suite, name in re.findall(r"^(?:TYPED_)?TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\s*\)", text, re.M):
        yield f"{suite}.{name}"


def tests_of_python(text):
    suite = None
    for kind, name in re.findall(r"^(class|    def) (\w+)", text, re.M):
        if kind == "class":
            suite = name
        elif suite and name.startswith("test_"):
            yield f"{suite}.{name}"


def known_tests():
    readers = {".cpp": tests_of_cpp, ".py": tests_of_python}
    return {test for path in pathlib.Path("tests").rglob("*") if path.suffix in readers
            for test in readers[path.suffix](path.read_text(encoding="utf-8"))}


def faults_in(table, known):
    heads = ("behaviour", "---")
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in heads:
            continue
        if len(cells) != 2:
            yield f"{table}:{number}: a line has a behaviour and what shows it"
            continue
        named = re.findall(r"`([A-Z]\w*\.\w+)`", cells[1])
        for test in named:
            if test not in known:
                yield f"{table}:{number}: there is no test {test}"
        if not named and not cells[1].startswith(SAYS_WHY):
            yield f"{table}:{number}: names no test, and does not say why (Differs, To come)"


def main():
    known = known_tests()
    if not known:
        sys.exit("behaviours.py: no tests here; run it from the top of the repository")
    faults = [fault for table in TABLES for fault in faults_in(pathlib.Path(table), known)]
    print("\n".join(faults), file=sys.stderr)
    sys.exit(bool(faults))


main()
