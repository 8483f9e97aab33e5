"""Many facts that change fast, and programs that subscribe: what the proofs of "nobody misses an event" are made of.

An event in these tests costs a sentence: one file of a watched folder touches each of many facts once. Files survive
whatever is done to the daemon, so the number of events does not hang on luck. What subscribers printed is held against
the database itself, not against what the daemon says."""
import collections
import json
import os
import pathlib
import re
import signal
import sqlite3
import struct
import subprocess
import sys
import urllib.request

from harness import CLI, SOURCE, Daemon, page, wait_for

WORDS = ("amber birch cedar delta ember falcon garnet harbor indigo jasper kestrel lagoon maple nectar opal pepper "
         "quartz raven saffron timber umber violet willow yarrow zephyr").split()
BEATS = ("alpha", "beta")

PYTHON = """
import sys, policywatch
for event in policywatch.subscribe(sys.argv[2:], cursor=sys.argv[1], since=0):
    print(event.json, flush=True)
    event.ack()
"""


LOSSY = """
import random, sys, zmq
context = zmq.Context()
daemon, clients = context.socket(zmq.XSUB), context.socket(zmq.XPUB)
clients.xpub_verboser = True
daemon.connect(sys.argv[1])
clients.bind(sys.argv[2])
chance, luck = float(sys.argv[3]), random.Random(int(sys.argv[4]))
poller = zmq.Poller()
poller.register(daemon, zmq.POLLIN)
poller.register(clients, zmq.POLLIN)
while True:
    for socket, _ in poller.poll():
        message = socket.recv_multipart()
        if socket is clients:
            daemon.send_multipart(message)
        elif luck.random() >= chance:
            clients.send_multipart(message)
"""


class Lossy:
    """A relay of events that loses some of them, heartbeats too: what full queues do, without the need to fill them."""

    name = "relay"

    def __init__(self, daemon, chance=0.03, seed=1):
        self.daemon, self.seed = daemon, seed
        self.events = f"ipc://{daemon.folder}/lossy"
        self.command = [sys.executable, "-c", LOSSY, daemon.events, self.events, str(chance)]
        self.process = None

    def start(self):
        self.seed += 1
        self.process = subprocess.Popen([*self.command, str(self.seed)])
        return self

    def said(self):
        return ""

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Corps(Daemon):
    """A daemon with so many facts of two beats (alpha.amber-wardens, …), each moved once by every report()."""

    def __init__(self, facts=50, catch_up=True, main="", **options):
        super().__init__(main=main, **options)
        self.inbox = self.folder / "inbox"
        self.inbox.mkdir()
        self.names = [(BEATS[i % 2], WORDS[i // 2]) for i in range(facts)]
        self.reports = 0
        self.sources = (f'{{ id = "inbox"; kind = "folder"; path = "{self.inbox}"; '
                        f'catch_up = {str(catch_up).lower()}; }}')
        self.declared = ", ".join(
            f'{{ id = "{beat}.{word}-wardens"; kind = "figure"; status = "in-force"; as_of = "2021-01-01"; '
            f'text = "The {word.capitalize()} {beat} corps has 100 wardens."; '
            f'figure = {{ value = 100; unit = "{word} {beat} wardens"; bound = "exact"; }}; '
            f'aliases = [ "{word} {beat} corps", "{word} {beat} wardens" ]; }}' for beat, word in self.names)
        self.write_config(self.sources, self.declared)
        self.env["PYTHONPATH"] = str(SOURCE / "clients" / "python")

    def report(self, count=1):
        """Writes so many files; the daemon will make an event of each fact of each."""
        for _ in range(count):
            self.reports += 1
            day, minute = divmod(self.reports, 1440)
            value = 1000 + 100 * (self.reports % 20)  # figures that are nearly the same count as the same
            sentences = [f"The {word.capitalize()} {beat} corps now has {value:,} {word} {beat} wardens."
                         for beat, word in self.names]
            path = self.inbox / f"{self.reports:06}.html"
            beside = self.inbox / ".new"  # nobody reads half a file
            beside.write_text(page(
                f"Report {self.reports}", f"2022-01-{1 + day:02}T{minute // 60:02}:{minute % 60:02}:00Z", *sentences))
            beside.rename(path)

    def told(self):
        """Changes of figures that are stored."""
        return sum(1 for row in stored(self.state) if row.topic.endswith("/figure/"))

    def wait_told(self, count=None, seconds=120):
        count = self.reports * len(self.names) if count is None else count
        wait_for(lambda: self.told() >= count, seconds, f"{count} changes")

    def all_events(self):
        return [json.loads(row.payload) for row in stored(self.state)]


Row = collections.namedtuple("Row", "seq topic prev payload id")


def stored(state, after=0):
    """The log as it lies in the database, in order; looked at without the daemon."""
    path = pathlib.Path(state) / "policywatch.db"
    if not path.exists():
        return []
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        rows = database.execute("SELECT event.seq, topic.name, event.record FROM event JOIN topic ON topic.id = event.topic "
                                "WHERE seq > ? ORDER BY seq", (after,)).fetchall()
    except sqlite3.OperationalError as why:
        if "no such table" in str(why):
            return []  # the daemon is only just making it
        raise
    finally:
        database.close()
    return [as_row(*row) for row in rows]


def as_row(seq, topic, record):
    levels, epoch = record[5], struct.unpack_from(">Q", record, 8)[0]
    prev = struct.unpack_from(f">{levels}Q", record, 32)
    return Row(seq, topic, prev, record[32 + 8 * levels:].decode(), f"{epoch:016x}-{seq}")


def topic_matches(topic, prefixes):
    return not prefixes or any(topic.startswith(prefix) for prefix in prefixes)


class Subscriber:
    """A program that prints one event as JSON a line into a file, and goes on at its cursor when started again."""

    def __init__(self, daemon, name, *prefixes, python=False, options=(), env=None, since="0"):
        self.daemon, self.name, self.prefixes = daemon, name, prefixes
        self.out, self.err = daemon.folder / f"{name}.out", daemon.folder / f"{name}.err"
        self.cursor = daemon.folder / f"{name}.cursor"
        if python:
            self.command = [sys.executable, "-c", PYTHON, str(self.cursor), *prefixes]
        else:
            self.command = [str(CLI), "tail", "--json", "--since", since, "--cursor", str(self.cursor), *options,
                            *prefixes]
        self.env = dict(daemon.env, **(env or {}))
        self.process = None
        self.read_to = 0  # of the file
        self.seen = {}  # id: what was printed for it
        self.repeated = self.starts = 0
        self.expected = []
        self.looked_to = 0  # of the log
        self.wrong = None
        self.command_prefix = []

    def start(self):
        self.starts += 1
        with open(self.out, "ab") as out, open(self.err, "ab") as err:
            # A line that a kill cut off was never acknowledged and comes again.
            size = self.out.read_bytes()[self.read_to:].rfind(b"\n") + 1 + self.read_to
            out.truncate(size)
            self.process = subprocess.Popen([*self.command_prefix, *self.command], env=self.env, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=err)
        return self

    def kill(self, how=signal.SIGKILL):
        """Ends it; how it ended must be by that, not by a failure of its own."""
        if self.process is None:
            return
        self.process.send_signal(how)
        code = self.process.wait(30)
        self.process = None
        assert code in (-how, 0), f"{self.name} ended by itself with {code}:\n{self.said()}"

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def said(self):
        return self.err.read_text(errors="replace") if self.err.exists() else ""

    def read(self):
        """Takes in what was printed since, and checks each line against the log."""
        with open(self.out, "rb") as out:
            out.seek(self.read_to)
            text = out.read()
        whole = text[:text.rfind(b"\n") + 1]
        self.read_to += len(whole)
        rows = stored(self.daemon.state, self.looked_to)
        if rows:
            self.looked_to = rows[-1].seq
        self.expected += [row for row in rows if topic_matches(row.topic, self.prefixes)]
        for line in whole.decode().splitlines():
            self.check(line)

    def check(self, line):
        name = re.search(r'"id": ?"([0-9a-f]{16}-\d+)"', line).group(1)
        if name in self.seen:
            self.repeated += 1
            assert self.seen[name] == hash(line), f"{self.name}: {name} came again with other words"
            return
        assert len(self.seen) < len(self.expected), f"{self.name}: {name} is not in the log, or not asked for"
        row = self.expected[len(self.seen)]
        assert name == row.id, f"{self.name}: {name} came where {row.id} should have\n{self.said()}"
        assert line == row.payload, f"{self.name}: {name} is not as stored"
        self.seen[name] = hash(line)

    def has_all(self):
        self.read()
        return len(self.seen) == len(self.expected)

    def wait_all(self, seconds=60):
        """Waits until it has each event of its filter that the log holds."""
        try:
            wait_for(self.has_all, seconds, f"the whole log at {self.name}")
        except AssertionError as why:
            missing = self.expected[len(self.seen)] if len(self.seen) < len(self.expected) else None
            raise AssertionError(f"{why}: {len(self.seen)} of {len(self.expected)}, next is {missing and missing.id}; "
                                 f"runs: {self.alive()}\n{self.said()[-3000:]}") from None

    def __enter__(self):
        return self.start()

    def __exit__(self, failure=None, *_):
        try:
            if self.process is not None and self.alive():
                os.kill(self.process.pid, signal.SIGCONT)
            if failure and self.process is not None:
                self.process.kill()
                self.process.wait()
            else:
                self.kill(signal.SIGTERM)
        finally:
            said = self.said()
            assert "Sanitizer" not in said and "runtime error" not in said, said


def metric(daemon, name):
    """The sum of a metric over its labels."""
    with urllib.request.urlopen(f"http://{daemon.http_listen}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M))
