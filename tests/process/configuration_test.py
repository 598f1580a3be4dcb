"""What is wrong with the configuration: everything at once, with its place, before anything is done."""
import contextlib
import json
import os
import sqlite3

from host_under_test import HostTestCase, main

HOST_FILE = """\
server: {workers: 0}
colour: blue
log:
  level: loud
definitions: [jobs.d/*.yaml, missing.yaml]
"""
ONE = """\
jobs:
  first:
    type: misbehave.ok
    retri: {attempts: 3}
  second:
    type: misbehave.ok
    priority: high
    schedule: "61 * * * *"
"""
TWO = """\
jobs:
  first:
    type: misbehave.ok
  third:
    type: nonsense
    timeout: soon
"""


class BadFilesTest(HostTestCase):
    def both(self, here, *parts):
        """`config check` and `serve` say the same and exit with 2; nothing is made."""
        errors = []
        for words in (["config", "check"], ["serve"], ["enqueue", "misbehave.ok"], ["run", "misbehave.ok"]):
            output = here.call(*words)
            self.assert_refused(output, 2, *parts)
            errors.append(output.err)
        self.assertEqual(len(set(errors)), 1, errors)
        self.assertFalse((here.folder / "jobhost.db").exists())
        return errors[0].splitlines()

    def test_a_missing_host_file_is_named_with_the_remedy(self):
        here = self.place()
        here.file.unlink()
        self.both(here, "jobhost.yaml  is not there")
        output = here.call("config", "check", "-c", "other.yaml")
        self.assert_refused(output, 2, "other.yaml  is not there")

    def test_every_error_of_all_files_is_named_with_file_line_and_column(self):
        here = self.place()
        here.write("jobhost.yaml", HOST_FILE)
        here.write("jobs.d/1.yaml", ONE)
        here.write("jobs.d/2.yaml", TWO)
        lines = self.both(here,
                          "jobhost.yaml:1:19  server.workers",
                          "jobhost.yaml:2:1  colour  is not a setting",
                          "jobhost.yaml:4:10  log.level",
                          "jobhost.yaml:5:30  definitions[1]",
                          "jobs.d/1.yaml:4:5  jobs.first.retri  is not a setting  did you mean 'retry'?",
                          "jobs.d/1.yaml:7:15  jobs.second.priority",
                          "jobs.d/1.yaml:8:15  jobs.second.schedule",
                          "jobs.d/2.yaml:2:3  jobs.first  is already defined at jobs.d/1.yaml:2:3",
                          "jobs.d/2.yaml:5:11  jobs.third.type",
                          "jobs.d/2.yaml:6:14  jobs.third.timeout")
        self.assertEqual(len(lines), 10, lines)

    def test_yaml_that_cannot_be_parsed_is_named_by_line(self):
        here = self.place()
        here.write("jobhost.yaml", "server:\n  name: [unclosed\n")
        self.both(here, "jobhost.yaml:")

    def test_a_name_that_stands_twice_in_one_file_is_named(self):
        here = self.place(definitions={})
        here.write("jobs.yaml", "jobs:\n  a: {type: misbehave.ok}\n  a: {type: misbehave.ok}\n")
        self.both(here, "jobs.yaml:3:3  jobs.a")

    def test_a_file_that_cannot_be_read_is_named(self):
        here = self.place(definitions={})
        (here.folder / "jobs.yaml").unlink()
        (here.folder / "jobs.yaml").mkdir()
        self.both(here, "jobs.yaml")

    def test_a_file_without_the_right_to_read_it_is_named(self):
        here = self.place(definitions={})
        (here.folder / "jobs.yaml").chmod(0)
        somebody = {} if os.geteuid() != 0 else {"user": 65534, "group": 65534, "extra_groups": []}
        self.assert_refused(here.call("config", "check", **somebody), 2, "jobs.yaml", "ermission")

    def test_errors_come_as_json_too(self):
        here = self.place()
        here.write("jobhost.yaml", HOST_FILE.replace("definitions", "# definitions"))
        output = here.call("config", "check", "--json")
        self.assertEqual(output.code, 2, output)
        errors = json.loads(output.out)["errors"]
        self.assertEqual([(error["file"], error["line"], error["column"]) for error in errors],
                         [("jobhost.yaml", 1, 19), ("jobhost.yaml", 2, 1), ("jobhost.yaml", 4, 10)])

    def test_verbs_that_need_no_definitions_do_not_read_them(self):
        here = self.place(definitions={"nightly": {"type": "misbehave.ok", "schedule": "0 3 * * *"}})
        here.configure({"definitions": ["jobs.yaml", "new.yaml"]})
        here.write("new.yaml", "jobs: {}\n")
        here.ask("config", "apply")
        job = here.enqueue("nightly")
        here.write("new2.yaml", "jobs: {x: {type: nonsense}}\n")
        here.configure({"definitions": ["jobs.yaml", "new2.yaml", "missing.yaml"]})
        for words in (["jobs", "count"], ["jobs", "list"], ["jobs", "show", job], ["jobs", "cancel", job], ["jobs", "requeue", job],
                      ["queues", "list"], ["queues", "pause", "default"], ["limits", "list"], ["servers", "list"],
                      ["limits", "set", "one", "--concurrent", "1"], ["batch", "list"], ["recurring", "list"],
                      ["recurring", "pause", "nightly"], ["commands", "list"], ["storage", "status"], ["storage", "migrate"]):
            output = here.call(*words)
            self.assertEqual((output.code, output.err), (0, ""), (words, output))
        for words in (["enqueue", "nightly"], ["recurring", "trigger", "nightly"], ["config", "check"], ["serve"]):
            self.assert_refused(here.call(*words), 2, "new2.yaml:1:18  jobs.x.type", "missing.yaml")

    def test_a_wrong_host_file_stops_all_verbs(self):
        here = self.place()
        here.write("jobhost.yaml", "colour: blue\n")
        for words in (["jobs", "count"], ["storage", "status"], ["limits", "list"]):
            self.assert_refused(here.call(*words), 2, "jobhost.yaml:1:1  colour")

    def test_a_secret_in_the_storage_url_is_not_shown(self):
        here = self.place()
        here.write("jobhost.yaml", "storage: {url: 'mysql://user:sesame@localhost/jobs'}\n")
        for words in (["config", "check"], ["serve"]):
            output = here.call(*words)
            self.assertEqual(output.code, 2, output)
            self.assertNotIn("sesame", output.err + output.out)


class GoodFilesTest(HostTestCase):
    def test_a_right_configuration_is_said_to_be_right_and_nothing_is_made(self):
        here = self.place(definitions={"a": {"type": "misbehave.ok"}, "b": {"type": "command.run", "args": {
            "command": ["/bin/true"]}}})
        self.assertIn("2 definitions", here.ask("config", "check"))
        self.assertEqual(here.json("config", "check"), {"errors": [], "warnings": []})
        self.assertFalse((here.folder / "jobhost.db").exists())
        self.assertFalse((here.folder / ".jobhost").exists())

    def test_a_queue_that_is_not_served_is_a_warning(self):
        here = self.place(definitions={"a": {"type": "misbehave.ok", "queue": "defualt"}})
        output = here.call("config", "check")
        self.assertEqual(output.code, 0, output)
        self.assertIn("warning: ", output.err)
        self.assertIn("did you mean 'default'?", output.err)
        warnings = here.json("config", "check")["warnings"]
        self.assertEqual((len(warnings), warnings[0]["file"]), (1, "jobs.yaml"))
        here.start().stop()
        self.assertIn("did you mean 'default'?", here.call("config", "plan").err)
        for words in (("recurring", "list"), ("jobs", "count"), ("storage", "status")):
            self.assertEqual(here.call(*words).err, "", words)

    def test_a_definition_of_another_application_is_refused_before_a_host_is_there(self):
        definitions = {"nightly": {"type": "misbehave.ok"}}
        here = self.place(definitions=definitions)
        here.start().stop()
        here.enqueue_lines([{"type": "misbehave.ok"}] * 50)
        url = f"sqlite:{here.folder / 'jobhost.db'}"
        other = self.place({"server": {"application": "other"}, "storage": {"url": url}}, definitions, name="other")

        self.assert_refused(other.call("serve"), 2, "the definition 'nightly' belongs to")

        self.assertEqual(here.count("enqueued"), 50, "it took jobs along")
        with contextlib.closing(sqlite3.connect(here.folder / "jobhost.db")) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM server WHERE state = 1").fetchone(), (0,))


class UnknownTypeTest(HostTestCase):
    def setUp(self):
        self.here = self.place(definitions={"a": {"type": "misbehave.okk"}, "b": {"type": "misbehave.ok"}})

    def test_config_check_refuses_an_unknown_type_with_its_place(self):
        self.assert_refused(self.here.call("config", "check"), 2, "jobs.yaml:4:", "jobs.a.type",
                            "did you mean 'misbehave.ok'?")
        self.assertEqual(self.here.call("config", "check", "--allow-unknown-type").code, 0)

    def test_serve_warns_and_its_jobs_wait_until_the_plugin_comes(self):
        here = self.place(definitions={"a": {"type": "misbehave.ok"}}, name="later", plugins=["command"])
        host = here.start()
        self.assertIn("jobs.yaml:4:", host.log())
        self.assertIn("no plugin has the job type 'misbehave.ok'", host.log())
        self.assert_refused(here.call("enqueue", "a"), 2, "misbehave.ok")
        job = here.enqueue("a", None, "--allow-unknown-type")
        here.wait_state(here.enqueue("command.run", {"command": ["/bin/true"]}), "succeeded")
        self.assertEqual(here.show(job)["state"], "enqueued")

        self.assertEqual(host.stop(), 0)
        here.add_plugin("misbehave")
        here.start()
        here.wait_state(job, "succeeded")


if __name__ == "__main__":
    main()
