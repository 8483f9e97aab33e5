"""What the log keeps and for whom, and the facts as they stand for those who come late."""
import json
import shutil
import signal
import sqlite3
import struct
import subprocess
import urllib.request

import zmq
from harness import DAEMON, DEPLOYMENT, SCHEMA, Daemon, Newsroom, Record, replay, request, wait_for

HELLO, REPLAY, ACK, SNAPSHOT = 1, 2, 4, 5
GONE, MORE = 1, 1


def position(daemon):
    status, frames = request(daemon.query, HELLO, struct.pack(">q", -1 << 63))
    assert status == 0
    return struct.unpack_from(">QQQ", frames[0])  # epoch, head, oldest


def ack(daemon, seq, name, epoch=None):
    status, _ = request(daemon.query, ACK, struct.pack(">QQ", epoch or position(daemon)[0], seq) + name.encode())
    return status


def make_events(daemon, count):
    """Each refused or accepted reload is an event."""
    for _ in range(count):
        daemon.ask("reload")


def metrics(daemon):
    with urllib.request.urlopen(f"http://{daemon.http_listen}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line and line[0] != "#")


# ---- retention ----

def test_events_past_their_time_go_and_the_newest_stays():
    with Daemon(main='log: { keep = "1s"; };') as daemon:
        make_events(daemon, 20)
        head = position(daemon)[1]
        wait_for(lambda: position(daemon)[2] == head, 30, "the log to be trimmed")
        status, frames = request(daemon.query, REPLAY, struct.pack(">QQII", 0, head - 1, 1000, 1 << 18))
        assert status == GONE
        assert struct.unpack_from(">QQQ", frames[0])[1:] == (head, head)
        assert [r.seq for r in replay(daemon.query, head)] == [head]
        wait_for(lambda: "past their time were removed; the log begins at" in daemon.log_text(), 10, "a log line")
        daemon.stop()
        daemon.start()
        started = replay(daemon.query, position(daemon)[2])[-1]
        # prev of an event whose predecessors are gone: of the log, of daemon/, of daemon/started/ (the first event)
        assert started.seq == head + 2 and started.prev == (head + 1, head + 1, 1)


def test_a_heartbeat_tells_where_the_log_begins_now():
    with Daemon(main='log: { keep = "1s"; };') as daemon:
        make_events(daemon, 5)
        head = position(daemon)[1]
        socket = zmq.Context.instance().socket(zmq.SUB)
        socket.linger = 0
        socket.subscribe(b"!hb")
        socket.connect(daemon.events)

        def oldest_told():
            frames = socket.recv_multipart() if socket.poll(1000) else []
            return len(frames) == 2 and Record(frames[1]).prev == (head,)
        wait_for(oldest_told, 30, "a heartbeat")
        socket.close()


def test_a_registered_cursor_holds_events_back_but_not_for_ever():
    with Daemon(main='log: { keep = "1s"; keep_unread = "5s"; };') as daemon:
        make_events(daemon, 20)
        assert ack(daemon, 5, "mail") == 0
        wait_for(lambda: position(daemon)[2] == 6, 30, "trimming up to the cursor")
        assert ack(daemon, 9, "mail") == 0
        wait_for(lambda: position(daemon)[2] == 10, 30, "trimming after it moved")
        head = position(daemon)[1]
        wait_for(lambda: position(daemon)[2] == head, 30, "trimming past keep_unread")
        assert daemon.ask("cursors")["cursors"][0]["name"] == "mail"


def test_retention_is_taken_over_by_a_reload():
    with Daemon() as daemon:
        make_events(daemon, 10)
        assert position(daemon)[2] == 1
        daemon.write_config(extra='log: { keep = "1s"; };')
        daemon.ask("reload")
        head = position(daemon)[1]
        wait_for(lambda: position(daemon)[2] == head, 30, "the log to be trimmed")
        make_events(daemon, 1)


# ---- registered cursors ----

def test_a_cursor_survives_a_restart_and_shows_everywhere():
    with Daemon(http_listen="127.0.0.1:19484") as daemon:
        make_events(daemon, 10)
        assert ack(daemon, 3, "mail") == 0
        assert ack(daemon, 8, "chat") == 0
        wait_for(lambda: _stored(daemon) == [("chat", 8), ("mail", 3)], 20, "the cursors on disk")
        daemon.stop(signal.SIGKILL)
        daemon.start()
        epoch, head, _ = position(daemon)
        reply = daemon.ask("cursors")
        assert reply["epoch"] == f"{epoch:016x}" and reply["head"] == head
        assert [(c["name"], c["seq"], c["lag"]) for c in reply["cursors"]] == [("chat", 8, head - 8), ("mail", 3, head - 3)]
        values = metrics(daemon)
        assert int(values['policywatch_cursor_lag_events{cursor="mail"}']) == head - 3
        assert float(values['policywatch_cursor_last_ack_timestamp_seconds{cursor="mail"}']) > 1.6e9
        assert values["policywatch_log_oldest"] == "1" and values["policywatch_events_trimmed_total"] == "0"
        assert daemon.ask("status")["cursors"] == {"count": 2, "furthest_behind": "mail", "lag": head - 3}
        assert f"furthest behind mail by {head - 3}" in daemon.cli("status").stdout
        table = daemon.cli("cursors").stdout.splitlines()
        assert table[0].split()[:3] == ["NAME", "AT", "BEHIND"] and table[2].split()[:3] == ["mail", "3", str(head - 3)]
        assert json.loads(daemon.cli("cursors", "--json").stdout)["cursors"] == reply["cursors"]


def _stored(daemon):
    with sqlite3.connect(f"file:{daemon.state}/policywatch.db?mode=ro", uri=True) as db:
        return db.execute("SELECT name, seq FROM cursor ORDER BY name").fetchall()


def test_a_cursor_acknowledged_just_before_the_stop_is_kept():
    with Daemon() as daemon:
        make_events(daemon, 3)
        assert ack(daemon, 2, "mail") == 0
        daemon.stop()
        daemon.start()
        assert [c["seq"] for c in daemon.ask("cursors")["cursors"]] == [2]


def test_a_cursor_can_be_forgotten():
    with Daemon() as daemon:
        make_events(daemon, 3)
        assert ack(daemon, 2, "mail") == 0
        daemon.cli("cursors", "--forget", "mail")
        assert daemon.ask("cursors")["cursors"] == []
        missing = daemon.cli("cursors", "--forget", "mail", check=False)
        assert missing.returncode == 1 and 'no cursor "mail"' in missing.stderr
        daemon.stop()
        daemon.start()
        assert daemon.ask("cursors")["cursors"] == []


# ---- snapshots ----

def facts(count, beat="us-mexico"):
    return ",".join(f'{{ id = "{beat}.fact-{i:04}"; kind = "figure"; status = "in-force"; as_of = "2021-06-08";'
                    f' text = "Fact {i}."; parties = ["MX"]; figure = {{ value = {i}; unit = "people"; }}; }}'
                    for i in range(count))


class Peer:
    """One connection, as a snapshot belongs to it."""

    def __init__(self, daemon):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(daemon.query)

    def page(self, snapshot=0, prefix=b"", after=b"", size=1 << 18):
        header = struct.pack(">2sBBIQ", b"PW", 1, SNAPSHOT, 0, 7)
        self.socket.send_multipart([header, struct.pack(">QIH", snapshot, size, len(prefix)) + prefix + after])
        assert self.socket.poll(10000)
        frames = self.socket.recv_multipart()
        assert frames[0][3] == SNAPSHOT | 0x80
        if frames[0][4]:
            return frames[0][4], None, []
        place = struct.unpack_from(">QQQII", frames[1])
        rows = [(frames[2 + 2 * i], Record(frames[3 + 2 * i])) for i in range(place[4])]
        assert len(frames) == 2 + 2 * place[4]
        return 0, place, rows

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def test_a_snapshot_is_one_moment_whatever_happens_between_its_pages():
    with Newsroom() as daemon, Peer(daemon) as peer:
        daemon.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{daemon.inbox}"; }}',
                            DEPLOYMENT + "," + facts(50))
        daemon.ask("reload")
        epoch, head, _ = position(daemon)
        status, place, rows = peer.page(size=4000)
        assert status == 0 and place[:2] == (epoch, head) and place[3] == MORE
        values = daemon.report(1)  # the fact that comes last moves
        while place[3] & MORE:
            status, place, more = peer.page(place[2], after=rows[-1][0], size=4000)
            assert status == 0 and place[:2] == (epoch, head)
            rows += more
        events = [json.loads(record.payload) for _, record in rows]
        for (topic, record), event in zip(rows, events):
            SCHEMA.validate(event)
            beat, slug = event["subject"].split(".")
            assert topic.decode() == f"fact/{beat}/{slug}/state/"
            assert (record.kind, record.seq, record.epoch) == (3, head, epoch)
            assert event["id"] == f"{epoch:016x}-{head}-{event['subject']}"
        assert [e["subject"] for e in events] == [f"us-mexico.fact-{i:04}" for i in range(50)] + [
            "us-mexico.southern-deployment"]
        assert events[-1]["data"]["fact"]["figure"]["value"] == 12000  # as it stood
        later = [json.loads(r.payload) for r in replay(daemon.query, head + 1)]
        assert [e["data"]["fact"]["figure"]["value"] for e in later if "fact.figure" in e["type"]] == values
        status, place, rows = peer.page(prefix=b"fact/us-mexico/southern-deployment/")
        now = json.loads(rows[0][1].payload)
        assert now["data"]["fact"]["figure"]["value"] == values[0]
        assert "the army said" in now["data"]["statement"]["text"] and now["data"]["sightings"] == 1
        assert now["data"]["document"]["source"] == "inbox"


def test_a_snapshot_of_a_prefix_and_of_nothing():
    with Daemon(facts=facts(3) + "," + facts(2, "us")) as daemon, Peer(daemon) as peer:
        for prefix, count in ((b"", 5), (b"fact/", 5), (b"fact/us/", 2), (b"fact/us-mexico/fact-0001/", 1),
                              (b"fact/us", 5), (b"source/", 0), (b"fact/us/fact-0001/figure/", 0)):
            status, place, rows = peer.page(prefix=prefix)
            assert (status, place[3], len(rows)) == (0, 0, count), prefix


# ---- the log recreated or gone back ----

def test_a_new_store_is_a_new_log():
    with Daemon() as daemon:
        epoch = position(daemon)[0]
        daemon.stop()
        for file in daemon.state.glob("policywatch.db*"):
            file.unlink()
        daemon.start()
        assert position(daemon)[0] != epoch
        assert ack(daemon, 1, "mail", epoch) == 2  # EPOCH
        status, _ = request(daemon.query, REPLAY, struct.pack(">QQII", epoch, 1, 1000, 1 << 18))
        assert status == 2


def test_a_store_from_a_backup_goes_on_under_another_name():
    with Daemon() as daemon:
        make_events(daemon, 5)
        epoch, head, _ = position(daemon)
        backup = daemon.folder / "backup.db"
        with sqlite3.connect(f"{daemon.state}/policywatch.db") as live, sqlite3.connect(backup) as copy:
            live.backup(copy)
        make_events(daemon, 5)
        lost = [json.loads(r.payload)["id"] for r in replay(daemon.query, head + 1)]
        busy = subprocess.run([DAEMON, "--config", daemon.config, "--new-epoch"], capture_output=True, text=True, check=False)
        assert busy.returncode == 69 and "is used by another policywatchd" in busy.stderr
        daemon.stop()
        for file in daemon.state.glob("policywatch.db*"):
            file.unlink()
        shutil.copy(backup, daemon.state / "policywatch.db")
        daemon.start()  # forgotten: whoever was further gives it away
        request(daemon.query, REPLAY, struct.pack(">QQII", epoch, head + 6, 1000, 1 << 18))
        wait_for(lambda: f"seen event {head + 5} of this log, which ends at {head + 1}" in daemon.log_text(), 10, "a warning")
        daemon.stop()
        shutil.copy(backup, daemon.state / "policywatch.db")
        renewed = subprocess.run([DAEMON, "--config", daemon.config, "--new-epoch"], capture_output=True, text=True, check=True)
        daemon.start()
        epoch_now, head_now, oldest = position(daemon)
        assert epoch_now != epoch and f"{epoch_now:016x}, its last event {head}" in renewed.stdout
        assert (head_now, oldest) == (head + 1, 1)  # all of the copy, and that it started
        for place in (head, head + 3, head + 100):  # whoever knows the old log is told, wherever it was
            status, _ = request(daemon.query, REPLAY, struct.pack(">QQII", epoch, place, 1000, 1 << 18))
            assert status == 2
        records = replay(daemon.query)
        assert [r.seq for r in records] == list(range(1, head + 2)) and {r.epoch for r in records} == {epoch_now}
        ids = [json.loads(r.payload)["id"] for r in records]
        assert ids[:head] == [f"{epoch:016x}-{n}" for n in range(1, head + 1)]  # an event is named for ever
        assert ids[head] == f"{epoch_now:016x}-{head + 1}" and ids[head] not in lost
