"""The SQL Server of JOBHOST_TEST_MSSQL for a process test, spelt as in tests/support/mssql_database.hpp.

It is emptied first, and others wait for it until close(), the end of a `with`, or the death of the test.
"""
import os
import pathlib
import subprocess
import unittest

GUARDIAN = pathlib.Path(os.environ["JOBHOST_BIN"]) / "mssql_guardian"


class MssqlDatabase:
    """Raises SkipTest, which says so, where there is no such server."""

    def __init__(self):
        self.guardian = subprocess.Popen([GUARDIAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # It has a deadline of its own, and ends.
        answer = self.guardian.stdout.readline().strip()
        if answer == "ok":
            return
        self.close()
        if "JOBHOST_TEST_MSSQL is not set" in answer:
            raise unittest.SkipTest(answer)
        raise RuntimeError(answer or "the guardian of SQL Server has ended")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.guardian.stdin.close()
        self.guardian.wait(timeout=60)
        self.guardian.stdout.close()

    @property
    def url(self):
        """For jobhost."""
        return "odbc:" + os.environ["JOBHOST_TEST_MSSQL"]
