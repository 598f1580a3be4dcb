"""Schedules: each instant exactly once, whatever becomes of the hosts; and what people do with them.

With --long, ten minutes instead of one.
"""
import collections
import datetime
import json
import random
import sys
import time

from host_under_test import HostTestCase, main, wait_until
from postgres_cluster import PostgresCluster

SECONDS = 600 if "--long" in sys.argv else 60
if "--long" in sys.argv:
    sys.argv.remove("--long")

# The latest thousand missed instants run: what a killed host leaves is made up for by whoever comes next.
EACH_SECOND = {"type": "misbehave.ok", "schedule": {"every": "1s", "missed": "run_all"}}


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class RecurringTestCase(HostTestCase):
    def folder(self, name, definitions, url):
        return self.place({"server": {"name": name, "workers": 2, "stop_timeout": "0s"}, "storage": {"url": url}},
                          definitions, name=name)

    def read(self, here, *words):
        output = here.call(*words, "--json")
        self.assertEqual(output.code, 0, output)
        return json.loads(output.out)


class KilledHostsTest(RecurringTestCase):
    def instants_of(self, here, name):
        """How many jobs each instant of a definition has had."""
        jobs = self.read(here, "jobs", "list", "--definition", name, "--limit", "1000")
        return collections.Counter(job["nominal_at"] for job in jobs)

    def check_each_instant_comes_once(self, url):
        chance = random.Random(20261128)
        names = [f"tick-{number}" for number in range(5)]
        definitions = {name: EACH_SECOND for name in names}
        places = [self.folder(f"host-{number}", definitions, url) for number in range(3)]
        hosts = [place.start() for place in places]
        begun = time.monotonic()
        kills = 0
        while time.monotonic() - begun < SECONDS:
            time.sleep(chance.uniform(2, 4))
            victim = chance.randrange(3)
            hosts[victim].kill()
            hosts[victim] = places[victim].start()
            kills += 1
        for name in names:
            here = places[0]
            wait_until(lambda: len(self.instants_of(here, name)) >= SECONDS - 1, f"{name} has caught up")
            found = self.instants_of(here, name)
            self.assertEqual([at for at, count in found.items() if count != 1], [], name)
            times = sorted(instant(at) for at in found)
            gaps = [(a, b) for a, b in zip(times, times[1:]) if b - a != datetime.timedelta(seconds=1)]
            self.assertEqual(gaps, [], name)
        print(f"{len(names)} schedules, {SECONDS} s, {kills} hosts killed: each instant once", flush=True)

    def test_each_instant_comes_exactly_once_on_sqlite(self):
        self.check_each_instant_comes_once(f"sqlite:{self.top}/shared.db")

    def test_each_instant_comes_exactly_once_on_postgresql(self):
        with PostgresCluster() as cluster:
            self.check_each_instant_comes_once(cluster.url(cluster.create_database()))


class RecurringTest(RecurringTestCase):
    def test_a_definition_is_paused_triggered_and_backfilled(self):
        here = self.folder("one", {"daily": {"type": "misbehave.ok", "schedule": "0 0 1 1 *"},
                                   "plain": {"type": "misbehave.ok"}},
                           f"sqlite:{self.top}/jobs.db")
        here.start().wait_ready()
        listed = self.read(here, "recurring", "list")
        self.assertEqual([one["name"] for one in listed], ["daily"])
        self.assertTrue(listed[0]["next_at"].endswith("-01-01T00:00:00.000000Z"))
        due = self.read(here, "recurring", "next", "daily", "--from", "2030-06-01T00:00:00Z", "--count", "2")
        self.assertEqual(due, {"occurrences": ["2031-01-01T00:00:00.000000Z", "2032-01-01T00:00:00.000000Z"]})

        job = self.read(here, "recurring", "trigger", "daily")["id"]
        here.wait_state(job, "succeeded")
        self.assertEqual(self.read(here, "recurring", "show", "daily")["last_jobs"][0]["id"], job)

        words = ["recurring", "backfill", "daily", "--from", "2020-01-01T00:00:00Z", "--to", "2024-01-01T00:00:00Z"]
        refused = here.call(*words)
        self.assertEqual(refused.code, 2)
        self.assertIn("would hand in 4 runs of daily, from 2020-01-01 00:00:00 to 2023-01-01 00:00:00", refused.err)
        self.assertEqual(self.read(here, *words, "--yes"), {"instants": 4, "jobs": 4})
        self.assertEqual(self.read(here, *words, "--yes"), {"instants": 4, "jobs": 0})

        self.assertEqual(here.call("recurring", "pause", "daily", "--reason", "holidays").code, 0)
        paused = self.read(here, "recurring", "list")[0]
        self.assertEqual((paused["is_paused"], paused["reason"], paused["next_at"]), (True, "holidays", None))
        self.assertEqual(here.call("recurring", "resume", "daily").code, 0)
        self.assertFalse(self.read(here, "recurring", "list")[0]["is_paused"])
        self.assertEqual(here.call("recurring", "pause", "plain").code, 2)
        self.assertEqual(here.call("recurring", "show", "nobody").code, 2)
        verbs = [one["verb"] for one in self.read(here, "commands", "list")]
        self.assertEqual(verbs, ["resume_definition", "pause_definition", "backfill", "backfill", "trigger"])


if __name__ == "__main__":
    main()
