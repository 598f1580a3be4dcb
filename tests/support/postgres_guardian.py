#!/usr/bin/env python3
"""A private PostgreSQL 15 for one test program, which this program outlives for as long as it takes to clean up.

usage: postgres_guardian.py [--templates=FOLDER] [SETTING=VALUE...]

  --templates      where a fresh cluster is kept for the next time, when copying it saves most of the work

It reads commands from standard input, one a line, and answers each with one line, "ok ..." or "failed ...":

  start            on the data as they are; the first start has been done before the first answer, "ok PLACE"
  stop             fast shutdown
  kill             kill -9 of all its processes at once, as a power cut would
  pause, resume    SIGSTOP and SIGCONT for all its processes
  create_database  answers with the name

The socket and the data are in PLACE. When the input ends, because the test is done or dead, the cluster is killed
and PLACE removed. The guardian leaves the family of who starts it, so that it is still there to do that after
somebody, such as ctest at a timeout, killed that family; and as a subreaper it inherits the processes of a killed
postmaster, so that it knows when the last one is gone.
"""
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
# initdb refuses to be root.
OTHER_USER = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
# Long enough for a busy machine, and for a recovery.
DEADLINE = 60
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # tests kill processes, not machines
    "dynamic_shared_memory_type": "mmap",  # in the folder, so that it goes with it
    "shared_buffers": "32MB",
    "log_min_messages": "warning",
}
# A collation that is not by bytes, so that a comparison that has to be by bytes and does not say so shows.
INITDB = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
          "--locale-provider=icu", "--icu-locale=en", "--no-instructions")
LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_CHILD_SUBREAPER = 36
IPC_RMID = 0


class Failed(Exception):
    """What is said to who gave the command."""


def children_of(parent):
    """{pid: state letter}, zombies aside."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            text = pathlib.Path("/proc", entry, "stat").read_text()
        except OSError:
            continue
        state, parent_of_it = text[text.rindex(")") + 2:].split()[:2]
        if int(parent_of_it) == parent and state not in "ZX":
            found[int(entry)] = state
    return found


def wait_until(condition, what):
    end = time.monotonic() + DEADLINE
    pause = 0.002
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"not within {DEADLINE} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def run(*words, user=OTHER_USER):
    done = subprocess.run([str(word) for word in words], **user, cwd="/", stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=DEADLINE, check=False)
    if done.returncode != 0:
        raise Failed(f"{words[0]}: {done.stderr.strip()}")


def copy(source, target):
    run("cp", "--archive", "--no-target-directory", source, target, user={})


class Cluster:
    def __init__(self, folder, settings, templates):
        self.folder = folder
        self.templates = templates
        self.data = folder / "data"
        self.settings = {**SETTINGS, **settings, "unix_socket_directories": str(folder)}
        self.postmaster = None
        self.databases = 0

    def create(self):
        if not (PROGRAMS / "initdb").exists():
            raise Failed(f"no PostgreSQL in {PROGRAMS}; host/packaging/install_packages.sh test installs it")
        self.folder.chmod(0o755)
        if OTHER_USER:
            shutil.chown(self.folder, OTHER_USER["user"], OTHER_USER["group"])
        self.create_data()
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in self.settings.items())
        self.start()
        return self.folder

    def create_data(self):
        # The program's time tells its version; the data belong to who runs it.
        facts = f"{INITDB} {(PROGRAMS / 'initdb').stat().st_mtime_ns} {os.geteuid()}"
        template = self.templates and self.templates / f"postgres-{zlib.crc32(facts.encode()):08x}"
        if template and template.exists():
            copy(template, self.data)
            return
        run(PROGRAMS / "initdb", "-D", self.data, *INITDB)
        if template:
            unfinished = template.with_name(f"{template.name}.{os.getpid()}")
            copy(self.data, unfinished)
            try:
                unfinished.rename(template)
            except OSError:  # somebody else was faster
                shutil.rmtree(unfinished)

    def is_running(self):
        return self.postmaster is not None and self.postmaster.poll() is None

    def status(self):
        """The lines of postmaster.pid: the postmaster's id first, its shared memory seventh, its status last."""
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def start(self):
        if self.is_running():
            return
        with (self.folder / "log").open("ab") as log:
            self.postmaster = subprocess.Popen([PROGRAMS / "postgres", "-D", self.data], **OTHER_USER, cwd="/",
                                               stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def is_ready():
            if not self.is_running():
                log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                raise Failed(f"postgres does not start: {log[-1000:]}")
            lines = self.status()
            return len(lines) == 8 and int(lines[0]) == self.postmaster.pid and lines[7].strip() == "ready"
        wait_until(is_ready, "postgres is ready")

    def stop(self):
        if not self.is_running():
            return
        self.resume()
        self.postmaster.send_signal(signal.SIGINT)
        wait_until(lambda: not self.is_running(), "postgres ends")

    def kill(self):
        if self.is_running():
            send([self.postmaster.pid, *children_of(self.postmaster.pid)], signal.SIGKILL)
        # The others are orphans then, and come to this process.
        try:
            while True:
                send(children_of(os.getpid()), signal.SIGKILL)
                os.waitpid(-1, 0)
        except ChildProcessError:
            pass
        # What a power cut would take: the kernel keeps shared memory of the dead, and the next postmaster would be
        # refused if by then something else had the number of this one.
        for line in self.status()[6:7]:
            LIBC.shmctl(int(line.split()[1]), IPC_RMID, None)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def pause(self):
        if not self.is_running():
            raise Failed("it does not run")
        # The postmaster first: then there are no new ones.
        self.postmaster.send_signal(signal.SIGSTOP)
        os.waitpid(self.postmaster.pid, os.WUNTRACED)
        send(children_of(self.postmaster.pid), signal.SIGSTOP)
        wait_until(lambda: set(children_of(self.postmaster.pid).values()) <= {"T"}, "all its processes stop")

    def resume(self):
        if self.is_running():
            send([*children_of(self.postmaster.pid), self.postmaster.pid], signal.SIGCONT)

    def create_database(self):
        self.databases += 1
        name = f"test_{self.databases}"
        # From template0, which nobody can be connected to.
        run(PROGRAMS / "psql", "-Xq", "-h", self.folder, "-U", "postgres", "-d", "postgres",
            "-c", f"CREATE DATABASE {name} TEMPLATE template0")
        return name


COMMANDS = {
    "start": Cluster.start, "stop": Cluster.stop, "kill": Cluster.kill, "pause": Cluster.pause,
    "resume": Cluster.resume, "create_database": Cluster.create_database,
}


def answer(deed):
    try:
        word, text = "ok", str(deed() or "")
    except (Failed, OSError, subprocess.TimeoutExpired) as error:
        word, text = "failed", str(error)
    try:
        print(word, " | ".join(text.splitlines()), flush=True)
    except BrokenPipeError:
        pass  # nobody listens any more; the input has ended, too
    return word == "ok"


def serve(folder, settings, templates):
    cluster = Cluster(folder, settings, templates)
    try:
        if answer(cluster.create):
            for line in sys.stdin:
                answer(lambda: COMMANDS[line.strip()](cluster))
    finally:
        cluster.kill()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    settings = dict(word.split("=", 1) for word in sys.argv[1:])
    templates = settings.pop("--templates", None)
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    serve(pathlib.Path(tempfile.mkdtemp(prefix="jobhost-postgres-")), settings,
          templates and pathlib.Path(templates))


main()
