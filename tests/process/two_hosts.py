"""Hosts of one SQLite database, each in a folder of its own, and jobs that a test can hold."""
import time

from host_under_test import HostTestCase, wait_until

LEASE = 20     # without a beat for so long a host counts as dead, in seconds
RECOVERY = 30  # within this time its jobs run again

DEFINITIONS = {
    # Says who it is, waits for a file, and then says so again: whoever has lost its run does not get there.
    "held": {"type": "command.run", "retry": {"attempts": 0}, "args": {"command": [
        "/bin/sh", "-c", "echo $JOBHOST_JOB_ID $JOBHOST_ATTEMPT $JOBHOST_LEASE begun >>runs.txt; "
                         "while [ ! -e go ]; do sleep 0.05; done; "
                         "echo $JOBHOST_JOB_ID $JOBHOST_ATTEMPT $JOBHOST_LEASE ended >>runs.txt"]}},
    # Heeds nothing.
    "stubborn": {"type": "misbehave.sleep", "args": {"seconds": 600, "polite": False}, "retry": {"attempts": 0}},
}


class TwoHostsTestCase(HostTestCase):
    def folder(self, name, workers=2, database="shared"):
        """A host's folder."""
        return self.place({"server": {"name": name, "workers": workers, "stop_timeout": "0s"},
                           "storage": {"url": f"sqlite:{self.top}/{database}.db"}}, DEFINITIONS, name=name)

    def hold(self, place, name="held"):
        """A job that runs in that folder's host, as no other one is there yet, or has a free worker."""
        job = place.enqueue(name)
        if name == "held":
            wait_until(lambda: self.runs(place, job, "begun"), "it has begun")
        else:
            place.wait_running(job, "sleeping")
        return job

    def runs(self, place, job, line):
        """The leases of the runs of a job that said this, in that folder."""
        return [int(run[2]) for run in place.appended() if run[0] == job and run[3] == line]

    def wait_recovered(self, place, jobs, begun):
        """Until each of the jobs has gone back once, which must not take too long."""
        wait_until(lambda: all(place.show(job)["recoveries"] == 1 for job in jobs), "the jobs are recovered",
                   deadline=RECOVERY + 5)
        took = time.monotonic() - begun
        print(f"{len(jobs)} jobs recovered after {took:.1f} s", flush=True)
        self.assertLess(took, RECOVERY)
