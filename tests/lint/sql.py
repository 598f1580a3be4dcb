#!/usr/bin/env python3
"""Holds the SQL to its rules (storage/sql/README.md): the same statements and parameters in every dialect, overrides
that say why they exist and statements that say why others lack them, and nothing that SOCI's own little parsers stumble over."""
import pathlib
import re
import sys

from sql_words import spelt, words_of

SQL = pathlib.Path("storage/sql")
DIALECTS = sorted(p.name for p in SQL.iterdir() if p.is_dir() and p.name != "common")
PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")


def read(folder, faults):
    """name -> (code, whether it says why it differs, file, whether others need not have it)"""
    found = {}
    for file in sorted((SQL / folder / "queries").glob("*.sql")):
        for block in re.split(r"^-- name: ", file.read_text(), flags=re.M)[1:]:
            name, text = block.split("\n", 1)
            code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--")).strip()
            if name in found:
                faults.append(f"{file}: {name} is there twice")
            is_only_here = "Only here because:" in text
            found[name] = (code, is_only_here or "Differs because:" in text, file, is_only_here)
    return found


def faults_of_text(name, code, file):
    if not code.endswith(";") or code.count(";") != 1:
        yield f"{file}: {name} must be one statement that ends with a semicolon"
    if "--" in code or "/*" in code:
        yield f"{file}: {name} has a comment inside the statement"
    if "#" in code:
        yield f"{file}: {name} contains '#', which SOCI's ODBC parser reads as a date"
    if "::" in code:
        yield f"{file}: {name} must say CAST(x AS t)"


def main():
    faults = []
    common = read("common", faults)
    own = {dialect: read(dialect, faults) for dialect in DIALECTS}
    for folder in [common, *own.values()]:
        for name, (code, _, file, _) in folder.items():
            faults += faults_of_text(name, code, file)
    for name in sorted(set(common).union(*own.values())):
        parameters = {}
        is_special = any(name in folder and folder[name][3] for folder in own.values())
        for dialect in DIALECTS:
            code, explained, file, _ = own[dialect].get(name) or common.get(name) or (None, True, None, None)
            if code is None:
                if not is_special:
                    faults.append(f"{name}: missing in {dialect}")
                continue
            parameters[dialect] = frozenset(PARAMETER.findall(spelt(code, dialect)))
            if name in own[dialect] and not explained:
                faults.append(f"{file}: {name} does not say 'Differs because: ...' or 'Only here because: ...'")
            if name in own[dialect] and name in common and code == common[name][0]:
                faults.append(f"{file}: {name} repeats common")
        if len(set(parameters.values())) > 1:
            faults.append(f"{name}: parameters differ: {parameters}")
    words = {dialect: set(words_of(dialect)) for dialect in DIALECTS}
    shared = set.intersection(*words.values())
    for dialect in DIALECTS:
        faults += [f"{dialect}: the word '{word}' is not known elsewhere" for word in words[dialect] - shared
                   if word not in ("text", "integer", "bigint", "smallint")]
    migrations = {d: sorted(p.name for p in (SQL / d / "migrations").glob("*.sql")) for d in DIALECTS}
    if len(set(map(tuple, migrations.values()))) > 1:
        faults.append(f"the dialects have different migrations: {migrations}")
    used = {word for file in pathlib.Path("storage/soci").glob("*.cpp")
            for word in re.findall(r'"([a-z_]+)"', file.read_text())}
    faults += [f"{name}: no code uses it" for name in sorted(set(common).union(*own.values()) - used)]
    print("\n".join(faults), file=sys.stderr)
    sys.exit(bool(faults))


main()
