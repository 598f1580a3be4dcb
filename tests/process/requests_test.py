"""What running jobs ask of their host: saved work, further jobs, another time."""
import json
import pathlib

from host_under_test import QUICK_RETRY, HostTestCase, main, wait_until


class RequestsTest(HostTestCase):
    DEFINITIONS = {
        "handing": {"type": "asking.hand_in", "retry": QUICK_RETRY,
                    "args": {"failures": 1, "jobs": '[{"type": "misbehave.ok"}, {"type": "misbehave.ok", "tags": "b"}]'}},
        "batching": {"type": "asking.hand_in", "retry": QUICK_RETRY, "args": {"failures": 1, "jobs": json.dumps({"batch": {
            "name": "made", "for_each": [1, 2, 3], "jobs": {"each": {"type": "misbehave.ok", "tags": ["n$${item}"]}},
            "then": {"last": {"type": "asking.parents"}}}})}},
        "later": {"type": "asking.hand_in_on_success", "retry": QUICK_RETRY,
                  "args": {"failures": 1, "jobs": '{"type": "misbehave.ok", "tags": ["later"]}'}},
        "changing": {"type": "asking.hand_in", "retry": {**QUICK_RETRY, "fail_on": ["refused"]},
                     "args": {"failures": 1, "jobs": '{"type": "misbehave.ok", "tags": ["made"]}',
                              "later": '{"type": "misbehave.ok", "tags": ["made"], "queue": "q"}'}},
        "contested": {"type": "asking.hand_in_on_success", "retry": {"attempts": 1000, "delay": "100ms"}, "args": {"jobs": json.dumps(
            [{"type": "misbehave.ok", "tags": ["beside"]},
             {"type": "misbehave.ok", "unique": {"key": "k", "on_conflict": "fail"}}])}},
        "waiting": {"type": "asking.hand_in", "retry": {"attempts": 1000, "delay": "100ms"}, "args": {"jobs": json.dumps(
            {"batch": {"jobs": [{"type": "misbehave.ok", "unique": "k", "tags": ["waited"]}]}})}},
        "leaf": {"type": "misbehave.ok", "unique": "leaf", "delay": "1h"},
        "of-leaf": {"type": "misbehave.ok", "after": "leaf"},
        "privileged": {"type": "asking.privileged"},
        "child": {"type": "misbehave.ok", "after": "privileged"},
        "steps": {"type": "asking.steps", "retry": QUICK_RETRY, "args": {"path": "steps.txt"}},
        "checkpoints": {"type": "asking.checkpoints", "retry": {**QUICK_RETRY, "attempts": 5}, "args": {"path": "checkpoints.txt"}},
    }

    def setUp(self):
        self.here = self.place(definitions=self.DEFINITIONS, plugins=("misbehave", "asking"))
        self.host = self.here.start()

    def ended(self, job, state="succeeded"):
        shown = self.here.wait_state(job, "succeeded", "failed", "deleted")
        self.assertEqual(shown["state"], state, shown)
        return shown

    def tagged(self, tag):
        return self.here.json("jobs", "list", "--tag", tag)

    def lines(self, name):
        return pathlib.Path(self.here.folder, name).read_text().split()

    def test_a_second_attempt_finds_the_jobs_of_the_first(self):
        shown = self.ended(self.here.enqueue("handing"))
        self.assertEqual(shown["attempt"], 2)
        ids = shown["result"]
        self.assertEqual(len(ids), 2)
        for one in ids:
            self.ended(one)
        self.assertEqual([job["id"] for job in self.tagged("b")], [ids[1]])

    def test_a_batch_is_handed_in_once_and_its_continuation_runs(self):
        shown = self.ended(self.here.enqueue("batching"))
        self.assertEqual(shown["attempt"], 2)
        batch, *jobs = shown["result"]
        self.assertEqual(len(jobs), 4)
        last = self.ended(jobs[-1])
        self.assertEqual(last["result"], [{"id": batch, "on": "succeeded", "result": None}])
        self.assertEqual(self.here.json("batch", "show", batch)["state"], "succeeded")
        self.assertEqual(len(self.here.json("batch", "list")), 1)
        self.assertEqual(len(self.tagged("n2")), 1)

    def test_jobs_for_success_come_with_it_and_once(self):
        self.ended(self.here.enqueue("later"))
        wait_until(lambda: [job["state"] for job in self.tagged("later")] == ["succeeded"], "the job that came later")

    def test_a_run_whose_jobs_are_refused_is_tried_again(self):
        holder = self.here.enqueue_lines([{"type": "misbehave.ok", "in": "1h", "unique": "k"}])[0]
        one = self.here.enqueue("contested")
        wait_until(lambda: self.here.json("jobs", "show", one)["events"], "the refusal")
        event = self.here.json("jobs", "show", one)["events"][0]
        self.assertEqual(event["error_code"], "jobs_refused")
        self.assertIn(f"job 2 of 2 (misbehave.ok): job {holder} is there already", event["message"])
        self.assertEqual(self.tagged("beside"), [])
        self.here.ask("jobs", "cancel", holder)
        self.assertGreater(self.ended(one)["attempt"], 1)
        self.assertEqual(len(self.tagged("beside")), 1)

    def test_a_run_whose_call_is_refused_for_now_is_tried_again(self):
        holder = self.here.enqueue_lines([{"type": "misbehave.ok", "in": "1h", "unique": "k"}])[0]
        one = self.here.enqueue("waiting")
        wait_until(lambda: self.here.json("jobs", "show", one)["events"], "the refusal")
        event = self.here.json("jobs", "show", one)["events"][0]
        self.assertEqual(event["error_code"], "refused")
        self.assertIn("other jobs stand for all jobs of", event["message"])
        self.here.ask("jobs", "cancel", holder)
        self.assertGreater(self.ended(one)["attempt"], 1)
        self.assertEqual(len(self.tagged("waited")), 1)

    def test_an_attempt_that_asks_for_something_else_is_told_what_to_do(self):
        shown = self.ended(self.here.enqueue("changing"), "failed")
        self.assertEqual(shown["attempt"], 2)
        self.assertIn("call 1 of job", shown["events"][-1]["message"])
        self.assertIn("keep in a step", shown["events"][-1]["message"])
        self.assertEqual(len(self.tagged("made")), 1)

    def test_a_definition_comes_with_what_waits_for_it(self):
        one = self.here.enqueue("asking.hand_in", {"jobs": '{"type": "privileged"}'})
        ids = self.ended(one)["result"]
        self.assertEqual(len(ids), 2)
        self.ended(ids[1])

    def test_what_follows_from_a_skipped_one_is_that_of_the_first(self):
        ids = self.ended(self.here.enqueue("asking.hand_in", {"jobs": '[{"type": "leaf"}, {"type": "leaf"}]'}))["result"]
        self.assertEqual(len(set(ids)), 2, ids)
        self.assertEqual(ids[2:], ids[:2])
        again = self.ended(self.here.enqueue("asking.hand_in", {"jobs": '{"type": "leaf"}'}))["result"]
        self.assertEqual(again, ids[:2])

    def test_a_job_may_not_hand_in_a_privileged_type_by_itself(self):
        one = self.here.enqueue("asking.hand_in", {"jobs": '{"type": "asking.privileged"}'})
        event = self.ended(one, "failed")["events"][0]
        self.assertEqual(event["error_code"], "refused")
        self.assertIn("privileged", event["message"])

    def test_what_is_wrong_with_a_request_is_said(self):
        for jobs, problem in (("[", "not JSON"), ("[]", "no job in it"),
                              ('[{"type": "misbehave.ok"}, {"type": "asking.steps"}]', "job 2: "),
                              ('{"type": "misbehave.ok", "after": "999999"}', "no job or batch 999999")):
            event = self.ended(self.here.enqueue("asking.hand_in", {"jobs": jobs}), "failed")["events"][0]
            self.assertIn(problem, event["message"])

    def test_a_type_that_no_server_has_yet_is_waited_for(self):
        one = self.here.enqueue("asking.hand_in", {"jobs": '{"type": "misbehave.okay"}'})
        shown = self.here.wait_state(one, "scheduled")
        self.assertIn("did you mean", shown["events"][0]["message"])

    def test_steps_are_done_once(self):
        shown = self.ended(self.here.enqueue("steps"))
        self.assertEqual((shown["attempt"], shown["result"]), (3, {"from": 1}))
        self.assertEqual(self.lines("steps.txt"), ["first", "second"])

    def test_a_retry_goes_on_from_the_last_checkpoint(self):
        shown = self.ended(self.here.enqueue("checkpoints"))
        self.assertEqual(shown["attempt"], 4)
        self.assertEqual(self.lines("checkpoints.txt"), [str(n) for n in range(1, 11)])

    def test_a_snoozed_job_uses_no_attempt(self):
        self.assertEqual(self.ended(self.here.enqueue("asking.snooze_once"))["result"], 1)

    def test_results_of_parents_can_be_read(self):
        parent = self.here.enqueue("asking.snooze_once")
        child = self.here.enqueue("asking.parents", None, "--after", parent, "--on", "finished")
        self.assertEqual(self.ended(child)["result"], [{"id": parent, "on": "finished", "result": 1}])

    def test_the_detail_of_an_error_is_kept(self):
        event = self.ended(self.here.enqueue("asking.detailed"), "failed")["events"][0]
        self.assertEqual((event["error_code"], event["detail"]), ("broken", "at line 1\nat line 2"))

    def test_new_jobs_get_the_newest_payload_version(self):
        shown = self.ended(self.here.enqueue("asking.newer", {"path": "new"}))
        self.assertEqual((shown["payload_version"], shown["result"]), (2, "new"))


if __name__ == "__main__":
    main()
