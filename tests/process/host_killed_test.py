"""kill -9 of a host in the middle of work: nothing is lost, nothing is recorded twice."""
import os
import signal
import subprocess
import time

from host_under_test import QUICK_RETRY, HostTestCase, main, wait_until


class HostKilledTest(HostTestCase):
    def definitions(self):
        return {
            "sleep": {"type": "misbehave.sleep", "args": {"seconds": 600}, "retry": {"attempts": 0}},
            "spin": {"type": "misbehave.spin", "timeout": "1h", "retry": {"attempts": 0}},
            "program": {"type": "command.run", "args": {"command": ["/bin/sleep", "600"]}, "retry": {"attempts": 0}},
            "flaky-once": {"type": "misbehave.flaky", "args": {"failures": 1}, "retry": {**QUICK_RETRY, "attempts": 1}},
            # Waits for a file in its first run, so that a test can hold it, and then says who it is.
            "held": {"type": "command.run", "retry": {"attempts": 0}, "args": {"command": [
                "/bin/sh", "-c", "echo $JOBHOST_JOB_ID $JOBHOST_ATTEMPT $JOBHOST_LEASE held >>runs.txt; echo waiting; "
                                 "while [ ! -e go ]; do sleep 0.05; done"]}},
        }

    def setUp(self):
        self.here = self.place({"server": {"workers": 4, "stop_timeout": "0s"}}, self.definitions())
        self.host = self.here.start()

    def kill_host(self):
        """kill -9, and until nothing of the host is left."""
        self.host.kill()
        killed = time.monotonic()
        wait_until(lambda: not self.host.workers(), "its workers are gone")
        return time.monotonic() - killed

    def test_workers_end_within_a_second_even_spinning_ones(self):
        jobs = [self.here.enqueue("sleep"), self.here.enqueue("spin")]
        self.here.wait_running(jobs[0], "sleeping")
        self.here.wait_running(jobs[1], "spinning")
        self.assertGreaterEqual(len(self.host.workers()), 2)
        self.assertLess(self.kill_host(), 1)

    def test_programs_that_jobs_started_do_not_outlive_the_host(self):
        job = self.here.enqueue("held")
        self.here.wait_running(job, "waiting")
        self.host.kill()
        wait_until(lambda: not self.host.processes(), "all that the host started is gone", deadline=5)

    def test_a_job_runs_again_at_once_with_a_higher_lease_and_no_retry_used(self):
        job = self.here.enqueue("held")
        self.here.wait_running(job, "waiting")
        self.assertEqual(self.here.show(job)["state"], "processing")
        self.kill_host()

        self.here.start()
        begun = time.monotonic()
        wait_until(lambda: len(self.here.appended()) == 2, "it runs again")
        self.assertLess(time.monotonic() - begun, 5)
        self.here.write("go", "")
        shown = self.here.wait_state(job, "succeeded", "failed", "scheduled")
        self.assertEqual((shown["state"], shown["recoveries"], shown["crashes"]), ("succeeded", 1, 0))
        (_, first_attempt, first_lease, _), (_, attempt, lease, _) = self.here.appended()
        self.assertGreater(int(lease), int(first_lease))
        self.assertEqual((int(first_attempt), int(attempt)), (1, 2))
        self.assertEqual([event["cause"] for event in shown["events"]], ["recovered"])
        self.assertIn("recoveries", self.here.ask("jobs", "show", job))

    def test_a_recovered_job_still_has_all_its_retries(self):
        job = self.here.enqueue("sleep")
        self.here.wait_running(job, "sleeping")
        for turn in range(2):
            self.kill_host()
            self.host = self.here.start()
            wait_until(lambda seen=turn + 2: self.here.log_of(job).count("sleeping") == seen, "it runs again")
        shown = self.here.show(job)
        self.assertEqual((shown["state"], shown["recoveries"], shown["attempt"]), ("processing", 2, 3))

    def test_queued_delayed_and_retrying_jobs_are_still_there(self):
        here = self.here
        running = [here.enqueue("sleep") for _ in range(4)]
        for job in running:
            here.wait_running(job, "sleeping")
        here.enqueue("misbehave.ok", None, "--in", "1s")
        here.enqueue_lines([{"type": "misbehave.ok"}] * 20)
        self.kill_host()
        here.configure({"server": {"workers": 8, "stop_timeout": "0s"}}, self.definitions())
        here.start()
        here.wait_count("succeeded", 21)
        self.assertEqual(here.count("processing"), 4)

    def test_a_host_that_was_stopped_and_killed_at_once_is_recovered_too(self):
        job = self.here.enqueue("spin")
        self.here.wait_running(job, "spinning")
        self.host.signal(signal.SIGSTOP)
        self.assertLess(self.kill_host(), 1)
        self.host = self.here.start()
        wait_until(lambda: self.here.log_of(job).count("spinning") == 2, "it runs again", deadline=10)

    def test_an_idle_host_that_was_killed_leaves_nothing_to_recover(self):
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")
        self.kill_host()
        host = self.here.start()
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")
        self.assertEqual(host.stop(), 0)

    def test_a_host_killed_at_any_moment_of_its_start_does_no_harm(self):
        path = str(self.here.folder / "runs.txt")
        self.kill_host()
        jobs = self.here.enqueue_lines([{"type": "misbehave.append", "args": {"path": path}}] * 50)
        for turn in range(20):
            host = self.here.start(wait=False)
            try:
                host.wait(deadline=turn * 0.02)  # not a wait for something: the kill falls a little later each time
                self.fail("the host ended by itself")
            except subprocess.TimeoutExpired:
                host.kill()
        self.here.start()
        self.here.wait_count("succeeded", 50)
        runs = self.here.appended()
        self.assertEqual({run[0] for run in runs}, set(jobs))
        self.assertEqual(len({(run[0], run[2]) for run in runs}), len(runs), "two runs with one lease")

    def test_a_dead_host_whose_lock_was_moved_away_is_recovered_at_once_when_it_is_back(self):
        job = self.here.enqueue("held")
        self.here.wait_running(job, "waiting")
        self.kill_host()
        state, away = self.here.folder / ".jobhost", self.here.folder / "away"
        state.rename(away)
        second = self.here.start()
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")
        self.assertEqual(self.here.show(job)["state"], "processing", "nothing proves yet that its host has ended")
        second.stop()

        for lock in (away / "servers").iterdir():
            lock.rename(state / "servers" / lock.name)
        self.here.write("go", "")
        begun = time.monotonic()
        self.here.start()
        self.assertEqual(self.here.wait_state(job, "succeeded")["recoveries"], 1)
        self.assertLess(time.monotonic() - begun, 10)

    def test_lock_files_of_dead_hosts_do_not_pile_up(self):
        for _ in range(3):
            self.kill_host()
            self.host = self.here.start()
        self.assertEqual(self.host.stop(), 0)
        locks = self.here.folder / ".jobhost" / "servers"
        self.assertEqual(os.listdir(locks), [])


class ManyJobsTest(HostTestCase):
    JOBS = 2000
    KILLS = 4

    def test_a_host_killed_again_and_again_runs_every_job_and_records_each_lease_once(self):
        here = self.place({"server": {"workers": 8}})
        path = str(here.folder / "runs.txt")
        jobs = here.enqueue_lines([{"type": "misbehave.append", "args": {"path": path}}] * self.JOBS)
        self.assertEqual(len(set(jobs)), self.JOBS)

        host = here.start()
        for turn in range(self.KILLS):
            # Each time after some more work, so that the kill falls somewhere else.
            wait_until(lambda least=(turn + 1) * self.JOBS // 6: len(here.appended()) >= least, "some more jobs ran")
            host.kill()
            host = here.start()
        here.wait_count("succeeded", self.JOBS, deadline=180)

        runs = here.appended()
        self.assertEqual({run[0] for run in runs}, set(jobs))
        self.assertEqual(len({(run[0], run[2]) for run in runs}), len(runs), "two runs with one lease")
        self.assertEqual(here.count("failed", "deleted", "processing", "enqueued", "scheduled"), 0)
        repeated = len(runs) - self.JOBS
        self.assertLessEqual(repeated, self.KILLS * 8, "more was repeated than could have been running")
        recovered = [job for job in here.json("jobs", "list", "--limit", "100000") if job["recoveries"]]
        for job in recovered:
            self.assertEqual(job["crashes"], 0)
            self.assertGreaterEqual(job["attempt"], 1)
        self.assertLessEqual(sum(job["recoveries"] for job in recovered), self.KILLS * 8 * 2)


if __name__ == "__main__":
    main()
