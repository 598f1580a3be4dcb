"""What becomes of a job that fails, is hopeless, or takes too long."""
import datetime

from host_under_test import QUICK_RETRY, HostTestCase, main, wait_until

STEADY = {"attempts": 3, "delay": "300ms"}


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class RetryTest(HostTestCase):
    DEFINITIONS = {
        "twice": {"type": "misbehave.flaky", "args": {"failures": 2}, "retry": STEADY},
        "always": {"type": "misbehave.flaky", "args": {"failures": 99}, "retry": STEADY},
        "forgotten": {"type": "misbehave.throw", "retry": {**QUICK_RETRY, "attempts": 1, "on_exhausted": "delete"}},
        "once": {"type": "misbehave.throw", "retry": {"attempts": 0}},
        "patient": {"type": "misbehave.throw", "retry": {"attempts": 1, "delay": "1h"}},
        "listed": {"type": "misbehave.throw", "retry": {"attempts": 3, "delay": ["50ms", "400ms"]}},
    }

    def setUp(self):
        self.here = self.place(definitions=self.DEFINITIONS)
        self.host = self.here.start()

    def test_a_failed_job_is_tried_again_after_its_delay_until_it_succeeds(self):
        shown = self.here.wait_state(self.here.enqueue("twice"), "succeeded", "failed")
        self.assertEqual((shown["state"], shown["attempt"]), ("succeeded", 3))
        events = shown["events"]
        self.assertEqual([event["attempt"] for event in events], [1, 2])
        self.assertEqual([event["error_code"] for event in events], ["flaky"] * 2)
        self.assertEqual([event["message"] for event in events], ["attempt 1 fails", "attempt 2 fails"])
        self.assertEqual([event["cause"] for event in events], ["retried"] * 2)
        self.assertGreaterEqual(instant(events[1]["at"]) - instant(events[0]["at"]), 0.3)
        self.assertGreaterEqual(instant(shown["started_at"]) - instant(events[1]["at"]), 0.3)

    def test_a_list_of_delays_is_followed_and_its_last_one_repeats(self):
        shown = self.here.wait_state(self.here.enqueue("listed"), "failed")
        times = [instant(event["at"]) for event in shown["events"]]
        gaps = [after - before for before, after in zip(times, times[1:])]
        for gap, delay in zip(gaps, (0.05, 0.4, 0.4)):
            self.assertGreaterEqual(gap, delay)

    def test_a_waiting_retry_says_which_one_it_is(self):
        shown = self.here.wait_state(self.here.enqueue("patient"), "scheduled")
        self.assertEqual((shown["reason"], shown["attempt"], shown["retry_attempts"]), ("retry", 1, 1))
        self.assertAlmostEqual(instant(shown["due_at"]) - instant(shown["events"][0]["at"]), 3600, delta=1)
        self.assertIn("retry 1 of 1", self.here.ask("jobs", "show", shown["id"]))

    def test_without_retries_left_a_job_is_failed_and_exhausted(self):
        shown = self.here.wait_state(self.here.enqueue("always"), "failed", "succeeded")
        self.assertEqual((shown["state"], shown["reason"], shown["attempt"]), ("failed", "exhausted", 4))
        self.assertEqual([event["attempt"] for event in shown["events"]], [1, 2, 3, 4])
        self.assertEqual(shown["events"][-1]["cause"], "failed")

    def test_attempts_0_means_one_run(self):
        shown = self.here.wait_state(self.here.enqueue("once"), "failed", "scheduled")
        self.assertEqual((shown["state"], shown["reason"], shown["attempt"]), ("failed", "exhausted", 1))
        self.assertIn("thrown by misbehave", shown["events"][0]["message"])
        self.assertIn("thrown by misbehave", self.host.log())

    def test_on_exhausted_delete_deletes(self):
        shown = self.here.wait_state(self.here.enqueue("forgotten"), "deleted", "failed")
        self.assertEqual((shown["state"], shown["reason"], shown["attempt"]), ("deleted", "exhausted", 2))

    def test_a_fatal_failure_is_final_at_once(self):
        shown = self.here.wait_state(self.here.enqueue("misbehave.fatal"), "failed", "scheduled")
        self.assertEqual((shown["state"], shown["reason"], shown["attempt"]), ("failed", "fatal", 1))
        event = shown["events"][0]
        self.assertEqual((event["error_code"], event["message"]), ("hopeless", "no use in trying again"))

    def test_bad_arguments_are_final_at_once_with_the_place_in_the_message(self):
        # Those of a definition are for the job alone to judge; nothing else lets them in.
        bad = (("misbehave.sleep", {"seconds": "long"}, "/seconds"), ("misbehave.sleep", {}, "seconds"),
               ("misbehave.print", {"lines": -1}, "/lines"),
               ("misbehave.sleep", {"seconds": 1, "polit": True}, "polit"), ("command.run", {"command": []}, "/command"),
               ("command.run", {"command": ["/bin/true", 7]}, "/command/1"))
        here = self.place(name="bad", definitions={f"bad-{number}": {"type": name, "args": arguments}
                                                   for number, (name, arguments, _) in enumerate(bad)})
        here.start()
        for number, (name, arguments, pointer) in enumerate(bad):
            with self.subTest(name, arguments=arguments):
                shown = here.wait_state(here.enqueue(f"bad-{number}"), "failed", "succeeded", "scheduled")
                self.assertEqual((shown["state"], shown["reason"], shown["attempt"]), ("failed", "fatal", 1))
                self.assertEqual(shown["events"][0]["error_code"], "bad_arguments")
                self.assertIn(pointer, shown["events"][0]["message"])

    def test_a_command_that_fails_is_a_failure_with_its_exit_status(self):
        job = self.here.enqueue("command.run", {"command": ["/bin/sh", "-c", "echo why >&2; exit 3"]})
        shown = self.here.wait_state(job, "scheduled", "failed")
        self.assertEqual(shown["events"][0]["error_code"], "exit_status")
        self.assertIn("3", shown["events"][0]["message"])
        self.assertIn("stderr: why", self.here.log_of(job))


class TimeoutTest(HostTestCase):
    def long_job(self, polite, retries=0, kill_after="500ms"):
        return {"type": "misbehave.sleep", "args": {"seconds": 600, "polite": polite}, "timeout": "500ms",
                "kill_after": kill_after, "retry": {**QUICK_RETRY, "attempts": retries}}

    def setUp(self):
        self.here = self.place(definitions={
            "polite": self.long_job(True, kill_after="10m"),
            "stubborn": self.long_job(False),
            "again": self.long_job(True, retries=2),
            "spin": {"type": "misbehave.spin", "timeout": "500ms", "kill_after": "200ms", "retry": {"attempts": 0}},
            "impatient": {"type": "misbehave.impatient", "retry": {"attempts": 0}},
            "more-impatient": {"type": "misbehave.impatient", "timeout": "500ms", "retry": {"attempts": 0}},
            "program": {"type": "command.run", "args": {"command": ["/bin/sleep", "600"]}, "timeout": "500ms",
                        "kill_after": "20s", "retry": {"attempts": 0}},
            "deaf": {"type": "command.run", "timeout": "500ms", "kill_after": "500ms", "retry": {"attempts": 0},
                     "args": {"command": ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"]}},
        })
        self.host = self.here.start()

    def timed_out(self, name, timeout="500ms"):
        shown = self.here.wait_state(self.here.enqueue(name), "failed", "succeeded")
        self.assertEqual((shown["state"], shown["reason"]), ("failed", "timed_out"))
        self.assertEqual(shown["events"][-1]["error_code"], "timed_out")
        self.assertIn(f"ran longer than {timeout}", shown["events"][-1]["message"])
        return shown

    def took(self, shown):
        return instant(shown["finished_at"]) - instant(shown["started_at"])

    def test_a_polite_job_ends_at_its_timeout(self):
        shown = self.timed_out("polite")
        self.assertGreaterEqual(self.took(shown), 0.5)
        self.assertNotIn("killed", shown["events"][0]["message"])
        self.assertEqual(shown["crashes"], 0)

    def test_a_stubborn_job_is_killed_after_kill_after(self):
        shown = self.timed_out("stubborn")
        self.assertGreaterEqual(self.took(shown), 1.0)
        self.assertIn("was killed", shown["events"][0]["message"])
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")
        self.assertNotIn("by itself", self.host.log())
        self.assertEqual(shown["crashes"], 0)

    def test_a_type_brings_a_timeout_of_its_own(self):
        self.timed_out("impatient", "700ms")

    def test_a_definition_has_the_last_word_on_the_timeout_of_its_type(self):
        self.timed_out("more-impatient", "500ms")

    def test_a_spinning_job_is_killed(self):
        self.timed_out("spin")

    def test_a_program_is_ended_with_its_job(self):
        self.timed_out("program")
        self.assertNotIn("sleep", self.host.processes().values())

    def test_a_program_that_is_deaf_to_sigterm_is_killed_with_its_worker(self):
        self.timed_out("deaf")
        wait_until(lambda: "sh" not in self.host.processes().values(), "the program is gone", deadline=2)

    def test_a_timeout_uses_a_retry(self):
        shown = self.timed_out("again")
        self.assertEqual(shown["attempt"], 3)
        self.assertEqual([event["error_code"] for event in shown["events"]], ["timed_out"] * 3)

    def test_the_workers_slot_is_free_again(self):
        for _ in range(6):
            self.here.enqueue("stubborn")
        self.here.wait_count("failed", 6)
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")


if __name__ == "__main__":
    main()
