"""A client for policywatchd: subscribe and miss nothing, ask it questions. One file, needs pyzmq.

    for event in policywatch.subscribe(["fact/us-mexico/"], cursor="/var/lib/me/cursor"):
        print(event.data["subject"], event.data["data"])
        event.ack()

    print(policywatch.call("facts", beat="us-mexico")["facts"])

It speaks the protocol of <policywatch/wire.h> as libpolicywatch does: what was lost on the way is seen by the numbers in
each record and by the heartbeat, and comes by replay. Several topics share one subscription to the levels that all of
them begin with, since only so can events keep the order of the log when one of them is lost.
"""

import json
import os
import secrets
import struct
import time

import zmq

NOW = -1  # start with what comes next
EVENT, HEARTBEAT = 1, 2
HELLO, REPLAY, CALL = 1, 2, 3
OK, GONE, EPOCH, DENIED, BUSY = 0, 1, 2, 3, 4
REPLY = 0x80
FRAME_MAX = 65536
NO_TIME = -(2**63)
RECORD = struct.Struct(">2sBBBBHQQq")
HEADER = struct.Struct(">2sBBB3xQ")
BACKOFF_MAX = 30.0


class Error(Exception):
    """The daemon does not answer, or answers that it can't."""


class Gone(Error):
    """Events after the cursor were trimmed; subscribe again with since=0, or since=NOW, and another cursor."""


class OtherLog(Error):
    """The log was recreated; subscribe again as after Gone."""


def endpoint(name):
    """Where the daemon is: the environment, else the user's daemon if its socket is there, else the system's."""
    given = os.environ.get("POLICYWATCH_" + name.upper())
    own = os.path.join(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"), "policywatch", name)
    return given or ("ipc://" + own if os.path.exists(own) else "ipc:///run/policywatchd/" + name)


class Query:
    """Requests to the query socket: one at a time, asked again when no answer comes."""

    def __init__(self, address=None, timeout=3.0):
        self.address = address or endpoint("query")
        self.timeout = timeout
        self.socket = None

    def close(self):
        if self.socket is not None:
            self.socket.close(linger=0)
        self.socket = None

    def ask(self, verb, frames, timeout=None):
        """One try: (status, body frames), or None when no answer came."""
        if self.socket is None:
            self.socket = zmq.Context.instance().socket(zmq.DEALER)
            self.socket.connect(self.address)
        request = secrets.randbits(64)
        self.socket.send_multipart([HEADER.pack(b"PW", 1, verb, 0, request), *frames])
        end = time.monotonic() + (timeout or self.timeout)
        while self.socket.poll(max(0, int((end - time.monotonic()) * 1000))):
            head, *body = self.socket.recv_multipart()
            if len(head) != HEADER.size:
                continue
            magic, version, got, status, number = HEADER.unpack(head)
            if (magic, version, got, number) == (b"PW", 1, verb | REPLY, request):
                return status, body
        self.close()  # with what is still queued; the next try begins anew
        return None


def call(name, body=b"", query=None, timeout=5.0, **params):
    """Asks the daemon; see policywatch-calls(7). Gives the answer as a dict."""
    asker = Query(query, timeout)
    frames = [json.dumps({"call": name, **params}).encode()]
    frames += [body[at : at + FRAME_MAX] for at in range(0, len(body), FRAME_MAX)]
    try:
        end = time.monotonic() + timeout
        answer = asker.ask(CALL, frames)
        while answer and answer[0] == BUSY and time.monotonic() < end:
            time.sleep(0.1)
            answer = asker.ask(CALL, frames)
    finally:
        asker.close()
    if answer is None:
        raise Error(f"{asker.address}: no answer within {timeout} s")
    try:
        result = json.loads(b"".join(answer[1]) or b"{}")
    except ValueError as why:
        raise Error(f"{asker.address}: the answer is not JSON") from why
    if answer[0] != OK:
        raise Error(result.get("error", f"status {answer[0]}"))
    return result


class Event:
    def __init__(self, client, topic, record):
        self.client, self.topic = client, topic.decode()
        self.epoch, self.seq, self.time_ns = record.epoch, record.seq, record.time_ns
        self.json = record.payload.decode()

    @property
    def data(self):
        return json.loads(self.json)

    def ack(self):
        """The event was handled: a client that starts again goes on behind it."""
        self.client.save(self.seq)


class Record:
    def __init__(self, raw):
        magic, version, self.kind, self.encoding, levels, _, self.epoch, self.seq, self.time_ns = RECORD.unpack_from(raw)
        if (magic, version) != (b"PW", 1) or levels > 9:
            raise ValueError("not a record")
        self.prev = struct.unpack_from(f">{levels}Q", raw, RECORD.size)
        self.payload = raw[RECORD.size + 8 * levels :]


class Client:
    """Follows the log. `scanned`: every event up to it was given out, or is none of ours."""

    def __init__(self, topics=(), cursor=None, since=NOW, since_time=None, events=None, query=None, timeout=3.0):
        self.topics = [(topic.rstrip("/") + "/").encode() for topic in topics if topic]
        self.common = self.shared_levels()
        self.cursor, self.since, self.since_time = cursor, since, since_time
        self.events_address = events or endpoint("events")
        self.query = Query(query, timeout)
        self.socket = None
        self.epoch = self.scanned = self.saved = None
        self.interval = 1.0
        self.load()

    def shared_levels(self):
        levels = [topic.split(b"/")[:-1] for topic in self.topics] or [[]]
        shared = []
        for parts in zip(*levels):
            if len(set(parts)) > 1:
                break
            shared.append(parts[0] + b"/")
        return b"".join(shared)

    def wants(self, topic):
        return not self.topics or any(topic.startswith(prefix) for prefix in self.topics)

    # ---- the cursor: one line, replaced as a whole ----

    def load(self):
        if not self.cursor or not os.path.exists(self.cursor):
            return
        with open(self.cursor, encoding="ascii") as file:
            word, epoch, seq = file.read().split()
        if word != "pw1":
            raise Error(f"{self.cursor}: not a cursor of policywatch")
        self.epoch, self.scanned = int(epoch, 16), int(seq)
        self.saved = self.scanned

    def save(self, seq):
        if not self.cursor or seq == self.saved:
            return
        with open(self.cursor + ".tmp", "w", encoding="ascii") as file:
            file.write(f"pw1 {self.epoch:016x} {seq}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.cursor + ".tmp", self.cursor)
        self.saved = seq

    # ---- asking ----

    def ask(self, verb, make_body):
        """Asks until there is an answer that is not "busy". Gives (status, frames)."""
        wait = 0.1
        while True:
            answer = self.query.ask(verb, [make_body()])
            if answer and answer[0] not in (BUSY, DENIED):
                return answer
            if answer:
                time.sleep(wait)
                wait = min(wait * 2, BACKOFF_MAX)

    def hello(self):
        time_ns = NO_TIME if self.since_time is None else int(self.since_time * 1e9)
        status, frames = self.ask(HELLO, lambda: struct.pack(">q", time_ns))
        if status != OK or not frames or len(frames[0]) < 36:
            raise Error(f"{self.query.address}: not PW1")
        epoch, head, oldest, at_time, interval = struct.unpack_from(">QQQQI", frames[0])
        self.interval = min(max(interval or 1000, 10), 60000) / 1000
        if self.epoch is None:
            first = at_time if self.since_time is not None else self.since or oldest
            self.epoch, self.scanned = epoch, head if first == NOW else max(first, 1) - 1
            self.save(self.scanned)  # a client that dies before its first event comes back to this place
        if epoch != self.epoch or head < self.scanned and self.saved is not None:
            raise OtherLog("the log is another one now, or went back")
        return head

    def replay(self, head):
        """Gives what was missed, page by page, until nothing is missing."""
        while self.scanned < head:
            body = struct.pack(">QQII", self.epoch, self.scanned + 1, 1000, 262144) + self.common
            status, frames = self.ask(REPLAY, lambda: body)
            if status == GONE:
                raise Gone(f"events after {self.scanned} are no longer kept")
            if status == EPOCH:
                raise OtherLog("the log is another one now")
            if status != OK or not frames or len(frames[0]) < 36:
                raise Error(f"{self.query.address}: a replay is not as documented")
            _, head, _, scanned_to, n = struct.unpack_from(">QQQQI", frames[0])
            if len(frames) != 1 + 2 * n or min(scanned_to, head) <= self.scanned:
                raise Error(f"{self.query.address}: a replay is not as documented")
            for topic, raw in zip(frames[1::2], frames[2::2]):
                record = Record(raw)
                self.scanned = record.seq
                if self.wants(topic):
                    yield Event(self, topic, record)
            self.scanned = min(scanned_to, head)

    # ---- live ----

    def connect(self):
        if self.socket is not None:
            self.socket.close(linger=0)
        self.socket = zmq.Context.instance().socket(zmq.SUB)
        self.socket.rcvhwm = 10000
        self.socket.subscribe(self.common)
        self.socket.subscribe(b"!hb")
        self.socket.connect(self.events_address)

    def live(self):
        """Gives live events until something is missing; then the head to replay to, or None to say hello again."""
        while True:
            if not self.socket.poll(int(self.interval * 2500)):
                self.connect()  # no heartbeat: the connection is dead, or the daemon is
                return None
            frames = self.socket.recv_multipart()
            try:
                record = Record(frames[1]) if len(frames) == 2 else None
            except (ValueError, struct.error):
                record = None
            if record is None or record.kind not in (EVENT, HEARTBEAT):
                continue
            if record.epoch != self.epoch:
                return None
            if record.kind == HEARTBEAT and record.seq > self.scanned:
                return record.seq
            if record.kind == HEARTBEAT or record.seq <= self.scanned:
                continue
            level = self.common.count(b"/")
            if len(record.prev) <= level or record.prev[level] > self.scanned:
                return record.seq
            self.scanned = record.seq
            if self.wants(frames[0]):
                yield Event(self, frames[0], record)

    def __iter__(self):
        self.connect()
        head = None
        while True:
            yield from self.replay(self.hello() if head is None else head)
            head = yield from self.live()


def subscribe(topics=(), **options):
    """Events of the topics ("fact/us-mexico/"), in order, each at least once, for ever. Options: see Client."""
    return iter(Client(topics, **options))
