"""A plugin from `plugins new` to its first job, built as an outsider builds it: against what is installed."""
import os
import pathlib
import shutil
import subprocess

from host_under_test import BIN, DEADLINE, HostTestCase, main

FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def do(*words, **options):
    """A program that must say yes; what it prints."""
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=DEADLINE, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{words} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class PluginsNewTest(HostTestCase):
    def setUp(self):
        self.project = self.top / "hello"

    def install(self):
        """Where all of it is, moved there from where it was installed."""
        do("cmake", "--install", BIN.parent, "--prefix", self.top / "installed")
        return (self.top / "installed").rename(self.top / "moved")

    def flags(self, prefix, *words):
        folders = ":".join(str(file.parent) for file in prefix.rglob("jobhost.pc"))
        return do("pkg-config", *words, "jobhost", env={**os.environ, "PKG_CONFIG_PATH": folders}).split()

    def test_a_new_plugin_is_built_tested_inspected_and_run(self):
        here = self.place(plugins=())
        prefix = self.install()
        jobhost = prefix / "bin/jobhost"
        self.assertIn("cmake -S . -B build", do(jobhost, "plugins", "new", "hello", cwd=self.top))

        do("cmake", "-G", "Ninja", "-S", self.project, "-B", self.project / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
           f"-DCMAKE_CXX_FLAGS={' '.join(FLAGS[1:])}")
        do("cmake", "--build", self.project / "build")
        self.assertIn("100% tests passed",
                      do("ctest", "--test-dir", self.project / "build", "--output-on-failure"))
        library = self.project / "build/hello.so"
        shown = do(jobhost, "plugins", "inspect", library)
        self.assertIn("job type: hello.greet: Greets somebody", shown)
        self.assertNotIn("advice", shown)

        here.start()
        shutil.copyfile(library, here.folder / "plugins/hello.new")
        (here.folder / "plugins/hello.new").rename(here.folder / "plugins/hello.so")
        here.hosts[0].wait_log("plugin hello 0.1.0 (generation 1) is live")
        shown = here.json("run", "hello.greet", "--args", '{"name": "Ada", "times": 2}')
        self.assertEqual(shown["result"], {"greeted": "Ada"})

    def test_a_compiler_and_pkg_config_are_enough(self):
        prefix = self.install()
        jobhost = prefix / "bin/jobhost"
        do(jobhost, "plugins", "new", "hello", "--folder", self.project)
        for compiler in ("g++", "clang++"):
            library = self.top / f"{compiler}.so"
            do(compiler, *FLAGS, self.project / "hello.cpp", *self.flags(prefix, "--cflags", "--libs"), "-o", library)
            shown = do(jobhost, "plugins", "inspect", library)
            self.assertIn(f", {compiler.replace('clang++', 'clang')}\n", shown)
            self.assertIn("plugin:   hello 0.1.0", shown)
            self.assertNotIn("advice", shown)
            symbols = do("nm", "-D", "--defined-only", library).split()[2::3]
            self.assertEqual(sorted(symbols), ["jobhost_plugin_entry_v1", "jobhost_tag"])
        test = self.top / "hello_test"
        do("clang++", *FLAGS, self.project / "hello_test.cpp", *self.flags(prefix, "--cflags"), "-o", test)
        self.assertEqual(do(test), "all is right\n")

    def test_the_flags_fit_a_plugin_in_c(self):
        prefix = self.install()
        source = pathlib.Path(__file__).parent.parent / "plugin_sdk/plugin_in_c.c"
        library = self.top / "in_c.so"
        do("gcc", "-std=c99", "-Wall", "-Werror", source, *self.flags(prefix, "--cflags", "--libs"), "-o", library)
        self.assertIn("plugin:   in_c ", do(prefix / "bin/jobhost", "plugins", "inspect", library))

    def test_a_mistake_is_told_when_it_is_linked(self):
        prefix = self.install()
        source = self.top / "lacks.cpp"
        source.write_text('extern "C" void nobody(); extern "C" void f() { nobody(); }\n')
        with self.assertRaisesRegex(AssertionError, "undefined (symbol|reference).*nobody"):
            do("g++", source, *self.flags(prefix, "--cflags", "--libs"), "-o", self.top / "lacks.so")

    def test_the_components_part_what_runs_jobs_from_what_plugins_are_built_with(self):
        def installed(component):
            prefix = self.top / component
            do("cmake", "--install", BIN.parent, "--prefix", prefix, "--component", component)
            return {str(file.relative_to(prefix)) for file in prefix.rglob("*") if file.is_file()}
        runtime, sdk = installed("runtime"), installed("sdk")
        self.assertLessEqual({"bin/jobhost", "bin/jobhost-worker", "share/doc/jobhost/examples/jobhost.yaml"}, runtime)
        self.assertEqual({pathlib.Path(name).name for name in runtime if name.endswith(".so")},
                         {"command.so", "database.so"})
        self.assertLessEqual({"include/jobhost/job.hpp", "include/jobhost/plugin.h", "include/jobhost/testing.hpp"}, sdk)
        self.assertEqual({name for name in sdk if name.startswith("bin/") or name.endswith(".so")}, set())
        self.assertEqual(runtime & sdk, {"share/doc/jobhost/LICENSE"})
        # What is left without a component is left out of both.
        do("cmake", "--install", BIN.parent, "--prefix", self.top / "all")
        everything = {str(file.relative_to(self.top / "all")) for file in (self.top / "all").rglob("*") if file.is_file()}
        self.assertEqual(everything, runtime | sdk)
        for name in sdk - {"share/doc/jobhost/LICENSE"}:
            text = (self.top / "sdk" / name).read_text()
            self.assertNotIn(str(BIN.parent), text, name)
            self.assertNotIn("/usr/local", text, name)

    def test_what_cannot_be_begun_is_refused_and_nothing_is_touched(self):
        here = self.place(plugins=())
        for name in ("Hello", "9lives", "hello-world", "hello.cpp", "../hello", "a" * 65):
            self.assert_refused(here.call("plugins", "new", name), 2, "begin with a letter a to z")
        self.assert_refused(here.call("plugins", "new", "test"), 2, "choose another name")
        self.assertEqual(here.call("plugins", "new").code, 2)

        kept = here.write("hello/notes.txt", "mine")
        self.assert_refused(here.call("plugins", "new", "hello"), 1, "the folder hello is not empty", "--folder")
        self.assertEqual([file.name for file in kept.parent.iterdir()], ["notes.txt"])
        self.assert_refused(here.call("plugins", "new", "hello", "--folder", str(kept)), 1, "cannot be made")
        self.assertEqual(kept.read_text(), "mine")

    def test_the_name_stands_wherever_it_belongs(self):
        here = self.place(plugins=())
        here.write("empty/sub/x", "").unlink()
        here.ask("plugins", "new", "my_images", "--folder", "empty/sub")
        files = {file.name: file.read_text() for file in (here.folder / "empty/sub").iterdir()}
        self.assertEqual(set(files), {"my_images.cpp", "my_images_test.cpp", "CMakeLists.txt", "README.md", ".gitignore"})
        self.assertNotIn("new_plugin", "".join(files.values()))
        self.assertIn('JOBHOST_PLUGIN("my_images", "0.1.0", Greet);', files["my_images.cpp"])
        self.assertIn('#include "my_images.cpp"', files["my_images_test.cpp"])


if __name__ == "__main__":
    main()
