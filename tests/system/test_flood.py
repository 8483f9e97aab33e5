"""Clients that ask and never read: what they cost, and what others notice of it."""
import struct
import time
import urllib.request

import zmq
from harness import Daemon, request, wait_for

HELLO, REPLAY = 1, 2
REQUESTS = 10000
PAGE = 65536


def resident(daemon):
    with open(f"/proc/{daemon.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def replayed(daemon):
    with urllib.request.urlopen(f"http://{daemon.http_listen}/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("policywatch_events_replayed_total"):
                return int(line.split()[1])


def test_a_client_that_asks_for_replays_and_never_reads_costs_a_few_megabytes_and_nobody_else():
    # The sanitizer's build keeps freed memory for a while, which is not what is looked at here.
    with Daemon(http_listen="127.0.0.1:19485", env={"ASAN_OPTIONS": "quarantine_size_mb=1"}) as daemon:
        for _ in range(120):
            daemon.ask("reload")
        ask = struct.pack(">2sBBIQ", b"PW", 1, REPLAY, 0, 7), struct.pack(">QQII", 0, 1, 1000, PAGE)
        _, frames = request(daemon.query, REPLAY, ask[1])
        rows = struct.unpack_from(">I", frames[0], 32)[0]
        assert sum(len(frame) for frame in frames) > PAGE * 3 // 4
        before, done_before = resident(daemon), replayed(daemon)
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.linger, socket.sndhwm, socket.rcvhwm = 0, 0, 1
        socket.connect(daemon.query)
        for _ in range(REQUESTS):
            socket.send_multipart(ask)
        longest = most = 0

        def all_handled():
            nonlocal longest, most
            start = time.monotonic()
            assert request(daemon.query, HELLO, struct.pack(">q", -1 << 63), timeout_ms=10000)[0] == 0
            longest = max(longest, time.monotonic() - start)
            most = max(most, resident(daemon))
            return replayed(daemon) >= done_before + rows * REQUESTS
        wait_for(all_handled, 120, "all requests to be handled")
        socket.close()
        print(rows, before >> 20, most >> 20, replayed(daemon) - done_before)
        print(f"longest answer to another client {longest * 1000:.0f} ms, memory {(most - before) >> 20} MiB more")
        assert longest < 1  # a connection, a pass of five milliseconds, and the sanitizers
        assert most - before < 24 << 20
