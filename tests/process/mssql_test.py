"""The programs on a real SQL Server, where JOBHOST_TEST_MSSQL leads to one."""
from host_under_test import HostTestCase, main, wait_until
from mssql_database import MssqlDatabase


class MssqlTest(HostTestCase):
    def setUp(self):
        database = MssqlDatabase()
        self.addCleanup(database.close)
        self.settings = {"server": {"workers": 4, "stop_timeout": "0s"}, "storage": {"url": database.url}}
        self.here = self.place(self.settings)

    def test_a_new_database_is_made_and_described(self):
        sql = self.here.ask("storage", "migrate", "--sql")
        self.assertIn("BEGIN TRANSACTION", sql)
        self.assertIn("0001_jobs", self.here.ask("storage", "migrate"))
        self.assertIn("Microsoft SQL Server", self.here.ask("storage", "status"))
        self.assertEqual(self.here.ask("storage", "migrate", "--sql"), "-- nothing is pending\n")

    def test_two_hosts_share_the_work_and_record_each_job_once(self):
        there = self.place(self.settings, name="there")
        self.here.start()
        there.start()
        ids = self.here.enqueue_lines([{"type": "misbehave.ok"}] * 300)
        ids += there.enqueue_lines([{"type": "misbehave.ok", "args": {"text": "日本 😀"}}] * 300)
        self.assertEqual(len(set(ids)), 600)
        self.here.wait_count("succeeded", 600)
        self.assertEqual(there.count("succeeded"), 600)

    def test_a_job_of_a_killed_host_runs_on_the_other_one(self):
        there = self.place(self.settings, name="there")
        host = self.here.start()
        job = self.here.enqueue("misbehave.sleep", {"seconds": 600})
        self.here.wait_running(job, "sleeping")
        there.start()
        host.kill()
        wait_until(lambda: there.show(job)["recoveries"] == 1, "the other host recovers it", deadline=60)
        wait_until(lambda: there.log_of(job).count("sleeping") == 2, "it runs again", deadline=60)

    def test_a_wrong_password_is_said_and_not_shown(self):
        place = self.place({"storage": {"url": self.settings["storage"]["url"] + ";PWD=sesame;UID=nobody"}}, name="wrong")
        self.assertNotIn("sesame", place.call("jobs", "count").err)


main()
