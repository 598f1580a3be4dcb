"""`jobhost bench storage`: what it prints and ends with, and that it leaves the operator's database as it was."""
import signal
import subprocess

from host_under_test import DEADLINE, HostTestCase, main, wait_until
from postgres_cluster import PostgresCluster

QUICK = ("--scale", "0.002", "--rounds", "1")


class BenchStorageTest(HostTestCase):
    def setUp(self):
        self.here = self.place()
        self.here.enqueue("misbehave.ok")

    def assert_untouched(self):
        self.assertEqual(self.here.count("enqueued"), 1)
        self.assertEqual(sum(self.here.counts().values()), 1)
        self.assertEqual([f.name for f in self.here.folder.iterdir() if "bench" in f.name], [])

    def test_json_holds_speeds_of_both_and_their_ratios(self):
        told = self.here.json("bench", "storage", "--batches", "1,100", *QUICK)
        self.assertIn("SQLite", told["database"])
        for by in ("raw", "jobhost"):
            found = {(s["work"], s["batch"]) for s in told["speeds"] if s["by"] == by}
            self.assertEqual(found, {(work, batch) for work in ("insert", "claim, settle", "fused")
                                     for batch in (1, 100)})
        self.assertEqual(len(told["ratios"]), 6)
        self.assertTrue(all(ratio["ratio"] > 0 for ratio in told["ratios"]))
        self.assert_untouched()

    def test_growth_is_told_in_ratios_to_the_empty_table(self):
        told = self.here.ask("bench", "storage", "--growth", "--growth-rows", "500", "--rounds", "1")
        for kind in ("none", "retained", "future", "unserved"):
            self.assertIn(kind, told)
        self.assert_untouched()

    def test_a_required_ratio_decides_the_exit_code(self):
        words = ("bench", "storage", "--batches", "100", *QUICK, "--require")
        self.assertEqual(self.here.call(*words, "0").code, 0)
        missed = self.here.call(*words, "10")
        self.assertEqual(missed.code, 1, missed)
        self.assertIn("10.00 is required", missed.err)
        self.assert_refused(self.here.call("bench", "storage", "--batches", "10", "--require", "0.8"), 2, "--batches")
        self.assert_refused(self.here.call("bench", "storage", "--growth", "--require", "0.8"), 2, "--require")
        self.assert_untouched()

    def test_ctrl_c_ends_it_in_order(self):
        bench = self.here.popen("bench", "storage", "--scale", "1000", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)
        try:
            folder = self.here.folder / f"jobhost.db.jobhost_bench_{bench.pid}"
            wait_until(folder.exists, "there is a place to measure in")
            bench.send_signal(signal.SIGINT)
            out, err = bench.communicate(timeout=DEADLINE)
        finally:
            bench.kill()
            bench.wait()
        self.assertEqual(bench.returncode, 1, err)
        self.assertEqual(out, "")
        self.assertIn("stopped before all was measured", err)
        self.assertFalse(folder.exists())
        self.assert_untouched()

    def test_wrong_places_are_refused_in_a_line(self):
        self.assert_refused(self.here.call("bench", "storage", "--url", "mysql://somewhere"), 2, "sqlite:PATH")
        self.assert_refused(self.here.call("bench", "storage", "--url", "sqlite:/no/such/folder/jobs.db"), 3,
                            "/no/such/folder")
        self.assert_refused(self.here.call("bench", "storage", "--url", "postgresql:///nothing?host=/no/such/folder"),
                            3, "/no/such/folder")

    def test_servers_are_measured_in_schemas_of_their_own(self):
        with PostgresCluster() as cluster:
            database = cluster.create_database()
            schemas = "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg%' ORDER BY 1"
            before = cluster.query(database, schemas)
            told = self.here.json("bench", "storage", "--url", cluster.url(database), "--batches", "10", *QUICK,
                                  "--connections", "2")
            self.assertIn("PostgreSQL", told["database"])
            self.assertEqual({ratio["connections"] for ratio in told["ratios"]}, {2})
            told = self.here.json("bench", "storage", "--url", "odbc:" + cluster.odbc(database), "--batches", "10",
                                  *QUICK)
            self.assertIn("without a raw comparison", told["database"])
            self.assertEqual({speed["by"] for speed in told["speeds"]}, {"jobhost"})
            self.assert_refused(self.here.call("bench", "storage", "--url", "odbc:" + cluster.odbc(database),
                                               "--growth"), 2, "ODBC")
            self.assertEqual(cluster.query(database, schemas), before)


if __name__ == "__main__":
    main()
