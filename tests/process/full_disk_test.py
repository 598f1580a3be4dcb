"""A disk that is full: who writes says so, nothing accepted is lost, and all goes on when there is room again.

The disk is a small one in memory. It is mounted where nobody else sees it: this process lives in a mount namespace of
its own, and as anybody but root also in a user namespace.
"""
import contextlib
import ctypes
import os
import pathlib
import sqlite3
import subprocess

from host_under_test import HostTestCase, main, wait_until

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000


def setUpModule():
    user, group = os.geteuid(), os.getegid()
    flags = CLONE_NEWNS | (CLONE_NEWUSER if user != 0 else 0)
    if ctypes.CDLL(None, use_errno=True).unshare(flags) != 0:
        error = os.strerror(ctypes.get_errno())
        raise AssertionError(f"this test mounts a disk and needs root or user namespaces: {error}")
    if user != 0:
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


class FullDiskTest(HostTestCase):
    def setUp(self):
        self.here = self.place({"storage": {"url": "sqlite:disk/jobs.db", "timeout": "1s"}})
        self.disk = self.here.folder / "disk"
        self.file = self.disk / "jobs.db"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(self.disk)], check=True)
        # Before the folder is removed; a host that still runs there does not hold it up.
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(self.disk)], check=True)

    def fill(self):
        with contextlib.suppress(OSError), open(self.disk / "fill", "ab", buffering=0) as file:
            while file.write(b"\0" * 4096):
                pass
        self.assertEqual(os.statvfs(self.disk).f_bavail, 0)

    def free(self):
        (self.disk / "fill").unlink()

    def assert_full(self, output):
        self.assertEqual((output.code, len(output.err.splitlines())), (3, 1), output)
        self.assertIn("the disk is full; free space where the database lies", output.err)

    def assert_holds(self, ids):
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual({str(number) for number, in database.execute("SELECT id FROM job")}, set(ids))

    def test_who_writes_says_so_and_the_database_stays_whole(self):
        ids = self.here.enqueue_lines([{"type": "misbehave.ok", "in": "1h"}] * 50)
        self.fill()
        for words in (["enqueue", "misbehave.ok"], ["run", "misbehave.ok"], ["serve"]):
            with self.subTest(words):
                self.assert_full(self.here.call(*words))
        self.free()
        self.assert_holds(ids)
        self.assert_holds([*ids, self.here.enqueue("misbehave.ok")])

    def test_a_new_database_is_not_half_made(self):
        self.fill()
        self.assert_full(self.here.call("enqueue", "misbehave.ok"))
        self.free()
        self.assert_holds([self.here.enqueue("misbehave.ok")])

    def test_of_many_jobs_those_whose_ids_were_told_are_there_and_no_other(self):
        text = '{"type": "misbehave.ok", "in": "1h", "args": {"text": "' + "x" * 500 + '"}}\n'
        output = self.here.call("enqueue", "--from", "-", input=text * 20_000)
        self.assertEqual(output.code, 3, output.err)
        self.assertIn("the disk is full; free space where the database lies", output.err.splitlines()[0])
        self.assertIn(" was enqueued", output.err)
        self.assertLess(len(output.out.split()), 20_000)
        self.assert_holds(output.out.split())

    def test_a_host_writes_down_what_it_ran_when_there_is_room_again(self):
        host = self.here.start()
        go = self.here.folder / "go"
        script = f"while [ ! -e {go} ]; do sleep 0.02; done; echo done; echo ran >>{self.here.folder}/ran"
        jobs = [self.here.enqueue("command.run", {"command": ["/bin/sh", "-c", script]}) for _ in range(4)]
        self.here.wait_count("processing", 4)
        self.fill()
        go.touch()
        host.wait_log("the disk is full")
        self.assertTrue(host.is_running())
        self.assert_full(self.here.call("enqueue", "misbehave.ok"))
        self.free()
        for job in jobs:
            shown = self.here.wait_state(job, "succeeded", "failed")
            self.assertEqual((shown["state"], shown["attempt"]), ("succeeded", 1), shown)
        self.assertEqual(host.stop(), 0)
        self.assert_holds(jobs)
        self.assertEqual((self.here.folder / "ran").read_text(), "ran\n" * 4, "each has run once")

    def test_jobs_go_on_while_the_disk_is_full_and_empty_by_turns(self):
        self.here.start()
        accepted, rounds = [], 5
        for number in range(rounds):
            self.fill()
            output = self.here.call("enqueue", "misbehave.ok")
            self.assertIn(output.code, (0, 3), output)
            accepted += output.out.split()
            self.free()
            accepted.append(self.here.enqueue("misbehave.append", {"path": str(self.here.folder / "runs.txt"),
                                                                   "line": str(number)}))
        wait_until(lambda: self.here.count("succeeded") == len(accepted), "all have run")
        self.assertEqual(sorted(run[3] for run in self.here.appended()), [str(number) for number in range(rounds)])
        self.assert_holds(accepted)


if __name__ == "__main__":
    main()
