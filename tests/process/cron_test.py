"""`jobhost cron next|explain`: what is printed, and what is refused. It needs neither host file nor database."""
import json
import os
import subprocess
import tempfile
import unittest

JOBHOST = os.path.join(os.environ["JOBHOST_BIN"], "jobhost")


class CronTestCase(unittest.TestCase):
    def run_cron(self, *words):
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([JOBHOST, "cron", *words], cwd=empty, capture_output=True, text=True, timeout=60)
            self.assertEqual(os.listdir(empty), [])
        return done

    def ask(self, *words):
        done = self.run_cron(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        return done.stdout

    def refused(self, *words):
        done = self.run_cron(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        return done.stderr


class NextTest(CronTestCase):
    def test_json_holds_the_instants_in_utc(self):
        self.assertEqual(json.loads(self.ask("next", "0 6 L * *", "--from", "2026-02-01T00:00:00Z", "--json")),
                         {"occurrences": ["2026-02-28T06:00:00Z"]})
        self.assertEqual(json.loads(self.ask("next", "*/20 * * * * *", "--from", "2026-02-01T00:00:00Z", "--count",
                                             "3", "--inclusive", "--json")),
                         {"occurrences": ["2026-02-01T00:00:00Z", "2026-02-01T00:00:20Z", "2026-02-01T00:00:40Z"]})

    def test_what_never_comes_is_no_error(self):
        self.assertEqual(json.loads(self.ask("next", "0 0 31 2 *", "--json")), {"occurrences": []})
        self.assertIn("never due", self.ask("next", "0 0 31 2 *"))

    def test_it_counts_from_now_where_nothing_else_is_said(self):
        self.assertRegex(self.ask("next", "* * * * *"), r"^LOCAL TIME +UTC\n\w{3} 2\d{3}-.* \+00:00  2\d{3}-.*Z\n$")

    def test_a_skipped_time_is_marked(self):
        words = ("next", "30 2 * * *", "--tz", "Europe/Berlin", "--from", "2026-03-28T12:00:00Z", "--count", "2")
        lines = self.ask(*words).splitlines()
        self.assertEqual(lines[1], "Sun 2026-03-29 03:00:00 +02:00  2026-03-29T01:00:00Z  the clock skips 2026-03-29 "
                                   "02:00 to 2026-03-29 03:00; what was due then is due now")
        self.assertEqual(lines[2], "Mon 2026-03-30 02:30:00 +02:00  2026-03-30T00:30:00Z")
        self.assertEqual(json.loads(self.ask(*words, "--json"))["clock_changes"],
                         [{"at": "2026-03-29T01:00:00Z", "kind": "skipped", "begin": "2026-03-29 02:00",
                           "end": "2026-03-29 03:00"}])

    def test_a_repeated_time_is_marked(self):
        words = ("--time-zone", "Europe/Berlin", "--from", "2026-10-24T22:00:00Z", "--count", "3", "--json")
        kinds = [change["kind"] for change in json.loads(self.ask("next", "30 2-3 * * *", *words))["clock_changes"]]
        self.assertEqual(kinds, ["repeated_first", "repeated_second"])
        kinds = [change["kind"] for change in json.loads(self.ask("next", "30 2 * * *", *words))["clock_changes"]]
        self.assertEqual(kinds, ["repeated_once"])

    def test_h_is_spread_by_a_name(self):
        words = ("H H * * *", "--from", "2026-01-01T00:00:00Z", "--json")
        answers = {self.ask("next", *words, "--name", name) for name in ("backup", "backup", "report")}
        self.assertEqual(len(answers), 2)
        self.assertIn("name one, or write a number", self.refused("next", *words))


class ExplainTest(CronTestCase):
    def test_it_speaks_english_and_turkish(self):
        self.assertEqual(self.ask("explain", "30 2 * * 1-5"), "At 02:30 on weekdays\n")
        self.assertEqual(self.ask("explain", "30 2 * * 1-5", "--lang", "tr"), "Hafta içi her gün 02:30\n")
        self.assertEqual(self.ask("explain", "0 9 * * FRIL", "--tz", "Europe/Istanbul"),
                         "At 09:00 on the last Friday of every month (Europe/Istanbul)\n")

    def test_json_says_the_same(self):
        self.assertEqual(json.loads(self.ask("explain", "@daily", "--lang", "tr", "--tz", "Asia/Tokyo", "--json")),
                         {"expression": "@daily", "time_zone": "Asia/Tokyo", "language": "tr",
                          "explanation": "Her gün 00:00", "ever_due": True})

    def test_it_says_that_it_never_comes(self):
        self.assertIn("Never due", self.ask("explain", "0 0 30 2 *"))
        self.assertFalse(json.loads(self.ask("explain", "0 0 30 2 *", "--json"))["ever_due"])


class RefusalTest(CronTestCase):
    def test_an_expression_is_shown_with_the_place_of_the_mistake(self):
        for verb in ("next", "explain"):
            self.assertEqual(self.refused(verb, "0 24 * * *", "--json"),
                             "hour must be 0 to 23, is 24, at character 3; write numbers of 0 to 23, a range like "
                             "8-17, or a step like */6\n  0 24 * * *\n    ^\n")

    def test_other_words_are_refused_with_what_to_write(self):
        self.assertIn("write an IANA name", self.refused("next", "@daily", "--tz", "Nowhere/Else"))
        self.assertIn("there are en and tr", self.refused("explain", "@daily", "--lang", "de"))
        self.assertIn("2026-12-01T09:00:00", self.refused("next", "@daily", "--from", "tomorrow"))
        for words in (("next", "@daily", "--count", "0"), ("next", "@daily", "--count", "1001"), ("next",), ("explain", "")):
            self.refused(*words)

    def test_no_text_reaches_the_terminal_as_it_is(self):
        self.assertNotIn("\x1b", self.refused("next", "\x1b[31m * * * *"))
        self.refused("next", "1," * 20_000)


if __name__ == "__main__":
    unittest.main()
