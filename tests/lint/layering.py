#!/usr/bin/env python3
"""Who may include whom. A room that is not listed on the right may not be named on the left."""
import pathlib
import re
import sys

MAY_INCLUDE = {
    # room           rooms it may name                                 why it ends there
    "plugin_sdk":    set(),                                          # outsiders compile it alone
    "plugins":       {"plugin_sdk"},                                 # a plugin is an outsider too
    "storage/model": set(),                                          # pure values; testable without anything
    "storage/soci":  {"storage", "storage/model"},                   # implements the stores
    "storage":       {"storage/model"},                              # interfaces only
    "config":        {"storage/model"},                              # a definition speaks of queues and schedules
    "host/worker":   {"plugin_sdk"},                                 # runs foreign code; knows no database
    "host":          {"host/worker", "config", "storage", "storage/model", "plugin_sdk"},
}
# Libraries behind a wall: prefix of the include, folders that may name it, and why.
WALLS = [
    ("soci/", ("storage/soci", "tests"), "its quirks stay in one folder"),
    ("sqlite3.h", ("storage/soci", "storage/bench", "plugins", "tests"), "the host speaks to databases through storage"),
    ("yaml-cpp/", ("config",), "YAML is read in one room"),
    ("cctz/", ("storage/model",), "time zones are the schedule's business"),
    ("boost/json", ("storage", "config", "host", "tests"), "the model and the SDK hand JSON on as text"),
    ("boost/", ("host", "tests"), "sockets, timers and libraries belong to the host"),
    ("dlfcn.h", ("host/worker", "tests"), "foreign code is loaded by what a worker runs, in its program or in the host"),
]
SOURCES = (".h", ".hpp", ".c", ".cpp")


def room_of(path):
    """The innermost room that holds `path`; the SDK is included as <jobhost/...>."""
    if path.startswith("jobhost/"):
        return "plugin_sdk"
    return next((room for room in sorted(MAY_INCLUDE, key=len, reverse=True) if path.startswith(room + "/")), None)


def faults_in(file):
    room = room_of(file)
    text = pathlib.Path(file).read_text(encoding="utf-8")
    for include in re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)', text, re.M):
        target = room_of(include)
        if room and target and target != room and target not in MAY_INCLUDE[room]:
            yield f"{file}: {room} may not include {include}"
        wall = next((wall for wall in WALLS if include.startswith(wall[0])), None)
        if wall is None:
            continue
        _, homes, reason = wall
        inside = any(file.startswith(home + "/") for home in homes)
        if not inside or (include.startswith("boost/") and room == "storage/model"):
            yield f"{file}: <{include}> is only for {', '.join(homes)}: {reason}"


def main():
    rooms = ("plugin_sdk", "plugins", "storage", "config", "host", "samples", "tests")
    files = sorted(str(p) for room in rooms for p in pathlib.Path(room).rglob("*") if p.suffix in SOURCES)
    if not files:
        sys.exit("layering.py: no sources here; run it from the top of the repository")
    faults = [fault for file in files for fault in faults_in(file)]
    print("\n".join(faults), file=sys.stderr)
    sys.exit(bool(faults))


main()
