"""run: a job from beginning to end."""
import time

from host_under_test import HostTestCase, main


class RunTest(HostTestCase):
    def setUp(self):
        self.here = self.place(definitions={"fails": {"type": "misbehave.throw", "retry": {"attempts": 0}}})

    def test_run_shows_the_log_and_the_outcome(self):
        self.here.start()
        out = self.here.ask("run", "command.run", "--args", '{"command": ["/bin/echo", "hello"]}')
        self.assertIn("hello", out)
        self.assertIn("succeeded", out)

    def test_run_takes_a_definition_and_prints_json(self):
        self.here.start()
        shown = self.here.json("run", "misbehave.ok")
        self.assertEqual(shown["state"], "succeeded")
        self.assertEqual(shown["result"], {"ok": True, "attempt": 1})
        self.assertEqual(shown["events"], [])

    def test_run_exits_1_when_the_job_fails(self):
        self.here.start()
        output = self.here.call("run", "fails")
        self.assertEqual(output.code, 1, output)
        self.assertIn("failed", output.out)
        self.assertIn("thrown by misbehave", output.out)

    def test_run_stops_waiting_at_its_timeout_and_the_job_goes_on(self):
        self.here.start()
        output = self.here.call("run", "misbehave.sleep", "--args", '{"seconds": 3}', "--timeout", "200ms")
        self.assertEqual(output.code, 1, output)
        self.assertIn("jobs show", output.err)
        self.here.wait_count("succeeded", 1)

    def test_run_says_that_no_host_is_there(self):
        output = self.here.call("run", "misbehave.ok", "--timeout", "100ms")
        self.assertEqual(output.code, 1, output)
        self.assertIn("no host is running", output.err)

    def test_an_unknown_type_or_wrong_arguments_are_exit_code_2(self):
        self.assert_refused(self.here.call("run", "misbehave.okk"), 2, "did you mean 'misbehave.ok'?")
        self.assert_refused(self.here.call("run", "misbehave.ok", "--args", "1"), 2, "JSON object")
        self.assertEqual(self.here.call("run").code, 2)

    def test_run_tells_the_end_soon_after_it_comes(self):
        self.here.start()

        def took():
            begin = time.monotonic()
            self.here.ask("run", "misbehave.ok")
            return time.monotonic() - begin
        self.assertLess(min(took() for _ in range(5)), 0.4)


if __name__ == "__main__":
    main()
