"""A client for policywatchd: subscribe and miss nothing, ask it questions. One file, needs pyzmq.

    for event in policywatch.subscribe(["fact/us-mexico/"], cursor="/var/lib/me/cursor"):
        print(event.data["subject"], event.data["data"])
        event.ack()
    print(policywatch.call("facts", beat="us-mexico")["facts"])

It speaks <policywatch/wire.h> as libpolicywatch does and keeps the same cursor files. Several topics share one
subscription to the levels that all begin with: only so can events keep their order. Where the log can't be gone on
with, iterating raises Gone or OtherLog: client.resume(since=0) chooses, then iterate again. Endpoints and keys: the
arguments, else $POLICYWATCH_EVENTS, _QUERY, _KEY (own file, the secret one), _SERVER_KEY (the daemon's public key
file, or the key). Several daemons are parted by commas: when one is silent, the next is used. The logger "policywatch"
tells of that."""

import json
import logging
import os
import random
import struct
import time

import zmq.auth

NOW, SNAPSHOT = -1, -2  # start with what comes next; with the facts as they stand, then what comes next
EVENT, HEARTBEAT, STATE, HELLO, REPLAY, CALL, FACTS, REPLY, ASK_GAP = 1, 2, 3, 1, 2, 3, 5, 0x80, 1
OK, GONE, EPOCH, DENIED, BUSY = 0, 1, 2, 3, 4
NO_TIME, FRAME_BYTES, PAGE_BYTES, LOGS_KEPT = -(2**63), 65536, 262144, 8
RECORD, HEADER = struct.Struct(">2sBBBBHQQq"), struct.Struct(">2sBBB3xQ")
PAUSE, PAUSE_MAX, SILENT_BEATS, SAVE_SECONDS, SAVE_EVENTS = 0.1, 30.0, 2.5, 60, 1000
log = logging.getLogger("policywatch")

class Error(Exception): """The daemon does not answer, or answers that it can't."""
class Denied(Error): """The daemon does not take our key, or the key has no right to this."""
class Gone(Error): """Events after the cursor are no longer kept."""
class OtherLog(Error): """The log was recreated, or went back."""

def connect(kind, address, keys, *topics):
    socket = zmq.Context.instance().socket(kind)
    socket.linger, socket.ipv6, socket.tcp_keepalive, socket.rcvhwm, socket.reconnect_ivl_max = 0, 1, 1, 10000, 2000
    if keys and address.startswith("tcp://"):
        socket.curve_publickey, socket.curve_secretkey, socket.curve_serverkey = keys
    for topic in topics:
        socket.subscribe(topic)
    socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH)  # after that it never tries again
    socket.connect(address)
    return socket

def receive(socket, seconds):
    is_ready = socket.poll(max(0, int(seconds * 1000 + 0.999)))
    if not is_ready and socket.get_monitor_socket().poll(0):
        raise Denied(f"{socket.last_endpoint.decode()}: the daemon does not take our key")
    return socket.recv_multipart() if is_ready else None

class Daemon:
    """Where one daemon is: its events, and questions to it, one at a time."""
    def __init__(self, events, query, server_key, key_file):
        self.events, self.query, self.keys, self.dealer, self.sub = events, query, None, None, None
        if server_key:
            is_text = len(server_key) == 40 and not os.path.exists(server_key)
            server_key = server_key.encode() if is_text else zmq.auth.load_certificate(server_key)[0]
            self.keys = (*(zmq.auth.load_certificate(key_file) if key_file else (None, None)), server_key)
            if not self.keys[1]:
                raise Error(f"{key_file}: no secret-key of our own; key_file, $POLICYWATCH_KEY: the file in _secret")

    def ask(self, verb, frames, seconds, flags=0):
        """Gives (status, frames), or fails with TimeoutError."""
        self.dealer, end = self.dealer or connect(zmq.DEALER, self.query, self.keys), time.monotonic() + seconds
        ours = (b"PW", 1, verb | REPLY, random.getrandbits(64))
        request = [HEADER.pack(b"PW", 1, verb, flags, ours[3]), *frames]
        self.dealer.send_multipart(request)
        while reply := receive(self.dealer, end - time.monotonic()):
            *head, status, number = HEADER.unpack(reply[0]) if len(reply[0]) == HEADER.size else (0, 0)
            if (*head, number) == ours and status != BUSY:
                return status, reply[1:]
            if (*head, number) == ours:
                time.sleep(PAUSE)
                self.dealer.send_multipart(request)
        self.close()  # with what is still queued: the next try begins anew
        raise TimeoutError(f"{self.query}: no answer")

    def close(self):
        for socket in filter(None, (self.dealer, self.sub)):
            socket.disable_monitor()
            socket.close()
        self.dealer = self.sub = None

def find_daemons(events, query, key_file, server_key):
    def find(name, given):
        own = os.path.join(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"), "policywatch", name)
        usual = "ipc://" + own if os.path.exists(own) else "ipc:///run/policywatchd/" + name
        return [one.strip() for one in (given or os.environ.get("POLICYWATCH_" + name.upper()) or usual).split(",")]
    events, query = find("events", events), find("query", query)
    keys = [key.strip() for key in (server_key or os.environ.get("POLICYWATCH_SERVER_KEY", "")).split(",")]
    if len(events) != len(query) or len(keys) not in (1, len(query)):
        raise Error("as many endpoints of queries as of events are needed, and one key of a daemon or one for each")
    key_file = key_file or os.environ.get("POLICYWATCH_KEY")
    return [Daemon(*one, key_file) for one in zip(events, query, keys * len(query))]

def call(name, body=b"", query=None, key_file=None, server_key=None, timeout=5.0, **params):
    """Asks the daemon (of several: the first); see policywatch-calls(7). Gives the answer as a dict."""
    parts = [body[at : at + FRAME_BYTES] for at in range(0, len(body), FRAME_BYTES)]
    daemon = find_daemons(query, query, key_file, server_key)[0]
    try:
        status, answer = daemon.ask(CALL, [json.dumps({"call": name, **params}).encode(), *parts], timeout)
        result = json.loads(b"".join(answer) or b"{}")
    except (TimeoutError, ValueError) as why:
        raise Error(f"{why} within {timeout} s") from why
    finally:
        daemon.close()
    if status != OK:
        raise (Denied if status == DENIED else Error)(result.get("error", f"status {status}"))
    return result

class Event:
    def __init__(self, client, topic, raw):
        magic, version, self.kind, _, levels, _, self.epoch, self.seq, self.time_ns = RECORD.unpack_from(raw)
        if (magic, version) != (b"PW", 1) or levels > 9:
            raise ValueError("not a record")
        self.client, self.topic, self.is_state, self.number = client, topic.decode(), self.kind == STATE, 0
        self.prev = struct.unpack_from(f">{levels}Q", raw, RECORD.size)
        self.json = raw[RECORD.size + 8 * levels :].decode()

    data = property(lambda self: json.loads(self.json))

    def ack(self):
        self.client.ack(self)  # the event was handled: a client that starts again goes on behind it

class Client:
    """Follows the log. `scanned`: every event up to it was given out, or is none of ours. `state`: connecting, live,
    stale (no daemon answers), refused (the daemon does not take our key)."""
    def __init__(self, topics=(), cursor=None, since=NOW, since_time=None, events=None, query=None, key_file=None,
                 server_key=None, timeout=3.0):
        self.topics = tuple((topic.rstrip("/") + "/").encode() for topic in topics if topic) or (b"",)
        self.facts_of = tuple(b"/".join(topic.split(b"/")[:3]) for topic in self.topics)  # what follows names a change
        shared = [name + b"/" for name in os.path.commonprefix([topic.split(b"/")[:-1] for topic in self.topics])]
        self.common, self.level, self.fact = b"".join(shared), len(shared), b"".join(shared[:3])
        self.daemons, self.timeout = find_daemons(events, query, key_file, server_key), timeout
        self.cursor, self.since, self.since_time, self.state = cursor, since, since_time, "connecting"
        self.chosen = self.epoch = None  # chosen: the log in which the caller chose where to begin
        self.failures, self.saved_at, self.places = 0, 0, {}  # epoch: [seq, ms of the last event]; the one in use first
        if cursor and os.path.exists(cursor):
            with open(cursor, encoding="ascii") as file:
                lines = [line.split() for line in file]
            if not lines or any(len(line) not in (3, 4) or line[0] != "pw1" for line in lines):
                raise Error(f"{cursor}: not a cursor of policywatch")
            self.places = {int(epoch, 16): [int(seq), *ms] for _, epoch, seq, *ms in lines}

    def resume(self, since=NOW, since_time=None):
        """After Gone or OtherLog: where to go on (NOW, SNAPSHOT, a number, 0: the oldest; or a time); iterate again."""
        self.since, self.since_time, self.chosen, self.epoch = since, since_time, self.met, None

    def ack(self, event):
        if event.epoch == self.epoch and event.is_state:
            self.facts_handled = event.number
        elif event.epoch == self.epoch:
            self.acked, self.ms, self.is_open = max(self.acked, event.seq), [str(event.time_ns // 1000000)], False
        self.save()  # an event of a daemon that was left comes again

    def save(self, least=1):
        """Writes the cursor if it moved by so much; not before the facts that a client began with are all handled."""
        if self.is_open and self.facts_handled == self.facts_given:
            self.is_open, self.acked = False, max(self.acked, self.begun)
        place = self.scanned if self.acked >= self.delivered else self.acked
        if self.is_open or (next(iter(self.places), None) == self.epoch and place - self.places[self.epoch][0] < least):
            return
        self.places = dict(list({self.epoch: 0, **self.places}.items())[:LOGS_KEPT])
        self.places[self.epoch], self.saved_at = [place, *self.ms], time.monotonic()
        if self.cursor:
            with open(self.cursor + ".tmp", "w", encoding="ascii") as file:
                for epoch, (seq, *ms) in self.places.items():
                    print("pw1", f"{epoch:016x}", seq, *ms, file=file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(self.cursor + ".tmp", self.cursor)

    def ask(self, verb, body, flags=0):
        patience = 2**self.failures if len(self.daemons) == 1 else 1
        status, frames = self.daemons[0].ask(verb, [body], min(self.timeout * patience, PAUSE_MAX), flags)
        if status == DENIED:
            raise Denied(f"{self.daemons[0].query}: our key has no right to subscribe")
        if status not in (OK, GONE):
            raise ValueError("the log is another one now" if status == EPOCH else f"status {status}")
        return status, frames

    def hello(self):  # where the log stands; finds our place in it
        time_ns = NO_TIME if self.since_time is None else int(self.since_time * 1e9)
        _, frames = self.ask(HELLO, struct.pack(">q", time_ns))
        self.met, head, oldest, at_time, beat_ms = struct.unpack_from(">QQQQI", frames[0])
        self.interval = min(max(beat_ms or 1000, 10), 60000) / 1000
        if self.met != self.epoch:
            self.delivered, self.ms, self.is_open, self.facts_given, self.facts_handled = 0, [], False, None, 0
            if self.met in self.places and self.met != self.chosen:
                self.scanned, *self.ms = self.places[self.met]
            elif self.places and self.chosen is None:
                raise OtherLog("the log of the daemon is another one now")
            else:
                self.is_open = self.is_due = self.since == SNAPSHOT and self.since_time is None
                first = head + 1 if self.since < 0 else self.since or oldest or head + 1
                self.scanned = max(first if self.since_time is None else at_time, 1) - 1
            self.epoch, self.acked, self.chosen = self.met, self.scanned, None
        if head < self.scanned:
            raise OtherLog(f"the log of the daemon went back: it ends at {head}, after it had reached {self.scanned}")
        return head

    def facts(self):
        """The facts as they stand. Pages of one id show one moment; a later one goes on behind the last topic."""
        last, ident, is_more, given, self.begun = b"", 0, 1, 0, None
        while is_more:
            status, frames = self.ask(FACTS, struct.pack(">QIH", ident, PAGE_BYTES, len(self.fact)) + self.fact + last)
            if status == GONE:
                ident = 0
                continue
            epoch, seq, ident, is_more, _ = struct.unpack_from(">QQQII", frames[0])
            if epoch != self.epoch or (is_more and not frames[1:]):
                raise ValueError("a snapshot is not as documented")
            self.begun = seq if self.begun is None else self.begun
            page = [Event(self, *pair) for pair in zip(frames[1::2], frames[2::2]) if pair[0].startswith(self.facts_of)]
            for event in page:
                given += 1
                event.number = given
            if not is_more:
                self.scanned, self.facts_given = self.begun, given
            yield from page
            last = frames[-2] if frames[1:] else last
        self.is_due = False

    def replay(self, head, is_gap):  # gives what was missed, page by page, until nothing is missing
        while self.scanned < head:
            body = struct.pack(">QQII", self.epoch, self.scanned + 1, 1000, PAGE_BYTES) + self.common
            status, frames = self.ask(REPLAY, body, ASK_GAP if is_gap else 0)
            if status == GONE:
                raise Gone(f"events after {self.scanned} are no longer kept")
            _, head, _, scanned_to, _ = struct.unpack_from(">QQQQI", frames[0])
            if min(scanned_to, head) <= self.scanned:
                raise ValueError("a replay is not as documented")
            for topic, raw in zip(frames[1::2], frames[2::2]):
                yield from self.take(Event(self, topic, raw))
            self.scanned, is_gap = max(self.scanned, min(scanned_to, head)), False

    def take(self, event):
        self.scanned = event.seq
        if event.topic.encode().startswith(self.topics):
            self.delivered = event.seq
            yield event

    def live(self):
        """Gives live events until something is missing: then (head to replay to, did the bus lose it?); None: HELLO."""
        heard, silent, is_level = time.monotonic(), self.interval * SILENT_BEATS, False
        while True:
            frames = receive(self.daemons[0].sub, heard + silent * 2 ** min(self.failures, 4) - time.monotonic())
            if frames is None:
                raise TimeoutError(f"{self.daemons[0].events}: no heartbeat")
            event = None if frames[0].startswith(b"!hb welcome ") else Event(self, frames[0], frames[1])
            if event is None or event.epoch != self.epoch:  # a connection is new
                return None
            if self.state in ("stale", "refused"):
                log.warning("the daemon is back")
            heard, self.failures, self.state = time.monotonic(), 0, "live"
            if event.kind == HEARTBEAT and event.seq > self.scanned:
                return event.seq, is_level and not self.common
            if event.kind == EVENT and event.seq > self.scanned:
                if event.prev[self.level if self.level < len(event.prev) else 0] > self.scanned:
                    return event.seq, is_level
                yield from self.take(event)
            is_level = True
            self.save(1 if time.monotonic() - self.saved_at > SAVE_SECONDS else SAVE_EVENTS)

    def follow(self):
        daemon = self.daemons[0]
        while True:
            daemon.sub = daemon.sub or connect(zmq.SUB, daemon.events, daemon.keys, self.common, b"!hb")
            missing = self.hello(), False
            if self.is_open and self.is_due:
                yield from self.facts()
            self.save()  # a client that dies before its first event comes back to this place
            while missing:
                yield from self.replay(*missing)
                missing = yield from self.live()
            time.sleep(PAUSE)

    def __iter__(self):
        while True:
            try:
                yield from self.follow()
            except (Denied, TimeoutError, ValueError, struct.error, IndexError) as why:
                state = "refused" if isinstance(why, Denied) else "stale"
                if self.state not in ("stale", state):
                    log.warning("no daemon answers: %s; trying again", why)
                self.daemons[0].close()
                self.daemons.append(self.daemons.pop(0))
                self.state, self.failures = state, min(self.failures + 1, 10)
                if self.failures % len(self.daemons) == 0:
                    pause = PAUSE_MAX if state == "refused" else PAUSE * 2 ** min(self.failures, 5)
                    time.sleep(pause * random.uniform(0.8, 1.2))

def subscribe(topics=(), **options):
    """Events of the topics ("fact/us-mexico/"), in order, each at least once, for ever. Options: see Client."""
    return iter(Client(topics, **options))
