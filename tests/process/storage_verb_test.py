"""`jobhost storage status|migrate`: what the schema is, what it still needs, and SQL for somebody else to run."""
import contextlib
import os
import sqlite3
import subprocess

from host_under_test import HostTestCase, main


def names_in(folder):
    return sorted(os.listdir(folder))


class StatusTest(HostTestCase):
    def setUp(self):
        self.here = self.place()
        self.file = self.here.folder / "jobhost.db"

    def change(self, statement):
        with contextlib.closing(sqlite3.connect(self.file)) as database, database:
            database.execute(statement)

    def test_of_a_database_that_is_not_there_everything_is_pending_and_nothing_is_made(self):
        before = names_in(self.here.folder)
        self.assertRegex(self.here.ask("storage", "status"), r"0001_jobs +pending\n(.*\n)*\d+ migrations? pending: ")
        status = self.here.json("storage", "status")
        self.assertFalse(status["current"])
        self.assertEqual({state["applied_at"] for state in status["migrations"]}, {None})
        self.assertEqual(names_in(self.here.folder), before)

    def test_of_a_database_in_use_everything_is_applied_and_nothing_is_changed(self):
        self.here.ask("jobs", "count")
        before = self.file.read_bytes(), names_in(self.here.folder)
        self.assertIn("the schema is current\n", self.here.ask("storage", "status"))
        status = self.here.json("storage", "status")
        self.assertEqual((status["current"], status["problem"], status["schema"]), (True, None, None))
        self.assertRegex(status["database"], r"^SQLite 3\.\d+\.\d+$")
        self.assertEqual([state["number"] for state in status["migrations"]],
                         list(range(1, len(status["migrations"]) + 1)))
        for state in status["migrations"]:
            self.assertRegex(state["applied_at"], r"^20\d\d-\d\d-\d\dT.*Z$")
        self.assertEqual((self.file.read_bytes(), names_in(self.here.folder)), before)

    def test_it_answers_while_a_host_runs(self):
        self.here.start()
        self.assertIn("the schema is current\n", self.here.ask("storage", "status"))

    def test_a_newer_schema_is_shown_and_refused_with_the_remedy(self):
        self.here.ask("jobs", "count")
        self.change("INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (9999, '9999_future', "
                    "'x', 0)")
        self.refused_by_all("9999_future", "use the newer jobhost")

    def test_an_edited_migration_is_shown_and_refused(self):
        self.here.ask("jobs", "count")
        self.change("UPDATE schema_migration SET checksum = 'edited' WHERE number = 1")
        self.refused_by_all("0001_jobs", "cannot be used with this jobhost")

    def refused_by_all(self, *parts):
        before = self.file.read_bytes()
        for words in (["storage", "migrate"], ["storage", "migrate", "--sql"], ["jobs", "count"]):
            output = self.here.call(*words)
            self.assert_refused(output, 3, *parts)
            self.assertEqual(len(output.err.splitlines()), 1, output)
        shown = self.here.call("storage", "status")
        self.assertEqual((shown.code, len(shown.err.splitlines())), (3, 1), shown)
        self.assertIn(parts[0], shown.out)
        status = self.here.call("storage", "status", "--json")
        self.assertEqual(status.code, 3, status)
        for part in parts:
            self.assertIn(part, status.out)
        self.assertEqual(self.file.read_bytes(), before)


class MigrateTest(HostTestCase):
    def setUp(self):
        self.here = self.place()
        self.file = self.here.folder / "jobhost.db"

    def test_what_is_pending_is_applied_once(self):
        pending = [state["name"] for state in self.here.json("storage", "status")["migrations"]]
        self.assertEqual(self.here.ask("storage", "migrate"), "".join(f"applied {name}\n" for name in pending))
        self.assertEqual(self.here.ask("storage", "migrate"), "nothing was pending\n")
        self.assertTrue(self.here.json("storage", "status")["current"])

    def test_several_at_once_agree(self):
        started = [self.here.popen("storage", "migrate", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                   for _ in range(4)]
        for process in started:
            out, err = process.communicate(timeout=60)
            self.assertEqual((process.returncode, err), (0, ""), out)
        self.assertTrue(self.here.json("storage", "status")["current"])

    def test_the_sql_run_by_hand_does_the_same(self):
        before = names_in(self.here.folder)
        sql = self.here.ask("storage", "migrate", "--sql")
        self.assertEqual(names_in(self.here.folder), before, "nothing is made")
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.executescript(sql)
        by_hand = self.schema_of(self.file)
        self.assertTrue(self.here.json("storage", "status")["current"])
        self.assertEqual(self.here.ask("storage", "migrate", "--sql"), "-- nothing is pending\n")
        job = self.here.enqueue("misbehave.ok")
        self.assertEqual(self.here.show(job)["state"], "enqueued")

        other = self.place(name="other")
        other.ask("storage", "migrate")
        self.assertEqual(by_hand, self.schema_of(other.folder / "jobhost.db"))

    def schema_of(self, file):
        with contextlib.closing(sqlite3.connect(file)) as database:
            return (database.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall(),
                    database.execute("SELECT number, name, checksum FROM schema_migration").fetchall())


class RetentionTest(HostTestCase):
    def test_jobs_of_the_command_line_are_kept_as_the_host_file_says(self):
        here = self.place({"retention": {"succeeded": "2h", "count": 100}},
                          {"own": {"type": "misbehave.ok", "retention": {"succeeded": "3h"}}})
        plain, own = here.enqueue("misbehave.ok"), here.enqueue("own")
        with contextlib.closing(sqlite3.connect(here.folder / "jobhost.db")) as database:
            texts = dict(database.execute("SELECT job.id, policy.body FROM job JOIN policy ON job.policy = policy.id"))
        for job, hours in ((plain, 2), (own, 3)):
            self.assertIn(f'"retention":{{"succeeded":{hours * 3_600_000_000},', texts[int(job)])
            self.assertIn('"count":100', texts[int(job)])


if __name__ == "__main__":
    main()
