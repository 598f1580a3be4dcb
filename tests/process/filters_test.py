"""Filters of plugins: what lies around the runs of a real host, and what they can do to them."""
from host_under_test import HostTestCase, main

ONCE = {"attempts": 0}
QUICK_END = {"timeout": "300ms", "kill_after": "200ms"}


class FiltersTest(HostTestCase):
    def begin(self, *plugins):
        self.here = self.place(plugins=plugins, definitions={
            "once": {"type": "misbehaving_filters.work", "retry": ONCE},
            "short": {"type": "misbehaving_filters.work", "retry": ONCE, **QUICK_END},
        } if "misbehaving_filters" in plugins else None)
        self.host = self.here.start()

    def check_audit(self):
        for number in range(2):
            job = self.here.enqueue("audited.pay")
            self.here.wait_state(job, "succeeded", "failed")
            log = " ".join(self.here.log_of(job))
            self.assertRegex(log, r"paid.* pay took 0\.\d+ s")
        record = (self.here.folder / "audit.log").read_text().splitlines()
        self.assertEqual([line.split(" ", 1)[1] for line in record], ["1 pay begins", "1 pay succeeded"] * 2)

    def test_each_run_is_measured_and_recorded(self):
        self.begin("audited")
        self.check_audit()

    def test_the_same_by_another_compiler(self):
        self.begin("audited_by_clang")
        self.check_audit()

    def test_what_cannot_be_recorded_is_not_done(self):
        self.begin("audited")
        (self.here.folder / "audit.log").mkdir()
        shown = self.here.wait_state(self.here.enqueue("audited.pay"), "scheduled", "failed", "succeeded")
        self.assertEqual(shown["events"][-1]["error_code"], "no_audit")
        log = " ".join(self.here.log_of(shown["id"]))
        self.assertNotIn("paid", log)
        self.assertIn("pay took", log, "the filter around it is told")

    def end(self, what, definition="once"):
        job = self.here.enqueue(definition, {"do": what})
        return self.here.wait_state(job, "succeeded", "failed", "scheduled", "deleted")

    def log(self, shown):
        return " ".join(self.here.log_of(shown["id"]))

    def test_a_filter_decides_what_becomes_of_a_run(self):
        self.begin("misbehaving_filters")
        good = self.end("")
        self.assertEqual((good["state"], good["result"]), ("succeeded", 7))
        self.assertRegex(self.log(good), "around: begins.*at work.*around: succeeded")

        for where in ("before", "after"):
            refused = self.end("refuse " + where)
            self.assertEqual((refused["state"], refused["events"][-1]["error_code"]), ("failed", "not_allowed"))
            self.assertEqual("at work" in self.log(refused), where == "after")
            self.assertIn("around: failed_for_good not_allowed", self.log(refused))

            thrown = self.end("throw " + where)
            self.assertEqual((thrown["state"], thrown["events"][-1]["message"]), ("failed", "thrown " + where))

            snoozed = self.end("snooze " + where)
            self.assertEqual((snoozed["state"], snoozed["attempt"]), ("scheduled", 0))

        forgiven = self.end("fail, and succeed in the end")
        self.assertEqual((forgiven["state"], forgiven["events"]), ("succeeded", []))

    def test_a_filter_that_crashes_or_hangs_is_that_run_and_no_more(self):
        self.begin("misbehaving_filters")
        for where in ("before", "after"):
            crashed = self.end("crash " + where)
            self.assertEqual((crashed["state"], crashed["crashes"]), ("failed", 1))
            self.assertIn("killed by SIGSEGV", crashed["events"][-1]["message"])

            waited = self.end("wait " + where, "short")
            self.assertEqual((waited["state"], waited["reason"]), ("failed", "timed_out"))
            self.assertIn("around: cancelled", self.log(waited), "it ended in good order")

            hung = self.end("hang " + where, "short")
            self.assertEqual((hung["state"], hung["reason"]), ("failed", "timed_out"))
            self.assertIn("was killed", hung["events"][-1]["message"])
            self.assertNotIn("around: cancelled", self.log(hung))
        self.assertEqual(self.end("")["state"], "succeeded")

    def test_inspect_says_that_a_plugin_has_filters(self):
        here = self.place(plugins=("audited", "command"))
        audited, command = (str(here.folder / f"plugins/{name}.so") for name in ("audited", "command"))
        self.assertIn("filters:  called before and after each run", here.ask("plugins", "inspect", audited))
        self.assertNotIn("filters:", here.ask("plugins", "inspect", command))
        self.assertTrue(here.json("plugins", "inspect", audited)["has_filters"])
        self.assertFalse(here.json("plugins", "inspect", command)["has_filters"])


if __name__ == "__main__":
    main()
