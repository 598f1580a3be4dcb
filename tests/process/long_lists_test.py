"""Lists that are longer than what should be in memory at a time."""
import json
import os
import subprocess

from host_under_test import HostTestCase, JOBHOST, main

JOBS = 3_000
ARGUMENT_BYTES = 10_000


class LongListsTest(HostTestCase):
    def listed(self, *words):
        """What `jobs list` prints, and the most memory in kB that it had meanwhile."""
        # A sanitizer would keep freed memory for a while.
        environment = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"}
        with open(self.here.folder / "listed", "wb") as out:
            process = subprocess.Popen([JOBHOST, "jobs", "list", *words], cwd=self.here.folder, stdout=out,
                                       env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return (self.here.folder / "listed").read_text(), usage.ru_maxrss

    def test_a_list_is_printed_in_pieces_whole_and_in_order(self):
        self.here = self.place()
        lines = [{"type": "misbehave.ok", "args": {"text": "x" * ARGUMENT_BYTES}}] * JOBS
        ids = self.here.enqueue_lines(lines)
        _, small = self.listed("--json", "--limit", "1")
        everything = ["--limit", str(JOBS * 10)]

        out, memory = self.listed("--json", *everything)
        self.assertEqual([job["id"] for job in json.loads(out)], ids[::-1])
        self.assertLess(memory - small, JOBS * ARGUMENT_BYTES // 1024 // 2, "it held them all at the same time")

        out, memory = self.listed(*everything)
        self.assertEqual([line.split()[0] for line in out.splitlines()], ["ID", *ids[::-1]])
        self.assertLess(memory - small, JOBS * ARGUMENT_BYTES // 1024 // 2)

        out, _ = self.listed("--json", "--limit", str(JOBS - 50))
        self.assertEqual(len(json.loads(out)), JOBS - 50)


if __name__ == "__main__":
    main()
