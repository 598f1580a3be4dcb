"""jobs: what there is, and what has become of it."""
from host_under_test import HostTestCase, main

DEFINITIONS = {
    "greet": {"type": "command.run", "args": {"command": ["/bin/echo", "hello"]}, "queue": "critical",
              "priority": 7, "retry": {"attempts": 3}},
}


class JobsTest(HostTestCase):
    def setUp(self):
        self.here = self.place({"queues": {"critical": {}, "default": {}}}, DEFINITIONS)

    def test_list_is_newest_first_and_filters(self):
        first = self.here.enqueue("misbehave.ok")
        second = self.here.enqueue("greet")
        third = self.here.enqueue("misbehave.ok", None, "--in", "1h")

        def ids(*words):
            return [job["id"] for job in self.here.json("jobs", "list", *words)]
        self.assertEqual(ids(), [third, second, first])
        self.assertEqual(ids("--limit", "2"), [third, second])
        self.assertEqual(ids("--state", "scheduled"), [third])
        self.assertEqual(ids("--queue", "critical"), [second])
        self.assertEqual(ids("--type", "misbehave.ok"), [third, first])
        self.assertEqual(ids("--type", "misbehave.ok", "--state", "enqueued"), [first])
        self.assertEqual(ids("--state", "failed"), [])

    def test_list_and_show_are_tables_for_people(self):
        job = self.here.enqueue("greet")
        table = self.here.ask("jobs", "list")
        for word in ("ID", "STATE", job, "enqueued", "command.run", "critical"):
            self.assertIn(word, table)
        self.assertEqual(self.here.ask("jobs", "list", "--state", "failed"), "no such jobs\n")
        shown = self.here.ask("jobs", "show", job)
        for word in (f"job {job}", "command.run", "enqueued", "critical", "priority 7", "/bin/echo"):
            self.assertIn(word, shown)

    def test_jobs_of_a_definition_are_found_by_its_name_once_a_host_has_applied_it(self):
        self.here.start()
        job = self.here.enqueue("greet")
        self.here.wait_state(job, "succeeded")
        self.assertEqual([found["id"] for found in self.here.json("jobs", "list", "--definition", "greet")], [job])

    def test_count_counts_each_state_or_some_together(self):
        self.here.enqueue_lines([{"type": "misbehave.ok"}] * 3 + [{"type": "misbehave.ok", "in": "1h"}] * 2)
        counts = self.here.counts()
        self.assertEqual((counts["enqueued"], counts["scheduled"], counts["succeeded"]), (3, 2, 0))
        self.assertEqual(self.here.ask("jobs", "count", "--state", "enqueued"), "3\n")
        self.assertEqual(self.here.ask("jobs", "count", "--state", "enqueued", "--state", "scheduled"), "5\n")
        self.assertIn("enqueued", self.here.ask("jobs", "count"))
        self.assertEqual(self.here.ask("jobs", "count", "--state", "enqueued", "--queue", "critical"), "0\n")
        self.assertIsNotNone(self.here.json("jobs", "count", "--state", "enqueued"))

    def test_log_shows_what_was_logged_and_printed_in_order(self):
        self.here.start()
        job = self.here.enqueue("misbehave.print", {"lines": 3})
        self.here.wait_state(job, "succeeded")
        lines = self.here.json("jobs", "log", job)
        for stream, texts in (("stdout", ["stdout 1", "stdout 2", "stdout 3"]),
                              ("stdout", ["cout 1", "cout 2", "cout 3"]),
                              ("stderr", ["cerr 1", "cerr 2", "cerr 3"]),
                              ("stdout", ["printf without newline"])):
            self.assertEqual([line["text"] for line in lines if line["text"] in texts], texts)
            self.assertEqual({line["level"] for line in lines if line["text"] in texts}, {stream})
        self.assertIn("stdout 1", self.here.ask("jobs", "log", job))
        self.assertEqual(self.here.log_of(self.here.enqueue("misbehave.ok", None, "--in", "1h")), [])

    def test_a_job_that_is_not_there_is_exit_code_1(self):
        for verb in ("show", "log"):
            self.assert_refused(self.here.call("jobs", verb, "4711"), 1, "no job 4711")

    def test_output_of_a_job_cannot_drive_the_terminal(self):
        self.here.start()
        job = self.here.enqueue("command.run", {"command": ["/usr/bin/printf", "\\033[2J\\007evil\\n"]})
        self.here.wait_state(job, "succeeded")
        for verb in ("show", "log"):
            out = self.here.ask("jobs", verb, job)
            self.assertNotIn("\x1b", out)
            self.assertNotIn("\x07", out)
        self.assertIn("evil", self.here.ask("jobs", "log", job))

    def test_command_run_records_output_and_exit_status(self):
        self.here.start()
        job = self.here.enqueue("command.run", {"command": ["/bin/sh", "-c", "echo out; echo err >&2"]})
        shown = self.here.wait_state(job, "succeeded")
        self.assertEqual(shown["result"]["exit_status"], 0)
        self.assertIn("out", self.here.log_of(job))
        self.assertIn("stderr: err", self.here.log_of(job))


if __name__ == "__main__":
    main()
