"""Plugins by other compilers and in other languages, in a host: C, C++, Rust, and one that is for Windows."""
import os
import shutil

from host_under_test import TEST_PLUGINS, HostTestCase, main

ONCE = {"attempts": 0}


class LanguagesTest(HostTestCase):
    def begin(self, *plugins, definitions=None):
        self.here = self.place(definitions=definitions, plugins=plugins)
        self.host = self.here.start()

    def check_double(self, plugin):
        job = self.here.enqueue(f"{plugin}.double", {"number": 21})
        self.assertEqual(self.here.wait_state(job, "succeeded", "failed")["result"], 42)
        self.assertIn("doubled", self.here.log_of(job))

        shown = self.here.wait_state(self.here.enqueue(f"{plugin}.double", {"number": 1001}), "failed", "succeeded")
        self.assertEqual((shown["state"], shown["attempt"], shown["crashes"]), ("failed", 1, 0))
        event = shown["events"][-1]
        self.assertEqual((event["error_code"], event["message"]), ("bad_number", "/number must be 0 to 1000"))

    def check_cpp(self):
        given = {"path": "p", "width": 7, "tags": ["x"], "size": {"width": 1}, "weights": {"a": 2}}
        shown = self.here.wait_state(self.here.enqueue("in_cpp.inspect", given), "succeeded", "failed")
        self.assertEqual(shown["result"], "p 7 3 1 -1 1.500000 keep #x a=2 size 1x600")
        shown = self.here.wait_state(self.here.enqueue("in_cpp.ask", {"text": "scratch"}), "succeeded", "failed")
        self.assertIn("/scratch/", shown["result"])
        self.assertFalse(os.path.exists(shown["result"]), "its files went with the run")
        for how, code in (("exception", "exception"), ("number", "unknown_exception"), ("bad_alloc", "out_of_memory")):
            shown = self.here.wait_state(self.here.enqueue("fail", {"text": how}), "failed", "succeeded")
            self.assertEqual((shown["events"][-1]["error_code"], shown["crashes"]), (code, 0))

    def test_plugins_of_the_compiler_that_built_the_host(self):
        self.begin("plugin_in_c", "plugin_in_cpp", definitions={"fail": {"type": "in_cpp.fail", "retry": ONCE}})
        self.check_double("in_c")
        self.check_cpp()

    def test_plugins_of_another_compiler(self):
        self.begin("plugin_in_c_by_clang", "plugin_in_cpp_by_clang",
                   definitions={"fail": {"type": "in_cpp.fail", "retry": ONCE}})
        self.check_double("in_c")
        self.check_cpp()

    def test_a_plugin_in_rust_whose_panic_is_a_failed_run_and_no_crash(self):
        self.begin("plugin_in_rust", definitions={"panic": {"type": "in_rust.panic", "retry": ONCE}})
        self.check_double("in_rust")
        before = self.host.workers()
        job = self.here.enqueue("panic")
        shown = self.here.wait_state(job, "failed", "succeeded")
        self.assertEqual((shown["state"], shown["reason"], shown["crashes"]), ("failed", "exhausted", 0))
        event = shown["events"][-1]
        self.assertEqual((event["error_code"], event["message"]), ("panic", "something went wrong"))
        self.assertIn("panicked at", " ".join(self.here.log_of(job)), "what it prints is in the log")
        self.assertEqual(self.host.workers(), before)
        self.check_double("in_rust")

    def test_a_library_for_windows_is_refused_and_named_so(self):
        self.begin("plugin_in_c")
        shutil.copyfile(TEST_PLUGINS / "plugin_in_cpp.dll", self.here.folder / "plugins/windows.so")
        self.host.wait_log("it is a Windows library; build it as a shared library for this machine")
        self.assertIn("plugin windows.so is refused", self.host.log())
        self.check_double("in_c")
        self.assert_refused(self.here.call("plugins", "inspect", str(TEST_PLUGINS / "plugin_in_cpp.dll")), 1,
                            "it is a Windows library")


if __name__ == "__main__":
    main()
