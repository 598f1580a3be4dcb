"""When jobs run: queues, priorities, delays and schedules."""
import datetime
import time

from host_under_test import HostTestCase, main, wait_until


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class OrderTest(HostTestCase):
    def order(self, here):
        """Starts a host of one worker; the lines in the order in which their jobs ran."""
        here.start()
        here.wait_count("succeeded", sum(here.counts().values()))
        return [line for _, _, _, line in here.appended()]

    def append(self, here, line, *words):
        return here.enqueue("misbehave.append", {"path": str(here.folder / "runs.txt"), "line": line}, *words)

    def test_the_first_queue_is_served_first(self):
        here = self.place({"server": {"workers": 1}, "queues": {"critical": {}, "default": {}, "reports": {}}})
        for number, queue in enumerate(["reports", "default", "critical"] * 4):
            self.append(here, f"{queue} {number}", "--queue", queue)
        self.assertEqual(self.order(here), [f"{queue} {number + 3 * turn}"
                                            for number, queue in ((2, "critical"), (1, "default"), (0, "reports"))
                                            for turn in range(4)])

    def test_larger_priority_is_sooner_and_equal_ones_run_in_the_order_of_arrival(self):
        here = self.place({"server": {"workers": 1}})
        for number, priority in enumerate([0, 1000, -1000, 0, 1000, -1000]):
            self.append(here, str(number), "--priority", str(priority))
        self.assertEqual(self.order(here), ["1", "4", "0", "3", "2", "5"])

    def test_a_more_urgent_job_that_comes_later_runs_next(self):
        here = self.place({"server": {"workers": 1}, "queues": {"critical": {}, "default": {}}})
        here.start()
        first = here.enqueue("command.run", {"command": ["/bin/sh", "-c",
                                                         "echo waiting; while [ ! -e go ]; do sleep 0.05; done"]})
        here.wait_running(first, "waiting")
        for number in range(3):
            self.append(here, f"default {number}")
        self.append(here, "urgent", "--priority", "500")
        self.append(here, "critical", "--queue", "critical")
        here.write("go", "")
        here.wait_count("succeeded", 6)
        self.assertEqual([run[3] for run in here.appended()],
                         ["critical", "urgent", "default 0", "default 1", "default 2"])

    def test_a_queue_that_is_not_served_waits(self):
        here = self.place()
        here.start()
        other = here.enqueue("misbehave.ok", None, "--queue", "other")
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
        self.assertEqual(here.show(other)["state"], "enqueued")

    def test_no_more_jobs_run_at_once_than_there_are_workers(self):
        here = self.place({"server": {"workers": 2}})
        here.start()
        jobs = [here.enqueue("misbehave.sleep", {"seconds": 0.5}) for _ in range(4)]
        jobs += [here.enqueue("command.run", {"command": ["/bin/sleep", "0.5"]}) for _ in range(4)]
        here.wait_count("succeeded", 8)
        runs = [(instant(job["started_at"]), instant(job["finished_at"])) for job in map(here.show, jobs)]
        for start, _ in runs:
            self.assertLessEqual(sum(begin <= start < end for begin, end in runs), 2)


class DelayTest(HostTestCase):
    def test_a_delayed_job_starts_not_before_its_instant_and_soon_after(self):
        here = self.place()
        here.start()
        # The instants are ours, as a slow machine may let them pass before we could ask for them.
        due = [time.time() + delay for delay in (1, 2, 2.5)]
        texts = [datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat() for at in due]
        jobs = [here.enqueue("misbehave.ok", None, "--at", text) for text in texts]
        for job, due_at in zip(jobs, due):
            late = instant(here.wait_state(job, "succeeded")["started_at"]) - due_at
            self.assertGreaterEqual(late, 0)
            self.assertLess(late, 2)

    def test_a_job_that_became_due_while_no_host_ran_runs_after_the_start(self):
        here = self.place()
        job = here.enqueue("misbehave.ok", None, "--in", "200ms")
        due_at = instant(here.show(job)["due_at"])
        wait_until(lambda: time.time() > due_at, "the instant is over")
        here.start()
        here.wait_state(job, "succeeded")


class ScheduleTest(HostTestCase):
    TICK = {"tick": {"type": "misbehave.ok", "schedule": {"every": "1s"}}}

    def nominal_instants(self, here, definition="tick"):
        jobs = here.json("jobs", "list", "--definition", definition, "--limit", "1000")
        return sorted(instant(job["nominal_at"]) for job in jobs)

    def assert_gapless(self, instants, period=1):
        self.assertEqual(instants, [instants[0] + number * period for number in range(len(instants))])

    def test_a_recurring_job_fires_once_for_each_nominal_instant(self):
        here = self.place(definitions=self.TICK)
        here.start()
        wait_until(lambda: len(self.nominal_instants(here)) >= 5, "five ticks")
        instants = self.nominal_instants(here)
        self.assert_gapless(instants)
        for when in instants:
            self.assertEqual(when, int(when))
        here.wait_count("succeeded", 5)
        for job in here.json("jobs", "list", "--definition", "tick"):
            late = instant(job["created_at"]) - instant(job["nominal_at"])
            self.assertGreaterEqual(late, 0)
            self.assertLess(late, 1)

    def test_a_quiet_restart_neither_drops_nor_doubles_a_tick(self):
        here = self.place(definitions={"tick": {"type": "misbehave.ok", "schedule": {"every": "2s"}}})
        host = here.start()
        wait_until(lambda: len(self.nominal_instants(here)) >= 2, "two ticks")
        self.assertEqual(host.stop(), 0)
        here.start()
        before = len(self.nominal_instants(here))
        wait_until(lambda: len(self.nominal_instants(here)) >= before + 2, "two more ticks")
        self.assertEqual(len(set(self.nominal_instants(here))), len(self.nominal_instants(here)))

    def test_instants_missed_while_no_host_ran_become_one_job_for_the_latest(self):
        here = self.place(definitions=self.TICK)
        host = here.start()
        wait_until(lambda: len(self.nominal_instants(here)) >= 1, "a tick")
        host.kill()
        before = self.nominal_instants(here)
        # Nothing to wait for but the clock: the instants have to be over.
        wait_until(lambda: time.time() > before[-1] + 4, "four instants are missed")

        started = time.time()
        here.start()
        wait_until(lambda: len(self.nominal_instants(here)) >= len(before) + 3, "a late tick and two in time")
        after = [when for when in self.nominal_instants(here) if when not in before]
        self.assert_gapless(after)
        self.assertGreater(after[0], before[-1] + 2)
        self.assertGreaterEqual(after[0], int(started))

    def test_a_schedule_that_came_with_the_start_does_not_fire_for_the_past(self):
        here = self.place(definitions={"daily": {"type": "misbehave.ok", "schedule": "@daily"},
                                       **self.TICK})
        here.start()
        wait_until(lambda: len(self.nominal_instants(here)) >= 2, "two ticks")
        self.assertEqual(self.nominal_instants(here, "daily"), [])

    def test_a_removed_definition_fires_no_more_and_its_jobs_go_on(self):
        here = self.place(definitions=self.TICK)
        host = here.start()
        wait_until(lambda: len(self.nominal_instants(here)) >= 1, "a tick")
        self.assertEqual(host.stop(), 0)
        here.configure(definitions={"tock": {"type": "misbehave.ok", "schedule": {"every": "1s"}}})
        here.start()
        ticks = len(self.nominal_instants(here))
        wait_until(lambda: len(self.nominal_instants(here, "tock")) >= 3, "three tocks")
        self.assertEqual(len(self.nominal_instants(here)), ticks)

    def test_an_unchanged_definition_keeps_its_place_over_a_restart(self):
        here = self.place(definitions=self.TICK)
        self.assertEqual(here.start().stop(), 0)
        host = here.start()
        self.assertIn("0 added, 0 changed, 0 retired", host.log())


if __name__ == "__main__":
    main()
