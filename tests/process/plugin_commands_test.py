"""plugins reload, rollback, remove and list, over two hosts that share a database."""
import json
import os
import shutil
import signal

from host_under_test import HostTestCase, main, wait_until
from living_plugin import by_rename, version
from postgres_cluster import PostgresCluster


class PluginCommandsTest(HostTestCase):
    def setUp(self):
        self.database = f"sqlite:{self.top}/shared.db"

    def folder(self, name):
        """A host's folder, with the first version."""
        place = self.place({"server": {"name": name}, "queues": {name: {}},
                            "storage": {"url": self.database}}, name=name, plugins=("command",))
        shutil.copyfile(version(1), self.file(place))
        return place

    def file(self, place):
        return place.folder / "plugins/living.so"

    def put(self, place, number):
        by_rename(version(number), self.file(place))

    def begin(self):
        self.one, self.two = self.folder("one"), self.folder("two")
        self.hosts = [self.one.start(), self.two.start()]

    def begin_with_two_versions(self):
        self.begin()
        for place, host in zip((self.one, self.two), self.hosts):
            self.put(place, 2)
            host.wait_log("living 2.0.0 (generation 3) is live")

    def run_by(self, place, name="version"):
        """The version of the plugin that ran a new job of that host."""
        job = place.enqueue("living." + name, None, "--queue", place.folder.name)
        return place.wait_state(job, "succeeded")["result"]

    def asked(self, place, *words):
        """Exit code, and answers by server."""
        output = place.call("plugins", *words, "--json")
        return output.code, {each["server"]: each for each in json.loads(output.out)}

    def test_a_rollback_is_done_by_all_and_survives_a_kill(self):
        self.begin_with_two_versions()
        code, answers = self.asked(self.one, "rollback", "living")
        self.assertEqual(code, 0)
        for name in ("one", "two"):
            self.assertEqual((answers[name]["version"], answers[name]["state"]), ("1.0.0", "live"))
            self.assertEqual(answers[name]["replaced"]["version"], "2.0.0")
        self.assertEqual([self.run_by(self.one), self.run_by(self.two)], [1, 1])
        self.hosts[0].kill()
        host = self.one.start()
        host.wait_log("plugin living 1.0.0 serves in place of living.so")
        self.assertEqual(self.run_by(self.one), 1)
        output = self.one.call("plugins", "rollback", "living", "--server", "one")
        self.assert_refused(output, 1, "one: refused: there is no version before 1.0.0")
        self.put(self.one, 4)
        host.wait_log("living 4.0.0 ")

    def test_what_was_rolled_back_comes_again_by_a_reload(self):
        self.begin_with_two_versions()
        self.one.ask("plugins", "rollback", "living", "--server", "one")
        self.assertEqual([self.run_by(self.one), self.run_by(self.two)], [1, 2])
        shown = self.one.ask("plugins", "list")
        self.assertRegex(shown, r"(?m)^living.so +living +2.0.0 .* live on two$")
        self.assertRegex(shown, r"(?m)^one +living +1.0.0 +[0-9a-f]{12} +4 +living.so +live$")
        self.assertRegex(shown, r"(?m)^one +- .* living.so +refused: this version of living was rolled back; ")
        self.assertRegex(shown, r"(?m)^two +living +2.0.0 +[0-9a-f]{12} +3 +living.so +live$")
        output = self.one.call("plugins", "reload", "living")
        self.assertEqual(output.code, 0, output)
        self.assertIn("one: living 2.0.0 (generation 5) from living.so is live", output.out)
        self.assertIn("two: living 2.0.0 (generation 3) from living.so is the same", output.out)
        self.assertEqual(self.run_by(self.one), 2)

    def test_a_reload_says_what_it_refuses_and_why(self):
        self.begin()
        self.file(self.one).write_bytes(b"no library")
        output = self.one.call("plugins", "reload")
        self.assertEqual(output.code, 1, output)
        self.assertIn("one: living.so is refused: it is not an ELF file; build it as a shared library for this machine; "
                      "living 1.0.0 (generation 2) goes on", output.out)
        self.assertIn("one: command 1.0.0 (generation 1) from command.so is the same", output.out)
        self.put(self.one, 2)
        code, answers = self.asked(self.one, "reload", "living", "--server", "one")
        self.assertEqual((code, answers["one"]["plugins"][0]["state"]), (0, "live"))
        self.assertEqual(self.run_by(self.one), 2)

    def test_half_of_a_file_at_the_start_leaves_its_place_to_the_last_good_version(self):
        self.begin()
        self.hosts[0].kill()
        self.file(self.one).write_bytes(version(2).read_bytes()[:20000])
        host = self.one.start()
        self.assertIn("plugin living 1.0.0 serves in place of living.so", host.log())
        self.assertEqual(self.run_by(self.one), 1)
        wait_until(lambda: "refused" in self.one.ask("plugins", "list").split("SERVER")[1], "it is announced")
        self.put(self.one, 2)
        host.wait_log("living 2.0.0 ")
        wait_until(lambda: self.run_by(self.one) == 2, "it has taken over")

    def test_a_plugin_is_removed_when_its_file_is_gone(self):
        self.begin()
        output = self.one.call("plugins", "remove", "living")
        self.assert_refused(output, 1, "one: refused: its file living.so is still in the plugin folder",
                            "two: refused: its file")
        running = self.one.enqueue("living.wait", None, "--queue", "one")
        self.one.wait_state(running, "processing", "succeeded")
        self.file(self.one).unlink()
        code, answers = self.asked(self.one, "remove", "living", "--server", "one")
        self.assertEqual((code, answers["one"]["outcome"]), (0, "done"))
        self.assertIn("living.version", answers["one"]["types"])
        self.assertEqual(self.one.wait_state(running, "succeeded")["attempt"], 1)
        waiting = self.one.enqueue("living.version", None, "--queue", "one")
        self.assertEqual(self.run_by(self.two), 1)
        self.assertEqual(self.one.show(waiting)["state"], "enqueued")
        kept = [file.name for file in (self.one.folder / ".jobhost/images/one").glob("*.so")]
        self.assertEqual(len(kept), 1, "that of command")
        self.put(self.one, 2)
        self.assertEqual(self.one.wait_state(waiting, "succeeded")["result"], 2)

    def test_what_is_not_there_is_said(self):
        alone = self.folder("alone")
        alone.ask("plugins", "list")
        for verb in ("reload", "rollback", "remove"):
            self.assert_refused(alone.call("plugins", verb, "living"), 1, "no host of the application",
                                "jobhost serve")
        self.begin()
        for verb in ("reload", "rollback", "remove"):
            self.assert_refused(self.one.call("plugins", verb, "nothing"), 1, "one: refused: ", "two: refused: ")
        self.assert_refused(self.one.call("plugins", "reload", "--server", "three"), 1, "no server 'three' is live")
        self.assert_refused(self.one.call("plugins", "rollback"), 2, "name is required")

    def test_who_does_not_answer_is_named(self):
        self.begin()
        os.kill(self.hosts[1].pid, signal.SIGSTOP)
        try:
            output = self.one.call("plugins", "reload", "--timeout", "2s")
        finally:
            os.kill(self.hosts[1].pid, signal.SIGCONT)
        self.assertEqual(output.code, 1)
        self.assertIn("one: living 1.0.0 (generation 2) from living.so is the same", output.out)
        self.assertIn("two: did not answer within 2s", output.err)
        self.assertEqual(self.asked(self.one, "reload", "living")[1]["two"]["plugins"][0]["state"], "same")


class OnPostgresTest(PluginCommandsTest):
    """What hosts tell each other goes through another database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.postgres = PostgresCluster()
        cls.addClassCleanup(cls.postgres.close)

    def setUp(self):
        self.database = self.postgres.url(self.postgres.create_database())


if __name__ == "__main__":
    main()
