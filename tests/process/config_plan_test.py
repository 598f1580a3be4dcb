"""`config plan`, `apply`, `status`, `schema` and the warnings of `check`; and hosts that hold different files."""
import json

from host_under_test import HostTestCase, main, wait_until

JOBS = """\
jobs:
  first: {type: misbehave.ok, timeout: 10s, args: {}, schedule: {every: 1d}}
  second: {type: misbehave.ok, priority: 5}
"""


class PlanTest(HostTestCase):
    def setUp(self):
        self.here = self.place({"definitions": ["jobs.d/*.yaml"]})
        self.here.write("jobs.d/a.yaml", JOBS)

    def plan(self, code, *words):
        output = self.here.call("config", "plan", *words)
        self.assertEqual(output.code, code, output)
        return output.out

    def test_all_is_new_and_then_nothing_is(self):
        out = self.plan(4)
        self.assertIn("+ first  (default/jobs.d/a.yaml)", out)
        self.assertIn("2 added, 0 changed, 0 retired", out)
        self.assertEqual(self.plan(4), out, "a plan changes nothing")
        self.here.ask("config", "apply")
        self.assertEqual(self.plan(0), "0 added, 0 changed, 0 retired\n")

    def test_changes_are_told_field_by_field(self):
        self.here.ask("config", "apply")
        self.here.write("jobs.d/a.yaml", JOBS.replace("timeout: 10s", "timeout: 1m30s, tags: [x]")
                        .replace("every: 1d", "every: 12h").replace("second", "renamed"))
        out = self.plan(4)
        self.assertIn("~ first  (default/jobs.d/a.yaml)\n    schedule.every: 1d -> 12h\n"
                      '    tags: nothing -> ["x"]\n    timeout: 10s -> 1m30s\n', out)
        self.assertIn("second was renamed to renamed? They say the same.", out)
        self.assertIn("1 added, 1 changed, 1 retired", out)

    def test_as_json(self):
        self.here.ask("config", "apply")
        self.here.write("jobs.d/a.yaml", JOBS.replace("10s", "20s").replace("second", "renamed"))
        plan = json.loads(self.plan(4, "--json"))
        self.assertEqual(plan["changed"], [{"name": "first", "source": "default/jobs.d/a.yaml", "fields": [
            {"path": "timeout", "before": "10s", "after": "20s"}]}])
        self.assertEqual([each["name"] for each in plan["added"]], ["renamed"])
        self.assertEqual([each["name"] for each in plan["retired"]], ["second"])
        self.assertEqual(plan["renamed"], [{"before": "second", "after": "renamed"}])
        self.assertEqual(plan["older_files"], [])

    def test_errors_are_no_changes(self):
        self.here.write("jobs.d/a.yaml", "jobs: {a: {}}")
        self.assert_refused(self.here.call("config", "plan"), 2, "jobs.d/a.yaml:1:8  jobs.a")
        self.here.write("jobs.d/a.yaml", JOBS)
        self.here.ask("config", "apply")
        self.here.write("jobs.d/a.yaml", "jobs: {a: [")
        self.assertEqual(self.here.call("config", "plan").code, 2, "nothing of it is retired")
        self.here.write("jobs.d/a.yaml", JOBS)
        other = self.place({"server": {"application": "other"}, "definitions": ["jobs.d/*.yaml"],
                            "storage": {"url": f"sqlite:{self.here.folder}/jobhost.db"}}, name="other")
        other.write("jobs.d/b.yaml", JOBS)
        self.assert_refused(other.call("config", "plan"), 2, "belongs to default/jobs.d/a.yaml")

    def test_a_file_that_a_server_of_another_name_brought_is_retired_by_hand(self):
        self.here.ask("config", "apply")
        renamed = self.place({"server": {"name": "another"}, "definitions": ["jobs.d/*.yaml"],
                              "storage": {"url": f"sqlite:{self.here.folder}/jobhost.db"}}, name="other")
        renamed.write("jobs.d/moved.yaml", JOBS)
        self.assert_refused(renamed.call("config", "apply", "--force"), 2,
                            "belongs to default/jobs.d/a.yaml", "config apply --retire 'default/jobs.d/a.yaml'")
        self.assert_refused(renamed.call("config", "apply", "--retire", "default/none.yaml"), 2, "config status")
        self.assert_refused(renamed.call("config", "apply", "--retire", "default/jobs.d/moved.yaml"), 2, "is here")
        host = self.here.start()
        self.assert_refused(renamed.call("config", "apply", "--retire", "default/jobs.d/a.yaml"), 2,
                            "'under-test', which brought", "runs", "--force")
        self.assertEqual(host.stop(), 0)
        out = renamed.ask("config", "apply", "--retire", "default/jobs.d/a.yaml")
        self.assertIn(" 0 retired", out)
        shown = renamed.json("config", "status")["sources"]
        self.assertEqual([(one["source"], one["digest"] is not None) for one in shown],
                         [("default/jobs.d/a.yaml", False), ("default/jobs.d/moved.yaml", True)])

    def test_a_folder_that_is_gone_is_no_edit(self):
        self.here.ask("config", "apply")
        (self.here.folder / "jobs.d").rename(self.here.folder / "elsewhere")
        for verb in ("plan", "apply"):
            self.assert_refused(self.here.call("config", verb), 2, "jobs.d' is gone, and with it default/jobs.d/a.yaml",
                                "--retire")
        self.assert_refused(self.here.call("serve", "--strict"), 2, "jobs.d' is gone")
        out = self.here.ask("config", "apply", "--retire", "default/jobs.d/a.yaml")
        self.assertIn("2 retired", out)
        self.assertEqual(self.plan(0), "0 added, 0 changed, 0 retired\n")

    def test_a_file_that_goes_back_at_rest_counts_as_nobody_has_a_newer_one(self):
        self.here.ask("config", "apply")
        self.here.write("jobs.d/a.yaml", JOBS.replace("10s", "20s"))
        self.here.ask("config", "apply")
        self.here.write("jobs.d/a.yaml", JOBS)
        self.assertIn("timeout: 20s -> 10s", self.plan(4))
        self.assertIn("0 added, 1 changed (first), 0 retired", self.here.start().log())
        self.assertEqual(self.plan(0), "0 added, 0 changed, 0 retired\n")

    def test_what_is_put_back_at_rest_is_there_again(self):
        self.here.ask("config", "apply")
        (self.here.folder / "jobs.d" / "a.yaml").unlink()
        self.assertIn("2 retired", self.here.ask("config", "apply"))
        self.here.write("jobs.d/a.yaml", JOBS)
        self.assertIn("2 added, 0 changed, 0 retired", self.plan(4))
        self.here.ask("config", "apply")
        self.here.ask("recurring", "show", "first")

    def test_an_older_file_counts_only_when_it_is_forced(self):
        self.here.ask("config", "apply")
        other = self.place({"server": {"name": "other"}, "definitions": ["jobs.d/*.yaml"],
                            "storage": {"url": f"sqlite:{self.here.folder}/jobhost.db"}}, name="other")
        other.write("jobs.d/a.yaml", JOBS.replace("10s", "20s"))
        other.ask("config", "apply")
        out = self.plan(4)
        self.assertIn("left out: the file default/jobs.d/a.yaml is older than revision 2, which other applied at ", out)
        self.assertIn("'jobhost config apply --force' makes it count", out)
        self.assertIn("0 added, 0 changed, 0 retired", out)
        older = json.loads(self.plan(4, "--json"))["older_files"]
        self.assertEqual([(one["revision"], one["applied_by"], one["is_removed"]) for one in older],
                         [(2, "other", False)])
        self.assertIn("timeout: 20s -> 10s", self.plan(4, "--force"))
        self.here.ask("config", "apply")
        self.assertEqual(self.here.json("config", "status")["sources"][0]["revision"], 2)
        self.here.ask("config", "apply", "--force")
        self.assertEqual(self.here.json("config", "status")["sources"][0]["revision"], 3)
        self.assertEqual(self.plan(0), "0 added, 0 changed, 0 retired\n")


class OwnerlessTest(HostTestCase):
    """The name of a server changes, or a machine is gone for good: who retires what it brought?"""

    def setUp(self):
        self.first = self.host_place("pod-1")
        self.first.write("jobs.d/a.yaml", JOBS)
        self.first.ask("config", "apply")
        self.second = self.host_place("pod-2")

    def host_place(self, name):
        return self.place({"server": {"name": name, "application": "shop"}, "definitions": ["jobs.d/*.yaml"],
                           "storage": {"url": f"sqlite:{self.top}/shared.db"}}, name=name)

    def ownerless(self):
        source = self.second.json("config", "status")["sources"][0]
        return source["is_ownerless"], source["remedy"]

    def test_it_is_said_at_the_start_and_shown_with_the_remedy(self):
        remedy = "jobhost config apply --retire 'shop/jobs.d/a.yaml'"
        host = self.second.start()
        self.assertIn("nobody is left to retire the definitions of shop/jobs.d/a.yaml: the file is not here, and the "
                      "server pod-1, which applied it at ", host.log())
        self.assertIn(remedy, host.log())
        self.assertEqual(self.ownerless(), (True, remedy))
        shown = self.second.ask("config", "status")
        self.assertRegex(shown, "shop/jobs.d/a.yaml .* pod-1 +nobody is left to retire it\n")
        self.assertIn("\n  " + remedy + "\n", shown)
        self.second.ask("config", "apply", "--retire", "shop/jobs.d/a.yaml")
        self.assertEqual(self.ownerless(), (False, None))
        self.assertEqual(host.stop(), 0)
        self.assertNotIn("nobody is left", self.second.start().log())

    def test_a_server_that_runs_owns_what_it_brought(self):
        first = self.first.start()
        self.assertNotIn("nobody is left", first.log() + self.second.start().log())
        self.assertEqual(self.ownerless(), (False, None))

    def test_who_has_the_file_owns_it(self):
        self.second.write("jobs.d/a.yaml", JOBS)
        self.assertNotIn("nobody is left", self.second.start().log())
        self.assertEqual(self.ownerless(), (False, None))

    def test_a_wrong_file_of_a_server_that_is_gone_is_marked(self):
        first = self.first.start()
        self.second.start()
        self.first.write("jobs.d/a.yaml", "jobs: [")
        refused = wait_until(lambda: self.second.json("config", "status")["refused"], "it stands in the database")
        self.assertEqual((refused[0]["server"], refused[0]["is_live"]), ("pod-1", True))
        self.assertIn("the files of pod-1 are wrong since ", self.second.ask("config", "status"))
        first.kill()
        wait_until(lambda: not self.second.json("config", "status")["refused"][0]["is_live"],
                   "the other host has declared it dead")
        self.assertIn("the files of pod-1, which does not run now, are wrong since ",
                      self.second.ask("config", "status"))


class CheckTest(HostTestCase):
    def test_warnings(self):
        here = self.place(definitions={
            "both-days": {"type": "misbehave.ok", "schedule": "0 0 13 * FRI"},
            "skipped": {"type": "misbehave.ok", "schedule": {"cron": "30 2 * * *", "time_zone": "Europe/Berlin"}},
            "long": {"type": "misbehave.ok", "schedule": {"every": "1m"}, "timeout": "2m"},
            "elsewhere": {"type": "misbehave.ok", "queue": "reports"}})
        output = here.call("config", "check")
        self.assertEqual(output.code, 0, output)
        for part in ("jobs.both-days.schedule  '0 0 13 * FRI' restricts day of month and day of week",
                     "jobs.skipped.schedule  the clock of Europe/Berlin skips",
                     "jobs.long.timeout  is 2m, and runs may be only 1m apart",
                     "jobs.elsewhere"):
            self.assertIn(part, output.err)
        self.assertIn("write day_match: any if that is meant", output.err)
        self.assertEqual(len(here.json("config", "check")["warnings"]), 4)

    def test_a_schedule_that_never_fires_is_an_error(self):
        here = self.place(definitions={"never": {"type": "misbehave.ok", "schedule": "0 0 31 2 *"}})
        self.assert_refused(here.call("config", "check"), 2, "never fires")

    def test_schemas(self):
        here = self.place()
        definitions = json.loads(here.ask("config", "schema"))
        self.assertIn("jobs", definitions["properties"])
        self.assertIn("server", json.loads(here.ask("config", "schema", "--host-file"))["properties"])


class SeveralHostsTest(HostTestCase):
    """Three hosts of one application, each with files of its own."""

    def host_place(self, name, text):
        place = self.place({"server": {"name": name, "application": "shop"}, "definitions": ["jobs.d/*.yaml"],
                            "storage": {"url": f"sqlite:{self.top}/shared.db"}}, name=name)
        if text is not None:
            place.write("jobs.d/a.yaml", text)
        return place

    def timeout_of(self, place):
        """What the database holds of `first`, told by a plan of a file that says something else."""
        place.write("probe/jobs.d/a.yaml", JOBS.replace("10s", "99s"))
        place.write("probe/jobhost.yaml", json.dumps({
            "server": {"name": "probe", "application": "shop"}, "definitions": ["jobs.d/*.yaml"],
            "storage": {"url": f"sqlite:{self.top}/shared.db"}}))
        plan = json.loads(place.call("config", "plan", "--json", "-c", "probe/jobhost.yaml").out)
        changed = [each for each in plan["changed"] if each["name"] == "first"]
        return changed[0]["fields"][0]["before"] if changed else None

    def test_same_older_newer_and_missing_files(self):
        v1, v2, v3 = JOBS, JOBS.replace("10s", "20s"), JOBS.replace("10s", "30s")
        one, two = self.host_place("one", v1), self.host_place("two", v1)
        three = self.host_place("three", None)
        first, second = one.start(), two.start()
        self.assertIn("2 added", first.log())
        self.assertIn("0 added, 0 changed, 0 retired", second.log())
        third = three.start()
        self.assertIn("0 added, 0 changed, 0 retired", third.log())
        self.assertEqual(self.timeout_of(one), "10s")

        # An edit before the eyes of one; the others still have the older file.
        one.write("jobs.d/a.yaml", v2)
        first.wait_log("1 changed (first)")
        self.assertEqual(second.stop(), 0)
        second = two.start()
        self.assertIn("this host has an older file: shop/jobs.d/a.yaml was replaced by one", second.log())
        self.assertEqual(self.timeout_of(one), "20s")

        # A newer one comes with a start.
        self.assertEqual(second.stop(), 0)
        two.write("jobs.d/a.yaml", v3)
        second = two.start()
        self.assertIn("1 changed (first)", second.log())
        self.assertEqual(self.timeout_of(one), "30s")

        # Gone before the eyes of one that did not bring it.
        (one.folder / "jobs.d" / "a.yaml").unlink()
        first.wait_log("2 retired")
        self.assertEqual(second.stop(), 0)
        second = two.start()
        self.assertIn("this host has an older file: shop/jobs.d/a.yaml was removed by one", second.log())
        self.assertIsNone(self.timeout_of(one))

        # What the very server brought, and does not have any more when it starts.
        three.write("jobs.d/b.yaml", "jobs:\n  third: {type: misbehave.ok}\n")
        third.wait_log("1 added (third)")
        self.assertEqual(third.stop(), 0)
        (three.folder / "jobs.d" / "b.yaml").unlink()
        third = three.start()
        self.assertIn("1 retired (third)", third.log())


if __name__ == "__main__":
    main()
