"""The words of the command line, and what it ends with."""
import subprocess

from host_under_test import DEADLINE, HostTestCase, main


class WordsTest(HostTestCase):
    def setUp(self):
        self.here = self.place()

    def test_wrong_use_is_exit_code_2_and_enqueues_nothing(self):
        for words in (["enqueue"],
                      ["enqueue", "misbehave.ok", "--args", "{"],
                      ["enqueue", "misbehave.ok", "--args", "[]"],
                      ["enqueue", "misbehave.ok", "--args", '{"far": 1e999}'],
                      ["enqueue", "misbehave.ok", "--priority", "2000"],
                      ["enqueue", "misbehave.ok", "--in", "soon"],
                      ["enqueue", "misbehave.ok", "--at", "tomorrow"],
                      ["enqueue", "misbehave.ok", "--expires-in", "-1s"],
                      ["enqueue", "misbehave.ok", "--queue", "no spaces"],
                      ["enqueue", "misbehave.ok", "--queue", ""],
                      ["enqueue", "misbehave.ok", "--from", "-"],
                      ["enqueue", "misbehave.ok", "--colour", "red"],
                      ["enqueue", "--from", "missing.jsonl"],
                      ["enqueue", "--from", "."],
                      ["jobs"], ["jobs", "list", "--state", "lost"], ["jobs", "list", "--limit", "0"],
                      ["jobs", "show"], ["jobs", "show", "one"], ["dance"], []):
            with self.subTest(words):
                output = self.here.call(*words)
                self.assertEqual(output.code, 2, output)
                self.assertNotEqual(output.err, "")
        self.assertEqual(sum(self.here.counts().values()), 0)

    def test_an_unknown_verb_is_named_with_the_nearest(self):
        for words, problem in ((["sevre"], "'sevre' is no verb; did you mean 'serve'?"),
                               (["jobs", "shw", "1"], "'shw' is no verb; did you mean 'show'?"),
                               (["jobs", "tango"], "'tango' is no verb; there are list, count, show, log")):
            self.assert_refused(self.here.call(*words), 2, problem)

    def test_ids_that_cannot_be_printed_are_exit_code_1(self):
        for words in (["enqueue", "misbehave.ok"], ["enqueue", "misbehave.ok", "--json"], ["jobs", "count"]):
            with open("/dev/full", "w", encoding="ascii") as full:
                program = self.here.popen(*words, stdout=full, stderr=subprocess.PIPE, text=True)
                _, err = program.communicate(timeout=DEADLINE)
            self.assertEqual(program.returncode, 1)
            self.assertIn("standard output", err)


if __name__ == "__main__":
    main()
