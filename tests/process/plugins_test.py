"""plugins list and inspect."""
import shutil

from host_under_test import TEST_PLUGINS, HostTestCase, main


class PluginsTest(HostTestCase):
    def test_the_list_tells_what_runs_and_why_the_rest_does_not(self):
        here = self.place(plugins=("command",))
        here.write("plugins/text.so", "no library")
        here.write("plugins/other.dll", "for another system")
        self.assertRegex(here.ask("plugins", "list"), r"(?m)^command.so +command +1.0.0 +[0-9a-f]{12} +run +no host runs it$")
        here.start()
        shutil.copyfile(TEST_PLUGINS / "living_1.so", here.folder / "plugins/living.so")
        here.hosts[0].wait_log("plugin living 1.0.0 (generation 2) is live")
        shown = here.ask("plugins", "list")
        self.assertRegex(shown, r"(?m)^living.so +living +1.0.0 +[0-9a-f]{12} +version, wait, only_first +live$")
        self.assertRegex(shown, r"(?m)^text.so .* refused: it is not an ELF file; build it as a shared library")
        self.assertRegex(shown, r"(?m)^other.dll .* not loaded: it is for Windows; build it here, as a .so$")
        listed = {each["file"]: each for each in here.json("plugins", "list")}
        self.assertEqual(listed["command.so"]["is_live"], True)
        self.assertEqual(listed["text.so"]["refused"], "it is not an ELF file")
        self.assertIn("it is for Windows", listed["other.dll"]["ignored"])
        self.assertEqual([each["type"] for each in listed["living.so"]["types"]],
                         ["living.version", "living.wait", "living.only_first"])

    def test_a_file_is_inspected_without_a_host_and_without_its_code_if_somebody_wants_that(self):
        here = self.place(plugins=("command", "living_3"))
        command = str(here.folder / "plugins/command.so")
        shown = here.ask("plugins", "inspect", command, cwd="/")
        self.assertIn("plugin:   command 1.0.0\njob type: command.run: Runs a program", shown)
        whole = here.json("plugins", "inspect", command)
        self.assertIn("command", whole["types"][0]["arguments_schema"]["properties"])

        deadly = str(here.folder / "plugins/living_3.so")
        output = here.call("plugins", "inspect", deadly)
        self.assertEqual(output.code, 1)
        self.assertIn("digest:   sha256 ", output.out)
        self.assertIn("refused:  ended while it was loaded: killed by SIGABRT", output.err)
        self.assertIn("abi:      1.", here.ask("plugins", "inspect", "--static", deadly))
        output = here.call("plugins", "inspect", "--json", "/etc/passwd")
        self.assertEqual(output.code, 1)
        self.assertIn("it is not an ELF file", output.out)


if __name__ == "__main__":
    main()
