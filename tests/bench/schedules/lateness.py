"""How late schedules are on an idle host, beside a timer of the same machine in the same minute.

    python3 tests/bench/schedules/lateness.py [--seconds N] [--runs N]

Ten definitions of every second, a tenth of a second apart. For each instant: how long after it the job was there, and how
long after it the code of the job began to run. Beside it a process sleeps until the same instants and looks at the
clock: what it is late by is the machine's own, and is subtracted from the percentiles. Medians of several runs.
JOBHOST_BIN and JOBHOST_TEST_PLUGINS name the folders of the programs and of the test plugins.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import tempfile
import time

PHASES = 10
WARM_UP = 3


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def instants_of(begin, seconds):
    return [begin + second + phase / PHASES for second in range(seconds) for phase in range(PHASES)]


def timer_lateness(instants):
    late = []
    for at in instants:
        pause = at - time.time()
        if pause > 0:
            time.sleep(pause)
        late.append(time.time() - at)
    return late


def host_lateness(folder, seconds, binaries, plugins):
    """Of the jobs' being there, of their code's running, and of a timer."""
    (folder / "plugins").mkdir()
    shutil.copyfile(plugins / "misbehave.so", folder / "plugins" / "misbehave.so")
    begin = int(time.time()) + WARM_UP + 2
    jobs = {f"phase-{phase}": {"type": "misbehave.ok", "schedule": {
        "every": "1s", "from": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(begin)) + f".{phase}Z",
        "until": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(begin + seconds)) + "Z"}}
            for phase in range(PHASES)}
    (folder / "jobs.yaml").write_text(json.dumps({"jobs": jobs}))
    (folder / "jobhost.yaml").write_text(json.dumps({"server": {"name": "bench", "workers": 2},
                                                     "definitions": ["jobs.yaml"]}))
    with open(folder / "log", "w") as log:
        host = subprocess.Popen([binaries / "jobhost", "serve"], cwd=folder, stdout=log, stderr=log)
    try:
        timer = timer_lateness(instants_of(begin, seconds))
        time.sleep(2)
    finally:
        host.send_signal(signal.SIGTERM)
        host.wait(30)
    with contextlib.closing(sqlite3.connect(folder / "jobhost.db")) as database:
        rows = database.execute("SELECT created_at - nominal_at, started_at - nominal_at FROM job "
                                "WHERE nominal_at IS NOT NULL AND started_at IS NOT NULL").fetchall()
    if len(rows) < seconds * PHASES:
        raise SystemExit((folder / "log").read_text() +
                         f"only {len(rows)} of {seconds * PHASES} instants have run")
    return [made / 1e6 for made, _ in rows], [began / 1e6 for _, began in rows], timer


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=int, default=30, help="of each run")
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    binaries = pathlib.Path(os.environ["JOBHOST_BIN"])
    plugins = pathlib.Path(os.environ["JOBHOST_TEST_PLUGINS"])
    table = {}
    for run in range(given.runs):
        with tempfile.TemporaryDirectory(prefix="jobhost-lateness-") as folder:
            made, began, timer = host_lateness(pathlib.Path(folder), given.seconds, binaries, plugins)
        for name, values in (("timer", timer), ("job is there", made), ("code runs", began)):
            for share in (0.5, 0.99):
                table.setdefault((name, share), []).append(percentile(values, share) * 1e3)
        print(f"run {run + 1} of {given.runs} is done", flush=True)
    print(f"{'ms late':14}{'p50':>10}{'p99':>10}{'p50 excess':>13}{'p99 excess':>13}")
    median = {key: statistics.median(values) for key, values in table.items()}
    for name in ("timer", "job is there", "code runs"):
        excess = [median[name, share] - median["timer", share] for share in (0.5, 0.99)]
        print(f"{name:14}{median[name, 0.5]:10.2f}{median[name, 0.99]:10.2f}{excess[0]:13.2f}{excess[1]:13.2f}")


if __name__ == "__main__":
    main()
