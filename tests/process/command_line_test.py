"""The verbs of the command line: what they do, print and end with."""
import contextlib
import datetime
import json
import os
import sqlite3
import subprocess

from host_under_test import DEADLINE, HostTestCase, main, wait_until

DEFINITIONS = {
    "greet": {"type": "command.run", "args": {"command": ["/bin/echo", "hello"]}, "queue": "critical",
              "priority": 7, "retry": {"attempts": 3}},
    "later": {"type": "misbehave.ok", "delay": "1h"},
}


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class EnqueueTest(HostTestCase):
    def setUp(self):
        self.here = self.place({"queues": {"critical": {}, "default": {}}}, DEFINITIONS)

    def test_a_type_is_enqueued_with_its_arguments_and_no_host(self):
        job = self.here.enqueue("command.run", {"command": ["/bin/true"]})
        shown = self.here.show(job)
        self.assertEqual(shown["id"], job)
        self.assertEqual(shown["type"], "command.run")
        self.assertEqual(shown["state"], "enqueued")
        self.assertEqual(shown["queue"], "default")
        self.assertEqual(shown["args"], {"command": ["/bin/true"]})
        self.assertEqual(shown["attempt"], 0)
        self.assertEqual(shown["events"], [])

    def test_a_definition_gives_type_arguments_queue_priority_and_retries(self):
        shown = self.here.show(self.here.enqueue("greet"))
        self.assertEqual(shown["type"], "command.run")
        self.assertEqual(shown["args"], {"command": ["/bin/echo", "hello"]})
        self.assertEqual((shown["queue"], shown["priority"], shown["retry_attempts"]), ("critical", 7, 3))

    def test_options_win_over_the_definition(self):
        job = self.here.enqueue("greet", {"command": ["/bin/false"]}, "--queue", "default", "--priority", "-3")
        shown = self.here.show(job)
        self.assertEqual((shown["queue"], shown["priority"]), ("default", -3))
        self.assertEqual(shown["args"], {"command": ["/bin/false"]})

    def test_a_definition_with_a_delay_waits(self):
        shown = self.here.show(self.here.enqueue("later"))
        self.assertEqual(shown["state"], "scheduled")
        wait = instant(shown["due_at"]) - instant(shown["created_at"])
        self.assertAlmostEqual(wait.total_seconds(), 3600, delta=10)

    def test_in_and_at_say_when(self):
        shown = self.here.show(self.here.enqueue("misbehave.ok", None, "--in", "1h30m"))
        self.assertEqual((shown["state"], shown["reason"]), ("scheduled", "delayed"))
        wait = instant(shown["due_at"]) - instant(shown["created_at"])
        self.assertAlmostEqual(wait.total_seconds(), 5400, delta=10)

        shown = self.here.show(self.here.enqueue("misbehave.ok", None, "--at", "2099-12-01T09:00:00+03:00"))
        self.assertEqual(instant(shown["due_at"]), instant("2099-12-01T06:00:00+00:00"))
        self.assert_refused(self.here.call("enqueue", "misbehave.ok", "--in", "1s", "--at", "2099-12-01T09:00:00Z"),
                            2, "--in", "--at")

    def test_expires_in_is_kept_and_an_expired_job_is_deleted_and_never_runs(self):
        kept = self.here.show(self.here.enqueue("misbehave.ok", None, "--expires-in", "1h"))
        self.assertAlmostEqual((instant(kept["expires_at"]) - instant(kept["created_at"])).total_seconds(), 3600,
                               delta=10)
        file = self.here.folder / "runs.txt"
        late = self.here.enqueue("misbehave.append", {"path": str(file)}, "--expires-in", "1ms")
        self.here.start()
        shown = self.here.wait_state(late, "deleted", "succeeded")
        self.assertEqual((shown["state"], shown["reason"]), ("deleted", "expired"))
        self.assertEqual(self.here.wait_state(kept["id"], "succeeded")["expires_at"], kept["expires_at"])
        self.assertEqual(self.here.appended(), [])

    def test_json_prints_the_ids_and_whether_they_are_new(self):
        ids = self.here.json("enqueue", "misbehave.ok")
        self.assertEqual(ids, [{"id": ids[0]["id"], "is_new": True}])
        self.assertEqual(self.here.show(ids[0]["id"])["id"], ids[0]["id"])
        self.assertEqual(self.here.json("enqueue", "--from", "-", input=""), [])

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

    def test_arguments_are_kept_letter_by_letter_from_a_line_and_from_an_option_alike(self):
        nested = '{"a":' + "[" * 99 + "]" * 99 + "}"
        for arguments in ('{"big": 123456789012345678901234567890, "low": -9223372036854775809, "zero": -0}',
                          '{ "exact":0.1000000000000000055511151231257827 ,"exponent":1E+2,"slash":"\\/\\u00e7"}',
                          '{"twice":1,"twice":2}', nested):
            with self.subTest(arguments[:60]):
                jobs = [self.here.ask("enqueue", "misbehave.ok", "--args", arguments),
                        self.here.ask("enqueue", "--from", "-",
                                      input=f'{{"args": {arguments} , "type":"misbehave.ok"}}\n')]
                with contextlib.closing(sqlite3.connect(self.here.folder / "jobhost.db")) as database:
                    held = [database.execute("SELECT arguments FROM job WHERE id = ?", (int(job),)).fetchone()[0]
                            for job in jobs]
                self.assertEqual(held, [arguments] * 2)
        self.assertEqual(self.here.show(jobs[0].strip())["args"], json.loads(nested))
        too_deep = nested.replace("[", "[[", 1).replace("]", "]]", 1)
        self.assert_refused(self.here.call("enqueue", "misbehave.ok", "--args", too_deep), 2, "too deep")
        self.assert_refused(self.here.call("enqueue", "--from", "-", input=f'{{"type":"misbehave.ok","args":{too_deep}}}'),
                            2, "too deep")

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

    def test_wrong_use_is_exit_code_2_and_enqueues_nothing(self):
        for words in (["enqueue"],
                      ["enqueue", "misbehave.ok", "--args", "{"],
                      ["enqueue", "misbehave.ok", "--args", "[]"],
                      ["enqueue", "misbehave.ok", "--args", '{"far": 1e999}'],
                      ["enqueue", "misbehave.ok", "--priority", "2000"],
                      ["enqueue", "misbehave.ok", "--in", "soon"],
                      ["enqueue", "misbehave.ok", "--at", "tomorrow"],
                      ["enqueue", "misbehave.ok", "--expires-in", "-1s"],
                      ["enqueue", "misbehave.ok", "--queue", "no spaces"],
                      ["enqueue", "misbehave.ok", "--queue", ""],
                      ["enqueue", "misbehave.ok", "--from", "-"],
                      ["enqueue", "misbehave.ok", "--colour", "red"],
                      ["enqueue", "--from", "missing.jsonl"],
                      ["enqueue", "--from", "."],
                      ["jobs"], ["jobs", "list", "--state", "lost"], ["jobs", "list", "--limit", "0"],
                      ["jobs", "show"], ["jobs", "show", "one"], ["dance"], []):
            with self.subTest(words):
                output = self.here.call(*words)
                self.assertEqual(output.code, 2, output)
                self.assertNotEqual(output.err, "")
        self.assertEqual(sum(self.here.counts().values()), 0)

    def test_an_unknown_verb_is_named_with_the_nearest(self):
        for words, problem in ((["sevre"], "'sevre' is no verb; did you mean 'serve'?"),
                               (["jobs", "shw", "1"], "'shw' is no verb; did you mean 'show'?"),
                               (["jobs", "tango"], "'tango' is no verb; there are list, count, show, log")):
            self.assert_refused(self.here.call(*words), 2, problem)

    def test_an_unknown_definition_is_refused_with_the_nearest(self):
        self.assert_refused(self.here.call("enqueue", "gret"), 2, "no definition 'gret'", "did you mean 'greet'?")

    def test_an_unknown_type_is_refused_with_the_nearest_and_allowed_on_request(self):
        self.assert_refused(self.here.call("enqueue", "misbehave.sleeep"), 2, "did you mean 'misbehave.sleep'?")
        self.assert_refused(self.here.call("enqueue", "tea.make"), 2, "--allow-unknown-type")
        for words in ([], ["--allow-unknown-type"]):
            self.assert_refused(self.here.call("enqueue", "gret", *words), 2, "there is no definition 'gret'")
        job = self.here.enqueue("tea.make", None, "--allow-unknown-type")
        self.assertEqual(self.here.show(job)["state"], "enqueued")

    def test_a_running_host_knows_the_types_that_the_folder_does_not_show(self):
        self.here.start()
        (self.here.folder / "plugins" / "misbehave.so").unlink()
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")

    def test_ids_that_cannot_be_printed_are_exit_code_1(self):
        for words in (["enqueue", "misbehave.ok"], ["enqueue", "misbehave.ok", "--json"], ["jobs", "count"]):
            with open("/dev/full", "w", encoding="ascii") as full:
                program = self.here.popen(*words, stdout=full, stderr=subprocess.PIPE, text=True)
                _, err = program.communicate(timeout=DEADLINE)
            self.assertEqual(program.returncode, 1)
            self.assertIn("standard output", err)

    def test_arguments_are_literal_unicode_and_large_ones_have_a_bound(self):
        text = "ünïcödé \u0000 ${env:HOME} '\";--" + "x" * 100_000
        job = self.here.enqueue("misbehave.ok", {"text": text})
        self.assertEqual(self.here.show(job)["args"], {"text": text})
        output = self.here.call("enqueue", "--from", "-",
                                input=json.dumps({"type": "misbehave.ok", "args": {"text": "x" * (2 << 20)}}))
        self.assertEqual(output.code, 2, output.err)
        self.assertEqual(self.here.count("enqueued"), 1)


class RunTest(HostTestCase):
    def setUp(self):
        self.here = self.place(definitions={**DEFINITIONS, "fails": {
            "type": "misbehave.throw", "retry": {"attempts": 0}}})

    def test_run_shows_the_log_and_the_outcome(self):
        self.here.start()
        out = self.here.ask("run", "command.run", "--args", '{"command": ["/bin/echo", "hello"]}')
        self.assertIn("hello", out)
        self.assertIn("succeeded", out)

    def test_run_takes_a_definition_and_prints_json(self):
        self.here.start()
        shown = self.here.json("run", "misbehave.ok")
        self.assertEqual(shown["state"], "succeeded")
        self.assertEqual(shown["result"], {"ok": True, "attempt": 1})
        self.assertEqual(shown["events"], [])

    def test_run_exits_1_when_the_job_fails(self):
        self.here.start()
        output = self.here.call("run", "fails")
        self.assertEqual(output.code, 1, output)
        self.assertIn("failed", output.out)
        self.assertIn("thrown by misbehave", output.out)

    def test_run_stops_waiting_at_its_timeout_and_the_job_goes_on(self):
        self.here.start()
        output = self.here.call("run", "misbehave.sleep", "--args", '{"seconds": 3}', "--timeout", "200ms")
        self.assertEqual(output.code, 1, output)
        self.assertIn("jobs show", output.err)
        self.here.wait_count("succeeded", 1)

    def test_run_says_that_no_host_is_there(self):
        output = self.here.call("run", "misbehave.ok", "--timeout", "100ms")
        self.assertEqual(output.code, 1, output)
        self.assertIn("no host is running", output.err)

    def test_an_unknown_type_or_wrong_arguments_are_exit_code_2(self):
        self.assert_refused(self.here.call("run", "misbehave.okk"), 2, "did you mean 'misbehave.ok'?")
        self.assert_refused(self.here.call("run", "misbehave.ok", "--args", "1"), 2, "JSON object")
        self.assertEqual(self.here.call("run").code, 2)


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


class StorageTest(HostTestCase):
    def test_the_database_is_for_its_owner_alone(self):
        here = self.place()
        here.ask("jobs", "count")
        self.assertEqual((here.folder / "jobhost.db").stat().st_mode & 0o077, 0)


class ServeTest(HostTestCase):
    def test_the_log_in_json_is_one_object_a_line(self):
        here = self.place({"log": {"format": "json", "level": "debug"}})
        host = here.start()
        here.wait_state(here.enqueue("misbehave.fatal"), "failed")
        self.assertEqual(host.stop(), 0)
        lines = [json.loads(line) for line in host.log().splitlines()]
        self.assertGreater(len(lines), 3)
        for line in lines:
            self.assertLessEqual({"at", "level", "text"}, set(line))
        self.assertTrue(any("hopeless" in line["text"] for line in lines))

    def test_the_level_of_the_log_hides_what_is_better(self):
        here = self.place({"log": {"level": "error"}})
        host = here.start(wait=False)
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
        self.assertEqual(host.stop(), 0)
        self.assertEqual(host.log(), "")

    def test_relative_paths_are_relative_to_the_host_file_wherever_it_is_called_from(self):
        here = self.place(definitions=DEFINITIONS)
        job = here.ask("enqueue", "greet", "-c", str(here.file)).strip()
        self.assertTrue((here.folder / "jobhost.db").exists())
        output = here.call("jobs", "show", job, "-c", str(here.file), cwd="/")
        self.assertEqual(output.code, 0, output)

    def test_an_empty_host_file_is_a_valid_host(self):
        here = self.place()
        here.write("jobhost.yaml", "")
        here.start()
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")

    def test_no_plugins_folder_is_a_warning(self):
        here = self.place({"plugins": {"folder": "nothing"}})
        host = here.start()
        self.assertIn("nothing", host.log())
        self.assertEqual(host.stop(), 0)

    def test_a_closed_reader_of_its_output_does_not_end_the_host(self):
        here = self.place({"log": {"level": "debug"}})
        reader, writer = os.pipe()
        process = here.popen("serve", stdout=writer, stderr=writer, start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        os.close(writer)
        seen = b""
        while b"is ready" not in seen:
            got = os.read(reader, 4096)
            self.assertTrue(got, seen)
            seen += got
        os.close(reader)
        for _ in range(3):
            here.wait_state(here.enqueue("misbehave.fatal"), "failed")
        self.assertIsNone(process.poll())
        process.terminate()
        self.assertEqual(process.wait(DEADLINE), 0)

    def test_standard_streams_that_are_closed_do_not_disturb_the_host(self):
        here = self.place()
        process = here.popen("serve", start_new_session=True,
                             preexec_fn=lambda: [os.close(number) for number in (0, 1, 2)])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        job = here.enqueue("misbehave.print", {"lines": 2})
        here.wait_state(job, "succeeded")
        self.assertIn("stdout 2", here.log_of(job))
        process.terminate()
        self.assertEqual(process.wait(DEADLINE), 0)
        self.assertEqual(here.ask("jobs", "count", "--state", "succeeded"), "1\n")
        for lock in here.folder.glob("*.lock"):
            self.assertEqual(lock.read_bytes(), b"", f"the log went into {lock.name}")

    def test_an_interrupt_stops_the_host_too(self):
        here = self.place()
        host = here.start()
        host.signal(2)
        self.assertEqual(host.wait(), 0)
        wait_until(lambda: not host.processes(), "nothing is left behind")


if __name__ == "__main__":
    main()
