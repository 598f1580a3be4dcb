"""serve: its log, its files and its streams."""
import json
import os

from host_under_test import DEADLINE, HostTestCase, main, wait_until

DEFINITIONS = {
    "greet": {"type": "command.run", "args": {"command": ["/bin/echo", "hello"]}, "queue": "critical",
              "priority": 7, "retry": {"attempts": 3}},
}


class StorageTest(HostTestCase):
    def test_the_database_is_for_its_owner_alone(self):
        here = self.place()
        here.ask("jobs", "count")
        self.assertEqual((here.folder / "jobhost.db").stat().st_mode & 0o077, 0)


class ServeTest(HostTestCase):
    def test_the_log_in_json_is_one_object_a_line(self):
        here = self.place({"log": {"format": "json", "level": "debug"}})
        host = here.start()
        here.wait_state(here.enqueue("misbehave.fatal"), "failed")
        self.assertEqual(host.stop(), 0)
        lines = [json.loads(line) for line in host.log().splitlines()]
        self.assertGreater(len(lines), 3)
        for line in lines:
            self.assertLessEqual({"at", "level", "text"}, set(line))
        self.assertTrue(any("hopeless" in line["text"] for line in lines))

    def test_the_level_of_the_log_hides_what_is_better(self):
        here = self.place({"log": {"level": "error"}})
        host = here.start(wait=False)
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
        self.assertEqual(host.stop(), 0)
        self.assertEqual(host.log(), "")

    def test_relative_paths_are_relative_to_the_host_file_wherever_it_is_called_from(self):
        here = self.place(definitions=DEFINITIONS)
        job = here.ask("enqueue", "greet", "-c", str(here.file)).strip()
        self.assertTrue((here.folder / "jobhost.db").exists())
        output = here.call("jobs", "show", job, "-c", str(here.file), cwd="/")
        self.assertEqual(output.code, 0, output)

    def test_an_empty_host_file_is_a_valid_host(self):
        here = self.place()
        here.write("jobhost.yaml", "")
        here.start()
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")

    def test_no_plugins_folder_is_a_warning(self):
        here = self.place({"plugins": {"folder": "nothing"}})
        host = here.start()
        self.assertIn("nothing", host.log())
        self.assertEqual(host.stop(), 0)

    def test_a_closed_reader_of_its_output_does_not_end_the_host(self):
        here = self.place({"log": {"level": "debug"}})
        reader, writer = os.pipe()
        process = here.popen("serve", stdout=writer, stderr=writer, start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        os.close(writer)
        seen = b""
        while b"is ready" not in seen:
            got = os.read(reader, 4096)
            self.assertTrue(got, seen)
            seen += got
        os.close(reader)
        for _ in range(3):
            here.wait_state(here.enqueue("misbehave.fatal"), "failed")
        self.assertIsNone(process.poll())
        process.terminate()
        self.assertEqual(process.wait(DEADLINE), 0)

    def test_standard_streams_that_are_closed_do_not_disturb_the_host(self):
        here = self.place()
        process = here.popen("serve", start_new_session=True,
                             preexec_fn=lambda: [os.close(number) for number in (0, 1, 2)])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        job = here.enqueue("misbehave.print", {"lines": 2})
        here.wait_state(job, "succeeded")
        self.assertIn("stdout 2", here.log_of(job))
        process.terminate()
        self.assertEqual(process.wait(DEADLINE), 0)
        self.assertEqual(here.ask("jobs", "count", "--state", "succeeded"), "1\n")
        for lock in here.folder.glob("*.lock"):
            self.assertEqual(lock.read_bytes(), b"", f"the log went into {lock.name}")

    def test_an_interrupt_stops_the_host_too(self):
        here = self.place()
        host = here.start()
        host.signal(2)
        self.assertEqual(host.wait(), 0)
        wait_until(lambda: not host.processes(), "nothing is left behind")


if __name__ == "__main__":
    main()
