"""A database that takes no writes for longer than the lease: what runs is given up when another host might take it,
what has ended is kept, and nobody is declared dead."""
import sqlite3
import time

from host_under_test import main, wait_until
from two_hosts import LEASE, TwoHostsTestCase


class DatabaseLockedTest(TwoHostsTestCase):
    def lock(self, database):
        shell = sqlite3.connect(self.top / f"{database}.db", isolation_level=None, timeout=10)
        self.addCleanup(shell.close)
        shell.execute("BEGIN IMMEDIATE")
        return shell

    def test_a_host_with_a_neighbour_gives_its_runs_up_and_one_alone_does_not(self):
        lone, one, two = self.folder("lone", database="alone"), self.folder("one", 3), self.folder("two", 1)
        lone.start()
        lone_job = self.hold(lone, "stubborn")
        one.start()
        ending, stubborn = self.hold(one), self.hold(one, "stubborn")
        polite = one.enqueue("misbehave.sleep", {"seconds": 600})
        one.wait_running(polite, "sleeping")
        two.start()
        # So that both have seen each other.
        two.wait_state(two.enqueue("misbehave.ok"), "succeeded")

        shells = [self.lock("alone"), self.lock("shared")]
        locked = time.monotonic()
        one.write("go", "")
        wait_until(lambda: self.runs(one, ending, "ended"), "a job ends while nothing can be written")
        one.hosts[0].wait_log("the lease is lost")
        wait_until(lambda: not one.hosts[0].workers(), "its workers are killed")
        self.assertLess(time.monotonic() - locked, LEASE)
        two.hosts[0].wait_log("the lease is lost")
        wait_until(lambda: time.monotonic() - locked > LEASE + 2, "the lease is over")
        for shell in shells:
            shell.execute("ROLLBACK")

        shown = one.wait_state(ending, "succeeded", "enqueued")
        self.assertEqual((shown["state"], shown["attempt"], shown["recoveries"]), ("succeeded", 1, 0))
        for job in (polite, stubborn):
            wait_until(lambda job=job: one.log_of(job).count("sleeping") == 2, "it runs again")
            shown = one.show(job)
            self.assertEqual((shown["recoveries"], shown["crashes"]), (0, 0))
            self.assertEqual([event["cause"] for event in shown["events"]], ["interrupted"])
        for place in (one, two):
            self.assertNotIn("declared dead", place.hosts[0].log())

        lone.wait_state(lone.enqueue("misbehave.ok"), "succeeded")
        shown = lone.show(lone_job)
        self.assertEqual((shown["state"], shown["attempt"], shown["events"]), ("processing", 1, []))
        self.assertEqual(lone.log_of(lone_job).count("sleeping"), 1)
        self.assertNotIn("lease", lone.hosts[0].log())


if __name__ == "__main__":
    main()
