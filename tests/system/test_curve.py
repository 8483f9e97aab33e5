"""Encryption and rights, as clients with keys (and without) see them."""
import contextlib
import grp
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import urllib.request

import zmq
from zmq.utils.monitor import recv_monitor_message

from harness import DAEMON, DEPLOYMENT, Daemon, wait_for

HELLO, REPLAY, CALL, ACK = 1, 2, 3, 4
OK, DENIED = 0, 3
ANY_TIME = struct.pack(">q", -1 << 63)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Key:
    def __init__(self, name, rights=None):
        self.name, self.rights = name, rights
        self.public, self.secret = (part.decode() for part in zmq.curve_keypair())

    def text(self, secret=False):
        rights = f'    rights = "{self.rights}"\n' if self.rights else ""
        return (f'#   of a test\nmetadata\n    name = "{self.name}"\n{rights}curve\n    public-key = "{self.public}"\n'
                + (f'    secret-key = "{self.secret}"\n' if secret else ""))


class Fortress(Daemon):
    """A daemon whose tcp endpoints are all encrypted, and the keys of its clients."""

    def __init__(self, *keys, main="", **options):
        super().__init__(**options)
        self.server = Key("daemon")
        self.tcp_events, self.tcp_query = (f"tcp://127.0.0.1:{free_port()}" for _ in range(2))
        self.clients = self.folder / "clients.d"
        self.clients.mkdir()
        self.server_key = self.folder / "policywatchd.key_secret"
        self.server_key.write_text(self.server.text(secret=True))
        self.server_key.chmod(0o600)
        for key in keys:
            self.admit(key)
        self.bus = ""
        self.write()

    def write(self, bus='unencrypted_tcp = "never";', facts=DEPLOYMENT):
        self.config.write_text(
            f'daemon: {{ state_dir = "{self.state}"; instance = "policywatch://test"; log_level = "debug"; }};\n'
            f'bus: {{ events = [ "{self.events}", "{self.tcp_events}" ];\n'
            f'query = [ "{self.query}", "{self.tcp_query}" ];\n'
            f'heartbeat = "200ms"; {bus} }};\n'
            f'http: {{ listen = "{self.http_listen}"; }};\nfacts: ( {facts} );\n')

    def admit(self, key):
        (self.clients / f"{key.name}.key").write_text(key.text())

    def dismiss(self, key):
        (self.clients / f"{key.name}.key").unlink()

    def reload(self):
        before = self.log_text().count("configuration ")
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log_text().count("configuration ") > before, what="reload")

    def counts(self):
        status, frames = self.request(None, CALL, json.dumps({"call": "status"}).encode(), endpoint=self.query)
        assert status == OK
        return json.loads(b"".join(frames))

    @contextlib.contextmanager
    def connect(self, kind, key, endpoint, server=None):
        connection = zmq.Context.instance().socket(kind)
        connection.linger = 0
        if key:
            connection.curve_publickey, connection.curve_secretkey = key.public.encode(), key.secret.encode()
            connection.curve_serverkey = (server or self.server.public).encode()
        if kind == zmq.SUB:
            connection.subscribe(b"!hb")
        monitor = connection.get_monitor_socket()
        connection.connect(endpoint)
        try:
            yield connection, monitor
        finally:
            connection.disable_monitor()
            connection.close()

    def request(self, key, verb, body=b"", endpoint=None, timeout_ms=5000, **options):
        with self.connect(zmq.DEALER, key, endpoint or self.tcp_query, **options) as (connection, _):
            connection.send_multipart([struct.pack(">2sBBIQ", b"PW", 1, verb, 0, 7), body])
            if not connection.poll(timeout_ms):
                return None, []
            frames = connection.recv_multipart()
            return frames[0][4], frames[1:]

    def call(self, key, name, **params):
        status, frames = self.request(key, CALL, json.dumps({"call": name, **params}).encode())
        return status, json.loads(b"".join(frames))

    def hears(self, key, timeout_ms=5000, **options):
        with self.connect(zmq.SUB, key, self.tcp_events, **options) as (connection, _):
            return bool(connection.poll(timeout_ms))

    def is_refused(self, key, kind=zmq.SUB):
        """The monitor of the client says so."""
        with self.connect(kind, key, self.tcp_events if kind == zmq.SUB else self.tcp_query) as (_, monitor):
            while monitor.poll(5000):
                event = recv_monitor_message(monitor)
                if event["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                    return event["value"] == 400
                if event["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                    return False
        raise AssertionError("no handshake")


def test_a_known_key_hears_events_and_is_answered():
    desk = Key("desk")
    with Fortress(desk) as daemon:
        assert daemon.hears(desk)
        assert daemon.request(desk, HELLO, ANY_TIME)[0] == OK
        assert daemon.call(desk, "facts")[0] == OK


def test_an_unknown_key_is_refused_and_named_in_the_log_once():
    with Fortress(Key("desk")) as daemon:
        stranger = Key("stranger")
        for _ in range(5):
            assert daemon.is_refused(stranger)
            assert daemon.is_refused(stranger, zmq.DEALER)
        wait_for(lambda: "refused connections: " in daemon.log_text(), what="warning")
        assert "127.0.0.1: its key is not known here" in daemon.log_text()
        assert daemon.log_text().count("refused connections: ") == 1


def test_without_a_key_nobody_gets_through_an_encrypted_port():
    with Fortress(Key("desk")) as daemon:
        assert not daemon.hears(None, timeout_ms=1000)
        assert daemon.request(None, HELLO, ANY_TIME, timeout_ms=1000)[0] is None


def test_a_client_that_expects_another_daemon_does_not_talk_to_this_one():
    desk = Key("desk")
    with Fortress(desk) as daemon:
        assert not daemon.hears(desk, server=Key("other").public, timeout_ms=1000)
        assert daemon.hears(desk)


def test_rights_are_those_of_the_key_file():
    reader, feeder, chief = Key("reader", "subscribe"), Key("feeder", "ingest"), Key("chief", "subscribe control")
    with Fortress(reader, feeder, chief) as daemon:
        assert daemon.call(reader, "status")[0] == OK
        assert daemon.call(reader, "reload") == (DENIED, {"error": "this needs the right 'control'"})
        assert daemon.call(reader, "learn") == (DENIED, {"error": "this needs the right 'control'"})
        assert daemon.call(chief, "reload")[0] == OK
        assert daemon.is_refused(feeder)
        assert daemon.call(feeder, "status") == (DENIED, {"error": "this needs the right 'subscribe'"})
        status, frames = daemon.request(feeder, REPLAY, struct.pack(">QQII", 0, 1, 10, 1000))
        assert (status, json.loads(frames[0])) == (DENIED, {"error": "this needs the right 'subscribe'"})


def test_over_unencrypted_tcp_one_may_read_and_no_more():
    with Fortress() as daemon:
        daemon.stop()
        daemon.write('unencrypted_tcp = "loopback";')
        daemon.start()
        assert daemon.hears(None)
        assert daemon.call(None, "status")[0] == OK
        assert daemon.call(None, "reload") == (DENIED, {"error": "this needs the right 'control'"})


def test_a_key_that_is_added_works_after_a_reload_and_disturbs_nobody():
    desk, late = Key("desk"), Key("late")
    with Fortress(desk) as daemon, daemon.connect(zmq.SUB, desk, daemon.tcp_events) as (connection, monitor):
        assert connection.poll(5000)
        assert daemon.is_refused(late)
        daemon.admit(late)
        daemon.reload()
        assert daemon.hears(late)
        while monitor.poll(300):
            assert recv_monitor_message(monitor)["event"] != zmq.EVENT_DISCONNECTED


def test_a_key_that_is_taken_away_is_cut_off_at_the_reload_and_others_come_back():
    desk, gone = Key("desk"), Key("gone")
    with Fortress(desk, gone) as daemon, daemon.connect(zmq.SUB, gone, daemon.tcp_events) as (theirs, monitor), \
            daemon.connect(zmq.SUB, desk, daemon.tcp_events) as (ours, _):
        assert theirs.poll(5000) and ours.poll(5000)
        daemon.dismiss(gone)
        daemon.reload()
        seen = []
        wait_for(lambda: seen.append(recv_monitor_message(monitor)["event"]) or seen[-1] ==
                 zmq.EVENT_HANDSHAKE_FAILED_AUTH, what="refusal")
        assert zmq.EVENT_DISCONNECTED in seen
        for connection in (theirs, ours):
            while connection.poll(0):
                connection.recv_multipart()
        assert ours.poll(5000)
        assert not theirs.poll(500)


def test_a_right_that_is_taken_away_is_gone_after_the_reload():
    chief = Key("chief", "subscribe control")
    with Fortress(chief) as daemon:
        assert daemon.call(chief, "reload")[0] == OK
        chief.rights = "subscribe"
        daemon.admit(chief)
        daemon.reload()
        assert daemon.call(chief, "reload")[0] == DENIED


def test_a_new_key_of_the_daemon_holds_after_a_reload():
    desk = Key("desk")
    with Fortress(desk) as daemon:
        assert daemon.hears(desk)
        daemon.server = Key("daemon")
        daemon.server_key.write_text(daemon.server.text(secret=True))
        daemon.reload()
        assert daemon.hears(desk)


def test_a_broken_key_file_is_told_with_its_line_and_the_others_hold():
    desk = Key("desk")
    with Fortress(desk) as daemon:
        (daemon.clients / "bad.key").write_text('metadata\n    name = "bad"\ncurve\n    public-key = "short"\n')
        (daemon.clients / "README").write_text("Keys go here.\n")
        daemon.reload()
        assert f"{daemon.clients}/bad.key:4: a key is 40 characters of Z85, in quotes" in daemon.log_text()
        assert daemon.hears(desk)


def refused_start(daemon, status):
    daemon.start(ready=False)
    assert daemon.process.wait(30) == status, daemon.log_text()
    daemon.process = None
    check = subprocess.run([DAEMON, "--check", daemon.config], capture_output=True, check=False)
    assert check.returncode == status, "--check must see what a start sees"
    return daemon.log_text()


def test_a_port_for_other_hosts_without_a_key_is_refused_in_plain_words():
    daemon = Fortress()
    daemon.server_key.unlink()
    daemon.tcp_events = "tcp://*:*"
    daemon.write("")
    text = refused_start(daemon, 78)
    assert f'{daemon.config}:2: bus.events: "tcp://*:*" can be reached from other hosts, so it must be encrypted' in text
    daemon.__exit__()


def test_a_secret_key_that_others_can_read_is_refused():
    daemon = Fortress()
    daemon.server_key.chmod(0o644)
    assert "is a secret that others than its owner can read" in refused_start(daemon, 78)
    daemon.__exit__()


def test_a_folder_of_keys_that_everybody_can_write_is_refused():
    daemon = Fortress()
    daemon.clients.chmod(0o777)
    assert "everybody can put keys into this folder" in refused_start(daemon, 78)
    daemon.__exit__()


def test_garbage_on_the_port_is_counted_and_disturbs_nobody():
    desk = Key("desk")
    with Fortress(desk) as daemon, daemon.connect(zmq.SUB, desk, daemon.tcp_events) as (connection, monitor):
        assert connection.poll(5000)
        port = int(daemon.tcp_events.rsplit(":", 1)[1])
        for garbage in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL", os.urandom(5000), b"", b"\0" * 64):
            with socket.create_connection(("127.0.0.1", port)) as peer:
                with contextlib.suppress(OSError):
                    peer.sendall(garbage)
        assert daemon.hears(desk)
        while connection.poll(0):
            connection.recv_multipart()
        assert connection.poll(5000)
        while monitor.poll(0):
            assert recv_monitor_message(monitor)["event"] != zmq.EVENT_DISCONNECTED


def metric(daemon, name):
    url = re.search(r'listen = "([^"]+)"', daemon.config.read_text()).group(1)
    text = urllib.request.urlopen(f"http://{url}/metrics", timeout=10).read().decode()
    return float(re.search(rf"^policywatch_{re.escape(name)} (\S+)", text, re.M).group(1))


STOPPED = """
import sys, zmq
socket = zmq.Context().socket(zmq.SUB)
socket.subscribe(b"")
socket.connect(sys.argv[1])
socket.recv()
print("hears", flush=True)
while True:
    socket.recv()
"""


def test_a_subscriber_that_is_stopped_is_cut_off_and_idle_ones_are_left_alone():
    desk = Key("desk")
    http_port = free_port()
    with Fortress(desk, http_listen=f"127.0.0.1:{http_port}") as daemon, \
            daemon.connect(zmq.SUB, desk, daemon.tcp_events) as (_, over_tcp), \
            daemon.connect(zmq.SUB, None, daemon.events) as (_, over_ipc), \
            subprocess.Popen([sys.executable, "-c", STOPPED, daemon.events], stdout=subprocess.PIPE) as stopped:
        try:
            assert stopped.stdout.readline() == b"hears\n"
            assert metric(daemon, 'connections{socket="events"}') == 3
            stopped.send_signal(signal.SIGSTOP)
            wait_for(lambda: metric(daemon, "subscribers_slow") == 1, 30, "slow subscriber")
            wait_for(lambda: metric(daemon, "subscribers_cut_total") == 1, 60, "cut")
            wait_for(lambda: metric(daemon, 'connections{socket="events"}') == 2, what="its end")
            assert metric(daemon, "subscribers_slow") == 0
            wait_for(lambda: "cut off subscribers that did not read: 1, the last: local" in daemon.log_text(), what="warning")
            for monitor in (over_tcp, over_ipc):
                while monitor.poll(0):
                    assert recv_monitor_message(monitor)["event"] != zmq.EVENT_DISCONNECTED
            stopped.send_signal(signal.SIGCONT)
            wait_for(lambda: metric(daemon, 'connections{socket="events"}') == 3, what="return")
        finally:
            stopped.kill()


def test_metrics_tell_refusals_and_denials():
    feeder = Key("feeder", "ingest")
    with Fortress(feeder, http_listen=f"127.0.0.1:{free_port()}") as daemon:
        assert daemon.is_refused(feeder)
        assert daemon.call(feeder, "status")[0] == DENIED
        wait_for(lambda: metric(daemon, 'handshake_failures_total{reason="auth"}') == 1, what="count")
        assert metric(daemon, "denied_total") == 1
        assert metric(daemon, "gaps_repaired_total") == 0


def test_the_group_of_the_sockets_is_set_and_a_strange_one_is_a_mistake():
    daemon = Fortress()
    daemon.write('unencrypted_tcp = "never"; ipc_group = "nosuchgroup";')
    text = refused_start(daemon, 78)
    assert f'{daemon.config}:4: bus.ipc_group: no group "nosuchgroup" on this host' in text
    mine = grp.getgrgid(os.getgroups()[-1] if os.getgroups() else os.getgid())
    daemon.write(f'unencrypted_tcp = "never"; ipc_group = "{mine.gr_name}"; ipc_mode = "0620";')
    with daemon:
        info = os.stat(daemon.folder / "events")
        assert (info.st_gid, info.st_mode & 0o777) == (mine.gr_gid, 0o620)


def test_a_reload_changes_keys_and_nothing_that_was_bound():
    desk = Key("desk")
    with Fortress(desk) as daemon:
        daemon.write('unencrypted_tcp = "anywhere";')
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "bus.ipc_group or bus.unencrypted_tcp can only be changed by a restart" in daemon.log_text(),
                 what="refusal")
        assert daemon.hears(desk)


def test_a_client_with_a_key_has_cursors_of_its_own():
    desk = Key("desk")
    with Fortress(desk) as daemon:
        epoch, head = struct.unpack_from(">QQ", daemon.request(desk, HELLO, ANY_TIME)[1][0])
        assert daemon.request(desk, ACK, struct.pack(">QQ", epoch, head) + b"main")[0] == OK
        names = [cursor["name"] for cursor in daemon.call(desk, "cursors")[1]["cursors"]]
        assert names == ["desk/main"]
