"""A database that cannot be used: each verb says so in one line, with the remedy, and nothing is half-written."""
import contextlib
import fcntl
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import time

from host_under_test import DEADLINE, HostTestCase, Output, main, wait_until

READING = (["jobs", "count"], ["jobs", "list", "--json"], ["jobs", "show", "1"], ["jobs", "log", "1"],
           ["storage", "status"])
WRITING = (["enqueue", "misbehave.ok"], ["run", "misbehave.ok"], ["serve"])
ALL = (*READING, *WRITING, ["storage", "migrate"])
ACCEPTED = 60
# Somebody who may not do everything, where these tests run as root.
SOMEBODY = {} if os.geteuid() != 0 else {"user": 65534, "group": 65534, "extra_groups": []}


@contextlib.contextmanager
def content(file, change):
    whole = file.read_bytes()
    file.write_bytes(change(whole))
    yield
    file.write_bytes(whole)


@contextlib.contextmanager
def moved(path):
    away = path.rename(path.with_name("away"))
    yield
    away.rename(path)


@contextlib.contextmanager
def folder_in_its_place(file):
    with moved(file):
        file.mkdir()
        yield
        file.rmdir()


@contextlib.contextmanager
def modes(file, of_file, of_folder):
    before = file.stat().st_mode, file.parent.stat().st_mode
    file.chmod(of_file)
    file.parent.chmod(of_folder)
    yield
    file.parent.chmod(before[1])
    file.chmod(before[0])


@contextlib.contextmanager
def exclusive_lock(file):
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")
        yield


@contextlib.contextmanager
def write_lock(file):
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield


@contextlib.contextmanager
def turnstile(file, name):
    with open(f"{file}-{name}.lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


MYSELF = f"process {os.getpid()} ({pathlib.Path('/proc/self/comm').read_text().strip()})"
DAMAGED = ("is damaged or is not an SQLite database", "restore it from a backup")
# What is wrong, how it comes about, and what every verb says beside the name of the file.
FAULTS = (
    ("no folder", lambda file: moved(file.parent), ("inner does not exist", "create it")),
    ("a folder in its place", folder_in_its_place, ("is a folder", "name a file")),
    ("random bytes", lambda file: content(file, lambda whole: os.urandom(len(whole))), DAMAGED),
    ("a text", lambda file: content(file, lambda whole: b"this is no database\n" * 300), DAMAGED),
    ("the first half", lambda file: content(file, lambda whole: whole[:len(whole) // 2 // 4096 * 4096]), DAMAGED),
    ("a piece of a page", lambda file: content(file, lambda whole: whole[:777]), DAMAGED),
    ("locked as a whole", exclusive_lock, (f"was locked by {MYSELF} until", "storage.timeout")),
)
# The same for somebody else than its owner.
PERMISSIONS = (
    ("may not be read", lambda file: modes(file, 0o000, 0o755), ("check owner and mode",)),
    ("may not be written", lambda file: modes(file, 0o444, 0o755), ("check owner and mode",)),
    ("folder may not be entered", lambda file: modes(file, 0o666, 0o000), ("check owner and mode",)),
    ("folder above may not be entered", lambda file: modes(file.parent, 0o755, 0o000), ("check owner and mode",)),
    ("folder may not be written", lambda file: modes(file, 0o666, 0o555), ("check owner and mode",)),
)
# Others hold the right to write; whoever reads is not disturbed.
LOCKS = (
    ("by a foreign program", write_lock),
    ("by one of ours", lambda file: turnstile(file, "main")),
    ("by one of ours that waits", lambda file: turnstile(file, "next")),
)


class StorageFaultsTestCase(HostTestCase):
    def setUp(self):
        self.here = self.place({"storage": {"url": "sqlite:data/inner/jobs.db", "timeout": "300ms"}})
        self.file = self.here.folder / "data" / "inner" / "jobs.db"
        self.file.parent.mkdir(parents=True)
        self.ids = self.here.enqueue_lines([{"type": "misbehave.ok", "in": "1h", "args": {}}] * ACCEPTED)

    def assert_one_line(self, output, code, *parts):
        self.assert_refused(output, code, *parts)
        self.assertEqual(len(output.err.splitlines()), 1, output)
        for noise in ("soci", "statement_backend", "terminate called"):
            self.assertNotIn(noise, output.err)

    def assert_whole(self, *more):
        """The database is healthy and holds every job whose id was told, and no other."""
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            held = {str(number) for number, in database.execute("SELECT id FROM job")}
        self.assertEqual(held, {*self.ids, *more})


class SqliteFileTest(StorageFaultsTestCase):
    def test_every_verb_says_what_is_wrong_with_the_file(self):
        for name, fault, parts in FAULTS:
            with fault(self.file):
                for words in ALL:
                    with self.subTest(fault=name, verb=words):
                        self.assert_one_line(self.here.call(*words), 3, "jobs.db", *parts)
            with self.subTest(after=name):
                self.assert_whole()

    def test_every_verb_says_that_it_has_no_permission(self):
        for name, fault, parts in PERMISSIONS:
            with fault(self.file):
                for words in ALL:
                    with self.subTest(fault=name, verb=words):
                        self.assert_one_line(self.here.call(*words, **SOMEBODY), 3, "jobs.db", *parts)
            with self.subTest(after=name):
                self.assert_whole()

    def test_damage_behind_the_first_page_is_told_and_crashes_nobody(self):
        whole = self.file.read_bytes()
        with content(self.file, lambda whole: whole[:4096] + os.urandom(len(whole) - 4096)):
            for words in (["jobs", "count"], ["jobs", "list"], ["enqueue", "misbehave.ok"], ["serve"]):
                with self.subTest(words):
                    self.assert_one_line(self.here.call(*words), 3, *DAMAGED)
        for start in range(4096, len(whole), 4096):
            damaged = whole[:start] + os.urandom(4096) + whole[start + 4096:]
            with content(self.file, lambda _, damaged=damaged: damaged):
                for words in (["jobs", "count"], ["jobs", "show", "7"]):
                    output = self.here.call(*words)
                    with self.subTest(words, start=start):
                        self.assertIn(output.code, (0, 3), output)
                        self.assertLessEqual(len(output.err.splitlines()), 1, output)
        self.assert_whole()

    def test_a_limit_on_the_size_of_files_loses_no_job_that_was_accepted(self):
        most = self.file.stat().st_size + (1 << 20)
        lines = '{"type": "misbehave.ok", "in": "1h", "args": {"text": "' + "x" * 100 + '"}}\n'
        output = self.here.call("enqueue", "--from", "-", "--allow-unknown-type", input=lines * 20_000,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
        first, *how_to_go_on = output.err.splitlines()
        self.assert_one_line(Output(output.code, "", first), 3, "cannot be read or written", "full, failing or limited")
        self.assertIn("go on by --from-line", "".join(how_to_go_on))
        self.assertLess(len(output.out.split()), 20_000)
        self.assert_whole(*output.out.split())
        self.assert_whole(*output.out.split(), self.here.enqueue("misbehave.ok"))


class SqliteLockTest(StorageFaultsTestCase):
    def assert_only_writers_are_refused(self, holder):
        for words in READING:
            with self.subTest(words):
                self.assertEqual(self.here.call(*words).code, 0)
        self.assertEqual(self.here.ask("storage", "migrate"), "nothing was pending\n")
        for words in WRITING:
            with self.subTest(words):
                self.assert_one_line(self.here.call(*words), 3, f"was locked by {holder} until the deadline",
                                     "storage.timeout")

    def test_who_writes_is_refused_after_the_deadline_and_who_reads_is_not(self):
        for name, lock in LOCKS:
            with self.subTest(locked=name), lock(self.file):
                self.assert_only_writers_are_refused(MYSELF)
            self.assert_whole()
        self.assert_whole(self.here.enqueue("misbehave.ok"))

    def stopped_writer(self):
        """A process that has been stopped, by a signal, while it holds the lock."""
        inode = os.stat(f"{self.file}-main.lock").st_ino
        lines = self.here.write("many.jsonl", '{"type": "misbehave.ok", "in": "1h"}\n' * 100_000)
        writer = self.here.popen("enqueue", "--from", str(lines), stdout=subprocess.PIPE, text=True)
        # Nobody reads the ids yet: one that waited for that would hold no lock.
        fcntl.fcntl(writer.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
        self.addCleanup(writer.wait)
        self.addCleanup(writer.kill)

        def is_caught():
            self.assertIsNone(writer.poll(), "it has ended without being caught")
            os.kill(writer.pid, signal.SIGSTOP)
            wait_until(lambda: "\nState:\tT" in pathlib.Path(f"/proc/{writer.pid}/status").read_text(), "it stops")
            locks = [line.split() for line in pathlib.Path("/proc/locks").read_text().splitlines()]
            if any(lock[1:2] == ["FLOCK"] and lock[5].endswith(f":{inode}") for lock in locks):
                return True
            os.kill(writer.pid, signal.SIGCONT)
            return False
        while not is_caught():  # until it has ended, at the latest
            time.sleep(0.003)
        return writer

    def test_a_stopped_writer_holds_up_writers_until_it_goes_on(self):
        writer = self.stopped_writer()
        self.assert_only_writers_are_refused(f"process {writer.pid} (jobhost), which is stopped")
        os.kill(writer.pid, signal.SIGCONT)
        out, _ = writer.communicate(timeout=DEADLINE)
        self.assertEqual(writer.returncode, 0)
        self.assert_whole(*out.split())

    def test_a_stopped_writer_that_is_killed_leaves_what_it_told_and_no_more_than_one_transaction(self):
        writer = self.stopped_writer()
        writer.kill()
        out, _ = writer.communicate(timeout=DEADLINE)
        self.ids.append(self.here.enqueue("misbehave.ok"))
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            held = {str(number) for number, in database.execute("SELECT id FROM job")}
        self.assertLessEqual({*self.ids, *out.split()}, held)
        # Between the commit and the telling it may be killed too.
        self.assertLessEqual(len(held) - len(self.ids) - len(out.split()), 5000)


if __name__ == "__main__":
    main()
