"""A private PostgreSQL 15 for a process test, spelt as in tests/support/postgres_cluster.hpp.

It ends, and its folder goes, with close(), at the end of a `with`, or when the test is killed.
"""
import pathlib
import socket
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
GUARDIAN = HERE.parent / "support" / "postgres_guardian.py"
# More than the guardian's own deadline, which is the one that explains itself.
DEADLINE = 150.0


class PostgresCluster:
    """Settings are PostgreSQL's own, such as fsync="on"; without any, fsync is off."""

    def __init__(self, **settings):
        self.socket, other = socket.socketpair()
        self.socket.settimeout(DEADLINE)
        with other:
            # It leaves this family at once; what is waited for is only its departure.
            subprocess.run([sys.executable, "-I", str(GUARDIAN), *(f"{name}={value}" for name, value in settings.items())],
                           stdin=other, stdout=other, check=True, timeout=DEADLINE)
        self.answers = self.socket.makefile("r", encoding="utf-8")
        self.folder = pathlib.Path(self._answer())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        # The end of its input is the guardian's sign to clean up, and the end of its output says that it has.
        self.socket.shutdown(socket.SHUT_WR)
        self.answers.read()
        self.answers.close()
        self.socket.close()

    def _answer(self):
        line = self.answers.readline().rstrip("\n")
        if not line.startswith("ok "):
            raise RuntimeError(line or "the guardian of PostgreSQL has ended")
        return line[3:]

    def _ask(self, command):
        self.socket.sendall(f"{command}\n".encode())
        return self._answer()

    def create_database(self):
        """The name of a fresh, empty database. Its collation is not by bytes."""
        return self._ask("create_database")

    def url(self, database="postgres"):
        """For libpq, and for jobhost."""
        return f"postgresql:///{database}?host={self.folder}&user=postgres"

    def odbc(self, database="postgres"):
        """For ODBC, through psqlODBC."""
        return (f"Driver={{PostgreSQL Unicode}};Servername={self.folder};Database={database};"
                "Username=postgres;Protocol=7.4-0")

    def query(self, database, statement):
        """What psql prints for it: a list of rows, each a list of texts."""
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-d", self.url(database),
                               "-c", statement], capture_output=True, text=True, timeout=DEADLINE, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return [line.split("\t") for line in done.stdout.splitlines()]

    def stop(self):
        """Fast shutdown; clients lose their connections."""
        self._ask("stop")

    def kill(self):
        """kill -9 of all its processes at once."""
        self._ask("kill")

    def start(self):
        """Again, on the same data, at the same url."""
        self._ask("start")

    def pause(self):
        """SIGSTOP: connections stay, and nobody answers."""
        self._ask("pause")

    def resume(self):
        self._ask("resume")
