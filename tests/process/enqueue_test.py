"""enqueue: one job by its options."""
import contextlib
import datetime
import json
import sqlite3

from host_under_test import HostTestCase, main

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
        self.assertEqual(ids, [{"id": ids[0]["id"], "is_new": True, "outcome": "enqueued"}])
        self.assertEqual(self.here.show(ids[0]["id"])["id"], ids[0]["id"])
        self.assertEqual(self.here.json("enqueue", "--from", "-", input=""), [])

    def test_arguments_are_kept_letter_by_letter_from_a_line_and_from_an_option_alike(self):
        nested = '{"a":' + "[" * 99 + "]" * 99 + "}"
        for arguments in ('{"big": 123456789012345678901234567890, "low": -9223372036854775809, "zero": -0}',
                          '{ "exact":0.1000000000000000055511151231257827 ,"exponent":1E+2,"slash":"\\/\\u00e7"}',
                          nested):
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

    def test_a_key_that_stands_twice_is_refused_with_the_path_to_it(self):
        twice = '{"to": [{"name": 1, "name": 2}]}'
        self.assert_refused(self.here.call("enqueue", "misbehave.ok", "--args", twice), 2,
                            "in the arguments '/to/0/name' stands there twice")
        self.assert_refused(self.here.call("enqueue", "--from", "-", input='{"type":"misbehave.ok","args":' + twice + "}"),
                            2, "standard input:1: '/args/to/0/name' stands there twice")

    def test_an_instant_or_a_time_out_of_bounds_is_refused_for_that(self):
        self.assert_refused(self.here.call("enqueue", "misbehave.ok", "--at", "1960-01-01T00:00:00Z"), 2,
                            "is not an instant of the years 1970 to 9999")
        self.assert_refused(self.here.call("enqueue", "misbehave.ok", "--in", "100000d"), 2,
                            "is not a duration such as 10s or 1h30m, of 100 years at most")

    def test_a_tag_is_one_line(self):
        self.assert_refused(self.here.call("enqueue", "misbehave.ok", "--tag", "a\nb"), 2,
                            "a tag must be 1 to 100 bytes without line breaks")

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

    def test_arguments_are_literal_unicode_and_large_ones_have_a_bound(self):
        text = "ünïcödé \u0000 ${env:HOME} '\";--" + "x" * 100_000
        job = self.here.enqueue("misbehave.ok", {"text": text})
        self.assertEqual(self.here.show(job)["args"], {"text": text})
        output = self.here.call("enqueue", "--from", "-",
                                input=json.dumps({"type": "misbehave.ok", "args": {"text": "x" * (2 << 20)}}))
        self.assertEqual(output.code, 2, output.err)
        self.assertEqual(self.here.count("enqueued"), 1)


if __name__ == "__main__":
    main()
