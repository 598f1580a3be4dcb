"""Hosts whose PostgreSQL dies and comes back."""
from host_under_test import HostTestCase, Output, main, wait_until
from postgres_cluster import PostgresCluster


class PostgresRestartTest(HostTestCase):
    def setUp(self):
        self.postgres = PostgresCluster(fsync="on")
        self.addCleanup(self.postgres.close)
        self.database = self.postgres.create_database()

    def settings(self, name):
        return {"server": {"name": name, "workers": 4},
                "storage": {"url": self.postgres.url(self.database), "timeout": "10s"}}

    def count_when_up(self, here, state):
        """How many; None while the database is away."""
        output = here.call("jobs", "count", "--state", state)
        return int(output.out) if output.code == 0 else None

    def test_two_hosts_lose_nothing_while_the_database_is_killed_three_times(self):
        first = self.place(self.settings("first"), name="first")
        second = self.place(self.settings("second"), name="second")
        hosts = [first.start(), second.start()]
        accepted = first.enqueue_lines([{"type": "misbehave.sleep", "args": {"seconds": 0.01}}] * 1500)
        for done in (200, 500, 800):
            wait_until(lambda: (self.count_when_up(first, "succeeded") or 0) >= done, f"{done} jobs succeed", 120)
            self.postgres.kill()
            refused = first.call("enqueue", "misbehave.sleep", "--args", '{"seconds": 0}')
            self.assertEqual(refused.code, 3, refused)
            self.postgres.start()
            output: Output = first.call("enqueue", "misbehave.sleep", "--args", '{"seconds": 0}')
            self.assertEqual(output.code, 0, output)
            accepted += output.out.split()
        wait_until(lambda: self.count_when_up(first, "succeeded") == len(accepted),
                   f"all {len(accepted)} jobs succeed", 180)
        self.assertEqual(sum(first.counts().values()), len(accepted))
        self.assertTrue(all(host.is_running() for host in hosts), "a host gave up")
        self.assertEqual([host.stop() for host in hosts], [0, 0])

    def test_a_result_outlives_a_database_that_is_away_and_is_written_once(self):
        here = self.place(self.settings("one"))
        host = here.start()
        script = "while [ ! -e go ]; do sleep 0.05; done; echo once >> ended.txt"
        job = here.enqueue("command.run", {"command": ["/bin/sh", "-c", script]})
        here.wait_state(job, "processing")
        self.postgres.kill()
        here.write("go", "")
        wait_until(lambda: here.appended("ended.txt"), "the job ends while the database is away")
        host.wait_log("trying again")
        self.postgres.start()
        shown = here.wait_state(job, "succeeded")
        self.assertEqual(shown["attempt"], 1, "it ran again although its result was there")
        self.assertEqual(here.appended("ended.txt"), [["once"]])
        self.assertEqual(host.stop(), 0)


if __name__ == "__main__":
    main()
