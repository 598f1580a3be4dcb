"""Files that change while a host runs: how editors write them, and what a wrong one does."""
import json
import os
import pty
import signal
import time

from host_under_test import JOBHOST, HostTestCase, main, wait_until

ONE = 'jobs:\n  first: {type: misbehave.ok, tags: ["%s"]}\n'
BAD = "jobs:\n  first: {type: misbehave.ok, timeout: soon}\n"


class WatchedTestCase(HostTestCase):
    def setUp(self):
        self.here = self.place({"definitions": ["jobs.d/*.yaml"]})
        self.file = self.here.write("jobs.d/a.yaml", ONE % "v0")

    def status(self):
        return self.here.json("config", "status")

    def revision(self, source="default/jobs.d/a.yaml"):
        """Number and whether the file is there."""
        for each in self.status()["sources"]:
            if each["source"] == source:
                return each["revision"], each["digest"] is not None
        return 0, False

    def is_applied(self):
        """The database holds what the files say."""
        return self.here.call("config", "plan").code == 0

    def wait_applied(self, host, count):
        host.wait_log("definitions: ", count)


class EditorsTest(WatchedTestCase):
    def setUp(self):
        super().setUp()
        self.host = self.here.start()
        self.applied = 1  # at the start

    def expect(self, line):
        """That one more line says that something was applied, and that the database agrees."""
        self.applied += 1
        self.wait_applied(self.host, self.applied)
        said = [text for text in self.host.log().splitlines() if "definitions: " in text][-1]
        self.assertIn(line, said)
        self.assertTrue(self.is_applied())

    def test_in_place(self):
        before = time.monotonic()
        self.file.write_text(ONE % "v1")
        self.expect("0 added, 1 changed (first), 0 retired")
        print(f"noticed and said within {time.monotonic() - before:.2f} s, with two calls of the program")

    def test_by_rename(self):
        other = self.file.with_suffix(".tmp")
        other.write_text(ONE % "v1")
        other.rename(self.file)
        self.expect("1 changed (first)")

    def test_in_pieces_it_is_read_once(self):
        text = ONE % "v1" + "".join(f"  more-{i}: {{type: misbehave.ok}}\n" for i in range(20))
        with open(self.file, "w") as out:
            for begin in range(0, len(text), 40):
                out.write(text[begin:begin + 40])
                out.flush()
        self.expect("20 added")
        self.assertNotIn("refused", self.host.log())

    def test_emptied_and_written_later(self):
        self.file.write_text("")
        self.file.write_text(ONE % "v1")
        self.expect("0 added, 1 changed (first), 0 retired")

    def test_an_empty_file_retires_what_was_in_it(self):
        self.file.write_text("")
        self.expect("1 retired (first)")

    def test_a_new_file_and_one_that_goes(self):
        self.here.write("jobs.d/b.yaml", "jobs:\n  second: {type: misbehave.ok}\n")
        self.expect("1 added (second)")
        self.file.unlink()
        self.expect("1 retired (first)")
        self.assertEqual(self.revision(), (2, False))
        # What comes back after it had gone before our eyes counts, though it is as it was.
        self.file.write_text(ONE % "v0")
        self.expect("1 added (first)")

    def test_a_rename_is_offered_as_one(self):
        self.file.write_text(ONE.replace("first", "one") % "v0")
        self.expect("1 added (one), 0 changed, 1 retired (first)")
        self.host.wait_log("first was renamed to one? They say the same.")
        self.host.wait_log("jobhost recurring pause one")

    def test_a_folder_that_is_emptied_retires_with_a_warning(self):
        self.file.unlink()
        self.expect("0 added, 0 changed, 1 retired (first); files are gone")
        self.assertRegex(self.host.log(), r"\[?warning\]? .*definitions: 0 added")

    def test_a_folder_that_is_moved_away_for_a_while_changes_nothing(self):
        self.here.write("jobs.d/b.yaml", "jobs:\n  tick: {type: misbehave.ok, schedule: {every: 1s}}\n")
        self.expect("1 added (tick)")
        folder = self.here.folder / "jobs.d"
        folder.rename(self.here.folder / "j2")
        self.host.wait_log("jobs.d' is gone, and with it default/jobs.d/a.yaml, default/jobs.d/b.yaml")
        self.assertIn("is gone", self.status()["refused"][0]["problems"])
        done = self.here.count("succeeded")
        wait_until(lambda: self.here.count("succeeded") >= done + 2, "it goes on")
        (self.here.folder / "j2").rename(folder)
        self.host.wait_log("the configuration is right again")
        self.assertEqual(self.status()["refused"], [])
        self.assertNotRegex(self.host.log(), "[1-9][0-9]* retired")
        self.assertEqual(self.revision(), (1, True))

    def test_a_new_pattern_of_the_host_file_takes_hold(self):
        self.here.write("more/b.yaml", "jobs:\n  second: {type: misbehave.ok}\n")
        self.here.configure({"definitions": ["jobs.d/*.yaml", "more/*.yaml"], "server": {"workers": 3},
                             "limits": {"smtp": {"concurrent": 3}}})
        self.expect("1 added (second)")
        self.host.wait_log("takes hold when the host is started again: server.workers")
        self.assertIn("smtp", self.here.ask("limits", "list"))
        self.here.write("more/b.yaml", "jobs: {}\n")
        self.expect("1 retired (second)")

    def test_a_touched_file_changes_nothing(self):
        self.file.touch()
        self.here.write("jobs.d/b.yaml", "jobs:\n  second: {type: misbehave.ok}\n")
        self.expect("1 added (second), 0 changed, 0 retired")

    def test_a_new_schedule_runs_at_once(self):
        self.file.write_text("jobs:\n  tick: {type: misbehave.ok, schedule: {every: 1s}}\n")
        self.expect("1 added (tick)")
        wait_until(lambda: self.here.count("succeeded") >= 2, "it has run twice", deadline=10)


class SymlinkSwitchTest(WatchedTestCase):
    """As Kubernetes does: files are links through ..data, which is switched to a new folder by a rename."""

    def version(self, name, text):
        folder = self.here.folder / "mounted" / name
        folder.mkdir(parents=True)
        (folder / "a.yaml").write_text(text)
        link = folder.parent / "..data_tmp"
        link.symlink_to(name)
        link.rename(folder.parent / "..data")

    def test_the_link_in_the_folder_is_switched(self):
        self.version("..2026_1", ONE % "v1")
        (self.here.folder / "mounted" / "a.yaml").symlink_to("..data/a.yaml")
        self.here.configure({"definitions": ["mounted/*.yaml"]})
        host = self.here.start()
        self.version("..2026_2", ONE % "v2")
        self.wait_applied(host, 2)
        self.assertTrue(self.is_applied())
        self.assertEqual(self.revision("default/mounted/a.yaml"), (2, True))

    def test_the_folder_itself_is_a_link_that_is_switched(self):
        self.version("..2026_1", ONE % "v1")
        self.here.configure({"definitions": ["mounted/..data/*.yaml"]})
        host = self.here.start()
        self.version("..2026_2", ONE % "v2")
        self.wait_applied(host, 2)
        self.assertTrue(self.is_applied())


class SignalTest(WatchedTestCase):
    def test_sighup_reads_at_once_and_says_so(self):
        host = self.here.start()
        self.file.write_text(ONE % "v1")
        host.signal(signal.SIGHUP)
        host.wait_log("SIGHUP: reading the configuration")
        self.wait_applied(host, 2)
        host.signal(signal.SIGHUP)
        host.wait_log("SIGHUP: reading the configuration", 2)
        self.here.wait_state(self.here.enqueue("first"), "succeeded")
        self.assertEqual(host.stop(), 0)


class TerminalTest(WatchedTestCase):
    def test_a_host_ends_with_its_terminal_and_does_not_reload(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.here.folder)
            os.execv(JOBHOST, [JOBHOST, "serve"])
        said = b""
        while b"is ready" not in said:
            said += os.read(terminal, 65536)
        os.kill(pid, signal.SIGHUP)  # from a program: it reloads
        while b"SIGHUP: reading" not in said:
            said += os.read(terminal, 65536)
        os.close(terminal)
        wait_until(lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, "the host has ended")
        servers = self.here.json("servers", "list")
        self.assertNotIn("live", json.dumps(servers), servers)


class BadFilesTest(WatchedTestCase):
    def refused(self):
        return self.status()["refused"]

    def test_a_bad_file_changes_nothing_until_it_is_mended(self):
        host = self.here.start()
        self.here.write("jobs.d/b.yaml", "jobs:\n  second: {type: misbehave.ok}\n")
        self.wait_applied(host, 2)
        self.file.write_text(BAD)
        host.wait_log("the configuration is refused")
        problem = "jobs.d/a.yaml:2:40  jobs.first.timeout"
        host.wait_log(problem)
        refusal = wait_until(self.refused, "it stands in the database")[0]
        self.assertEqual(refusal["server"], "under-test")
        self.assertIn(problem, refusal["problems"])
        self.run_meanwhile("first")
        # What is right elsewhere waits, too: files may refer to each other.
        self.here.write("jobs.d/b.yaml", "jobs:\n  third: {type: misbehave.ok}\n")
        host.signal(signal.SIGHUP)
        host.wait_log("SIGHUP")
        self.file.write_text(ONE % "v2")
        host.wait_log("the configuration is right again")
        self.assertTrue(self.is_applied())
        self.assertEqual(self.refused(), [])
        self.assertEqual(host.log().count(problem), 1, "it is said once")

    def run_meanwhile(self, name):
        """The command line works with what the database holds, and says so."""
        output = self.here.call("enqueue", name)
        self.assertEqual(output.code, 0, output)
        self.assertIn("what the file said before goes on", output.err)
        self.here.wait_state(output.out.strip(), "succeeded")

    def test_a_host_starts_with_the_last_right_revision(self):
        self.assertEqual(self.here.start().stop(), 0)
        self.file.write_text(BAD)
        strict = self.here.call("serve", "--strict")
        self.assert_refused(strict, 2, "jobs.d/a.yaml:2:40")
        host = self.here.start()
        self.assertIn("the configuration is refused", host.log())
        self.assertEqual(len(self.refused()), 1)
        self.run_meanwhile("first")
        self.file.write_text(ONE % "v2")
        host.wait_log("the configuration is right again")
        self.assertTrue(self.is_applied())

    def test_a_host_does_not_start_with_a_bad_file_that_was_never_right(self):
        self.assertEqual(self.here.start().stop(), 0)
        self.here.write("jobs.d/new.yaml", BAD)
        self.assert_refused(self.here.call("serve"), 2, "jobs.d/new.yaml:2:40")

    def test_a_bad_host_file_changes_nothing_while_a_host_runs_and_is_refused_at_its_start(self):
        host = self.here.start()
        self.here.write("jobhost.yaml", "server: {workers: 0}\n")
        host.wait_log("server.workers")
        self.assertEqual(host.stop(), 0)
        self.assert_refused(self.here.call("serve"), 2, "server.workers")

    def test_a_folder_that_cannot_be_read_is_an_error_and_not_empty(self):
        (self.here.folder / "jobs.d").chmod(0)
        somebody = {} if os.geteuid() != 0 else {"user": 65534, "group": 65534, "extra_groups": []}
        self.assert_refused(self.here.call("config", "check", **somebody), 2, "jobhost.yaml:", "definitions[0]",
                            "cannot be read: Permission denied")
        (self.here.folder / "jobs.d").chmod(0o755)

    def test_a_host_starts_though_the_folder_cannot_be_read(self):
        somebody = {} if os.geteuid() != 0 else {"user": 65534, "group": 65534, "extra_groups": []}
        if somebody:
            for folder, _, files in os.walk(self.here.folder):
                for path in [folder, *(os.path.join(folder, name) for name in files)]:
                    os.chown(path, 65534, 65534)
        folder = self.here.folder / "jobs.d"
        folder.chmod(0)
        self.assert_refused(self.here.call("serve", **somebody), 2, "cannot be read: Permission denied")
        folder.chmod(0o755)
        self.assertEqual(self.here.start(**somebody).stop(), 0)
        folder.chmod(0)
        host = self.here.start(**somebody)
        self.assertIn("the configuration is refused", host.log())
        self.assertIn("cannot be read: Permission denied", host.log())
        self.assertEqual(len(self.refused()), 1)
        folder.chmod(0o755)
        host.wait_log("the configuration is right again")
        self.assertEqual(self.refused(), [])
        self.assertNotRegex(host.log(), "[1-9][0-9]* retired")

    def test_a_name_of_another_application_is_refused(self):
        host = self.here.start()
        other = self.place({"server": {"name": "other", "application": "mail"},
                            "storage": {"url": f"sqlite:{self.here.folder}/jobhost.db"}},
                           {"theirs": {"type": "misbehave.ok"}}, name="other")
        other.start()
        self.file.write_text("jobs:\n  theirs: {type: misbehave.ok}\n")
        host.wait_log("the definition 'theirs' belongs to mail/jobs.yaml")
        self.assertEqual(len(self.refused()), 1)


class StormTest(WatchedTestCase):
    def test_a_storm_of_edits_ends_with_the_last_one(self):
        edits = 10_000 if os.environ.get("JOBHOST_TEST_LONG") else 2_000
        host = self.here.start()
        used = self.cpu_time(host)
        begun = time.monotonic()
        for number in range(edits):
            temporary = self.here.folder / "a.tmp"
            temporary.write_text(ONE % f"v{number + 1}")
            temporary.rename(self.file)
        took = time.monotonic() - begun
        # `plan` reads the files by itself: nothing is left to be done.
        wait_until(self.is_applied, "the last edit is applied")
        used = self.cpu_time(host) - used
        applied = host.log().count("definitions: ")
        print(f"{edits} edits in {took:.1f} s: applied {applied} times, {used:.2f} s of CPU")
        self.assertLess(applied, 5 + 3 * took)
        self.assertLess(used, 1 + took)
        self.here.wait_state(self.here.enqueue("first"), "succeeded")
        self.assertNotIn("refused", host.log())

    def test_a_file_that_is_written_all_the_time_is_never_half_read(self):
        host = self.here.start()
        begun = time.monotonic()
        edits = 0
        while time.monotonic() - begun < 4:
            edits += 1
            self.file.write_text(ONE % f"v{edits}")  # cut off at first
        wait_until(self.is_applied, "the last edit is applied")
        self.assertNotRegex(host.log(), "[1-9][0-9]* retired")
        self.assertNotIn("refused", host.log())

    def test_a_file_that_is_written_all_the_time_holds_up_no_other(self):
        restless = self.here.write("jobs.d/b.yaml", "jobs:\n  second: {type: misbehave.ok}\n")
        host = self.here.start()
        self.file.write_text("jobs:\n  first: {type: misbehave.ok}\n")  # shorter
        begun = time.monotonic()
        edits = 0
        while "definitions: 0 added, 1 changed (first), 0 retired" not in host.log():
            self.assertLess(time.monotonic() - begun, 30)
            edits += 1
            restless.write_text("jobs:\n  second: {type: misbehave.ok, tags: [e%d]}\n" % edits)
        host.wait_log("b.yaml is written all the time; what it said before goes on until it is quiet")
        wait_until(self.is_applied, "the other one is applied when it is quiet")
        self.assertNotRegex(host.log(), "[1-9][0-9]* retired")

    @staticmethod
    def cpu_time(host):
        with open(f"/proc/{host.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
