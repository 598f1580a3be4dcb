"""SIGTERM: running jobs end in order or are given back, queued ones stay, nothing is left behind."""
import os
import signal
import time

from host_under_test import HostTestCase, main, wait_until


class StoppingTest(HostTestCase):
    DEFINITIONS = {
        "polite": {"type": "misbehave.sleep", "args": {"seconds": 600, "polite": True}, "retry": {"attempts": 0}},
        "stubborn": {"type": "misbehave.sleep", "args": {"seconds": 600, "polite": False}, "retry": {"attempts": 0}},
        # Ends when the test says so, by a file, however slow the machine is.
        "short": {"type": "command.run", "args": {"command": [
            "/bin/sh", "-c", "echo begun; while [ ! -e go ]; do sleep 0.05; done"]}},
        "program": {"type": "command.run", "args": {"command": ["/bin/sh", "-c", "echo begun; exec sleep 600"]},
                    "retry": {"attempts": 0}},
        "deaf": {"type": "command.run", "retry": {"attempts": 0}, "args": {"command": [
            "/bin/sh", "-c", "trap '' TERM; echo begun; while :; do sleep 1; done"]}},
        "fails-late": {"type": "command.run", "args": {"command": [
            "/bin/sh", "-c", "echo begun; while [ ! -e go ]; do sleep 0.05; done; exit 3"]}, "retry": {"attempts": 0}},
    }

    def start(self, stop_timeout="10s", **server):
        here = self.place({"server": {"workers": 4, "stop_timeout": stop_timeout, **server}}, self.DEFINITIONS)
        return here, here.start()

    def running(self, here, name, line="sleeping"):
        job = here.enqueue(name)
        here.wait_running(job, line)
        return job

    def stop_and_release(self, here, host):
        """SIGTERM, then the jobs that wait for it may end; the exit code of the host."""
        host.signal(signal.SIGTERM)
        host.wait_log("stopping")
        here.write("go", "")
        return host.wait()

    def assert_gone(self, host):
        self.assertEqual(host.processes(), {})

    def test_an_idle_host_stops_at_once_and_leaves_no_process_behind(self):
        here, host = self.start()
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
        self.assertEqual(host.stop(deadline=10), 0)
        self.assert_gone(host)
        self.assertEqual(os.listdir(here.folder / ".jobhost" / "servers"), [])
        self.assertIn("stopped", host.log().splitlines()[-1])

    def test_a_short_job_ends_within_the_stop_timeout_and_is_recorded(self):
        here, host = self.start("30s")
        job = self.running(here, "short", "begun")
        self.assertEqual(self.stop_and_release(here, host), 0)
        self.assert_gone(host)
        shown = here.show(job)
        self.assertEqual((shown["state"], shown["attempt"], shown["events"]), ("succeeded", 1, []))

    def test_a_job_that_fails_while_the_host_stops_has_failed(self):
        here, host = self.start("30s")
        job = self.running(here, "fails-late", "begun")
        self.assertEqual(self.stop_and_release(here, host), 0)
        shown = here.show(job)
        self.assertEqual((shown["state"], shown["events"][0]["error_code"]), ("failed", "exit_status"))

    def test_a_long_polite_job_is_interrupted_and_gives_its_attempt_back(self):
        here, host = self.start("0s")
        job = self.running(here, "polite")
        begun = time.monotonic()
        self.assertEqual(host.stop(), 0)
        self.assertLess(time.monotonic() - begun, 4, "it was asked, not killed")
        self.assert_gone(host)
        shown = here.show(job)
        self.assertEqual((shown["state"], shown["attempt"], shown["crashes"]), ("enqueued", 0, 0))
        self.assertEqual([(event["cause"], event["error_code"]) for event in shown["events"]],
                         [("interrupted", "interrupted")])
        self.assertNotIn("killed", shown["events"][0]["message"])

        here.start()
        wait_until(lambda: here.log_of(job).count("sleeping") == 2, "it runs again")
        shown = here.show(job)
        self.assertEqual((shown["state"], shown["attempt"], shown["recoveries"]), ("processing", 1, 0))

    def test_a_stubborn_job_is_killed_after_the_stop_timeout_and_given_back(self):
        here, host = self.start("1s")
        job = self.running(here, "stubborn")
        begun = time.monotonic()
        self.assertEqual(host.stop(), 0)
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        self.assert_gone(host)
        shown = here.show(job)
        self.assertEqual((shown["state"], shown["attempt"], shown["crashes"]), ("enqueued", 0, 0))
        self.assertEqual(shown["events"][0]["cause"], "interrupted")
        self.assertIn("killed", shown["events"][0]["message"])

    def test_a_program_ends_with_its_job(self):
        here, host = self.start("0s")
        job = self.running(here, "program", "begun")
        self.assertEqual(host.stop(), 0)
        self.assert_gone(host)
        shown = here.show(job)
        self.assertEqual((shown["state"], shown["attempt"]), ("enqueued", 0))

    def test_a_program_that_is_deaf_to_sigterm_ends_too(self):
        here, host = self.start("0s")
        job = self.running(here, "deaf", "begun")
        self.assertEqual(host.stop(), 0)
        wait_until(lambda: not host.processes(), "the program is gone", deadline=2)
        self.assertEqual((here.show(job)["state"], here.show(job)["attempt"]), ("enqueued", 0))

    def test_further_signals_hurry(self):
        here, host = self.start("10m")
        job = self.running(here, "stubborn")
        begun = time.monotonic()
        host.signal(signal.SIGTERM)
        host.wait_log("stopping")
        self.assertTrue(host.is_running())
        host.signal(signal.SIGTERM)
        host.wait_log("cancelled")
        self.assertEqual(host.wait(), 0)
        self.assertLess(time.monotonic() - begun, 20)
        self.assert_gone(host)
        self.assertEqual(here.show(job)["state"], "enqueued")

    def test_queued_jobs_stay_queued_and_nothing_new_begins(self):
        here, host = self.start("30s", workers=2)
        running = [self.running(here, "short", "begun") for _ in range(2)]
        queued = here.enqueue_lines([{"type": "misbehave.append", "args": {
            "path": str(here.folder / "runs.txt")}}] * 20)
        delayed = here.enqueue("misbehave.ok", None, "--in", "1h")
        self.assertEqual(self.stop_and_release(here, host), 0)
        for job in running:
            self.assertEqual(here.show(job)["state"], "succeeded")
        self.assertEqual(here.appended(), [])
        for job in queued:
            shown = here.show(job)
            self.assertEqual((shown["state"], shown["attempt"]), ("enqueued", 0))
        self.assertEqual(here.show(delayed)["state"], "scheduled")

        here.start()
        here.wait_count("succeeded", 22)

    def test_a_host_stopped_in_the_middle_of_many_short_jobs_loses_and_repeats_none(self):
        here, host = self.start("10s", workers=8)
        path = str(here.folder / "runs.txt")
        jobs = here.enqueue_lines([{"type": "misbehave.append", "args": {"path": path}}] * 500)
        for turn in range(3):
            wait_until(lambda least=100 * (turn + 1): len(here.appended()) >= least, "some more jobs ran")
            self.assertEqual(host.stop(), 0)
            self.assert_gone(host)
            self.assertEqual(here.count("processing"), 0)
            self.assertEqual(here.count("succeeded"), len(here.appended()))
            host = here.start()
        here.wait_count("succeeded", 500)
        self.assertEqual(sorted(run[0] for run in here.appended()), sorted(jobs))

    def test_a_host_that_is_stopped_while_it_starts_ends(self):
        here, host = self.start()
        self.assertEqual(host.stop(), 0)
        host = here.start(wait=False)
        self.assertIn(host.stop(), (0, -signal.SIGTERM))
        wait_until(lambda: not host.processes(), "nothing is left", deadline=10)
        here.start()
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")

    def test_a_terminal_interrupt_to_the_whole_group_spares_the_workers(self):
        here, host = self.start("30s")
        job = self.running(here, "short", "begun")
        os.killpg(host.pid, signal.SIGINT)
        host.wait_log("stopping")
        here.write("go", "")
        self.assertEqual(host.wait(), 0)
        self.assertEqual(here.show(job)["state"], "succeeded")


if __name__ == "__main__":
    main()
