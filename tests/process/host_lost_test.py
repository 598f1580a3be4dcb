"""Hosts that died and left nothing behind: others find out by their beats."""
import shutil
import time

from host_under_test import main, wait_until
from two_hosts import RECOVERY, TwoHostsTestCase


class HostLostTest(TwoHostsTestCase):
    def test_their_jobs_run_again_within_thirty_seconds(self):
        # Both cases take as long as the lease does; so they wait together.
        one_of_two = self.lose_one_of_two_hosts()
        all_of_them = self.lose_all_hosts()
        self.check_that_the_other_takes_over(*one_of_two)
        self.check_that_a_new_one_takes_over(*all_of_them)

    def lose_one_of_two_hosts(self):
        lost, other = self.folder("lost"), self.folder("other")
        host = lost.start()
        jobs = [self.hold(lost), self.hold(lost, "stubborn")]
        other.start()
        host.kill()
        killed = time.monotonic()
        shutil.rmtree(lost.folder / ".jobhost")
        return lost, other, jobs, killed

    def check_that_the_other_takes_over(self, lost, other, jobs, killed):
        self.wait_recovered(other, jobs, killed)
        wait_until(lambda: self.runs(other, jobs[0], "begun"), "it runs again")
        other.write("go", "")
        shown = other.wait_state(jobs[0], "succeeded", "failed")
        self.assertEqual((shown["state"], shown["server"], shown["recoveries"], shown["crashes"]),
                         ("succeeded", "other", 1, 0))
        (first,), (second,) = self.runs(lost, jobs[0], "begun"), self.runs(other, jobs[0], "begun")
        self.assertGreater(second, first)
        self.assertEqual([event["cause"] for event in shown["events"]], ["recovered"])
        self.assertIn("server lost", other.hosts[0].log())
        again = lost.start()
        lost.wait_state(lost.enqueue("misbehave.ok"), "succeeded")
        self.assertEqual(again.stop(), 0)

    def lose_all_hosts(self):
        first, second = self.folder("first", workers=1, database="all"), self.folder("second", 1, "all")
        hosts = [first.start(), second.start()]
        jobs = [first.enqueue("held") for _ in range(2)]
        for job in jobs:
            wait_until(lambda job=job: self.runs(first, job, "begun") + self.runs(second, job, "begun"), "it runs")
        for host in hosts:
            host.kill()
        killed = time.monotonic()
        new = self.folder("new", database="all")
        new.start()
        return new, jobs, killed

    def check_that_a_new_one_takes_over(self, new, jobs, killed):
        self.wait_recovered(new, jobs, killed)
        for job in jobs:
            wait_until(lambda job=job: self.runs(new, job, "begun"), "it runs again")
        self.assertLess(time.monotonic() - killed, RECOVERY)
        new.write("go", "")
        for job in jobs:
            new.wait_state(job, "succeeded")
            self.assertEqual(len(self.runs(new, job, "ended")), 1)


if __name__ == "__main__":
    main()
