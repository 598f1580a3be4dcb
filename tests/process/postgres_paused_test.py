"""A PostgreSQL that hangs: no verb waits for it longer than storage.timeout allows, and a host goes on when it is back."""
import time

from host_under_test import HostTestCase, main
from postgres_cluster import PostgresCluster

TIMEOUT = 3
# A call may end at an old connection and try another one, and a program that ends has some things to write.
LONGEST = 6 * TIMEOUT


class PostgresPausedTest(HostTestCase):
    def setUp(self):
        self.postgres = PostgresCluster()
        self.addCleanup(self.postgres.close)
        database = self.postgres.create_database()
        self.urls = {"native": self.postgres.url(database), "odbc": "odbc:" + self.postgres.odbc(database)}

    def at(self, way):
        return self.place({"storage": {"url": self.urls[way], "timeout": f"{TIMEOUT}s"}}, name=way)

    def test_a_verb_ends_within_the_deadline(self):
        for way in self.urls:
            here = self.at(way)
            here.ask("jobs", "count")
            self.postgres.pause()
            try:
                for words in (["enqueue", "misbehave.ok"], ["run", "misbehave.ok"], ["serve"], ["jobs", "count"]):
                    with self.subTest(way=way, verb=words):
                        begun = time.monotonic()
                        output = here.call(*words, deadline=60)
                        self.assertLess(time.monotonic() - begun, LONGEST)
                        self.assert_refused(output, 3, "timeout", "check that the server answers")
            finally:
                self.postgres.resume()

    def test_a_host_goes_on_when_the_database_is_back(self):
        for way in self.urls:
            with self.subTest(way):
                here = self.at(way)
                host = here.start()
                self.assertEqual(here.wait_state(here.enqueue("misbehave.ok"), "succeeded")["attempt"], 1)
                self.postgres.pause()
                try:
                    host.wait_log("trying again")
                finally:
                    self.postgres.resume()
                self.assertTrue(host.is_running())
                here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
                self.assertEqual(host.stop(), 0)

    def test_a_host_can_be_stopped_while_the_database_hangs(self):
        for way in self.urls:
            with self.subTest(way):
                here = self.at(way)
                host = here.start()
                self.postgres.pause()
                try:
                    host.wait_log("trying again")
                    begun = time.monotonic()
                    host.stop(deadline=60)
                    self.assertLess(time.monotonic() - begun, LONGEST)
                finally:
                    self.postgres.resume()


if __name__ == "__main__":
    main()
