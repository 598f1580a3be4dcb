"""Arguments are checked against the JSON Schema of their type before the job is handed in."""
from host_under_test import HostTestCase, main


class ArgumentsTest(HostTestCase):
    def test_all_that_is_wrong_is_said_and_nothing_is_enqueued(self):
        here = self.place()
        output = here.call("enqueue", "misbehave.append", "--args", '{"line": 7, "paht": "x"}')
        self.assert_refused(output, 2, "misbehave.append", '/line must be a string, is 7', "/path is missing",
                            "/paht is not known; did you mean 'path'?")
        self.assert_refused(here.call("enqueue", "misbehave.sleep"), 2, "/seconds is missing")
        self.assert_refused(here.call("run", "misbehave.sleep", "--args", '{"seconds": "1"}'), 2, "/seconds must be")
        self.assertEqual(sum(here.counts().values()), 0)

    def test_a_wrong_line_is_named(self):
        here = self.place()
        output = here.call("enqueue", "--from", "-", input='{"type": "misbehave.ok"}\n'
                           '{"type": "misbehave.sleep", "args": {"seconds": true}}\n')
        self.assert_refused(output, 2, "standard input:2: ", "/seconds must be a number, is true",
                            "nothing was enqueued")

    def test_the_schema_of_a_running_host_holds_where_the_folder_has_none(self):
        here = self.place()
        here.start()
        (here.folder / "plugins" / "misbehave.so").unlink()
        self.assert_refused(here.call("enqueue", "misbehave.sleep"), 2, "/seconds is missing")
        here.wait_state(here.enqueue("misbehave.sleep", {"seconds": 0}), "succeeded")

    def test_null_counts_as_missing_and_a_whole_number_as_an_integer(self):
        here = self.place()
        here.start()
        here.wait_state(here.enqueue("misbehave.print", {"lines": None}), "succeeded")
        here.wait_state(here.enqueue("misbehave.print", {"lines": 2.0}), "succeeded")

    def test_a_type_that_nobody_knows_is_not_checked(self):
        here = self.place()
        here.enqueue("tea.make", {"sugar": "yes"}, "--allow-unknown-type")
        self.assertEqual(here.count("enqueued"), 1)

    def test_a_definition_is_not_checked_but_what_is_given_with_it_is(self):
        here = self.place(definitions={"nap": {"type": "misbehave.sleep", "args": {"seconds": 1}}})
        here.enqueue("nap")
        self.assert_refused(here.call("enqueue", "nap", "--args", "{}"), 2, "/seconds is missing")


if __name__ == "__main__":
    main()
