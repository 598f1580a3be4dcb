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
        self.assertEqual(verbs, ["resume_definition", "pause_definition", "backfill", "trigger"])

    def test_a_name_that_is_nearly_right(self):
        here = self.folder("one", {"hourly": {"type": "misbehave.ok", "schedule": "@hourly"}},
                           f"sqlite:{self.top}/jobs.db")
        here.start().stop()
        for verb in (["trigger"], ["show"], ["next"], ["pause"], ["resume"]):
            self.assert_refused(here.call("recurring", *verb, "hourli"), 2, "did you mean 'hourly'?")

    def test_a_backfill_that_reaches_into_the_future_is_refused(self):
        here = self.folder("one", {"daily": {"type": "misbehave.ok", "schedule": "@daily"}},
                           f"sqlite:{self.top}/jobs.db")
        here.start().stop()
        self.assert_refused(here.call("recurring", "backfill", "daily", "--from", "2026-01-01T00:00:00Z",
                                      "--to", "2999-01-01T00:00:00Z", "--yes"),
                            2, "--to lies in the future", "Give at most the present: --to 2")
        self.assertEqual(self.read(here, "jobs", "list"), [])

    def test_an_instant_of_a_batch_is_backfilled_once(self):
        here = self.folder("one", {}, f"sqlite:{self.top}/jobs.db")
        here.write("jobs.yaml", json.dumps({
            "jobs": {"after": {"type": "misbehave.ok", "after": "many"}},
            "batches": {"many": {"schedule": "0 0 1 1 *", "for_each": ["a", "b"],
                                 "jobs": {"one": {"type": "misbehave.ok"}}}}}))
        here.start().stop()
        words = ["recurring", "backfill", "many", "--from", "2020-01-01T00:00:00Z", "--yes"]
        self.assertEqual(self.read(here, *words, "--to", "2022-01-01T00:00:00Z"), {"instants": 2, "jobs": 6})
        self.assertEqual(self.read(here, *words, "--to", "2022-01-01T00:00:00Z"), {"instants": 2, "jobs": 0})
        self.assertEqual(self.read(here, *words, "--to", "2023-01-01T00:00:00Z"), {"instants": 3, "jobs": 3})
        self.assertIn("all 3 instants had been handed in before",
                      here.call(*words, "--to", "2023-01-01T00:00:00Z").out)

    def test_a_retired_definition_shows_what_it_has_done(self):
        here = self.folder("one", {}, f"sqlite:{self.top}/jobs.db")
        here.write("jobs.yaml", json.dumps({
            "calendars": {"closed": ["2030-01-01"]},
            "jobs": {"gone": {"type": "misbehave.ok", "schedule": {
                "cron": "0 0 1 1 *", "from": "2020-01-01T00:00:00Z", "until": "2040-01-01T00:00:00Z", "jitter": "5m",
                "grace": "2m", "missed": {"run_all": 7}, "except": ["closed"]}}}}))
        host = here.start()
        text = here.call("recurring", "show", "gone").out
        for part in ("from 2020-01-01", "until 2040-01-01", "jitter 5m", "except 2030-01-01 (UTC)",
                     "run_all, the latest 7, grace 2m"):
            self.assertIn(part, text)
        shown = self.read(here, "recurring", "show", "gone")
        self.assertEqual((shown["catch_ups"], shown["grace"], shown["retired_at"]), (7, "2m", None))
        self.assertEqual((shown["rules"][0]["jitter"], shown["rules"][0]["from"]), ("5m", "2020-01-01T00:00:00.000000Z"))
        job = self.read(here, "recurring", "trigger", "gone")["id"]
        here.wait_state(job, "succeeded")
        here.write("jobs.yaml", json.dumps({"jobs": {}}))
        wait_until(lambda: self.read(here, "recurring", "list") == [], "it is retired")
        text = here.call("recurring", "show", "gone").out
        self.assertIn("retired since 2", text)
        self.assertIn(job, text)
        shown = self.read(here, "recurring", "show", "gone")
        self.assertEqual(shown["last_jobs"][0]["id"], job)
        self.assertIsNotNone(shown["retired_at"])
        self.assert_refused(here.call("recurring", "trigger", "gone"), 2, "is retired since 2")
        host.stop()

    def test_a_replaced_run_says_what_took_its_place(self):
        here = self.folder("one", {"long": {"type": "misbehave.sleep", "args": {"seconds": 60},
                                            "schedule": {"every": "2s", "overlap": "replace"}}},
                           f"sqlite:{self.top}/jobs.db")
        here.start()
        wait_until(lambda: self.read(here, "jobs", "list", "--state", "deleted"), "one is replaced")
        deleted = self.read(here, "jobs", "list", "--state", "deleted")[-1]
        text = here.call("jobs", "show", deleted["id"]).out
        self.assertIn("a newer run of its definition, that for 20", text)
        self.assertNotIn("somebody cancelled it", text)

    def test_definitions_that_fire_together_neither_overlap_nor_run_while_one_is_paused(self):
        schedule = {"every": "1s", "overlap": "skip"}
        tick = {"type": "misbehave.ok", "schedule": {"every": "1s"}}
        here = self.folder("one", {
            "a": {"type": "misbehave.ok", "schedule": schedule},
            "b": {"type": "misbehave.sleep", "args": {"seconds": 3}, "schedule": schedule},
            "c": {"type": "misbehave.ok", "after": ["a", "b"]}, "tick": tick}, f"sqlite:{self.top}/jobs.db")
        here.start()

        def jobs(name, *states):
            found = self.read(here, "jobs", "list", "--definition", name)
            return [job for job in found if not states or job["state"] in states]

        def three_have_run():
            self.assertLessEqual(len(jobs("b", "enqueued", "processing")), 1)
            return len(jobs("c", "succeeded")) >= 2
        wait_until(three_have_run, "b has run twice, one after the other")

        paused = here.call("recurring", "pause", "b", "--reason", "why")
        self.assertIn("paused b, and with it a", paused.out)
        listed = self.read(here, "recurring", "list")
        self.assertEqual([(one["is_paused"], one["next_at"]) for one in listed[:2]], [(True, None)] * 2)
        self.assertFalse(listed[2]["is_paused"])
        self.assertIn("paused with b since", here.call("recurring", "list").out)
        wait_until(lambda: not jobs("b", "enqueued", "processing"), "what ran has ended")
        count = len(jobs("b"))
        ticks = len(jobs("tick"))
        wait_until(lambda: len(jobs("tick")) >= ticks + 3, "three seconds have passed")
        self.assertEqual((len(jobs("a")), len(jobs("b"))), (count, count))
        self.assertIn("resumed a, and with it b", here.call("recurring", "resume", "a").out)
        wait_until(lambda: len(jobs("b")) > count, "both go on")
        self.assertIn("together: fires, is skipped, replaced and paused with a", here.call("recurring", "show", "b").out)


if __name__ == "__main__":
    main()
