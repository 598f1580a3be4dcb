"""Batches from a file to their end, and what the command line shows of them."""
import json

from host_under_test import HostTestCase, main, wait_until


class BatchTest(HostTestCase):
    def setUp(self):
        self.here = self.place(definitions={"fails": {"type": "misbehave.throw", "retry": {"attempts": 0}}})

    def create(self, text, *words, name="batch.yaml"):
        return self.here.ask("batch", "create", str(self.here.write(name, text)), *words).strip()

    def show(self, batch):
        return self.here.json("batch", "show", batch)

    def wait_batch(self, batch, *states):
        wait_until(lambda: self.show(batch)["state"] in states, f"batch {batch} is {' or '.join(states)}")
        return self.show(batch)

    def members(self, batch):
        return self.here.json("jobs", "list", "--batch", batch)

    def test_a_batch_of_yaml_runs_in_its_order_and_then_what_follows(self):
        runs = self.here.folder / "runs.txt"
        self.here.write("people.csv", "name\nada\ngrace\n")
        batch = self.create(f"""
            name: campaign
            for_each: {{file: people.csv}}
            jobs:
              mail: {{type: misbehave.append, args: {{path: {runs}, line: "mail ${{item.name}}"}}}}
              note: {{type: misbehave.append, args: {{path: {runs}, line: "note ${{item.name}}"}}, after: mail}}
            then:
              close: {{type: misbehave.append, args: {{path: {runs}, line: close}}}}
        """)
        shown = self.show(batch)
        self.assertEqual((shown["name"], shown["state"], shown["members"], shown["unfinished"]),
                         ("campaign", "started", 4, 4))
        self.assertEqual([child["on"] for child in shown["children"]], ["succeeded"])
        self.here.start()
        shown = self.wait_batch(batch, "succeeded", "completed")
        self.assertEqual((shown["state"], shown["jobs"]["succeeded"], shown["unfinished"]), ("succeeded", 4, 0))
        self.here.wait_state(shown["children"][0]["id"], "succeeded")
        lines = [line[3] for line in self.here.appended()]
        self.assertEqual(sorted(lines[:4]), ["mail ada", "mail grace", "note ada", "note grace"])
        self.assertEqual(lines[4], "close")
        for name in ("ada", "grace"):
            self.assertLess(lines.index(f"mail {name}"), lines.index(f"note {name}"))

    def test_a_nested_batch_is_shown_as_a_tree(self):
        batch = self.create("""
            name: book
            jobs: {index: {type: misbehave.ok, after: chapter}}
            batches: {chapter: {jobs: [{type: misbehave.ok}, {type: misbehave.ok}]}}
        """)
        shown = self.show(batch)
        self.assertEqual([(inner["name"], inner["members"]) for inner in shown["batches"]], [("chapter", 2)])
        inner = shown["batches"][0]["id"]
        self.assertEqual(self.show(inner)["within"], batch)
        text = self.here.ask("batch", "show", batch)
        for word in (f"batch {batch}  book  started, 0 of 2 ended", f"batch {inner}  chapter", "awaiting"):
            self.assertIn(word, text)
        self.here.start()
        self.wait_batch(batch, "succeeded")

    def test_a_batch_with_a_failure_is_completed_and_its_list_can_be_asked_by_state(self):
        failing = self.create("jobs: [{type: fails}, {type: misbehave.ok}]")
        good = self.create("jobs: [{type: misbehave.ok}]")
        self.here.start()
        shown = self.wait_batch(failing, "completed", "succeeded")
        self.assertEqual((shown["state"], shown["unsuccessful"]), ("completed", 1))
        self.wait_batch(good, "succeeded")
        self.assertEqual([one["id"] for one in self.here.json("batch", "list")], [good, failing])
        self.assertEqual([one["id"] for one in self.here.json("batch", "list", "--state", "completed")], [failing])
        self.assertIn("1 not succeeded", self.here.ask("batch", "show", failing))
        failed = next(job["id"] for job in self.members(failing) if job["state"] == "failed")
        self.here.ask("jobs", "requeue", failed)
        self.assertEqual(self.wait_batch(failing, "started", "completed")["members"], 2)

    def test_a_cancelled_batch_starts_nothing_more(self):
        batch = self.create("jobs: [{type: misbehave.ok}, {type: misbehave.ok}]")
        self.here.ask("batch", "cancel", batch)
        self.here.start()
        shown = self.wait_batch(batch, "cancelled")
        self.assertEqual(shown["jobs"]["deleted"], 2)
        self.assertEqual({job["reason"] for job in self.members(batch)}, {"cancelled"})
        self.assert_refused(self.here.call("batch", "cancel", batch), 1, "has ended already as cancelled")
        self.assert_refused(self.here.call("batch", "open", batch), 1,
                            f"batch {batch} has ended already as cancelled; hand it in again")

    def test_open_says_what_is_so(self):
        batch = self.create("jobs: [{type: misbehave.ok}]")
        self.assertEqual(self.here.ask("batch", "open", batch), f"batch {batch} has started already\n")
        waiting = self.create(f"{{after: {batch}, jobs: [{{type: misbehave.ok}}]}}")
        self.assertIn("is open already, and waits for what it comes after", self.here.ask("batch", "open", waiting))
        self.here.ask("batch", "cancel", waiting)
        self.assert_refused(self.here.call("batch", "open", waiting), 1, "hand it in again")

    def test_a_batch_whose_creation_was_killed_is_opened_with_a_warning(self):
        file = self.here.write("batch.json", json.dumps({"for_each": list(range(200_000)), "jobs": [
            {"type": "misbehave.ok"}]}))
        program = self.here.popen("batch", "create", str(file))
        wait_until(lambda: self.here.json("batch", "list"), "a part of it is there")
        program.kill()
        program.wait()
        shown = self.here.json("batch", "list")[0]
        self.assertEqual(shown["state"], "creating")
        told = self.here.ask("batch", "open", shown["id"])
        self.assertIn("members, and starts", told)
        self.assertIn(f"jobhost batch cancel {shown['id']}", told)

    def test_jobs_are_attached_to_a_batch_and_can_wait_for_one(self):
        batch = self.create("jobs: [{type: misbehave.ok}]")
        attached = self.here.enqueue("misbehave.ok", None, "--batch", batch)
        waiting = self.here.enqueue("misbehave.ok", None, "--after", batch)
        self.assertEqual(self.show(batch)["members"], 2)
        self.assertEqual(self.here.show(attached)["batch"], batch)
        self.assertEqual(self.here.json("jobs", "count", "--batch", batch)["enqueued"], 2)
        self.here.start()
        self.here.wait_state(waiting, "succeeded")
        self.assert_refused(self.here.call("enqueue", "misbehave.ok", "--batch", "4711"), 2)

    def test_json_of_any_size_is_staged(self):
        batch = self.create(json.dumps({"name": "large", "for_each": list(range(60_000)), "jobs": [
            {"type": "misbehave.ok", "args": {"n": "${item}"}}]}), name="batch.json")
        shown = self.show(batch)
        self.assertEqual((shown["members"], shown["jobs"]["enqueued"] + shown["jobs"]["awaiting"]), (60_000, 60_000))
        self.here.ask("batch", "cancel", batch)

    def test_json_tells_the_id_and_the_number_of_jobs(self):
        told = self.here.json("batch", "create", str(self.here.write("b.yaml", "jobs: [{type: misbehave.ok}]")))
        self.assertEqual((told["jobs"], told["new_jobs"]), (1, 1))
        self.assertEqual(self.show(told["id"])["members"], 1)

    def test_a_file_that_is_wrong_hands_in_nothing(self):
        for text, problems in (("jobs: [{type: misbehave.okk}]", ["jobs[0]: ", "did you mean 'misbehave.ok'?"]),
                               ("jobs: {a: {type: misbehave.sleep}}", ["jobs.a: ", "/seconds is missing"]),
                               ("jobs: {a: {type: misbehave.ok, after: b}}", ["jobs.a: ", "'b'"]),
                               ("jobs: [", ["batch.yaml:1:"]),
                               ("job: {}", ["did you mean 'jobs'?"]),
                               ("jobs: {a: {type: misbehave.ok, on: failed}}", ["jobs.a: ", "name that, too"]),
                               ("jobs: {a: {type: misbehave.ok, after: b}, b: {type: misbehave.ok, after: a}}",
                                ["in a circle: jobs.a after jobs.b after jobs.a"])):
            with self.subTest(text):
                output = self.here.call("batch", "create", str(self.here.write("batch.yaml", text)))
                self.assert_refused(output, 2, *problems)
        file = self.here.write("batch.json", '{"jobs": {"a": {"type": "misbehave.ok"}, "a": {"type": "misbehave.ok"}}}')
        self.assert_refused(self.here.call("batch", "create", str(file)), 2, "batch.json: '/jobs/a' stands there twice")
        self.assert_refused(self.here.call("batch", "create", "missing.yaml"), 2, "missing.yaml")
        self.assert_refused(self.here.call("batch", "show", "4711"), 1, "there is no batch 4711")
        self.assert_refused(self.here.call("batch", "list", "--state", "lost"), 2, "creating")
        self.assertEqual(sum(self.here.counts().values()), 0)


if __name__ == "__main__":
    main()
