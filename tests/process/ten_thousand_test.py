"""10,000 programs run to their end, although the host is killed twice on the way."""
import json

from host_under_test import HostTestCase, main, wait_until


class TenThousandTest(HostTestCase):
    JOBS = 10_000

    def test_ten_thousand_jobs_succeed_with_the_host_killed_twice(self):
        here = self.place({"server": {"workers": 8}})
        line = json.dumps({"type": "command.run", "args": {"command": ["/bin/true"]}})
        file = here.write("jobs.jsonl", f"{line}\n" * self.JOBS)
        ids = here.ask("enqueue", "--from", str(file)).split()
        self.assertEqual((len(ids), len(set(ids))), (self.JOBS, self.JOBS))

        for part in (4, 2):
            host = here.start()
            here.wait_count("succeeded", self.JOBS // part, deadline=240)
            self.assertLess(here.count("succeeded"), self.JOBS)
            host.kill()
        here.start()
        wait_until(lambda: here.count("succeeded") == self.JOBS, f"{self.JOBS} jobs succeed", deadline=400)
        self.assertEqual(here.ask("jobs", "count", "--state", "succeeded"), "10000\n")
        self.assertEqual(sum(here.counts().values()), self.JOBS)


if __name__ == "__main__":
    main()
