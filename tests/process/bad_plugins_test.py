"""Plugins that crash, hang, flood and lie: the host and the jobs of others go on."""
import os
import signal

from host_under_test import QUICK_RETRY, TEST_PLUGINS, HostTestCase, main, wait_until

ONCE = {"attempts": 0}


class BadPluginTest(HostTestCase):
    DEFINITIONS = {
        "throw": {"type": "misbehave.throw", "retry": ONCE},
        "crash": {"type": "misbehave.crash", "retry": ONCE},
        "abort": {"type": "misbehave.abort", "retry": ONCE},
        "exit0": {"type": "misbehave.exit", "args": {"status": 0}, "retry": ONCE},
        "exit7": {"type": "misbehave.exit", "args": {"status": 7}, "retry": ONCE},
        "throw-in-thread": {"type": "misbehave.throw_in_thread", "retry": ONCE},
        "spin": {"type": "misbehave.spin", "timeout": "300ms", "kill_after": "200ms", "retry": ONCE},
        "close-descriptors": {"type": "misbehave.close_descriptors", "retry": ONCE},
        "crash-twice": {"type": "misbehave.crash_times", "args": {"count": 2}, "retry": QUICK_RETRY},
        "crash-always": {"type": "misbehave.crash", "retry": QUICK_RETRY},
        "sleep": {"type": "misbehave.sleep", "args": {"seconds": 600, "polite": True}, "retry": QUICK_RETRY},
    }

    def setUp(self):
        self.here = self.place({"server": {"workers": 4, "stop_timeout": "0s"}}, self.DEFINITIONS)
        self.host = self.here.start()

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


class EatMemoryTest(HostTestCase):
    def test_a_job_that_takes_all_memory_it_may_have_fails_alone(self):
        here = self.place(definitions={"eat": {"type": "misbehave.eat_memory", "retry": ONCE}})
        host = here.start(limit_memory=2 << 30)
        shown = here.wait_state(here.enqueue("eat"), "failed", "succeeded")
        self.assertEqual(shown["state"], "failed")
        self.assertTrue(host.is_running())
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")


class RefusedPluginTest(HostTestCase):
    def test_files_that_are_no_plugins_are_refused_with_the_remedy_and_the_rest_serves(self):
        here = self.place()
        plugins = here.folder / "plugins"
        whole = (TEST_PLUGINS / "misbehave.so").read_bytes()
        (plugins / "text.so").write_text("this is no library\n")
        (plugins / "half.so").write_bytes(whole[:len(whole) // 2])
        (plugins / "empty.so").touch()
        (plugins / "link.so").symlink_to(plugins / "misbehave.so")
        os.mkfifo(plugins / "pipe.so")
        (plugins / "open.so").write_bytes(whole)
        (plugins / "open.so").chmod(0o666)
        (plugins / "README.txt").write_text("not a plugin, and not meant as one\n")

        host = here.start()
        lines = [line for line in host.log().splitlines() if "is refused" in line]
        for name in ("text.so", "half.so", "empty.so", "link.so", "pipe.so", "open.so"):
            found = [line for line in lines if name in line]
            self.assertEqual(len(found), 1, (name, lines))
            self.assertIn("; ", found[0].split(name, 1)[1], "a remedy")
        self.assertNotIn("README.txt", host.log())
        for name, arguments in (("misbehave.ok", None), ("command.run", {"command": ["/bin/true"]})):
            here.wait_state(here.enqueue(name, arguments), "succeeded")

    def test_two_files_of_one_plugin_name_are_told_and_the_host_serves(self):
        here = self.place()
        (here.folder / "plugins" / "other.so").write_bytes((TEST_PLUGINS / "misbehave.so").read_bytes())
        host = here.start()
        self.assertIn("is refused", host.log())
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")

    def test_a_plugin_replaced_in_place_does_not_disturb_the_running_host(self):
        here = self.place()
        host = here.start()
        file = here.folder / "plugins" / "misbehave.so"
        with open(file, "r+b") as library:
            library.write(b"\0" * 100_000)
        jobs = here.enqueue_lines([{"type": "misbehave.ok"}] * 10 + [{"type": "misbehave.exit",
                                                                      "args": {"status": 1}}])
        here.wait_count("succeeded", 10)
        here.wait_state(jobs[-1], "scheduled")
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
        self.assertTrue(host.is_running())


if __name__ == "__main__":
    main()
