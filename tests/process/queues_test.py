"""Queues that share the workers of a host: caps and weights, and running jobs that are cancelled."""
from host_under_test import HostTestCase, main, wait_until

WAIT = {"command": ["/bin/sh", "-c", "echo waiting; while [ ! -e go ]; do sleep 0.05; done"]}


class QueuesTest(HostTestCase):
    def test_a_cap_leaves_the_other_workers_to_other_queues(self):
        here = self.place({"server": {"workers": 4}, "queues": {"reports": {"workers": 2}, "default": {}}})
        capped = [here.enqueue("command.run", WAIT, "--queue", "reports") for _ in range(4)]
        here.start()
        for job in capped[:2]:
            here.wait_running(job, "waiting")
        other = here.enqueue("misbehave.ok")
        here.wait_state(other, "succeeded")  # later than the capped ones, and claimed all the same
        self.assertEqual([here.show(job)["state"] for job in capped], ["processing"] * 2 + ["enqueued"] * 2)
        here.write("go", "")
        here.wait_count("succeeded", 5)

    def test_with_weights_no_queue_waits_for_another_to_be_empty(self):
        here = self.place({"server": {"workers": 1}, "queues": {"critical": {"weight": 3}, "default": {"weight": 1}}})
        runs = str(here.folder / "runs.txt")
        here.enqueue_lines([{"type": "misbehave.append", "queue": queue, "args": {"path": runs, "line": queue}}
                            for queue in ("critical", "default") for _ in range(60)])
        here.start()
        here.wait_count("succeeded", 120)
        order = [line for _, _, _, line in here.appended()]
        # In strict order the first default job would be the 61st; with these weights that has a chance of 3e-8.
        self.assertLess(order.index("default"), 60)


class LimitTest(HostTestCase):
    def test_a_slot_goes_to_a_job_that_some_host_can_run(self):
        here = self.place({"server": {"name": "one"}, "limits": {"mutex": {"concurrent": 1}}})
        here.start()
        there = self.place({"server": {"name": "two"}, "queues": {"far": {}},
                            "limits": {"mutex": {"concurrent": 1}},
                            "storage": {"url": f"sqlite:{here.folder}/jobhost.db"}}, name="there")
        other = there.start()
        running = here.enqueue("command.run", WAIT, "--limit", "mutex")
        here.wait_running(running, "waiting")
        far = here.enqueue("misbehave.ok", None, "--limit", "mutex", "--queue", "far")
        near = here.enqueue("misbehave.ok", None, "--limit", "mutex")
        for job in (far, near):
            wait_until(lambda job=job: here.show(job)["parked_on"], "it is parked")
        self.assertEqual(other.stop(), 0)
        here.write("go", "")
        here.wait_state(near, "succeeded")
        self.assertEqual(here.show(far)["state"], "awaiting")
        there.start()
        here.wait_state(far, "succeeded")
        self.assertEqual(here.json("limits", "show", "mutex")["taken"], 0)


class CancelTest(HostTestCase):
    def test_a_running_command_ends_with_its_program(self):
        here = self.place()
        host = here.start()
        job = here.enqueue("command.run", WAIT)
        here.wait_running(job, "waiting")
        here.ask("jobs", "cancel", job)
        shown = here.wait_state(job, "deleted")
        self.assertEqual(shown["reason"], "cancelled")
        self.assertIn("cancelled", [event["cause"] for event in shown["events"]])
        wait_until(lambda: "sh" not in host.processes().values(), "its program has ended")

    def test_one_that_does_not_heed_is_killed_and_others_go_on(self):
        here = self.place(definitions={"stubborn": {"type": "misbehave.spin", "kill_after": "200ms"}})
        here.start()
        job = here.enqueue("stubborn")
        here.wait_running(job, "spinning")
        here.ask("jobs", "cancel", job)
        self.assertEqual(here.wait_state(job, "deleted")["reason"], "cancelled")
        self.assertEqual(here.show(job)["crashes"], 0)
        here.wait_state(here.enqueue("misbehave.ok"), "succeeded")

    def test_what_succeeds_all_the_same_has_succeeded(self):
        here = self.place()
        here.start()
        job = here.enqueue("misbehave.sleep", {"seconds": 2, "polite": False})
        here.wait_running(job, "sleeping")
        here.ask("jobs", "cancel", job)
        here.wait_state(job, "succeeded")


if __name__ == "__main__":
    main()
