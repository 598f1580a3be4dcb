"""Unique keys: what a second hand-in does, and what it says."""
from host_under_test import HostTestCase, main


class UniqueTest(HostTestCase):
    def setUp(self):
        self.here = self.place({}, definitions={
            "nightly": {"type": "misbehave.ok"},
            "report": {"type": "misbehave.ok", "after": "nightly"},
            "archive": {"type": "misbehave.ok", "after": "report"},
        })

    def test_a_definition_that_is_skipped_makes_nothing_that_follows_from_it(self):
        first = self.here.ask("enqueue", "nightly", "--unique", "k").strip()
        before = self.here.counts()
        self.assertEqual((before["enqueued"], before["awaiting"]), (1, 2))
        output = self.here.call("enqueue", "nightly", "--unique", "k")
        self.assertEqual((output.code, output.out), (0, first + "\n"), output)
        self.assertIn(f"nothing new was enqueued: job {first} has this unique key", output.err)
        self.assertEqual(self.here.counts(), before)
        self.assertEqual(len(self.here.show(first)["children"]), 1)

        self.here.start()
        self.here.wait_count("succeeded", 3)
        again = self.here.ask("enqueue", "nightly", "--unique", "k").strip()
        self.assertNotEqual(again, first)
        self.here.wait_count("succeeded", 6)

    def test_what_became_of_the_other_job_is_said(self):
        first = self.here.ask("enqueue", "misbehave.ok", "--unique", "k", "--in", "1h").strip()
        for how, outcome, text in (("replace", "replaced", "was replaced"), ("extend", "extended", "was extended"),
                                   ("skip", "skipped", "stays as it is")):
            words = ["enqueue", "misbehave.ok", "--unique", "k", "--in", "2h", "--on-conflict", how]
            self.assertIn(f"nothing new was enqueued: job {first} has this unique key, and {text}",
                          self.here.call(*words).err)
            self.assertEqual(self.here.json(*words), [{"id": first, "is_new": False, "outcome": outcome}])
        lines = self.here.write("lines.jsonl", '{"type": "misbehave.ok", "unique": {"key": "k", "on_conflict": "extend"}}\n'
                                               '{"type": "misbehave.ok"}\n')
        output = self.here.call("enqueue", "--from", str(lines), "--json")
        self.assertIn("1 of 2 jobs were not enqueued", output.err)
        self.assertIn("of which 1 replaced or extended", output.err)
        self.here.start()
        self.here.wait_state(first, "succeeded")
        blocked = self.here.enqueue("misbehave.sleep", {"seconds": 600}, "--unique", "k")
        self.here.wait_state(blocked, "processing")
        output = self.here.call("enqueue", "misbehave.sleep", "--args", '{"seconds": 1}', "--unique", "k", "--on-conflict", "replace")
        self.assertIn("stays as it is", output.err)

    def test_lines_with_definitions_are_answered_one_by_one(self):
        first, second, third = self.here.enqueue_lines(
            [{"type": "misbehave.ok"}, {"type": "nightly", "unique": "k"}, {"type": "misbehave.ok", "unique": "other"}])
        told = self.here.enqueue_lines(
            [{"type": "nightly", "unique": "k"}, {"type": "misbehave.ok"}, {"type": "nightly"}])
        self.assertEqual(told[0], second)
        self.assertEqual(len({first, second, third, *told}), 5)
        self.assertEqual(self.here.show(told[2])["children"][0]["on"], "succeeded")

    def test_a_batch_of_which_nothing_is_left_is_refused(self):
        file = self.here.write("batch.yaml", """
            name: campaign
            jobs: {a: {type: misbehave.ok, unique: a}, b: {type: misbehave.ok, unique: b}}
            then: {close: {type: misbehave.ok}}
        """)
        self.here.ask("batch", "create", str(file))
        before = self.here.counts()
        output = self.here.call("batch", "create", str(file))
        self.assert_refused(output, 2, "other jobs stand for all jobs of the batch (campaign)", "nothing was handed in; wait until")
        self.assertEqual(self.here.counts(), before)
        self.assertEqual(len(self.here.json("batch", "list")), 1)
        self.here.start()
        self.here.wait_count("succeeded", 3)
        self.here.ask("batch", "create", str(file))
        self.here.wait_count("succeeded", 6)

    def test_a_batch_of_which_something_is_left_has_only_that(self):
        self.here.ask("enqueue", "misbehave.ok", "--unique", "a", "--in", "1h")
        file = self.here.write("batch.yaml",
                               "jobs: {a: {type: misbehave.ok, unique: a}, b: {type: misbehave.ok, unique: b}}")
        output = self.here.call("batch", "create", str(file))
        self.assertEqual(output.code, 0, output)
        self.assertIn("1 of 2 jobs were not enqueued, as others have their unique keys", output.err)
        self.assertEqual(self.here.json("batch", "show", output.out.strip())["members"], 1)

    def test_run_shows_the_job_that_has_the_key(self):
        here = self.place({}, {"late": {"type": "misbehave.ok", "delay": "1h", "unique": "k"}}, name="late")
        first = here.ask("enqueue", "late").strip()
        output = here.call("run", "late", "--timeout", "10ms")
        self.assertEqual(output.code, 1, output)
        self.assertIn(f"nothing new was enqueued: job {first} has this unique key", output.err)
        self.assertIn(f"job {first} scheduled", output.out)


if __name__ == "__main__":
    main()
