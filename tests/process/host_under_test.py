"""jobhost seen from outside: a folder with a configuration, hosts that run in it, and the command line.

JOBHOST_BIN is the folder of the programs, JOBHOST_PLUGINS that of the plugins in the box, JOBHOST_TEST_PLUGINS
that of the plugins under test. Nothing here sleeps and hopes: every wait is for a condition, with a deadline.
"""
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["JOBHOST_BIN"])
PLUGINS = pathlib.Path(os.environ["JOBHOST_PLUGINS"])
TEST_PLUGINS = pathlib.Path(os.environ["JOBHOST_TEST_PLUGINS"])
JOBHOST = str(BIN / "jobhost")

# Long enough for a busy machine and a build with sanitizers; a test that passes does not wait for it.
DEADLINE = 60.0
# Retries at once and for ever, for tests that are not about delays.
QUICK_RETRY = {"attempts": 5, "delay": "10ms"}


def wait_until(condition, what, deadline=DEADLINE):
    """The first true value of condition(), looked for more and more rarely."""
    end = time.monotonic() + deadline
    pause = 0.01
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.3)


def processes_of_session(session, zombies=False):
    """{pid: name} of what runs in a session, or of its zombies; a host leads one, and all that it starts is in it."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            text = pathlib.Path("/proc", entry, "stat").read_text()
        except OSError:
            continue
        name, facts = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        if int(facts[3]) == session and (facts[0] in "ZX") == zombies:
            found[int(entry)] = name
    return found


class Output:
    """How a program of the command line ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit code {self.code}\n--- out\n{self.out}--- err\n{self.err}"


class Host:
    """`jobhost serve`, leading a session of its own."""

    def __init__(self, folder, log, file, limit_memory=None, **options):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (limit_memory, limit_memory))

        self.log_file = log
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                [JOBHOST, "serve", "-c", str(file)], cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=limit if limit_memory else None,
                **options)
        self.pid = self.process.pid

    def log(self):
        return self.log_file.read_text(errors="replace")

    def wait_ready(self):
        def is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the host ended with {self.process.returncode} before it was ready")
            return "is ready" in self.log()
        wait_until(is_ready, "the host is ready")
        return self

    def wait_log(self, text, count=1):
        wait_until(lambda: self.log().count(text) >= count, f"the host logs {text!r} {count} times")

    def processes(self):
        return processes_of_session(self.pid)

    def zombies(self):
        return processes_of_session(self.pid, zombies=True)

    def workers(self):
        return [pid for pid, name in self.processes().items() if name == "jobhost-worker"]

    def is_running(self):
        return self.process.poll() is None

    def signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        """kill -9, and nothing is said to its workers."""
        self.process.kill()
        self.process.wait()

    def wait(self, deadline=DEADLINE):
        return self.process.wait(timeout=deadline)

    def stop(self, deadline=DEADLINE):
        """SIGTERM; the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(deadline)

    def clean_up(self):
        if self.process.poll() is None:
            self.kill()
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


class Place:
    """A folder with a configuration, plugins and a database, and what is started there."""

    def __init__(self, folder, settings=None, definitions=None, plugins=("misbehave", "command")):
        self.folder = pathlib.Path(folder)
        self.hosts = []
        self.folder.mkdir(exist_ok=True)
        self.file = self.folder / "jobhost.yaml"
        (self.folder / "plugins").mkdir(exist_ok=True)
        for name in plugins:
            self.add_plugin(name)
        self.configure(settings, definitions)

    def add_plugin(self, name):
        source = next(f for f in (TEST_PLUGINS / f"{name}.so", PLUGINS / f"{name}.so") if f.exists())
        shutil.copyfile(source, self.folder / "plugins" / f"{name}.so")

    def configure(self, settings=None, definitions=None):
        """Writes jobhost.yaml over quick defaults, and the definitions. JSON is YAML enough."""
        whole = {"server": {"name": "under-test", "workers": 4, "stop_timeout": "10s"}}
        for section, values in (settings or {}).items():
            whole[section] = {**whole[section], **values} if section in whole else values
        if definitions is not None:
            whole["definitions"] = ["jobs.yaml"]
            self.write("jobs.yaml", json.dumps({"jobs": definitions}, indent=1))
        self.write("jobhost.yaml", json.dumps(whole, indent=1))

    def write(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def start(self, wait=True, **options):
        host = Host(self.folder, self.folder / f"host-{len(self.hosts) + 1}.log", self.file, **options)
        self.hosts.append(host)
        return host.wait_ready() if wait else host

    def popen(self, *words, **options):
        options.setdefault("cwd", self.folder)
        return subprocess.Popen([JOBHOST, *words], **options)

    def call(self, *words, input=None, deadline=DEADLINE, **options):
        """The command line, whatever comes of it."""
        options.setdefault("cwd", self.folder)
        done = subprocess.run([JOBHOST, *words], input=input, capture_output=True, text=True,
                              timeout=deadline, check=False, **options)
        return Output(done.returncode, done.stdout, done.stderr)

    def ask(self, *words, input=None, deadline=DEADLINE, **options):
        """The command line, which must say yes; what it prints."""
        output = self.call(*words, input=input, deadline=deadline, **options)
        if output.code != 0:
            raise AssertionError(f"jobhost {' '.join(words)}: {output}")
        return output.out

    def json(self, *words, **options):
        return json.loads(self.ask(*words, "--json", **options))

    def enqueue(self, name, arguments=None, *words):
        """The id of one job."""
        given = [] if arguments is None else ["--args", json.dumps(arguments)]
        return self.ask("enqueue", name, *given, *words).strip()

    def enqueue_lines(self, lines):
        """The ids of many jobs, each a mapping as in a JSONL file."""
        text = "".join(json.dumps(line) + "\n" for line in lines)
        return self.ask("enqueue", "--from", "-", input=text).split()

    def show(self, job):
        return self.json("jobs", "show", job)

    def events(self, job):
        return self.show(job)["events"]

    def count(self, *states):
        words = [word for state in states for word in ("--state", state)]
        return int(self.ask("jobs", "count", *words))

    def counts(self):
        return self.json("jobs", "count")

    def log_of(self, job):
        return [line["text"] for line in self.json("jobs", "log", job)]

    def wait_state(self, job, *states, deadline=DEADLINE):
        """The job as soon as it is in one of the states."""
        seen = {}

        def is_there():
            seen.update(self.show(job))
            return seen["state"] in states
        try:
            wait_until(is_there, "", deadline)
        except AssertionError:
            raise AssertionError(f"job {job} is not {' or '.join(states)} within {deadline} s: {seen}") from None
        return seen

    def wait_count(self, state, number, deadline=DEADLINE):
        try:
            wait_until(lambda: self.count(state) >= number, "", deadline)
        except AssertionError:
            raise AssertionError(f"not {number} jobs {state} within {deadline} s: {self.counts()}") from None

    def wait_running(self, job, line):
        """Until the job has logged `line`, which proves that its code runs."""
        wait_until(lambda: line in self.log_of(job), f"job {job} logs {line!r}")

    def appended(self, name="runs.txt"):
        """What misbehave.append wrote: lists of job, attempt, lease and line."""
        file = self.folder / name
        return [line.split(maxsplit=3) for line in file.read_text().splitlines()] if file.exists() else []

    def clean_up(self):
        for host in self.hosts:
            host.clean_up()

    def print_logs(self):
        for number, host in enumerate(self.hosts, 1):
            lines = host.log().splitlines()
            shown = lines if len(lines) <= 120 else lines[:20] + ["..."] + lines[-100:]
            print(f"--- log of host {number} in {self.folder.name}", *shown, sep="\n", file=sys.stderr)


class HostTestCase(unittest.TestCase):
    """Has a fresh folder; when it fails, the logs of its hosts are shown."""

    def run(self, result=None):
        with tempfile.TemporaryDirectory(prefix="jobhost-", ignore_cleanup_errors=True) as folder:
            # Programs that are started as somebody else have to read it.
            os.chmod(folder, 0o755)
            self.top = pathlib.Path(folder)
            self.places = []
            before = len(result.failures) + len(result.errors)
            try:
                super().run(result)
            finally:
                for place in self.places:
                    place.clean_up()
                if len(result.failures) + len(result.errors) > before:
                    print(f"\n=== {self.id()}", file=sys.stderr)
                    for place in self.places:
                        place.print_logs()

    def place(self, settings=None, definitions=None, name="here", **options):
        place = Place(self.top / name, settings, definitions, **options)
        self.places.append(place)
        return place

    def assert_refused(self, output, code, *parts):
        """A verb that failed with this code and says all this on standard error, and nothing elsewhere."""
        self.assertEqual(output.code, code, output)
        for part in parts:
            self.assertIn(part, output.err)
        self.assertEqual(output.out, "")


def main():
    unittest.main(module="__main__", verbosity=2)
