"""A host in which one job after the other kills its worker: 100 of them, or 1,000 in the long form."""
import os
import time

from host_under_test import HostTestCase, main, wait_until

CRASHES = 1000 if os.environ.get("JOBHOST_TEST_LONG") else 100
ONCE = {"attempts": 0}
# What a job does, and what is recorded of it.
ENDINGS = {
    "segv": ({"type": "misbehave.crash", "retry": ONCE}, "killed by SIGSEGV"),
    "abort": ({"type": "misbehave.abort", "retry": ONCE}, "killed by SIGABRT"),
    "thread": ({"type": "misbehave.throw_in_thread", "retry": ONCE}, "killed by SIGABRT"),
    "exit": ({"type": "misbehave.exit", "args": {"status": 0}, "retry": ONCE}, "exited with status 0 before the job ended"),
    "close": ({"type": "misbehave.close_descriptors", "retry": ONCE}, "closed its socket"),
}
WORKERS = 2


class ThousandCrashesTest(HostTestCase):
    def test_each_crash_is_recorded_and_the_host_is_as_it_was(self):
        here = self.place({"server": {"workers": WORKERS + 1}},
                          {name: definition for name, (definition, _) in ENDINGS.items()})
        host = here.start()
        go = here.folder / "go"
        neighbour = here.enqueue(
            "command.run", {"command": ["/bin/sh", "-c", f"echo begun; while [ ! -e {go} ]; do sleep 0.1; done"]})
        here.wait_running(neighbour, "begun")
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
        before = self.descriptors(host)

        begin = time.monotonic()
        names = [name for name in ENDINGS for _ in range(CRASHES // len(ENDINGS))]
        jobs = here.enqueue_lines([{"type": name} for name in names])
        here.wait_count("failed", CRASHES, deadline=500)
        print(f"{CRASHES} crashes in {time.monotonic() - begin:.1f} s")

        for job, name in zip(jobs, names):
            shown = here.show(job)
            event = shown["events"][-1]
            self.assertEqual((shown["reason"], shown["attempt"], shown["crashes"], event["error_code"], event["message"]),
                             ("exhausted", 1, 1, "crashed", ENDINGS[name][1]), shown)

        go.touch()
        shown = here.wait_state(neighbour, "succeeded", "failed", "scheduled")
        self.assertEqual((shown["state"], shown["attempt"], shown["events"]), ("succeeded", 1, []))
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
        wait_until(lambda: not host.zombies() and len(host.workers()) <= 2 * (WORKERS + 1), "the dead are gone")
        # A worker that is at hand has a few.
        wait_until(lambda: self.descriptors(host) <= before + 10 * (WORKERS + 1), "what the dead had is closed")
        self.assertEqual(host.stop(), 0)
        self.assertEqual(host.processes(), {})

    def descriptors(self, host):
        return len(os.listdir(f"/proc/{host.pid}/fd"))


if __name__ == "__main__":
    main()
