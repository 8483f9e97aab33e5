"""Whatever comes over the wire, on each kind of endpoint: the daemon answers the others, keeps its memory and its temper."""
import contextlib
import os
import random
import resource
import socket
import struct
import time

import pytest
import zmq

from fleet import metric
from harness import wait_for
from test_curve import Fortress, Key, free_port

SEED = int(os.environ.get("PW_GARBAGE_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
MEMORY_KB = 64 << 10  # more than this the daemon must not have grown by; sanitizers keep some of what is freed

GREETING = b"\xff" + b"\0" * 7 + b"\x01\x7f\x03\0"
NULL = GREETING + b"NULL" + b"\0" * 48
READY_DEALER = b"\x04\x19\x05READY\x0bSocket-Type\0\0\0\x06DEALER"
READY_SUB = b"\x04\x16\x05READY\x0bSocket-Type\0\0\0\x03SUB"


class Target(Fortress):
    """A daemon that answers over ipc, and over tcp in the open or encrypted."""

    def __init__(self, is_curve):
        self.desk = Key("desk", "subscribe control")
        super().__init__(*([self.desk] if is_curve else []), env={"ASAN_OPTIONS": "quarantine_size_mb=4"},
                         http_listen=f"127.0.0.1:{free_port()}")
        self.is_curve = is_curve
        if not is_curve:
            self.server_key.unlink()
            self.write(bus="")

    def open(self, endpoint):
        if endpoint.startswith("ipc://"):
            peer = socket.socket(socket.AF_UNIX)
            peer.settimeout(5)
            peer.connect(endpoint[6:])
            return peer
        return socket.create_connection(("127.0.0.1", int(endpoint.rpartition(":")[2])), timeout=5)

    def answers(self):
        """Others are served: over ipc, over tcp, with events."""
        key = self.desk if self.is_curve else None
        assert self.request(key, 3, b'{"call": "status"}', timeout_ms=10000)[0] == 0, self.log_text()[-2000:]
        assert self.ask("status")["version"]
        assert self.hears(key, 10000)
        return True

    def memory_kb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


@pytest.fixture(name="target", params=[False, True], ids=["plain", "curve"], scope="module")
def start_target(request):
    print(f"PW_GARBAGE_SEED={SEED}")
    with Target(request.param) as target:
        target.answers()
        yield target


@pytest.fixture(autouse=True)
def is_unmoved(request):
    """After each attack: others are served, memory and descriptors are as before, the log is short."""
    if "target" not in request.fixturenames:
        yield
        return
    target = request.getfixturevalue("target")
    memory, descriptors, said = target.memory_kb(), target.descriptors(), len(target.log_text().splitlines())
    yield
    target.answers()
    wait_for(lambda: target.descriptors() < descriptors + 20, 60, "the descriptors to be closed")
    assert target.memory_kb() < memory + MEMORY_KB
    news = target.log_text().splitlines()[said:]
    assert len(news) < 12, "\n".join(news)  # a line a minute for each kind of trouble
    assert target.process.poll() is None


def endpoints(target):
    return target.events, target.query, target.tcp_events, target.tcp_query


def throw(target, endpoint, data):
    with contextlib.suppress(OSError), target.open(endpoint) as peer:
        peer.sendall(data)
        peer.settimeout(0.01)
        peer.recv(100)


def test_random_bytes_and_half_greetings(target):
    luck = random.Random(SEED)
    for endpoint in endpoints(target):
        for _ in range(40):
            throw(target, endpoint, luck.randbytes(luck.choice((1, 9, 64, 65, 5000))))
            throw(target, endpoint, NULL[:luck.randrange(len(NULL))])
            throw(target, endpoint, GREETING + b"CURVE" + b"\0" * 47 + luck.randbytes(luck.randrange(400)))
            throw(target, endpoint, NULL + (READY_SUB, READY_DEALER)[luck.random() < 0.5] + luck.randbytes(200))
    wait_for(lambda: metric(target, "policywatch_handshake_failures_total") > 50, 30, "them to be counted")


def test_frames_that_say_they_are_huge(target):
    for endpoint in endpoints(target):
        for flags, size in ((2, 1 << 62), (3, (1 << 63) - 1), (2, 1 << 33), (2, (64 << 20) + 1), (6, 1 << 40)):
            throw(target, endpoint, NULL + READY_DEALER + struct.pack(">BQ", flags, size) + b"x" * 1000)
            throw(target, endpoint, NULL + READY_SUB + struct.pack(">BQ", flags, size) + b"x" * 1000)


def test_thousands_of_connections_that_never_speak(target):
    """More than the daemon has descriptors for can't be held open by it for ever."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    silent = []
    try:
        for endpoint in endpoints(target):
            for _ in range(500):
                with contextlib.suppress(OSError):
                    silent.append(target.open(endpoint))
        assert len(silent) > 1000
        target.answers()
    finally:
        for peer in silent:
            peer.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("way", ["tcp_query", "tcp_events", "query", "events", "http_listen"])
def test_more_connections_than_descriptors_do_not_end_it_and_are_cut(way):
    with Target(False) as other:
        limit = other.descriptors() + (20 if way == "http_listen" else 100)
        other.stop()
        other.start(command=["prlimit", f"--nofile={limit}:{limit}"])
        with other.connect(zmq.DEALER, None, other.tcp_query) as (friend, _):
            def is_served():
                friend.send_multipart([struct.pack(">2sBBIQ", b"PW", 1, 3, 0, 7), b'{"call": "status"}'])
                return friend.poll(5000) and friend.recv_multipart()
            assert is_served()
            with contextlib.ExitStack() as silent:
                for _ in range(60 if way == "http_listen" else 300):
                    with contextlib.suppress(OSError):
                        silent.push(contextlib.closing(other.open(getattr(other, way))))
                assert is_served(), "who was there before is served"
                wait_for(lambda: request_of(other)[0] == 0, 90, "the silent ones to be cut")
        assert len(other.log_text().splitlines()) < 20, other.log_text()


def request_of(target):
    return target.request(None, 3, b'{"call": "status"}', timeout_ms=2000)


def requests(luck):
    """Requests that are ZMTP but not, or hardly, PW1."""
    def header(verb, number=7):
        return struct.pack(">2sBBIQ", b"PW", 1, verb, 0, number)
    yield from ([b""], [b"", b""], [b"PW"], [header(1)], [header(1), b"x" * 7], [header(2), b"x" * 23], [header(0), b""],
                [header(127), b"x"], [header(0x81), b"x" * 40], [header(5), b"\xff" * 14], [header(5), b"\0" * 13],
                [header(5), struct.pack(">QIH", 0, 0, 65535)], [header(5), struct.pack(">QIH", 1 << 63, 1 << 31, 3) + b"a/b" * 90],
                [header(4), struct.pack(">QQ", 0, 1 << 63) + b"\xff" * 300], [header(2), struct.pack(">QQII", 0, 0, 0, 0)],
                [header(2), struct.pack(">QQII", 0, (1 << 64) - 1, (1 << 32) - 1, (1 << 32) - 1) + b"\xff" * 300],
                [header(3), b"[" * 60000], [header(3), b'{"call":' * 7000], [header(3), b'{"call":"fact","id":"' + b"\\u0000" * 9])
    for _ in range(300):
        frames = [header(luck.randrange(8))] if luck.random() < 0.9 else []
        yield frames + [luck.randbytes(luck.randrange(1, 60)) for _ in range(luck.randrange(not frames, 4))]


def test_requests_that_are_none(target):
    luck, before = random.Random(SEED), metric(target, "policywatch_bad_requests_total")
    with target.connect(zmq.DEALER, target.desk if target.is_curve else None, target.tcp_query) as (far, _), \
            target.connect(zmq.DEALER, None, target.query) as (near, _):
        for peer in (far, near):
            for frames in requests(luck):
                peer.send_multipart(frames)
        target.answers()
        wait_for(lambda: metric(target, "policywatch_bad_requests_total") > before + 200, 30, "them to be counted")


def test_a_request_of_thousands_of_frames_and_more_than_all_limits(target):
    with target.connect(zmq.DEALER, target.desk if target.is_curve else None, target.tcp_query) as (far, _), \
            target.connect(zmq.DEALER, None, target.query) as (near, _):
        for peer in (far, near):
            call = struct.pack(">2sBBIQ", b"PW", 1, 3, 0, 7)
            peer.send_multipart([call, b'{"call": "status"}', *[b"x"] * 4096])
            peer.send_multipart([call, b'{"call": "status"}', *[b"x" * 65536] * 200])  # 13 MiB
            peer.send_multipart([call, *[b""] * 20000])
        target.answers()
    for peer in range(3):
        with target.connect(zmq.DEALER, None, target.query) as (near, _):
            near.send_multipart([b"x" * (9 << 20)])
            time.sleep(0.1)


def test_subscriptions_without_end(target):
    with target.connect(zmq.SUB, None, target.events) as (near, _):
        near.sndhwm = 0
        for number in range(3000):
            near.subscribe(b"fact/%d/" % number)
        near.subscribe(b"x" * 300)
        target.answers()
