"""PostgreSQL that cannot be used: each verb says so in one line, with the remedy, and never shows the password."""
import pathlib
import socket
import subprocess

from host_under_test import HostTestCase, main
from postgres_cluster import PostgresCluster

PASSWORD = "sesame"
READING = (["jobs", "count"], ["jobs", "list", "--json"], ["jobs", "show", "1"])
WRITING = (["enqueue", "misbehave.ok"], ["run", "misbehave.ok"], ["serve"])
STORAGE = (["storage", "status"], ["storage", "migrate"])
ALL = (*READING, *WRITING, *STORAGE)

# What is wrong, the URL that leads there, the verbs that notice, and what they say. {folder} is that of the cluster's
# socket, {made} a database that has our tables, {new} one that has not.
FAULTS = (
    ("host", "postgresql://user:{password}@nowhere.invalid/jobs", ALL,
     ("could not translate host name", "correct the host in storage.url")),
    ("port", "postgresql://user:{password}@127.0.0.1:1/jobs", ALL,
     ("Connection refused", "start the server, or correct host and port in storage.url")),
    ("socket", "postgresql://user:{password}@/jobs?host=/nowhere", ALL,
     ("No such file", "start the server, or correct host and port in storage.url")),
    ("database", "postgresql://postgres:{password}@/nothing?host={folder}", ALL,
     ("does not exist", "create that database")),
    ("user", "postgresql://stranger:{password}@/{made}?host={folder}", ALL, ("does not exist", "create that user")),
    ("password", "postgresql://guarded:{password}@/{made}?host={folder}", ALL,
     ("password authentication failed", "check the user and the password of storage.url")),
    ("no password", "postgresql://guarded@/{made}?host={folder}", ALL,
     ("no password supplied", "check the user and the password of storage.url")),
    ("connection limit", "postgresql://limited:{password}@/{made}?host={folder}", ALL,
     ("too many connections", "raise max_connections, or the limit of this user")),
    ("parameter", "postgresql://postgres:{password}@/{made}?host={folder}&sslmod={password}", ALL,
     ("storage.url cannot be read", "unknown parameter")),
    ("may not make the schema", "postgresql://plain:{password}@/{new}?host={folder}",
     (*READING, *WRITING, ["storage", "migrate"]), ("permission denied", "0001_", "'jobhost storage migrate' as the owner of the schema")),
    ("may not use the schema", "postgresql://plain:{password}@/{made}?host={folder}", ALL,
     ("no right to use their schema", "grant it")),
    ("read-only", "postgresql://postgres:{password}@/{made}?host={folder}&options=-c%20default_transaction_read_only%3Don",
     (["enqueue", "misbehave.ok"], ["run", "misbehave.ok"]), ("read-only transaction", "connect to the primary server")),
    ("ODBC driver", "odbc:Driver={{No Such Driver}};Server=here;PWD={password}", ALL,
     ("Can't open lib", "install the driver")),
    ("ODBC source", "odbc:DSN=nowhere;PWD={password}", ALL, ("odbcinst -q -d",)),
    ("ODBC port", "odbc:Driver={{PostgreSQL Unicode}};Servername=127.0.0.1;Port=1;Database=jobs;UID=me;PWD={password}",
     ALL, ("Connection refused", "start the server")),
    ("ODBC database", "odbc:Driver={{PostgreSQL Unicode}};Servername={folder};Database=nothing;UID=postgres;"
     "PWD={password}", ALL, ("does not exist", "create that database")),
    ("ODBC password", "odbc:Driver={{PostgreSQL Unicode}};Servername={folder};Database={made};UID=guarded;"
     "PWD={password}", ALL, ("password authentication failed", "check the user and the password")),
)


class PostgresFaultsTest(HostTestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = PostgresCluster()
        cls.addClassCleanup(cls.cluster.close)
        cls.made, cls.new = cls.cluster.create_database(), cls.cluster.create_database()
        hba = pathlib.Path(cls.cluster.query("postgres", "SHOW hba_file")[0][0])
        hba.write_text("local all guarded scram-sha-256\n" + hba.read_text())
        for statement in ("CREATE ROLE plain LOGIN", "CREATE ROLE limited LOGIN CONNECTION LIMIT 0",
                          "CREATE ROLE guarded LOGIN PASSWORD 'another'", "SELECT pg_reload_conf()"):
            cls.cluster.query("postgres", statement)

    def setUp(self):
        self.here = self.at(self.cluster.url(self.made))
        self.ids = {self.here.enqueue("misbehave.ok", None, "--in", "1h")}

    def at(self, url, name="here", timeout="10s"):
        return self.place({"storage": {"url": url, "timeout": timeout}}, name=name)

    def assert_one_line(self, output, *parts):
        self.assert_refused(output, 3, *parts)
        self.assertEqual(len(output.err.splitlines()), 1, output)
        for noise in (PASSWORD, "Cannot execute", "Fatal error", "terminate called"):
            self.assertNotIn(noise, output.err)

    def assert_unchanged(self):
        held = self.cluster.query(self.made, "SELECT id FROM jobhost.job WHERE state = 1 ORDER BY id")
        self.assertLessEqual(self.ids, {row[0] for row in held})
        self.assertEqual(self.cluster.query(self.made, "SELECT count(*) FROM jobhost.job WHERE state <> 1"), [["0"]])
        self.assertEqual(self.cluster.query(self.new, "SELECT count(*) FROM pg_tables WHERE schemaname = 'jobhost'"),
                         [["0"]])

    def test_every_verb_says_what_is_wrong_with_the_server(self):
        for number, (name, url, verbs, parts) in enumerate(FAULTS):
            place = self.at(url.format(folder=self.cluster.folder, made=self.made, new=self.new, password=PASSWORD),
                            f"place-{number}")
            for words in verbs:
                with self.subTest(fault=name, verb=words):
                    self.assert_one_line(place.call(*words), *parts)
        self.assert_unchanged()

    def test_status_of_a_database_without_our_tables_asks_for_no_rights(self):
        place = self.at(f"postgresql://plain@/{self.new}?host={self.cluster.folder}", "plain")
        status = place.json("storage", "status")
        self.assertEqual((status["current"], status["schema"]), (False, "jobhost"))
        self.assertTrue(status["database"].startswith("PostgreSQL 15."), status)

    def test_a_server_that_does_not_answer_is_given_up_at_the_deadline(self):
        place = self.at(self.cluster.url(self.made), "impatient", "1s")
        self.cluster.pause()
        try:
            for words in (["jobs", "count"], ["enqueue", "misbehave.ok"], ["serve"], ["storage", "status"]):
                with self.subTest(words):
                    self.assert_one_line(place.call(*words, deadline=20), "timeout", "check that the server answers")
        finally:
            self.cluster.resume()
        self.assert_unchanged()

    def test_a_server_that_accepts_and_says_nothing_is_given_up_at_the_deadline(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            for number, url in enumerate((
                    f"postgresql://me:{PASSWORD}@127.0.0.1:{port}/jobs",
                    f"odbc:Driver={{PostgreSQL Unicode}};Servername=127.0.0.1;Port={port};Database=jobs;UID=me;"
                    f"PWD={PASSWORD}",
                    f"odbc:Driver=FreeTDS;Server=127.0.0.1;Port={port};TDS_Version=7.4;UID=me;PWD={PASSWORD}")):
                with self.subTest(url):
                    place = self.at(url, f"silent-{number}", "1s")
                    self.assert_one_line(place.call("jobs", "count", deadline=20), "check that the server answers")

    def test_tables_that_somebody_has_locked_are_given_up_at_the_deadline(self):
        place = self.at(self.cluster.url(self.made), "patient", "1s")
        psql = subprocess.Popen(["psql", "-XAtq", "-d", self.cluster.url(self.made)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        with psql:
            print("BEGIN; LOCK TABLE jobhost.job; SELECT 'locked';", file=psql.stdin, flush=True)
            self.assertEqual(psql.stdout.readline(), "locked\n")
            for words in (["enqueue", "misbehave.ok"], ["jobs", "list"]):
                with self.subTest(words):
                    self.assert_one_line(place.call(*words, deadline=20), "until the deadline", "holds locks")
            psql.stdin.close()
        self.assert_unchanged()

    def test_the_sql_run_by_hand_does_what_migrate_does(self):
        by_hand, by_us = self.cluster.create_database(), self.cluster.create_database()
        for number, database in enumerate((by_hand, by_us)):
            place = self.place({"storage": {"url": self.cluster.url(database), "schema": "select"}}, name=f"m-{number}")
            if database == by_hand:
                self.cluster.query(database, place.ask("storage", "migrate", "--sql"))
                self.assertTrue(place.json("storage", "status")["current"])
                self.assertEqual(place.ask("storage", "migrate", "--sql"), "-- nothing is pending\n")
            else:
                self.assertIn("applied 0001_", place.ask("storage", "migrate"))
            self.assertEqual(place.show(place.enqueue("misbehave.ok"))["state"], "enqueued")
        self.assertEqual(self.schema_of(by_hand), self.schema_of(by_us))

    def schema_of(self, database):
        return [self.cluster.query(database, statement) for statement in (
            "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns "
            "WHERE table_schema = 'select' ORDER BY 1, 2",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'select' ORDER BY 1",
            "SELECT number, name, checksum FROM \"select\".schema_migration ORDER BY 1")]


if __name__ == "__main__":
    main()
