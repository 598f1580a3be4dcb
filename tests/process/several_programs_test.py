"""Several programs on one database: enqueuers beside a host, and two hosts."""
import datetime
import subprocess
import time

from host_under_test import DEADLINE, QUICK_RETRY, HostTestCase, main, wait_until


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class EnqueuersTest(HostTestCase):
    def test_four_programs_enqueue_at_once_while_the_host_works(self):
        here = self.place({"server": {"workers": 4}})
        here.start()
        file = here.write("jobs.jsonl", '{"type": "misbehave.ok"}\n' * 200)
        programs = [here.popen("enqueue", "--from", str(file), stdout=subprocess.PIPE, text=True) for _ in range(4)]
        ids = []
        for program in programs:
            out, _ = program.communicate(timeout=DEADLINE)
            self.assertEqual(program.returncode, 0)
            ids += out.split()
        self.assertEqual((len(ids), len(set(ids))), (800, 800))
        here.wait_count("succeeded", 800)

    def test_single_jobs_of_several_programs_all_arrive(self):
        here = self.place()
        here.start()
        programs = [here.popen("enqueue", "misbehave.ok", stdout=subprocess.PIPE, text=True) for _ in range(40)]
        ids = {program.communicate(timeout=DEADLINE)[0].strip() for program in programs}
        self.assertEqual({program.returncode for program in programs}, {0})
        self.assertEqual(len(ids), 40)
        here.wait_count("succeeded", 40)

    def test_enqueue_is_quick_while_the_host_is_busy(self):
        here = self.place({"server": {"workers": 8}})
        here.enqueue_lines([{"type": "misbehave.ok"}] * 20_000)
        here.start()
        wait_until(lambda: here.count("succeeded") > 50, "the host is busy")
        for _ in range(10):
            begun = time.monotonic()
            here.enqueue("misbehave.ok", None, "--priority", "1")
            self.assertLess(time.monotonic() - begun, 2)
        self.assertGreater(here.count("enqueued"), 0, "the host had work all the time")

    def test_two_programs_make_the_database_at_once(self):
        here = self.place()
        programs = [here.popen("enqueue", "misbehave.ok", stdout=subprocess.PIPE, text=True) for _ in range(6)]
        ids = {program.communicate(timeout=DEADLINE)[0].strip() for program in programs}
        self.assertEqual({program.returncode for program in programs}, {0})
        self.assertEqual(len(ids), 6)
        self.assertEqual(here.count("enqueued"), 6)


class TwoHostsTest(HostTestCase):
    TICK = {"tick": {"type": "misbehave.ok", "schedule": {"every": "1s"}},
            "sleep": {"type": "misbehave.sleep", "args": {"seconds": 600}, "retry": QUICK_RETRY}}

    def two_hosts(self, is_one_folder):
        here = self.place({"server": {"name": "one", "workers": 2}}, self.TICK)
        one = here.start()
        if is_one_folder:
            return here, one, here.start()
        there = self.place({"server": {"name": "two", "workers": 2},
                            "storage": {"url": f"sqlite:{here.folder}/jobhost.db"}}, self.TICK, name="there")
        return here, one, there.start()

    def check_each_job_runs_once(self, here):
        path = str(here.folder / "runs.txt")
        jobs = here.enqueue_lines([{"type": "misbehave.append", "args": {"path": path}}] * 400)
        wait_until(lambda: len(here.appended()) >= 400, "all jobs ran")
        done = wait_until(
            lambda: (lambda list: len(list) == 400 and list)(here.json(
                "jobs", "list", "--type", "misbehave.append", "--state", "succeeded", "--limit", "1000")),
            "all jobs are recorded")
        self.assertEqual(sorted(run[0] for run in here.appended()), sorted(jobs))
        return done

    def check_ticks(self, here):
        def ticks():
            jobs = here.json("jobs", "list", "--definition", "tick", "--limit", "1000")
            return sorted(instant(job["nominal_at"]) for job in jobs)
        wait_until(lambda: len(ticks()) >= 5, "five ticks")
        found = ticks()
        self.assertEqual(found, [found[0] + number for number in range(len(found))])

    def test_of_one_folder_each_job_runs_once_and_each_instant_fires_once(self):
        here, _, _ = self.two_hosts(is_one_folder=True)
        self.check_each_job_runs_once(here)
        self.check_ticks(here)

    def test_of_two_folders_each_job_runs_once_and_each_instant_fires_once(self):
        here, _, _ = self.two_hosts(is_one_folder=False)
        done = self.check_each_job_runs_once(here)
        self.assertEqual({job["server"] for job in done}, {"one", "two"})
        self.check_ticks(here)

    def check_a_kill_leaves_the_other_alone(self, is_one_folder):
        here, one, two = self.two_hosts(is_one_folder)
        jobs = [here.enqueue("sleep") for _ in range(4)]
        for job in jobs:
            here.wait_running(job, "sleeping")
        self.assertEqual(here.count("processing"), 4)
        two.kill()
        wait_until(lambda: not two.workers(), "its workers are gone")
        return here, one, jobs

    def test_of_one_folder_the_survivor_takes_over_and_keeps_its_own(self):
        here, one, jobs = self.check_a_kill_leaves_the_other_alone(is_one_folder=True)
        # The survivor has two workers, and both are busy with its own jobs.
        wait_until(lambda: sum(here.show(job)["recoveries"] for job in jobs) == 2, "two jobs are recovered",
                   deadline=20)
        shown = [here.show(job) for job in jobs]
        self.assertEqual(sorted((job["state"], job["recoveries"]) for job in shown),
                         [("enqueued", 1)] * 2 + [("processing", 0)] * 2)
        self.assertTrue(one.is_running())
        here.wait_state(here.enqueue("misbehave.ok", None, "--in", "1h"), "scheduled")

    def test_of_two_folders_the_survivor_keeps_its_own_and_a_new_start_recovers_the_rest(self):
        here, one, jobs = self.check_a_kill_leaves_the_other_alone(is_one_folder=False)
        there = self.places[1]
        mine = [job for job in jobs if here.show(job)["server"] == "one"]
        self.assertEqual(len(mine), 2)
        there.start()
        others = [job for job in jobs if job not in mine]
        wait_until(lambda: all(here.show(job)["recoveries"] == 1 for job in others), "the rest is recovered",
                   deadline=20)
        for job in others:
            wait_until(lambda job=job: here.log_of(job).count("sleeping") == 2, "it runs again")
        for job in mine:
            shown = here.show(job)
            self.assertEqual((shown["state"], shown["recoveries"], shown["attempt"], shown["events"]),
                             ("processing", 0, 1, []))
            self.assertEqual(here.log_of(job).count("sleeping"), 1)
        self.assertTrue(one.is_running())

    def test_a_host_started_beside_a_living_one_recovers_nothing(self):
        here, _, _ = self.two_hosts(is_one_folder=True)
        job = here.enqueue("sleep")
        here.wait_running(job, "sleeping")
        for _ in range(3):
            third = here.start()
            here.wait_state(here.enqueue("misbehave.ok"), "succeeded")
            self.assertEqual(third.stop(), 0)
        shown = here.show(job)
        self.assertEqual((shown["state"], shown["recoveries"], shown["attempt"]), ("processing", 0, 1))

    def test_many_hosts_may_start_in_one_folder_at_the_same_moment(self):
        here = self.place({"server": {"workers": 1}}, self.TICK)
        hosts = [here.start(wait=False) for _ in range(6)]
        for host in hosts:
            host.wait_ready()
        self.check_ticks(here)
        for host in hosts:
            self.assertEqual(host.stop(), 0)


if __name__ == "__main__":
    main()
