"""A thousand schedules in a file that is edited all the time, under load: each instant exactly once."""
import contextlib
import json
import sqlite3
import time

from host_under_test import HostTestCase, main, wait_until

DEFINITIONS = 1000
PERIOD = 5
SECONDS = 30


class EditedSchedulesTest(HostTestCase):
    def definitions(self, edit):
        """All of them with other arguments each time; the schedules stay, those of a few others do not."""
        schedule = {"every": f"{PERIOD}s", "missed": "run_all"}
        jobs = {f"steady-{number}": {"type": "misbehave.ok", "tags": [f"edit-{edit}"], "schedule": schedule}
                for number in range(DEFINITIONS)}
        jobs[f"passing-{edit}"] = {"type": "misbehave.ok", "schedule": schedule}
        return jobs

    def firings(self, here):
        """By definition: its instants, in the order of time, each as often as there is a job for it."""
        found = {}
        with contextlib.closing(sqlite3.connect(here.folder / "jobhost.db", timeout=10)) as database:
            for name, at in database.execute(
                    "SELECT definition.name, job.nominal_at FROM job JOIN definition ON definition.id = job.definition "
                    "WHERE job.nominal_at IS NOT NULL AND definition.name LIKE 'steady-%' ORDER BY job.nominal_at"):
                found.setdefault(name, []).append(at)
        return found

    def test_no_edit_misses_or_doubles_a_run(self):
        here = self.place({"server": {"workers": 4}}, self.definitions(0))
        host = here.start()
        first = min(one["next_at"] for one in here.json("recurring", "list"))
        edits = 0
        begun = time.monotonic()
        while time.monotonic() - begun < SECONDS:
            edits += 1
            here.write("jobs.yaml", json.dumps({"jobs": self.definitions(edits)}))
            here.enqueue_lines([{"type": "misbehave.ok"}] * 200)
            wait_until(lambda: host.log().count("definitions: ") > edits, f"edit {edits} is applied")
        wait_until(lambda: len(self.firings(here).get("steady-0", [])) >= SECONDS // PERIOD, "runs of the last edit")
        host.stop()
        found = self.firings(here)
        self.assertEqual(len(found), DEFINITIONS)
        instants = next(iter(found.values()))
        self.assertEqual(len(instants), len(set(instants)))
        self.assertEqual({b - a for a, b in zip(instants, instants[1:])}, {PERIOD * 1_000_000})
        uneven = [name for name, at in found.items() if at != instants]
        self.assertEqual(uneven, [])
        self.assertIn(first[:19], {time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at / 1e6)) for at in instants})
        self.assertNotIn("missed its instants", host.log())
        print(f"{DEFINITIONS} definitions, {edits} edits, {len(instants)} instants: each once", flush=True)


if __name__ == "__main__":
    main()
