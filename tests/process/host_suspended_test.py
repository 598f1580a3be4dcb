"""A host that is stopped and does not know: its workers end first, then others run its jobs, then it returns."""
import datetime
import signal
import time

from host_under_test import main, wait_until
from two_hosts import TwoHostsTestCase


class HostSuspendedTest(TwoHostsTestCase):
    def wait_fenced(self, host):
        """Until the host has no worker; the last instant at which one was seen."""
        seen = []

        def is_fenced():
            now = time.time()
            if host.workers():
                seen.append(now)
                return False
            return True
        wait_until(is_fenced, "its workers end by their fence", deadline=25)
        return seen[-1]

    def stop_at_once(self, host):
        host.signal(signal.SIGTERM)
        host.wait_log("are cancelled")
        self.assertEqual(host.stop(), 0)  # the second signal kills

    def instant_of(self, host, text):
        """When the host logged that."""
        line = next(line for line in host.log().splitlines() if text in line)
        return datetime.datetime.fromisoformat(line.split()[0].replace("Z", "+00:00")).timestamp()

    def test_its_workers_end_before_others_run_its_jobs_and_it_returns_as_a_new_server(self):
        stopped, other = self.folder("stopped"), self.folder("other")
        host = stopped.start()
        jobs = [self.hold(stopped), self.hold(stopped, "stubborn")]
        survivor = other.start()
        host.signal(signal.SIGSTOP)
        begun = time.monotonic()
        self.assertGreaterEqual(len(host.workers()), 2)

        last_alive = self.wait_fenced(host)
        print(f"fenced after {time.monotonic() - begun:.1f} s")
        self.wait_recovered(other, jobs, begun)
        self.assertLess(last_alive, self.instant_of(survivor, "is dead"), "they were seen alive after that")
        wait_until(lambda: self.runs(other, jobs[0], "begun"), "it runs again")
        # What the first host's program would do now, if it still lived, would be seen below.
        stopped.write("go", "")

        host.signal(signal.SIGCONT)
        host.wait_log("declared dead")
        host.wait_log("returned as a new one")
        other.write("go", "")
        shown = other.wait_state(jobs[0], "succeeded", "failed")
        self.assertEqual((shown["state"], shown["server"], shown["recoveries"], shown["crashes"]),
                         ("succeeded", "other", 1, 0))
        self.assertEqual(self.runs(stopped, jobs[0], "ended"), [])
        self.assertEqual(len(self.runs(other, jobs[0], "ended")), 1)
        self.assertEqual([event["cause"] for event in shown["events"]], ["recovered"])
        self.assertEqual(other.show(jobs[1])["state"], "processing")

        # The survivor gives its run back, and the one that has returned takes it.
        self.stop_at_once(survivor)
        wait_until(lambda: stopped.show(jobs[1])["server"] == "stopped", "the new server works")
        self.assertEqual(stopped.show(jobs[1])["crashes"], 0)
        stopped.wait_state(stopped.enqueue("misbehave.ok"), "succeeded")
        self.stop_at_once(host)


if __name__ == "__main__":
    main()
