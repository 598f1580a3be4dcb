"""enqueue --from: many jobs, one a line."""
import contextlib
import datetime
import json
import sqlite3

from host_under_test import HostTestCase, main

GREET = {"type": "command.run", "args": {"command": ["/bin/echo", "hello"]}, "queue": "critical"}


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class EnqueueLinesTest(HostTestCase):
    def setUp(self):
        self.here = self.place({"queues": {"critical": {}, "default": {}}}, {"greet": GREET})

    def test_lines_come_from_a_file_with_all_their_keys(self):
        lines = [{"type": "misbehave.ok", "queue": "critical", "priority": 4},
                 {"type": "command.run", "args": {"command": ["/bin/true"]}, "in": "1h", "expires_in": "2h"},
                 {"type": "greet"},
                 {"type": "misbehave.ok", "at": "2099-12-01T09:00:00Z"}]
        file = self.here.write("many.jsonl", "\n".join(map(json.dumps, lines)) + "\n\n")
        jobs = [self.here.show(job) for job in self.here.ask("enqueue", "--from", str(file)).split()]
        self.assertEqual([job["type"] for job in jobs],
                         ["misbehave.ok", "command.run", "command.run", "misbehave.ok"])
        self.assertEqual((jobs[0]["queue"], jobs[0]["priority"]), ("critical", 4))
        self.assertEqual(jobs[1]["state"], "scheduled")
        self.assertAlmostEqual((instant(jobs[1]["expires_at"]) - instant(jobs[1]["due_at"])).total_seconds(), 7200,
                               delta=1)
        self.assertEqual(jobs[2]["queue"], "critical")
        self.assertEqual(jobs[3]["due_at"][:19], "2099-12-01T09:00:00")

    def test_lines_come_from_standard_input(self):
        self.assertEqual(len(self.here.enqueue_lines([{"type": "misbehave.ok"}] * 7)), 7)
        self.assertEqual(self.here.count("enqueued"), 7)
        self.assertEqual(self.here.ask("enqueue", "--from", "-", input=""), "")

    def test_a_bad_line_is_named_and_nothing_is_enqueued(self):
        good = '{"type": "misbehave.ok"}\n'
        for bad, problem in (('{"type": "misbehave.ok"', "not JSON"),
                             ('["misbehave.ok"]', "JSON object"),
                             ('{"args": {}}', "'type' is missing"),
                             ('{"type": "misbehave.ok", "quue": "x"}', "did you mean 'queue'?"),
                             ('{"type": "misbehave.okk"}', "did you mean 'misbehave.ok'?"),
                             ('{"type": "misbehave.ok", "args": [1]}', "JSON object"),
                             ('{"type": "misbehave.ok", "priority": 1001}', "1000"),
                             ('{"type": "misbehave.ok", "priority": 1.5}', "whole number"),
                             ('{"type": "misbehave.ok", "queue": "no spaces"}', "queue"),
                             ('{"type": "misbehave.ok", "queue": ""}', "queue"),
                             ('{"type": "misbehave.ok", "in": "soon"}', "duration"),
                             ('{"type": "misbehave.ok", "in": "1s", "at": "2099-12-01T09:00:00Z"}', "both"),
                             ('{"type": "misbehave.ok", "at": "2099-12-01T09:00:00"}', "instant")):
            with self.subTest(bad):
                file = self.here.write("lines.jsonl", good * 2 + bad + "\n" + good)
                output = self.here.call("enqueue", "--from", str(file))
                self.assert_refused(output, 2, f"{file}:3: ", problem, "nothing was enqueued")
        self.assertEqual(sum(self.here.counts().values()), 0)

    def test_every_bad_line_is_named(self):
        output = self.here.call("enqueue", "--from", "-", input="{}\n\n1\nx\n")
        self.assert_refused(output, 2, "standard input:1: ", "standard input:3: ", "standard input:4: ",
                            "3 lines are wrong")

    def lines(self, count, *more):
        return self.here.write("many.jsonl", '{"type": "misbehave.ok"}\n' * count + "".join(
            json.dumps(line) + "\n" for line in more))

    def test_what_is_refused_in_one_transaction_leaves_nothing(self):
        self.here.ask("enqueue", "misbehave.ok", "--unique", "k")
        file = self.lines(10, {"type": "misbehave.ok", "unique": {"key": "k", "on_conflict": "fail"}})
        output = self.here.call("enqueue", "--from", str(file))
        self.assert_refused(output, 2, "job 11 of 11 (misbehave.ok): ", "is there already with its unique key", "nothing was enqueued")
        self.assertEqual((output.out, self.here.count("enqueued")), ("", 1))

    def test_more_lines_than_a_transaction_takes_go_on_where_one_was_refused(self):
        holder = self.here.ask("enqueue", "misbehave.ok", "--unique", "k").strip()
        file = self.lines(5010, {"type": "misbehave.ok", "unique": {"key": "k", "on_conflict": "fail"}})
        output = self.here.call("enqueue", "--from", str(file))
        self.assertEqual(output.code, 2, output.err)
        for part in (f"lines 5001 to 5011: job 11 of 11 (misbehave.ok): job {holder} is there already with its unique key",
                     "what stands before line 5001 was enqueued, and nothing else", "--from-line 5001"):
            self.assertIn(part, output.err)
        self.assertEqual((len(output.out.split()), self.here.count("enqueued")), (5000, 5001))
        output = self.here.call("enqueue", "--from", str(file), "--json")
        self.assertEqual((output.code, len(json.loads(output.out))), (2, 5000))

        self.here.ask("jobs", "delete", holder)
        self.assertEqual(len(self.here.ask("enqueue", "--from", str(file), "--from-line", "5001").split()), 11)
        self.assertEqual(self.here.count("enqueued"), 10_011)

    def test_a_wrong_line_far_behind_is_seen_before_anything_is_handed_in(self):
        file = self.lines(6000, {"type": "misbehave.okk"})
        self.assert_refused(self.here.call("enqueue", "--from", str(file)), 2, f"{file}:6001: ", "nothing was enqueued")
        self.assertEqual(self.here.count("enqueued"), 0)

    def test_a_database_that_takes_no_writes_has_nothing_of_them(self):
        self.here.configure({"storage": {"url": "sqlite:jobhost.db", "timeout": "1s"}})
        self.here.ask("jobs", "count")
        with contextlib.closing(sqlite3.connect(self.here.folder / "jobhost.db", isolation_level=None)) as shell:
            shell.execute("BEGIN IMMEDIATE")
            output = self.here.call("enqueue", "--from", str(self.lines(3)))
        self.assert_refused(output, 3, "nothing was enqueued")

    def test_from_line_passes_over_those_before_it(self):
        lines = "nonsense\n" + '{"type": "misbehave.ok"}\n' * 2
        self.assertEqual(len(self.here.ask("enqueue", "--from", "-", "--from-line", "2", input=lines).split()), 2)
        self.assert_refused(self.here.call("enqueue", "--from", "-", "--from-line", "1", input=lines), 2,
                            "standard input:1: ")
        for line in ("0", "x", "-1"):
            self.assert_refused(self.here.call("enqueue", "--from", "-", "--from-line", line, input=lines), 2,
                                f"--from-line: '{line}' is no line: they are counted from 1")
        for words in (["misbehave.ok", "--from-line", "2"], ["--from", "-", "--from-line", "0"]):
            self.assertEqual(self.here.call("enqueue", *words, input=lines).code, 2)
        self.assert_refused(self.here.call("enqueue", "--from", "-", "--from-line", "5", input=lines), 2,
                            "standard input has 3 lines, and no line 5")

    def test_that_nothing_is_left_is_said(self):
        for line, lines in (("2", '{"type": "misbehave.ok"}\n'), ("1", ""), ("1", "\n\n")):
            output = self.here.call("enqueue", "--from", "-", "--from-line", line, input=lines)
            self.assertEqual((output.code, output.out), (0, ""), output)
            self.assertIn(f"nothing was enqueued: there is no job from line {line} on", output.err)

    def test_a_byte_order_mark_is_passed_over(self):
        lines = '\ufeff{"type": "misbehave.ok"}\n'
        self.assertEqual(len(self.here.ask("enqueue", "--from", "-", input=lines).split()), 1)


if __name__ == "__main__":
    main()
