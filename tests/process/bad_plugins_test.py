"""Jobs that crash, hang and flood: the host and the jobs of others go on."""
import os
import pathlib
import signal
import unittest

from host_under_test import BIN, QUICK_RETRY, HostTestCase, main, wait_until

ONCE = {"attempts": 0}


class BadPluginTest(HostTestCase):
    DEFINITIONS = {
        "throw": {"type": "misbehave.throw", "retry": ONCE},
        "crash": {"type": "misbehave.crash", "retry": ONCE},
        "crash-by-division": {"type": "misbehave.crash", "args": {"signal": signal.SIGFPE}, "retry": ONCE},
        "crash-on-the-bus": {"type": "misbehave.crash", "args": {"signal": signal.SIGBUS}, "retry": ONCE},
        "overflow-stack": {"type": "misbehave.overflow_stack", "retry": ONCE},
        "abort": {"type": "misbehave.abort", "retry": ONCE},
        "exit0": {"type": "misbehave.exit", "args": {"status": 0}, "retry": ONCE},
        "exit7": {"type": "misbehave.exit", "args": {"status": 7}, "retry": ONCE},
        "throw-in-thread": {"type": "misbehave.throw_in_thread", "retry": ONCE},
        "spin": {"type": "misbehave.spin", "timeout": "300ms", "kill_after": "200ms", "retry": ONCE},
        "deaf": {"type": "misbehave.spin", "kill_after": "200ms", "retry": ONCE},
        "close-descriptors": {"type": "misbehave.close_descriptors", "retry": ONCE},
        "crash-twice": {"type": "misbehave.crash_times", "args": {"count": 2}, "retry": QUICK_RETRY},
        "crash-always": {"type": "misbehave.crash", "retry": QUICK_RETRY},
        "sleep": {"type": "misbehave.sleep", "args": {"seconds": 600, "polite": True}, "retry": QUICK_RETRY},
    }

    def setUp(self):
        self.here = self.place({"server": {"workers": 4, "stop_timeout": "0s"}}, self.DEFINITIONS)
        self.host = self.here.start()

    def tearDown(self):
        self.assert_nothing_left()
        self.assertEqual(self.host.stop(), 0)
        self.assertEqual(self.host.processes(), {})

    def assert_nothing_left(self):
        """Besides the host there are workers and what command.run keeps beside its own, and no zombie."""
        wait_until(lambda: set(self.host.processes().values()) <= {"jobhost", "jobhost-worker", "jobhost-guard"} and
                   not self.host.zombies(), "what jobs have started is gone", deadline=10)

    def start_neighbours(self):
        """A job of the same plugin and one of another, which run until their files come."""
        self.files = [self.here.folder / "go-1", self.here.folder / "go-2"]
        waits = "while [ ! -e {} ]; do sleep 0.1; done"
        jobs = [self.here.enqueue("misbehave.sleep", {"seconds": 4}),
                self.here.enqueue("command.run", {"command": ["/bin/sh", "-c",
                                                             "echo waiting; " + waits.format(self.files[1])]})]
        self.here.wait_running(jobs[0], "sleeping")
        self.here.wait_running(jobs[1], "waiting")
        return jobs

    def assert_untouched(self, jobs):
        self.files[1].touch()
        for job in jobs:
            shown = self.here.wait_state(job, "succeeded", "failed", "scheduled")
            self.assertEqual((shown["state"], shown["attempt"], shown["events"]), ("succeeded", 1, []))
        self.assertTrue(self.host.is_running())
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")
        self.assert_nothing_left()

    def check(self, definition, code, *words, reason="exhausted", crashes=0):
        neighbours = self.start_neighbours()
        shown = self.here.wait_state(self.here.enqueue(definition), "failed", "succeeded")
        self.assertEqual((shown["state"], shown["reason"]), ("failed", reason))
        event = shown["events"][-1]
        self.assertEqual(event["error_code"], code, event)
        for word in words:
            self.assertIn(word, event["message"])
        self.assertEqual(shown["crashes"], crashes)
        self.assert_untouched(neighbours)

    def test_a_job_that_throws_fails(self):
        neighbours = self.start_neighbours()
        shown = self.here.wait_state(self.here.enqueue("throw"), "failed")
        self.assertIn("thrown by misbehave", shown["events"][0]["message"])
        self.assertEqual(shown["crashes"], 0)
        self.assert_untouched(neighbours)

    def test_a_segmentation_fault_is_a_crash(self):
        self.check("crash", "crashed", "killed by SIGSEGV", crashes=1)

    def test_a_division_by_zero_is_a_crash(self):
        self.check("crash-by-division", "crashed", "killed by SIGFPE", crashes=1)

    def test_a_bus_error_is_a_crash(self):
        self.check("crash-on-the-bus", "crashed", "killed by SIGBUS", crashes=1)

    def test_a_stack_that_overflows_is_a_crash(self):
        self.check("overflow-stack", "crashed", "killed by SIGSEGV", crashes=1)

    def test_an_abort_is_a_crash(self):
        self.check("abort", "crashed", "killed by SIGABRT", crashes=1)

    def test_exit_with_status_0_is_a_crash_and_no_success(self):
        self.check("exit0", "crashed", "exited with status 0 before the job ended", crashes=1)

    def test_exit_with_another_status_is_a_crash(self):
        self.check("exit7", "crashed", "exited with status 7 before the job ended", crashes=1)

    def test_an_exception_in_a_thread_of_the_job_is_a_crash(self):
        self.check("throw-in-thread", "crashed", "killed by SIGABRT", crashes=1)

    def test_a_job_that_never_ends_is_timed_out(self):
        self.check("spin", "timed_out", "was killed", reason="timed_out")

    def test_a_job_that_is_deaf_to_a_person_who_cancels_it_is_killed(self):
        neighbours = self.start_neighbours()
        job = self.here.enqueue("deaf")
        self.here.wait_running(job, "spinning")
        self.here.ask("jobs", "cancel", job)
        shown = self.here.wait_state(job, "deleted", "failed", "scheduled", "succeeded")
        self.assertEqual((shown["state"], shown["reason"], shown["crashes"]), ("deleted", "cancelled", 0))
        self.assert_untouched(neighbours)

    def test_a_job_that_leaves_a_daemon_behind_ends_and_keeps_nobody_waiting(self):
        neighbours = self.start_neighbours()
        file = self.here.folder / "daemon"
        job = self.here.enqueue("misbehave.daemon", {"path": str(file)})
        self.assertEqual(self.here.wait_state(job, "succeeded", "failed")["state"], "succeeded")
        daemon = int(wait_until(lambda: file.exists() and file.read_text(), "the daemon lives"))
        self.assert_untouched(neighbours)
        # Its worker goes on; when the host stops, that ends, and the daemon with it.
        self.assertEqual(self.host.stop(), 0)
        self.assert_gone(daemon)
        self.host = self.here.start()

    def test_what_a_killed_host_has_left_behind_is_ended_by_the_next_one(self):
        file = self.here.folder / "daemon"
        self.here.wait_state(self.here.enqueue("misbehave.daemon", {"path": str(file)}), "succeeded")
        daemon = int(wait_until(lambda: file.exists() and file.read_text(), "the daemon lives"))
        self.host.kill()
        self.host = self.here.start()
        self.assert_gone(daemon)

    def assert_gone(self, process):
        def is_gone():
            try:
                os.kill(process, 0)
                return "zombie" in pathlib.Path(f"/proc/{process}/status").read_text()
            except (ProcessLookupError, FileNotFoundError):
                return True
        wait_until(is_gone, "the daemon is gone", deadline=10)

    def test_a_job_that_closes_every_descriptor_is_a_crash(self):
        self.check("close-descriptors", "crashed", "closed its socket", crashes=1)

    def test_a_crash_uses_a_retry_with_the_reason_recorded(self):
        shown = self.here.wait_state(self.here.enqueue("crash-twice"), "succeeded", "failed")
        self.assertEqual((shown["state"], shown["attempt"], shown["crashes"]), ("succeeded", 3, 2))
        self.assertEqual([(event["cause"], event["error_code"]) for event in shown["events"]],
                         [("retried", "crashed")] * 2)
        self.assertIn("SIGSEGV", self.here.ask("jobs", "show", shown["id"]))

    def test_the_third_crash_is_quarantined_whatever_retries_are_left(self):
        shown = self.here.wait_state(self.here.enqueue("crash-always"), "failed")
        self.assertEqual((shown["reason"], shown["attempt"], shown["crashes"]), ("quarantined", 3, 3))

    def test_many_crashes_do_not_wear_the_host_down(self):
        self.here.enqueue_lines([{"type": "crash-always"}] * 20 + [{"type": "misbehave.ok"}] * 20)
        self.here.wait_count("failed", 20)
        self.here.wait_count("succeeded", 20)
        self.assertTrue(self.host.is_running())

    def test_a_worker_killed_from_outside_is_a_retry_with_the_reason(self):
        job = self.here.enqueue("sleep")
        self.here.wait_running(job, "sleeping")
        for worker in self.host.workers():
            os.kill(worker, signal.SIGKILL)
        shown = wait_until(lambda: (lambda seen: seen["events"] and seen)(self.here.show(job)), "the crash is seen")
        self.assertEqual((shown["events"][0]["error_code"], shown["events"][0]["cause"]), ("crashed", "retried"))
        self.assertIn("killed by SIGKILL", shown["events"][0]["message"])
        wait_until(lambda: self.here.log_of(job).count("sleeping") == 2, "it runs again")
        self.assertEqual(self.here.show(job)["attempt"], 2)

    def test_a_program_ends_with_its_worker_and_all_that_it_started(self):
        job = self.here.enqueue("command.run", {"command": ["/bin/sh", "-c", "echo begun; sleep 600; true"]})
        self.here.wait_running(job, "begun")
        wait_until(lambda: "sleep" in self.host.processes().values(), "the program starts another")
        for worker in self.host.workers():
            os.kill(worker, signal.SIGKILL)
        self.here.wait_state(job, "scheduled")
        wait_until(lambda: not {"sh", "sleep"} & set(self.host.processes().values()), "they are gone", deadline=2)

    def test_a_stopped_worker_is_killed_at_its_timeout(self):
        self.here.configure(definitions=self.DEFINITIONS)
        job = self.here.enqueue("spin")
        self.here.wait_running(job, "spinning")
        for worker in self.host.workers():
            os.kill(worker, signal.SIGSTOP)
        shown = self.here.wait_state(job, "failed", "succeeded", "scheduled")
        self.assertEqual(shown["reason"], "timed_out")
        self.assertTrue(self.host.is_running())

    def test_a_flood_of_log_lines_is_bounded_and_the_host_goes_on(self):
        neighbours = self.start_neighbours()
        job = self.here.enqueue("misbehave.log_flood", {"lines": 300_000})
        self.here.wait_state(job, "succeeded", "failed")
        lines = self.here.log_of(job)
        self.assertEqual(lines[0], "line 1")
        self.assertLess(len(lines), 300_000)
        self.assertTrue(any("dropped" in line for line in lines[-3:]), lines[-3:])
        self.assert_untouched(neighbours)

    def test_a_flood_of_output_is_bounded_and_the_host_goes_on(self):
        neighbours = self.start_neighbours()
        job = self.here.enqueue("misbehave.print", {"lines": 200_000})
        self.here.wait_state(job, "succeeded", "failed")
        lines = self.here.log_of(job)
        self.assertLess(len(lines), 600_000)
        self.assertTrue(any("dropped" in line for line in lines), lines[-3:])
        self.assert_untouched(neighbours)


def is_sanitized():
    program = (BIN / "jobhost").read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


class EatMemoryTest(HostTestCase):
    @unittest.skipIf(is_sanitized(), "sanitizers need more memory than is allowed here")
    def test_a_plugin_has_the_limits_that_its_override_names(self):
        limits = {"memory": "128MiB", "cpu_time": "300ms"}
        here = self.place({"plugins": {"overrides": {"misbehave": {"limits": limits}}}},
                          {"eat": {"type": "misbehave.eat_memory", "retry": ONCE},
                           "spin": {"type": "misbehave.spin", "retry": ONCE}})
        host = here.start()
        shown = here.wait_state(here.enqueue("eat"), "failed", "succeeded")
        self.assertEqual((shown["state"], shown["crashes"]), ("failed", 0), "it was refused the memory, and told so")
        shown = here.wait_state(here.enqueue("spin"), "failed", "succeeded")
        self.assertEqual((shown["state"], shown["crashes"]), ("failed", 1))
        self.assertIn("used more processor time than limits.cpu_time allows", shown["events"][-1]["message"])
        self.assertTrue(host.is_running())

    @unittest.skipIf(is_sanitized(), "sanitizers need more address space than there is memory")
    def test_a_job_that_takes_all_memory_it_may_have_fails_alone(self):
        here = self.place(definitions={"eat": {"type": "misbehave.eat_memory", "retry": ONCE}})
        host = here.start(limit_memory=2 << 30)
        shown = here.wait_state(here.enqueue("eat"), "failed", "succeeded")
        self.assertEqual(shown["state"], "failed")
        self.assertTrue(host.is_running())
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")


if __name__ == "__main__":
    main()
