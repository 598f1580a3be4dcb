"""A host that gets less from the machine than it would like."""
import resource
import subprocess

from host_under_test import DEADLINE, HostTestCase, main


class FewDescriptorsTest(HostTestCase):
    def test_a_host_that_may_open_few_files_starts_the_workers_that_it_can_and_loses_nothing(self):
        here = self.place({"server": {"workers": 40}})
        jobs = here.enqueue_lines([{"type": "misbehave.sleep", "args": {"seconds": 0.2}}] * 60)
        with open(here.folder / "host.log", "wb") as log:
            host = here.popen("serve", start_new_session=True, stdout=log, stderr=subprocess.STDOUT,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60)))
        self.addCleanup(host.wait)
        self.addCleanup(host.kill)
        here.wait_count("succeeded", len(jobs))
        host.terminate()
        self.assertEqual(host.wait(DEADLINE), 0)
        self.assertIn("Too many open files", (here.folder / "host.log").read_text())


if __name__ == "__main__":
    main()
