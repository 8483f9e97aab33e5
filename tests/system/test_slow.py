"""A subscriber that is stopped: the others and the daemon do not notice, and it has everything in the end."""
import json
import os
import re
import signal
import subprocess
import sys

from fleet import Corps, Subscriber, metric
from harness import wait_for
from test_chaos import free_port

OTHERS, REPORTS = 50, 20  # 1,000 events in each half

# Prints how many milliseconds each event took from the store to a socket, all sockets of a line together.
CROWD = """
import json, struct, sys, time, zmq
context, poller = zmq.Context(), zmq.Poller()
for _ in range(int(sys.argv[2])):
    socket = context.socket(zmq.SUB)
    socket.subscribe(b"fact/")
    socket.connect(sys.argv[1])
    poller.register(socket, zmq.POLLIN)
print("ready", flush=True)
while True:
    took = []
    for socket, _ in poller.poll():
        try:
            while True:
                record = socket.recv_multipart(zmq.DONTWAIT)[1]
                took.append(round(time.time() * 1000 - struct.unpack_from(">q", record, 24)[0] / 1e6, 1))
        except zmq.Again:
            pass
    print(json.dumps(took), flush=True)
"""


class Crowd:
    def __init__(self, daemon):
        self.out = daemon.folder / "crowd.out"
        with open(self.out, "wb") as out:
            self.process = subprocess.Popen([sys.executable, "-c", CROWD, daemon.events, str(OTHERS)], stdout=out)
        wait_for(lambda: self.out.read_text().startswith("ready"), 30, "the crowd")
        wait_for(lambda: daemon.ask("status")["subscriptions"] >= OTHERS, 30, "their subscriptions")
        self.taken = 0

    def took(self, count):
        """The times of the next so many events, sorted."""
        def all_there():
            times = [ms for line in self.out.read_text().rpartition("\n")[0].splitlines()[1:] for ms in json.loads(line)]
            return times[self.taken:self.taken + count] if len(times) >= self.taken + count else None
        times = wait_for(all_there, 60, f"{count} events at the others")
        self.taken += count
        return sorted(times)

    def close(self):
        self.process.kill()
        self.process.wait()


def memory_kb(daemon):
    with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))


def test_a_stopped_subscriber_among_fifty_slows_nobody_and_misses_nothing():
    # What sanitizers hold back of freed memory would hide what the daemon holds.
    daemon = Corps(http_listen=f"127.0.0.1:{free_port()}", env={"ASAN_OPTIONS": "quarantine_size_mb=4"})
    with daemon, Subscriber(daemon, "victim") as victim:
        crowd = Crowd(daemon)
        try:
            figures = []
            for is_stopped in (False, True):
                victim.wait_all()
                if is_stopped:
                    os.kill(victim.process.pid, signal.SIGSTOP)
                daemon.report(REPORTS)
                daemon.wait_told()
                times = crowd.took(REPORTS * len(daemon.names) * OTHERS)
                figures.append((times[len(times) * 99 // 100], memory_kb(daemon)))
            (p99, memory), (p99_stopped, memory_stopped) = figures
            print(f"p99 {p99} ms, {memory} KiB; with a stopped one {p99_stopped} ms, {memory_stopped} KiB")
            # Bounds of an order of magnitude: what is measured here is that nothing waits for the stopped one.
            assert p99_stopped < 5 * p99 + 500
            assert memory_stopped < memory + 65536
            wait_for(lambda: metric(daemon, "policywatch_subscribers_slow") >= 1, 30, "the stopped one to be counted")
            os.kill(victim.process.pid, signal.SIGCONT)
            victim.wait_all()
            wait_for(lambda: metric(daemon, "policywatch_subscribers_slow") == 0, 30, "the end of its being slow")
        finally:
            crowd.close()
