"""Files that are no plugins, or bad ones: each is refused with its reason, and what is sound goes on."""
import os
import pathlib
import shutil
import struct

from host_under_test import TEST_PLUGINS, HostTestCase, main, wait_until

# tests/host/plugin/flawed.c, once for each flaw
FLAWED_PLUGINS = pathlib.Path(os.environ["JOBHOST_FLAWED_PLUGINS"])
REASONS = {
    "no_tag": "it has no jobhost tag",
    "other_major": "it speaks ABI version 9, this host speaks 1",
    "lying_tag": "it speaks ABI version 9, this host speaks 1",
    "minor_required": "it needs a host of ABI version 1.99",
    "no_entry": "it does not export jobhost_plugin_entry_v1",
    "missing_symbol": "undefined symbol: nobody_defines_this",
    "constructor_crashes": "killed by SIGABRT (its last line: the constructor gives up)",
    "constructor_exits": "exited with status 0",
    "constructor_hangs": "did not become ready within 2s",
    "constructor_throws": "the constructor throws",  # or aborts with these words, under a sanitizer
    "init_fails": "its init() failed with status 1",
    "null_plugin": "it cannot work with this host",
    "struct_size": "struct_size 8",
    "type_name": "the name of job type number 0 is 'Resize'",
    "same_name": "two job types are called resize",
    "null_type": "job type number 1 is a NULL pointer",
    "no_run": "has no run function",
    "schema": "is not JSON",
}
ELF_MACHINE = 18  # offset of e_machine
ARM = 183


class RefusedPluginTest(HostTestCase):
    def test_files_that_are_no_plugins_are_refused_with_the_remedy_and_the_rest_serves(self):
        here = self.place()
        plugins = here.folder / "plugins"
        whole = (TEST_PLUGINS / "misbehave.so").read_bytes()
        (plugins / "text.so").write_text("this is no library\n")
        (plugins / "half.so").write_bytes(whole[:len(whole) // 2])
        (plugins / "empty.so").touch()
        (plugins / "link.so").symlink_to(plugins / "misbehave.so")
        os.mkfifo(plugins / "pipe.so")
        (plugins / "open.so").write_bytes(whole)
        (plugins / "open.so").chmod(0o666)
        (plugins / "README.txt").write_text("not a plugin, and not meant as one\n")

        host = here.start()
        lines = [line for line in host.log().splitlines() if "is refused" in line]
        for name in ("text.so", "half.so", "empty.so", "link.so", "pipe.so", "open.so"):
            found = [line for line in lines if name in line]
            self.assertEqual(len(found), 1, (name, lines))
            self.assertIn("; ", found[0].split(name, 1)[1], "a remedy")
        self.assertNotIn("README.txt", host.log())
        for name, arguments in (("misbehave.ok", None), ("command.run", {"command": ["/bin/true"]})):
            here.wait_state(here.enqueue(name, arguments), "succeeded")

    def test_two_files_of_one_plugin_name_are_told_and_the_host_serves(self):
        here = self.place()
        (here.folder / "plugins" / "other.so").write_bytes((TEST_PLUGINS / "misbehave.so").read_bytes())
        host = here.start()
        self.assertIn("is refused", host.log())
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")

    def test_a_plugin_replaced_in_place_does_not_disturb_the_running_host(self):
        here = self.place()
        host = here.start()
        file = here.folder / "plugins" / "misbehave.so"
        with open(file, "r+b") as library:
            library.write(b"\0" * 100_000)
        jobs = here.enqueue_lines([{"type": "misbehave.ok"}] * 10 + [{"type": "misbehave.exit",
                                                                      "args": {"status": 1}}])
        here.wait_count("succeeded", 10)
        here.wait_state(jobs[-1], "scheduled")
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
        self.assertTrue(host.is_running())


class DroppedPluginTest(HostTestCase):
    """Bad files that come while jobs run."""

    def setUp(self):
        self.here = self.place({"plugins": {"start_timeout": "2s"}})
        self.plugins = self.here.folder / "plugins"
        self.host = self.here.start()
        self.go = self.here.folder / "go"
        self.neighbours = [
            self.here.enqueue("misbehave.sleep", {"seconds": 3600}),
            self.here.enqueue("command.run",
                              {"command": ["/bin/sh", "-c", f"echo begun; while [ ! -e {self.go} ]; do sleep 0.1; done"]})]
        self.here.wait_running(self.neighbours[0], "sleeping")
        self.here.wait_running(self.neighbours[1], "begun")

    def tearDown(self):
        """What ran before runs on, what comes is run, and no process is left of those that tried the files."""
        self.go.touch()
        shown = self.here.wait_state(self.neighbours[1], "succeeded", "failed", "scheduled")
        self.assertEqual((shown["state"], shown["attempt"], shown["events"]), ("succeeded", 1, []))
        shown = self.here.show(self.neighbours[0])
        self.assertEqual((shown["state"], shown["attempt"], shown["events"]), ("processing", 1, []))
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")
        self.here.ask("jobs", "cancel", self.neighbours[0])
        self.here.wait_state(self.neighbours[0], "deleted")
        wait_until(lambda: not self.host.zombies(), "no zombie is left")
        self.assertEqual(self.host.stop(), 0)
        self.assertEqual(self.host.processes(), {})

    def drop(self, source, name):
        new = self.plugins / "new"
        shutil.copyfile(source, new)
        new.rename(self.plugins / name)

    def wait_refusal(self, name, reason):
        def is_refused():
            return any(f"plugin {name} is refused" in line and reason in line for line in self.host.log().splitlines())
        wait_until(is_refused, f"{name} is refused: {reason}")

    def test_each_flaw_is_refused_with_its_reason(self):
        for flaw in REASONS:
            self.drop(FLAWED_PLUGINS / f"{flaw}.so", f"{flaw}.so")
        for flaw, reason in REASONS.items():
            self.wait_refusal(f"{flaw}.so", reason)
        self.assertNotIn("plugin flawed", self.host.log())

    def test_a_plugin_of_a_newer_minor_version_is_taken(self):
        self.drop(FLAWED_PLUGINS / "newer_minor.so", "newer_minor.so")
        self.host.wait_log("plugin flawed 1.0.0 (generation 3) is live")
        self.here.wait_state(self.here.enqueue("flawed.resize"), "succeeded")

    def test_a_schema_that_is_none_is_told_to_who_hands_in_a_job(self):
        self.drop(FLAWED_PLUGINS / "no_schema.so", "no_schema.so")
        self.host.wait_log("plugin flawed 1.0.0 (generation 3) is live")
        output = self.here.call("enqueue", "flawed.resize")
        self.assertIn("flawed.resize: the schema of its arguments cannot be used", output.err)
        self.here.wait_state(output.out.strip(), "succeeded")

    def test_a_plugin_for_another_machine_is_refused(self):
        library = bytearray((TEST_PLUGINS / "misbehave.so").read_bytes())
        struct.pack_into("<H", library, ELF_MACHINE, ARM)
        (self.here.folder / "arm").write_bytes(library)
        self.drop(self.here.folder / "arm", "arm.so")
        self.wait_refusal("arm.so", "it is made for another machine")

    def test_a_file_that_is_replaced_while_it_is_tried_gives_way_to_the_new_one(self):
        before = set(self.host.workers())
        self.drop(FLAWED_PLUGINS / "constructor_hangs.so", "living.so")
        wait_until(lambda: set(self.host.workers()) - before, "the first one is tried")
        self.drop(TEST_PLUGINS / "living_1.so", "living.so")
        self.host.wait_log("plugin living 1.0.0 (generation 3) is live")
        self.wait_refusal("living.so", REASONS["constructor_hangs"])
        self.assertEqual(self.here.wait_state(self.here.enqueue("living.version"), "succeeded")["result"], 1)

    def test_a_file_that_everyone_may_write_or_that_is_a_link_is_refused_while_the_loaded_one_goes_on(self):
        self.drop(TEST_PLUGINS / "living_1.so", "living.so")
        self.host.wait_log("plugin living 1.0.0 (generation 3) is live")
        self.drop(TEST_PLUGINS / "living_2.so", "open.so")
        (self.plugins / "open.so").chmod(0o666)
        (self.plugins / "open.so").rename(self.plugins / "living.so")
        self.wait_refusal("living.so", "can be written by everyone")
        (self.plugins / "living.so").unlink()
        (self.plugins / "living.so").symlink_to(TEST_PLUGINS / "living_2.so")
        self.wait_refusal("living.so", "symbolic link")
        self.assertEqual(self.here.wait_state(self.here.enqueue("living.version"), "succeeded")["result"], 1)

    def test_the_only_file_of_a_job_that_runs_may_be_overwritten_cut_and_deleted(self):
        file = self.plugins / "misbehave.so"
        with open(file, "r+b") as library:
            library.write(b"\0" * 100_000)
        self.wait_refusal("misbehave.so", "it is not an ELF file")
        os.truncate(file, 0)
        self.wait_refusal("misbehave.so", "it is empty")
        file.unlink()
        self.host.wait_log("misbehave.so is gone")


if __name__ == "__main__":
    main()
