"""Files that are no plugins, or bad ones: each is refused with its reason, and what is sound goes on."""
import os

from host_under_test import TEST_PLUGINS, HostTestCase, main


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


if __name__ == "__main__":
    main()
