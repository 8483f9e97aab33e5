"""A network that fails in each way it can: nobody misses an event, and who waits is told that nobody answers."""
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import pytest

import netns
from fleet import Corps, Subscriber
from harness import wait_for

EVENTS, QUERY, SLOW = 7101, 7102, 100  # SLOW: added for the ports of the relay
AWAY, BACK = "no daemon answers", "the daemon is back"


class Far(Corps):
    """A daemon on one host whose clients are on the other; with a key of its own all between them is encrypted."""

    def __init__(self, cable, ports=0, is_encrypted=False):
        super().__init__(facts=10)
        self.cable, self.ports, self.keys = cable, ports, {}
        text = self.config.read_text()
        text = text.replace(f'"{self.events}"', f'"{self.events}", "tcp://0.0.0.0:{EVENTS + ports}"')
        text = text.replace(f'"{self.query}"', f'"{self.query}", "tcp://0.0.0.0:{QUERY + ports}"')
        if is_encrypted:
            self.lay_keys()
        else:
            text = text.replace('heartbeat = "200ms";', 'heartbeat = "200ms"; unencrypted_tcp = "anywhere";')
        self.config.write_text(text)

    def lay_keys(self):
        (self.folder / "clients.d").mkdir()
        for path in ("policywatchd.key", "desk.key"):
            self.cli("keygen", str(self.folder / path))
        (self.folder / "desk.key").rename(self.folder / "clients.d/desk.key")
        self.keys = {"POLICYWATCH_KEY": str(self.folder / "desk.key_secret"),
                     "POLICYWATCH_SERVER_KEY": str(self.folder / "policywatchd.key")}

    def client(self, name, *prefixes, at=netns.DAEMON, ports=0, **options):
        ports += self.ports
        env = {"POLICYWATCH_EVENTS": f"tcp://{at}:{EVENTS + ports}", "POLICYWATCH_QUERY": f"tcp://{at}:{QUERY + ports}"}
        subscriber = Subscriber(self, name, *prefixes, env={**env, **self.keys}, **options)
        subscriber.command_prefix = self.cable.client.enter()
        return subscriber


@pytest.fixture(scope="module", name="cable")
def lay_cable():
    with tempfile.TemporaryDirectory(prefix="pw.", dir="/tmp") as folder:
        cable = netns.Cable(pathlib.Path(folder))
        if cable.why:
            pytest.skip(cable.why)
        yield cable
        cable.close()


@pytest.fixture(scope="module", name="far")
def start_far(cable):
    far = Far(cable)
    far.start(command=cable.daemon.enter())
    far.clients = [far.client("c"), far.client("python", "fact/alpha/", python=True),
                   far.client("named", "fact/beta/", at=netns.NAME)]
    for client in far.clients:
        client.start()
    far.report()
    far.wait_told()
    try:
        yield far
        for client in far.clients:
            client.__exit__()
        far.__exit__()
    finally:
        for client in far.clients:
            if client.alive():
                client.process.kill()
        far.stop(signal.SIGKILL)


@pytest.fixture(autouse=True)
def all_clear(far):
    for client in far.clients:
        client.wait_all(30)
    yield
    far.cable.clear()


def tells(client, what):
    return client.said().count(what)


def cut(far, do, undo, is_full=True):
    """Something breaks, events come, it is whole again: all have all. A full cut is told, and its end."""
    c = far.clients[0]
    away, back = tells(c, AWAY), tells(c, BACK)
    far.report()
    do()
    far.report()
    if is_full:
        wait_for(lambda: tells(c, AWAY) > away, 10, "word that nobody answers")
        far.report()
    far.wait_told()
    time.sleep(1.5)  # several times what a heartbeat takes
    assert not is_full or not any(client.has_all() for client in far.clients), "the cut was none"
    undo()
    far.report()
    far.wait_told()
    for client in far.clients:
        client.wait_all(30)
    if is_full:
        wait_for(lambda: tells(c, BACK) > back, 10, "word that it answers again")


def test_a_partition_that_heals(far):
    cut(far, lambda: far.cable.client.filter("in iifname vc drop", "out oifname vc drop"), far.cable.clear)


def test_a_partition_of_the_way_to_the_clients(far):
    cut(far, lambda: far.cable.client.filter("in iifname vc drop"), far.cable.clear)


def test_a_partition_of_the_way_to_the_daemon(far):
    cut(far, lambda: far.cable.daemon.filter("in iifname vd drop"), far.cable.clear, is_full=False)


def test_three_of_ten_packets_lost(far):
    cut(far, lambda: far.cable.client.filter("in iifname vc numgen random mod 100 < 30 drop"), far.cable.clear,
        is_full=False)


def test_connections_reset(far):
    cut(far, lambda: far.cable.daemon.filter(f"in tcp dport {{ {EVENTS}, {QUERY} }} reject with tcp reset"),
        far.cable.clear)


def test_a_cable_pulled(far):
    cut(far, lambda: far.cable.daemon.run("ip", "link", "set", "vd", "down"),
        lambda: far.cable.daemon.run("ip", "link", "set", "vd", "up"))


def test_a_line_that_carries_little(far):
    tc = ("tc", "qdisc")
    cut(far, lambda: far.cable.daemon.run(*tc, "add", "dev", "vd", "root", "tbf", "rate", "256kbit", "burst", "4kb",
                                          "latency", "200ms"),
        lambda: far.cable.daemon.run(*tc, "del", "dev", "vd", "root"), is_full=False)


def test_a_line_with_delay_and_jitter_that_is_cut_in_mid_stream(far):
    ways = [f"0.0.0.0:{port + SLOW}=127.0.0.1:{port}" for port in (EVENTS, QUERY)]
    relay = subprocess.Popen([*far.cable.daemon.enter(), sys.executable, str(pathlib.Path(__file__).with_name("wan.py")),
                              "80", "70", *ways], stdout=subprocess.PIPE, text=True)
    try:
        assert relay.stdout.readline() == "ready\n"
        with far.client("slow", ports=SLOW) as c, far.client("slow-python", "fact/beta/", python=True, ports=SLOW) as py:
            for client in (c, py):
                client.wait_all(30)
            for _ in range(4):
                far.report()
                relay.send_signal(signal.SIGUSR1)
                far.wait_told()
            for client in (c, py):
                client.wait_all(30)
    finally:
        relay.kill()
        relay.communicate()


def test_a_daemon_that_moves_to_another_address(far):
    ip = ("ip", "addr")
    named = far.clients[2]
    host = far.cable.daemon
    host.run(*ip, "del", f"{netns.DAEMON}/24", "dev", "vd")
    host.run(*ip, "add", f"{netns.MOVED}/24", "dev", "vd")
    try:
        far.report()
        far.wait_told()
        wait_for(lambda: tells(named, AWAY), 10, "word that nobody answers")
        far.cable.client.name(netns.MOVED)
        named.wait_all(30)
        far.report()
        far.wait_told()
        named.wait_all(30)
    finally:
        host.run(*ip, "del", f"{netns.MOVED}/24", "dev", "vd")
        host.run(*ip, "add", f"{netns.DAEMON}/24", "dev", "vd")
        far.cable.client.name(netns.DAEMON)


def test_an_encrypted_line_that_is_cut(cable):
    far = Far(cable, ports=200, is_encrypted=True)
    far.start(command=cable.daemon.enter())
    try:
        with far.client("c") as c, far.client("python", "fact/alpha/", python=True) as python:
            far.clients = [c, python]
            far.report()
            far.wait_told()
            for client in far.clients:
                client.wait_all(30)
            cut(far, lambda: cable.client.filter("in iifname vc drop", "out oifname vc drop"), cable.clear)
            cut(far, lambda: cable.daemon.filter(f"in tcp dport {{ {EVENTS + 200}, {QUERY + 200} }} reject with tcp reset"),
                cable.clear)
    finally:
        far.__exit__()
