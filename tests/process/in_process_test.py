"""Plugins inside the host: what they may do to it, and that a run never goes on without a lease."""
import signal
import sqlite3
import time

from host_under_test import HostTestCase, main, wait_until
from two_hosts import LEASE, RECOVERY

INSIDE = {"overrides": {"inside": {"isolation": "in_process"}}}


class InProcessTest(HostTestCase):
    def inside(self, name="here", stop_timeout="10s", database="own", definitions=None):
        stubborn = {"type": "inside.stubborn", "args": {"file": str(self.top / "go")}}
        return self.place({"server": {"name": name, "workers": 4, "stop_timeout": stop_timeout},
                           "storage": {"url": f"sqlite:{self.top}/{database}.db"}, "plugins": INSIDE},
                          definitions or {"stubborn": {**stubborn, "timeout": "1s", "kill_after": "1s"},
                                          "endless": stubborn},
                          name=name, plugins=("inside",))

    def running(self, place, name):
        job = place.enqueue(name)
        place.wait_running(job, "begun")
        return job

    def go(self):
        (self.top / "go").write_text("")

    def test_jobs_run_in_the_host_which_warns_of_it(self):
        here = self.inside()
        host = here.start()
        for _ in range(3):
            shown = here.wait_state(here.enqueue("inside.where"), "succeeded", "failed")
            self.assertEqual(shown["result"], host.pid)
        self.assertEqual(host.workers(), [])
        self.assertIn("plugin inside 1.0.0 (generation 1) runs inside the host", host.log())
        job = self.running(here, "inside.polite")
        here.ask("jobs", "cancel", job)
        here.wait_state(job, "deleted")
        self.assertEqual(host.stop(), 0)

    def test_a_plugin_that_does_not_allow_it_is_refused(self):
        here = self.place({"plugins": {"isolation": "in_process"}}, plugins=("misbehave",))
        host = here.start()
        self.assertIn("its job type ok does not have the flag JOBHOST_JOB_IN_PROCESS_OK; say isolation: process",
                      host.log())
        self.assertIn("refused", here.ask("plugins", "list"))

    def test_a_crash_ends_the_host_and_its_job_is_recovered(self):
        here = self.inside()
        host = here.start()
        job = here.enqueue("inside.crash_once", {"file": str(self.top / "crashed")})
        self.assertEqual(host.wait(), -signal.SIGSEGV)
        here.start()
        shown = here.wait_state(job, "succeeded", "failed")
        self.assertEqual((shown["state"], shown["recoveries"], shown["attempt"]), ("succeeded", 1, 2))

    def test_a_job_that_hosts_die_with_runs_in_a_process_in_the_end(self):
        here = self.inside(definitions={"crash": {"type": "inside.crash", "retry": {"attempts": 5, "delay": "10ms"}}})
        job = here.enqueue("crash")
        for _ in range(3):
            self.assertEqual(here.start(wait=False).wait(), -signal.SIGSEGV)
        host = here.start()
        shown = here.wait_state(job, "failed")
        self.assertEqual((shown["recoveries"], shown["crashes"], shown["reason"]), (3, 3, "quarantined"))
        self.assertEqual(here.wait_state(here.enqueue("inside.where"), "succeeded")["result"], host.pid)
        self.assertEqual(host.stop(), 0)

    def test_a_job_that_heeds_no_timeout_goes_on_and_is_recorded_when_it_returns(self):
        here = self.inside()
        host = here.start()
        job = self.running(here, "stubborn")
        host.wait_log("does not end when asked, and cannot be killed")
        self.assertEqual(here.show(job)["state"], "processing")
        self.go()
        shown = here.wait_state(job, "succeeded", "failed")
        self.assertEqual((shown["state"], shown["attempt"]), ("succeeded", 1))
        self.assertEqual(host.stop(), 0)

    def test_a_host_that_stops_ends_with_a_job_that_does_not_and_it_is_recovered(self):
        here = self.inside(stop_timeout="0s")
        host = here.start()
        job = self.running(here, "endless")
        host.signal(signal.SIGTERM)
        for said in ("are cancelled", "are killed"):
            host.wait_log(said)
        host.wait_log("cannot be killed")
        self.assertTrue(host.is_running(), "it may still end")
        host.signal(signal.SIGTERM)
        self.assertEqual(host.wait(), 1)
        self.assertIn("runs inside the host: the host ends", host.log().splitlines()[-1])
        self.go()
        here.start()
        shown = here.wait_state(job, "succeeded", "failed")
        self.assertEqual((shown["state"], shown["recoveries"], shown["attempt"]), ("succeeded", 1, 2))

    def test_code_that_does_not_let_itself_be_unloaded_holds_up_the_end_for_a_while(self):
        here = self.place({"plugins": {"isolation": "in_process", "start_timeout": "1s"}}, plugins=("inside_hangs",))
        host = here.start()
        here.wait_state(here.enqueue("inside.where"), "succeeded")
        self.assertEqual(host.stop(), 0)
        self.assertIn("code of a plugin inside the host does not return", host.log().splitlines()[-1])

    def test_without_a_lease_the_host_ends_with_the_job_and_another_host_runs_it(self):
        # Both cases take as long as the lease does; so they wait together.
        stopped, other = self.inside("stopped", database="first"), self.inside("other", database="first")
        locked, third = self.inside("locked", database="second"), self.inside("third", database="second")
        stopped_host, locked_host = stopped.start(), locked.start()
        stopped_job, locked_job = self.running(stopped, "endless"), self.running(locked, "endless")
        for place in (other, third):
            place.start()
            place.wait_state(place.enqueue("inside.where"), "succeeded")

        stopped_host.signal(signal.SIGSTOP)
        begun = time.monotonic()
        shell = sqlite3.connect(self.top / "second.db", isolation_level=None, timeout=10)
        self.addCleanup(shell.close)
        shell.execute("BEGIN IMMEDIATE")
        self.assertEqual(locked_host.wait(), 1)
        self.assertLess(time.monotonic() - begun, LEASE)
        self.assertIn("the lease is lost", locked_host.log())
        self.assertIn("runs inside the host: the host ends", locked_host.log().splitlines()[-1])
        shell.execute("ROLLBACK")

        self.assertEqual(stopped_host.wait(), -signal.SIGKILL, "by its fence, as it can do nothing itself")
        self.assertLess(time.monotonic() - begun, LEASE + 2)
        for place, job in ((other, stopped_job), (third, locked_job)):
            wait_until(lambda place=place, job=job: place.show(job)["recoveries"] == 1, "it is recovered", 2 * RECOVERY)
            wait_until(lambda place=place, job=job: place.log_of(job).count("begun") == 2, "it runs again")
        self.go()
        for place, job in ((other, stopped_job), (third, locked_job)):
            shown = place.wait_state(job, "succeeded", "failed")
            self.assertEqual((shown["state"], shown["server"]), ("succeeded", place.folder.name))


if __name__ == "__main__":
    main()
