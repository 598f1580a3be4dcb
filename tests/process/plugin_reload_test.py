"""Plugins that come, change and go while a host runs."""
import os
import pathlib
import shutil

from host_under_test import HostTestCase, main, wait_until
from living_plugin import WAYS, by_rename, in_place, version


class PluginReloadTest(HostTestCase):
    def begin(self, first=None, definitions=None, **settings):
        self.here = self.place(settings, definitions, plugins=("command",))
        self.file = self.here.folder / "plugins/living.so"
        if first:
            shutil.copyfile(version(first), self.file)
        return self.here.start()

    def put(self, number, way=by_rename):
        way(version(number), self.file)

    def run_by(self, name="version"):
        """The version of the plugin that ran a new job."""
        return self.here.wait_state(self.here.enqueue("living." + name), "succeeded")["result"]

    def images(self, host):
        folder = pathlib.Path(f"/proc/{host.pid}/fd")
        return [file for file in folder.iterdir() if "memfd:jobhost-plugin" in os.readlink(file)]

    def test_a_plugin_that_is_dropped_in_runs_jobs_that_have_waited_for_it(self):
        host = self.begin()
        job = self.here.enqueue("living.version", None, "--allow-unknown-type")
        self.put(1)
        self.assertEqual(self.here.wait_state(job, "succeeded")["result"], 1)
        self.assertIn("plugin living 1.0.0 (generation 2) is live", host.log())
        self.assertEqual(self.run_by(), 1)

    def test_what_runs_ends_in_its_version_and_what_comes_runs_in_the_new_one(self):
        host = self.begin(1)
        old = [self.here.enqueue("living.wait") for _ in range(2)]
        for job in old:
            self.here.wait_state(job, "processing", "succeeded")
        self.put(2)
        host.wait_log("plugin living 2.0.0 (generation 3) is live")
        self.assertEqual(self.run_by(), 2)
        for job in old:
            shown = self.here.wait_state(job, "succeeded")
            self.assertEqual((shown["result"], shown["attempt"]), (1, 1))

    def later(self, name):
        """A job that waits until somebody says when it is to run."""
        return self.here.enqueue("living." + name, None, "--in", "1h")

    def run_now(self, job):
        """The version of the plugin that ran it."""
        self.here.ask("jobs", "reschedule", job, "--in", "0s")
        return self.here.wait_state(job, "succeeded")["result"]

    def test_a_type_that_the_new_version_has_not_stays_with_the_old_one_while_it_has_jobs(self):
        host = self.begin(1)
        jobs = [self.later("only_first")]
        self.put(2)
        host.wait_log("(generation 3) is live")
        jobs.append(self.later("only_later"))
        self.assertEqual(self.run_by("only_first"), 1)
        self.assertEqual(self.run_by(), 2)
        shutil.copyfile(version(1), self.file)
        host.wait_log("(generation 4) is live")
        self.assertEqual([self.run_by("only_first"), self.run_by("only_later"), self.run_by()], [1, 2, 1])
        self.assertEqual([self.run_now(job) for job in jobs], [1, 2])
        host.wait_log("plugin living 2.0.0 (generation 3) is not needed any more")
        wait_until(lambda: "2.0.0" not in self.here.ask("plugins", "list"), "its workers have ended")
        self.assert_refused(self.here.call("enqueue", "living.only_later"), 2, "living.only_later")
        self.assertEqual([self.run_by("only_first"), self.run_by()], [1, 1])

    def test_jobs_of_an_older_payload_version_run_by_the_generation_that_takes_them(self):
        host = self.begin(1)
        jobs = [self.later("version") for _ in range(3)]
        self.put(5)
        host.wait_log("living 5.0.0 (generation 3) is live")
        wait_until(lambda: self.run_by() == 5, "new jobs have the new payload version")
        self.assertEqual(self.run_now(jobs[0]), 1)
        host.stop()
        host = self.here.start()
        self.assertEqual([self.run_now(jobs[1]), self.run_by()], [1, 5])
        self.put(6)
        host.wait_log("living 6.0.0 (generation 4) is live")
        self.assertEqual(self.run_now(jobs[2]), 1)
        wait_until(lambda: host.log().count("is not needed any more") == 2, "each has no jobs left")
        wait_until(lambda: len(self.images(host)) == 3, "of command, the present one, and the one before it")
        self.assertEqual(self.run_by(), 6)

    def test_what_cannot_be_used_is_refused_while_the_last_good_one_goes_on(self):
        host = self.begin(1)
        half = version(2).read_bytes()[:20000]
        for count, bad in enumerate([b"no library", half, version(3).read_bytes()], start=1):
            self.file.write_bytes(bad)
            host.wait_log("plugin living.so is refused, and living 1.0.0 goes on", count)
            self.assertEqual(self.run_by(), 1)
        self.put(2)
        host.wait_log("(generation 3) is live")
        self.assertEqual(self.run_by(), 2)

    def test_a_version_that_crashes_gives_way_to_the_one_before(self):
        host = self.begin(1)
        self.run_by()
        self.put(4)
        host.wait_log("(generation 3) is live")
        jobs = self.here.enqueue_lines([{"type": "living.version"}] * 8)
        host.wait_log("living 4.0.0 (generation 3) crashes again and again, and 1.0.0 did not")
        host.wait_log("living 1.0.0 (generation 4) is live")
        self.assertEqual(self.run_by(), 1)
        self.here.call("jobs", "reschedule", *jobs, "--in", "0s")
        self.assertEqual({self.here.wait_state(job, "succeeded")["result"] for job in jobs}, {1})
        self.put(2)
        host.wait_log("living 2.0.0 (generation 5) is live")
        self.assertEqual(self.run_by(), 2)

    def begin_with_one_that_crashes(self):
        """Three crashes, and it is rolled back; the third crash of a job puts it aside."""
        version_of = {"type": "living.version"}
        host = self.begin(1, {"hasty": {**version_of, "retry": {"attempts": 9, "delay": "0s"}},
                              "patient": {**version_of, "retry": {"attempts": 9, "delay": "1h"}},
                              "once": {**version_of, "retry": {"attempts": 0}}})
        self.run_by()
        self.put(4)
        host.wait_log("living 4.0.0 (generation 3) is live")
        return host

    def assert_refunded(self, job, crashes):
        shown = self.here.wait_state(job, "succeeded")
        self.assertEqual((shown["result"], shown["attempt"], shown["crashes"]), (1, 1, 0), shown)
        self.assertEqual(len([event for event in shown["events"] if event["error_code"] == "crashed"]), crashes)
        self.assertIn("a crash does not count: living 4.0.0, in which it happened, was rolled back", str(shown["events"]))

    def test_a_job_that_was_put_aside_by_a_version_that_is_rolled_back_runs_again(self):
        host = self.begin_with_one_that_crashes()
        job = self.here.enqueue("hasty")
        self.assert_refunded(job, 3)
        self.assertIn(f"job {job} failed for good in attempt 3", host.log())

    def test_crashes_in_a_version_that_is_rolled_back_cost_nothing(self):
        self.begin_with_one_that_crashes()
        once, patient = self.here.enqueue("once"), self.here.enqueue("patient")
        self.here.wait_state(once, "failed")
        self.assertEqual(self.here.wait_state(patient, "scheduled")["crashes"], 1)
        last = self.here.enqueue("once")
        self.assert_refunded(once, 1)
        self.assert_refunded(last, 1)
        shown = self.here.show(patient)
        self.assertEqual((shown["state"], shown["attempt"], shown["crashes"]), ("scheduled", 0, 0))
        self.assertEqual(self.run_now(patient), 1)
        self.assert_refunded(patient, 1)

    def test_a_file_that_is_gone_goes_on(self):
        host = self.begin(1)
        self.file.unlink()
        host.wait_log("living.so is gone")
        self.assertEqual(self.run_by(), 1)
        shutil.copyfile(version(2), self.here.folder / "plugins/renamed.so")
        host.wait_log("(generation 3) is live")
        self.assertEqual(self.run_by(), 2)

    def test_the_same_contents_are_no_new_version(self):
        host = self.begin(1)
        os.utime(self.file)
        self.put(1)
        self.put(2, in_place)
        host.wait_log("(generation 3) is live")
        self.assertNotIn("living 1.0.0 from living.so is loaded", host.log())

    def test_two_files_with_one_name_are_told_apart(self):
        host = self.begin(1)
        shutil.copyfile(version(2), self.here.folder / "plugins/second.so")
        host.wait_log("the plugin name living is already taken by living.so")
        self.assertEqual(self.run_by(), 1)

    def test_no_job_is_lost_or_fails_while_versions_follow_each_other(self):
        host = self.begin(1, server={"workers": 4})
        self.run_by()
        jobs = []
        generation = 2
        for number in range(12):
            jobs += self.here.enqueue_lines([{"type": "living.version"}] * 100 + [{"type": "living.wait"}] * 2)
            if number % 4 == 1:
                self.file.write_bytes(version(3).read_bytes())
                host.wait_log("living.so is refused", number // 4 + 1)
            self.put(2 - number % 2, WAYS[number % len(WAYS)])
            generation += 1
            host.wait_log(f"(generation {generation}) is live")
        wait_until(lambda: self.here.count("enqueued", "processing", "scheduled") == 0, "all jobs have ended")
        shown = self.here.counts()
        self.assertEqual({state: count for state, count in shown.items() if count}, {"succeeded": len(jobs) + 1})
        for job in jobs[::50]:
            self.assertEqual(self.here.show(job)["attempt"], 1)
        # For a rollback the one before stays.
        wait_until(lambda: len(self.images(host)) == 3, "the images of old versions are closed")
        wait_until(lambda: len(host.workers()) <= 2 * 4 + 1, "the workers of old versions have ended")
        maps = pathlib.Path(f"/proc/{host.pid}/maps").read_text()
        self.assertNotRegex(maps, "jobhost-plugin|living", "nothing of a plugin is ever in the host")
        self.assertEqual(host.stop(), 0)


if __name__ == "__main__":
    main()
