"""Replaces a plugin again and again while its jobs run, in every way in which files come; see run.sh."""
import argparse
import datetime
import os
import pathlib
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))
from host_under_test import DEADLINE, Place, wait_until  # noqa: E402
from living_plugin import WAYS, version  # noqa: E402

QUEUES = ["critical", "default", "reports", "mail"]
# By then all that a host makes once is there; after it, no descriptor and no memory are to stay behind.
WARM_UP = 20
MOST_MORE_DESCRIPTORS = 50  # those of eight workers, as many as may be at hand
MOST_MORE_MEMORY = 20


class Load(threading.Thread):
    """Hands in jobs for all queues until it is told to stop."""

    def __init__(self, place):
        super().__init__(daemon=True)
        self.place, self.count, self.has_to_stop, self.fault = place, 0, threading.Event(), None

    def run(self):
        lines = [{"type": "living.version", "queue": queue} for queue in QUEUES] * 20
        lines += [{"type": "living.wait", "queue": queue} for queue in QUEUES]
        try:
            while not self.has_to_stop.is_set():
                self.count += len(self.place.enqueue_lines(lines))
                wait_until(lambda: self.place.count("enqueued") < 400, "the host keeps up")
        except Exception as fault:  # pylint: disable=broad-except
            self.fault = fault


def facts(pid):
    """How many descriptors the host has, and how many MiB of memory."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return len(os.listdir(f"/proc/{pid}/fd")), int(status.split("VmRSS:")[1].split()[0]) / 1024


def live_at(host, generation):
    """When the host says that it became live, in seconds since 1970."""
    wanted = f"(generation {generation}) is live"
    line = wait_until(lambda: next((line for line in host.log().splitlines() if wanted in line), None), wanted)
    return datetime.datetime.fromisoformat(line.split()[0].replace("Z", "+00:00")).timestamp()


def replace(here, host, number):
    """The seconds from the last byte of the next version to its being live."""
    file = here.folder / "plugins/living.so"
    if number % 10 == 5:
        bad = [b"no library", version(2).read_bytes()[:20000], version(3).read_bytes()]
        file.write_bytes(bad[number // 10 % len(bad)])
        host.wait_log("living.so is refused", number // 10 + 1)
    WAYS[number % len(WAYS)](version(2 - number % 2), file)
    written = time.time()
    return live_at(host, number + 2) - written


def mapped(pid):
    """How many versions of the plugin are in the host's memory: each is a file of its own, by inode."""
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
    return len({line.split()[4] for line in maps.splitlines() if re.search("jobhost-plugin|living", line)})


def faults_of(here, host, load, is_inside):
    """What is not as it has to be, at the end."""
    if load.fault:
        yield f"jobs could not be handed in: {load.fault}"
    wait_until(lambda: here.count("enqueued", "processing", "scheduled") == 0, "all jobs have ended", 300)
    counts = {state: count for state, count in here.counts().items() if count}
    if counts != {"succeeded": load.count}:
        yield f"of {load.count} jobs: {counts}"
    repeated = here.json("jobs", "list", "--state", "succeeded", "--limit", "1000")
    if any(job["attempt"] != 1 for job in repeated):
        yield "a job ran more than once"
    # Two are live: the one before the latest has a type that this has not.
    try:
        wait_until(lambda: mapped(host.pid) == (2 if is_inside else 0), "", 30)
    except AssertionError:
        yield f"{mapped(host.pid)} versions of the plugin are mapped in the host"
    if "stays in the host's memory" in host.log():
        yield "a version stays in the host's memory"
    wait_until(lambda: len(host.workers()) <= 2 * 4, "the workers of old versions have ended")


def run(folder, reloads, isolation):
    settings = {"plugins": {"isolation": isolation}, "server": {"workers": 4}, "queues": {name: {} for name in QUEUES}}
    here = Place(folder, settings, plugins=())
    shutil.copyfile(version(1), here.folder / "plugins/living.so")
    host = here.start()
    try:
        load = Load(here)
        load.start()
        times, before = [], None
        for number in range(reloads):
            times.append(replace(here, host, number))
            if number == WARM_UP:
                before = facts(host.pid)
            if sys.stdout.isatty():
                print(f"\r{number + 1} of {reloads}", end="", flush=True)
        load.has_to_stop.set()
        load.join(DEADLINE)
        faults = list(faults_of(here, host, load, isolation == "in_process"))
        after = facts(host.pid)
        if before and after[0] > before[0] + MOST_MORE_DESCRIPTORS:
            faults.append(f"{before[0]} descriptors became {after[0]}")
        if before and after[1] > before[1] + MOST_MORE_MEMORY:
            faults.append(f"{before[1]:.0f} MiB became {after[1]:.0f} MiB")
        if host.stop() != 0:
            faults.append("the host did not end in order")
        times.sort()
        print(f"\nreloads: {reloads}, jobs: {load.count}, write to live: p50 {statistics.median(times):.3f} s, "
              f"p95 {times[int(len(times) * .95)]:.3f} s, worst {times[-1]:.3f} s, "
              f"descriptors {before and before[0]} -> {after[0]}, memory {before and round(before[1])} -> "
              f"{round(after[1])} MiB, faults: {len(faults)}")
        return faults
    finally:
        host.clean_up()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reloads", type=int, default=40, help="how many (40)")
    parser.add_argument("--isolation", default="process", help="of the plugin (process)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jobhost-reload-") as folder:
        faults = run(folder, options.reloads, options.isolation)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
