"""Jobs that wait for others, are unique, or carry marks: from the command line to their end."""
from host_under_test import HostTestCase, main


class AfterTest(HostTestCase):
    def setUp(self):
        self.here = self.place(definitions={"fails": {"type": "misbehave.throw", "retry": {"attempts": 0}}})

    def test_a_job_starts_when_those_before_it_have_succeeded(self):
        parents = [self.here.enqueue("misbehave.ok") for _ in range(2)]
        child = self.here.enqueue("misbehave.ok", None, "--after", parents[0], "--after", parents[1])
        shown = self.here.show(child)
        self.assertEqual((shown["state"], shown["reason"]), ("awaiting", "parents"))
        self.assertEqual([(parent["id"], parent["kind"], parent["on"], parent["is_met"], parent["state"])
                          for parent in shown["parents"]],
                         [(parent, "job", "succeeded", None, "enqueued") for parent in parents])
        self.assertEqual([one["id"] for one in self.here.show(parents[0])["children"]], [child])
        self.here.start()
        shown = self.here.wait_state(child, "succeeded", "failed", "deleted")
        self.assertEqual(shown["state"], "succeeded")
        self.assertEqual([parent["is_met"] for parent in shown["parents"]], [True, True])
        text = self.here.ask("jobs", "show", child)
        for word in ("waits for", f"job {parents[1]}", "when succeeded", "met"):
            self.assertIn(word, text)

    def test_what_was_waited_for_may_fail_and_the_other_branch_is_deleted(self):
        parent = self.here.enqueue("fails")
        good = self.here.enqueue("misbehave.ok", None, "--after", parent)
        bad = self.here.enqueue("misbehave.ok", None, "--after", parent, "--on", "failed")
        any_end = self.here.enqueue("misbehave.ok", None, "--after", parent, "--on", "finished")
        self.here.start()
        for job in (bad, any_end):
            self.here.wait_state(job, "succeeded")
        shown = self.here.wait_state(good, "deleted", "succeeded")
        self.assertEqual((shown["state"], shown["reason"]), ("deleted", "unmet"))

    def test_a_parent_that_has_ended_counts_at_once_and_the_delay_runs_from_then(self):
        self.here.start()
        parent = self.here.enqueue("misbehave.ok")
        self.here.wait_state(parent, "succeeded")
        self.here.wait_state(self.here.enqueue("misbehave.ok", None, "--after", parent), "succeeded")
        later = self.here.enqueue("misbehave.ok", None, "--after", parent, "--delay", "1h")
        self.assertEqual(self.here.show(later)["state"], "scheduled")

    def test_lines_wait_too(self):
        parent = self.here.enqueue("misbehave.ok")
        child = self.here.ask("enqueue", "--after", f"{parent},{self.here.enqueue('misbehave.ok')}", "misbehave.ok")
        self.assertEqual(len(self.here.show(child.strip())["parents"]), 2)
        child = self.here.enqueue_lines([{"type": "misbehave.ok", "after": [parent], "on": "finished"}])[0]
        self.assertEqual(self.here.show(child)["parents"][0]["on"], "finished")

    def test_a_parent_that_is_not_there_is_refused(self):
        output = self.here.call("enqueue", "misbehave.ok", "--after", "4711")
        self.assert_refused(output, 2, "there is no job or batch 4711")
        output = self.here.call("enqueue", "--from", "-", input='{"type": "misbehave.ok", "after": "4711"}')
        self.assert_refused(output, 2, "standard input:1: ", "there is no job or batch 4711")
        self.assertEqual(sum(self.here.counts().values()), 0)


class UniqueTest(HostTestCase):
    def setUp(self):
        self.here = self.place()

    def test_the_second_job_with_a_key_is_the_first_one(self):
        first = self.here.enqueue("misbehave.ok", None, "--unique", "k")
        output = self.here.call("enqueue", "misbehave.ok", "--unique", "k")
        self.assertEqual((output.code, output.out.strip()), (0, first), output)
        self.assertIn(f"job {first} has this unique key", output.err)
        self.assertEqual(self.here.json("enqueue", "misbehave.ok", "--unique", "k"),
                         [{"id": first, "is_new": False, "outcome": "skipped"}])
        self.assertNotEqual(self.here.enqueue("misbehave.ok", None, "--unique", "other"), first)
        self.assertEqual(self.here.count("enqueued"), 2)

    def test_lines_with_keys_are_counted(self):
        lines = ['{"type": "misbehave.ok", "unique": "a"}', '{"type": "misbehave.ok", "unique": {"key": "b"}}'] * 2
        output = self.here.call("enqueue", "--from", "-", input="\n".join(lines))
        ids = output.out.split()
        self.assertEqual((ids[:2], len(set(ids))), (ids[2:], 2), output)
        self.assertIn("2 of 4 jobs were not enqueued", output.err)

    def test_a_conflict_may_be_an_error_or_change_the_first(self):
        first = self.here.enqueue("misbehave.ok", None, "--unique", "k", "--in", "1h")
        self.assert_refused(self.here.call("enqueue", "misbehave.ok", "--unique", "k", "--on-conflict", "fail"), 2)
        self.here.ask("enqueue", "misbehave.ok", "--unique", "k", "--on-conflict", "replace", "--priority", "5")
        shown = self.here.show(first)
        self.assertEqual((shown["state"], shown["priority"]), ("enqueued", 5))

    def test_the_key_is_free_again_when_the_job_has_ended(self):
        self.here.start()
        first = self.here.enqueue("misbehave.ok", None, "--unique", "k")
        self.here.wait_state(first, "succeeded")
        self.assertNotEqual(self.here.enqueue("misbehave.ok", None, "--unique", "k"), first)
        held = self.here.enqueue("misbehave.ok", None, "--unique", "w", "--unique-while", "window(1h)")
        self.here.wait_state(held, "succeeded")
        self.assertEqual(self.here.enqueue("misbehave.ok", None, "--unique", "w", "--unique-while", "window(1h)"),
                         held)


class MarksTest(HostTestCase):
    def test_jobs_are_found_by_their_tags(self):
        here = self.place()
        job = here.enqueue("misbehave.ok", None, "--tag", "red", "--tag", "big")
        here.enqueue("misbehave.ok", None, "--tag", "blue")
        self.assertEqual([found["id"] for found in here.json("jobs", "list", "--tag", "red")], [job])
        self.assertEqual(here.json("jobs", "count", "--tag", "red")["enqueued"], 1)
        self.assertEqual(here.show(job)["tags"], ["big", "red"])
        self.assertIn("big, red", here.ask("jobs", "show", job))

    def test_a_job_without_a_slot_is_parked_and_says_on_what(self):
        here = self.place()
        here.ask("limits", "set", "one", "--concurrent", "1")
        here.start()
        first = here.enqueue("misbehave.sleep", {"seconds": 3600, "polite": True}, "--limit", "one:a")
        here.wait_state(first, "processing")
        second = here.enqueue("misbehave.ok", None, "--limit", "one:a")
        shown = here.wait_state(second, "awaiting")
        self.assertEqual((shown["reason"], shown["parked_on"]), ("limit", {"limit": "one", "key": "a"}))
        self.assertIn("for a slot of one:a", here.ask("jobs", "list", "--state", "awaiting"))
        here.wait_state(here.enqueue("misbehave.ok", None, "--limit", "one:b"), "succeeded")
        here.ask("jobs", "cancel", first)
        here.wait_state(second, "succeeded")

    def test_a_limit_that_does_not_exist_is_refused(self):
        here = self.place()
        self.assert_refused(here.call("enqueue", "misbehave.ok", "--limit", "none"), 2, "none")


if __name__ == "__main__":
    main()
