"""What people do to jobs, queues and limits from the command line, and what is left of it."""
import pty
import os
import subprocess

from host_under_test import DEADLINE, HostTestCase, main, wait_until


class OperateTest(HostTestCase):
    def setUp(self):
        self.here = self.place({"queues": {"critical": {}, "default": {}}},
                               {"fails": {"type": "misbehave.throw", "retry": {"attempts": 0}}})

    def test_each_verb_does_what_it_says(self):
        job = self.here.enqueue("misbehave.ok")
        self.assertEqual(self.here.ask("jobs", "reschedule", job, "--in", "1h"), "rescheduled 1 job\n")
        self.assertEqual(self.here.show(job)["reason"], "rescheduled")
        self.assertEqual(self.here.ask("jobs", "move", job, "--queue", "critical", "--priority", "9"), "moved 1 job\n")
        self.assert_refused(self.here.call("jobs", "move", job, "--queue", "a\nb"), 2, "the queue must be 1 to 100")
        self.assertEqual(self.here.ask("jobs", "requeue", job), "requeued 1 job\n")
        shown = self.here.show(job)
        self.assertEqual((shown["state"], shown["queue"], shown["priority"]), ("enqueued", "critical", 9))
        self.assertEqual(self.here.ask("jobs", "delete", job), "deleted 1 job\n")
        shown = self.here.show(job)
        self.assertEqual((shown["state"], shown["reason"]), ("deleted", "by_person"))
        self.assertEqual([event["cause"] for event in shown["events"]],
                         ["rescheduled", "moved", "requeued", "deleted"])
        for event in shown["events"]:
            self.assertTrue(event["by"].endswith(" (command line)"), event)

    def test_what_is_not_possible_is_named_and_the_rest_is_done(self):
        job, other = self.here.enqueue("misbehave.ok"), self.here.enqueue("misbehave.ok")
        self.here.ask("jobs", "delete", job)
        output = self.here.call("jobs", "delete", job, other, "4711")
        self.assertEqual((output.code, output.out), (1, "deleted 1 job\n"), output)
        self.assertIn(f"job {job} cannot be deleted: it has ended as deleted", output.err)
        self.assertIn("there is no job 4711", output.err)
        output = self.here.call("jobs", "cancel", job, "4711", "--json")
        self.assertEqual(output.code, 1, output)
        self.assertIn(f'[{{"id":"{job}","outcome":"not_possible"}},{{"id":"4711","outcome":"not_found"}}]', output.out)

    def test_a_running_job_is_asked_to_stop(self):
        self.here.start()
        job = self.here.enqueue("misbehave.sleep", {"seconds": 3600, "polite": True})
        self.here.wait_state(job, "processing")
        self.assertEqual(self.here.call("jobs", "delete", job).code, 1)
        self.assertEqual(self.here.ask("jobs", "cancel", job), "1 job that runs was asked to stop\n")
        self.assertEqual(self.here.wait_state(job, "deleted")["reason"], "cancelled")

    def test_run_again_hands_in_a_new_job_with_other_arguments(self):
        job = self.here.enqueue("misbehave.sleep", {"seconds": 0}, "--queue", "critical")
        again = self.here.ask("jobs", "run-again", job, "--args", '{"seconds": 1}').strip()
        shown = self.here.show(again)
        self.assertEqual((shown["queue"], shown["args"]), ("critical", {"seconds": 1}))
        self.assert_refused(self.here.call("jobs", "run-again", job, "--args", "{}"), 2, "/seconds is missing")
        self.assert_refused(self.here.call("jobs", "run-again", "4711"), 1, "there is no job 4711")

    def test_run_again_waits_for_the_unique_key(self):
        job = self.here.ask("enqueue", "misbehave.ok", "--unique", "k").strip()
        self.assert_refused(
            self.here.call("jobs", "run-again", job),
            1,
            f"job {job} cannot be run again: it has its unique key; wait until that one has ended, or cancel it first",
        )
        self.here.ask("jobs", "cancel", job)
        again = self.here.ask("jobs", "run-again", job).strip()
        self.assert_refused(self.here.call("jobs", "run-again", job), 1, f"job {again} has its unique key")
        self.assertEqual(self.here.ask("enqueue", "misbehave.ok", "--unique", "k").strip(), again)

    def test_all_that_fit_without_a_host(self):
        self.here.enqueue_lines([{"type": "misbehave.ok", "queue": "critical"}] * 1200 + [{"type": "misbehave.ok"}])
        output = self.here.call("jobs", "delete", "--all", "--queue", "critical", "--yes")
        self.assertEqual((output.code, output.out), (0, "deleted 1200 jobs\n"), output)
        self.assertEqual((self.here.count("deleted"), self.here.count("enqueued")), (1200, 1))
        command = self.here.json("commands", "list")[0]
        self.assertEqual((command["verb"], command["done"], command["not_possible"]), ("delete", 1200, 0))
        self.assertTrue(command["by"].endswith(" (command line)"))
        self.assertEqual(self.here.json("commands", "show", command["id"]), command)
        self.assertIn("critical", self.here.ask("commands", "show", command["id"]))

    def test_where_none_fits_nobody_is_asked(self):
        self.here.enqueue("misbehave.ok")
        output = self.here.call("jobs", "delete", "--all", "--tag", "red")
        self.assertEqual((output.code, output.out), (0, "deleted 0 jobs\n"), output)
        self.assertIn("delete 0 jobs\n", output.err)

    def test_detached_it_goes_on_in_a_host(self):
        self.here.enqueue_lines([{"type": "misbehave.ok", "in": "1h"}] * 10)
        command = self.here.json("jobs", "cancel", "--all", "--state", "scheduled", "--yes", "--detach")
        self.here.start()
        wait_until(lambda: self.here.json("commands", "show", command["id"])["finished_at"], "the command is done")
        self.assertEqual(self.here.count("deleted"), 10)

    def test_nobody_is_asked_where_there_is_no_terminal(self):
        self.here.enqueue_lines([{"type": "misbehave.ok"}] * 3)
        self.assert_refused(self.here.call("jobs", "delete", "--all", "--type", "misbehave.ok"), 2, "3 jobs", "--yes")
        self.assert_refused(self.here.call("jobs", "delete", "--all", "--yes"), 2, "needs a filter")
        self.assertEqual(self.here.count("enqueued"), 3)

    def test_at_a_terminal_the_answer_counts(self):
        self.here.enqueue_lines([{"type": "misbehave.ok"}] * 3)
        for answer, code, left in (("n", 1, 3), ("y", 0, 0)):
            ours, theirs = pty.openpty()
            program = self.here.popen("jobs", "delete", "--all", "--queue", "default", stdin=theirs,
                                      stdout=subprocess.PIPE, stderr=theirs)
            os.close(theirs)
            os.write(ours, answer.encode() + b"\n")
            shown = b""
            while True:
                try:
                    got = os.read(ours, 4096)
                except OSError:
                    break
                if not got:
                    break
                shown += got
            self.assertEqual(program.wait(DEADLINE), code, shown)
            program.stdout.close()
            os.close(ours)
            self.assertIn(b"delete 3 jobs? [y/N]", shown)
            self.assertEqual(self.here.count("enqueued"), left)

    def test_a_failed_attempt_is_shown_with_its_error(self):
        self.here.start()
        job = self.here.enqueue("fails")
        self.here.wait_state(job, "failed")
        text = self.here.ask("jobs", "show", job)
        self.assertIn("thrown by misbehave", text)
        self.assertIn("detail", self.here.events(job)[0])


class QueuesTest(HostTestCase):
    def setUp(self):
        self.here = self.place({"queues": {"critical": {}, "default": {}}})

    def queue(self, name):
        return next(queue for queue in self.here.json("queues", "list") if queue["name"] == name)

    def test_a_paused_queue_starts_nothing_until_it_is_resumed(self):
        self.here.ask("queues", "pause", "critical", "--reason", "moving house")
        self.here.start()
        job = self.here.enqueue("misbehave.ok", None, "--queue", "critical")
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")
        self.assertEqual(self.here.show(job)["state"], "enqueued")
        queue = self.queue("critical")
        self.assertEqual((queue["is_paused"], queue["reason"], queue["jobs"]["enqueued"]), (True, "moving house", 1))
        self.assertTrue(queue["paused_by"].endswith(" (command line)"))
        self.assertIn("moving house", self.here.ask("queues", "list"))
        self.assertEqual(self.here.ask("queues", "resume", "critical"), "resumed critical\n")
        self.here.wait_state(job, "succeeded")
        self.assertEqual(self.here.ask("queues", "resume", "critical"), "not paused: critical\n")

    def test_a_pause_may_end_by_itself(self):
        self.here.ask("queues", "pause", "default", "--for", "2s")
        self.assertTrue(self.queue("default")["paused_until"])
        self.here.start()
        self.here.wait_state(self.here.enqueue("misbehave.ok"), "succeeded")

    def test_wrong_use_is_refused_and_a_strange_name_is_warned_of(self):
        self.assert_refused(self.here.call("queues", "pause", "no spaces"), 2, "queue must be")
        self.assert_refused(self.here.call("queues", "pause", "default", "--until", "2020-01-01T00:00:00Z"), 2, "ended")
        self.assertIn("no job has ever been", self.here.call("queues", "pause", "critcal").err)


class LimitsTest(HostTestCase):
    def test_limits_are_made_changed_listed_and_removed(self):
        here = self.place()
        self.assertIn("there are no limits", here.ask("limits", "list"))
        here.ask("limits", "set", "smtp", "--sliding-window", "100", "--per", "1m")
        here.ask("limits", "set", "one", "--concurrent", "1")
        here.ask("limits", "set", "one", "--concurrent", "2")
        self.assertEqual(
            [(one["name"], one["kind"], one["capacity"], one["window"]) for one in here.json("limits", "list")],
            [("one", "concurrent", 2, None), ("smtp", "sliding_window", 100, "1m")])
        self.assertIn("100 in any 1m", here.ask("limits", "list"))
        here.ask("limits", "remove", "smtp")
        self.assert_refused(here.call("limits", "remove", "smtp"), 1, "there is no limit 'smtp'")
        self.assert_refused(here.call("limits", "set", "one", "--bucket", "2", "--per", "1s"), 2)
        self.assert_refused(here.call("limits", "set", "x", "--bucket", "2"), 2, "--per")
        for per in ("366d", "999us"):
            self.assert_refused(here.call("limits", "set", "x", "--bucket", "2", "--per", per), 2,
                                f"--per must be 1ms to 365d, is {per}")

    def test_without_their_limit_jobs_run(self):
        here = self.place()
        here.ask("limits", "set", "one", "--concurrent", "1")
        jobs = [here.enqueue("misbehave.ok", None, "--limit", "one") for _ in range(2)]
        here.ask("limits", "remove", "one")
        self.assert_refused(here.call("enqueue", "misbehave.ok", "--limit", "one"), 2, "'one'")
        here.start()
        for job in jobs:
            here.wait_state(job, "succeeded")


class ServersTest(HostTestCase):
    def test_hosts_are_listed_with_how_they_stand(self):
        here = self.place()
        self.assertIn("no host has run", here.ask("servers", "list"))
        host = here.start()
        server = here.json("servers", "list")[0]
        self.assertEqual((server["name"], server["state"], server["pid"], server["workers"]),
                         ("under-test", "live", host.pid, 4))
        self.assertEqual(server["queues"], ["default"])
        self.assertEqual(host.stop(), 0)
        self.assertEqual(here.json("servers", "list")[0]["state"], "stopped")
        self.assertIn("stopped", here.ask("servers", "list"))


if __name__ == "__main__":
    main()
