"""A daemon of its own for each test: folders, configuration, sockets, a loopback web server, clients."""
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import tempfile
import threading
import time

import jsonschema
import zmq

BUILD = pathlib.Path(os.environ["PW_BUILD"])
SOURCE = pathlib.Path(os.environ["PW_SOURCE"])
DAEMON = BUILD / "policywatchd"
CLI = BUILD / "policywatch"
FORWARD = BUILD / "policywatch-forward"
SCHEMA = jsonschema.Draft7Validator(
    json.loads((SOURCE / "include" / "policywatch" / "event.schema.json").read_text()),
    format_checker=jsonschema.FormatChecker())


def wait_for(condition, seconds=30, what="condition"):
    """Polls until the condition gives something true; returns that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {seconds} s")


class Site(http.server.ThreadingHTTPServer):
    """A web server on loopback whose pages a test sets: a path gives bytes, or a function of the request handler."""

    def __init__(self):
        self.pages = {}
        self.requests = []
        self.posts = []  # (path, headers, body)
        self.on_post = {}  # path: function of the handler and the body; else 204
        super().__init__(("127.0.0.1", 0), _Handler)
        self.daemon_threads = True
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        pass  # clients that hang up are part of the tests

    def close(self):
        self.shutdown()
        self.server_close()
        self.thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        page = self.server.pages.get(self.path)
        if page is None:
            self.reply(404, b"nothing here", "text/plain")
        elif callable(page):
            page(self)
        else:
            self.reply(200, page)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.posts.append((self.path, dict(self.headers), body))
        self.server.on_post.get(self.path, lambda handler, _: handler.reply(204, b""))(self, body)

    def reply(self, status, body, media_type="text/html; charset=utf-8", **headers):
        if isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Daemon:
    """policywatchd with a configuration made of parts; use it as a context."""

    def __init__(self, sources="", facts="", main="", http_listen="", env=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pw.", dir="/tmp"))
        self.state = self.folder / "state"
        self.events = f"ipc://{self.folder}/events"
        self.query = f"ipc://{self.folder}/query"
        self.config = self.folder / "policywatchd.conf"
        self.log = self.folder / "log"
        self.process = None
        self.env = dict(os.environ, POLICYWATCH_EVENTS=self.events, POLICYWATCH_QUERY=self.query, **(env or {}))
        self.main = main
        self.http_listen = http_listen
        self.write_config(sources, facts)

    def write_config(self, sources="", facts="", extra=""):
        self.config.write_text(
            f'daemon: {{ state_dir = "{self.state}"; instance = "policywatch://test"; log_level = "debug"; }};\n'
            f'bus: {{ events = [ "{self.events}" ]; query = [ "{self.query}" ]; heartbeat = "200ms"; }};\n'
            f'http: {{ listen = "{self.http_listen}"; }};\n{self.main}\n{extra}\n'
            f"sources: ( {sources} );\nfacts: ( {facts} );\n")

    def start(self, *args, command=(), ready=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*command, str(DAEMON), "--config", str(self.config), "--foreground", *args],
                                            stderr=log, stdout=log, env=self.env)
        if ready:
            wait_for(self.is_ready, 60, "daemon")
        return self

    def is_ready(self):
        assert self.process.poll() is None, self.log_text()
        return request(self.query, 1, struct.pack(">q", -1 << 63), timeout_ms=500)[0] == 0

    def cli(self, *args, check=True, text=True, **options):
        result = subprocess.run([str(CLI), *args], capture_output=True, text=text, env=self.env, timeout=120,
                                check=False, **options)
        if check:
            assert result.returncode == 0, f"{args}: {result.stderr}\n{self.log_text()}"
        return result

    def ask(self, call, **params):
        """A call over the query socket."""
        status, frames = request(self.query, 3, json.dumps({"call": call, **params}).encode())
        assert status == 0, f"{call}: {status} {frames}\n{self.log_text()}"
        return json.loads(b"".join(frames))

    def fact(self, fact_id="us-mexico.southern-deployment"):
        return self.ask("fact", id=fact_id)

    def all_events(self):
        """Every event of the log, by replay."""
        rows = replay(self.query)
        return [json.loads(record.payload) for record in rows]

    def wait_events(self, kind, count=1, seconds=30):
        """At least `count` events whose type holds `kind`."""
        def found():
            events = [e for e in self.all_events() if kind in e["type"]]
            return events if len(events) >= count else None
        try:
            return wait_for(found, seconds, f"{count} events {kind}")
        except AssertionError as error:
            have = [(e["type"], e["subject"]) for e in self.all_events()]
            raise AssertionError(f"{error}; have {have}\n{self.log_text()}") from None

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        code = self.process.returncode if self.process else None
        self.process = None
        return code

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def __enter__(self):
        return self.start()

    def check_events(self):
        """Whatever a test made the daemon say keeps to the schema that goes with the public headers."""
        for event in self.all_events() if self.process and self.process.poll() is None else ():
            SCHEMA.validate(event)

    def __exit__(self, failure=None, *_):
        try:
            if not failure:
                self.check_events()
        finally:
            code = self.stop()
        text = self.log_text()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert "Sanitizer" not in text and "runtime error" not in text, text
        assert code in (0, None), text


# ---- the wire, by hand: what a client in any language sees ----

class Record:
    def __init__(self, data):
        (magic, version, self.kind, self.encoding, nprev, self.flags, self.epoch, self.seq,
         self.time_ns) = struct.unpack_from(">2sBBBBHQQq", data)
        assert magic == b"PW" and version == 1
        self.prev = struct.unpack_from(f">{nprev}Q", data, 32)
        self.payload = data[32 + 8 * nprev:]


def request(query, verb, body=b"", more=(), timeout_ms=5000):
    """One request to the ROUTER; returns (status, frames)."""
    context = zmq.Context.instance()
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    try:
        socket.connect(query)
        header = struct.pack(">2sBBIQ", b"PW", 1, verb, 0, 7)
        socket.send_multipart([header, body, *more])
        if not socket.poll(timeout_ms):
            return None, []
        frames = socket.recv_multipart()
        magic, version, answered = struct.unpack_from(">2sBB", frames[0])
        assert (magic, version, answered) == (b"PW", 1, verb | 0x80)
        return frames[0][4], frames[1:]
    finally:
        socket.close()


def replay(query, start=0, prefix=b""):
    records = []
    while True:
        status, frames = request(query, 2, struct.pack(">QQII", 0, start, 1000, 1 << 18) + prefix)
        if status is None:
            return records
        assert status == 0, status
        _epoch, head, _oldest, scanned, count = struct.unpack_from(">QQQQI", frames[0])
        assert len(frames) == 1 + 2 * count
        records += [Record(frames[2 + 2 * i]) for i in range(count)]
        if scanned >= head:
            return records
        start = scanned + 1


@contextlib.contextmanager
def subscriber(endpoint, topics=(b"",)):
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.linger = 0
    for topic in topics:
        socket.subscribe(topic)
    socket.subscribe(b"!hb")
    socket.connect(endpoint)
    try:
        yield socket
    finally:
        socket.close()


# ---- material ----

class Newsroom(Daemon):
    """A daemon with a folder; each report moves the figure of one fact, to 13000, 14000, …"""

    def __init__(self, **options):
        super().__init__(**options)
        self.inbox = self.folder / "inbox"
        self.inbox.mkdir()
        self.reports = 0
        self.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{self.inbox}"; }}', DEPLOYMENT)

    def report(self, count=1):
        """Publishes so many reports and waits until each has its event; gives the new numbers."""
        values = []
        for _ in range(count):
            self.reports += 1
            values.append(12000 + 1000 * self.reports)
            text = f"Mexico now has {values[-1]:,} security personnel in southern Mexico, the army said."
            path = self.inbox / f"{self.reports}.html"
            path.with_suffix(".new").write_text(page("Report", f"2022-01-{self.reports:02}T12:00:00Z", text))
            path.with_suffix(".new").rename(path)
            self.wait_events("fact.figure", self.reports)
        return values


def page(title, published, *paragraphs, lang="en"):
    body = "\n".join(f"<p>{text}</p>" for text in paragraphs)
    return (f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta property="article:published_time" content="{published}"></head>'
            f"<body><main><article><h1>{title}</h1>{body}</article></main></body></html>")


def feed(*items):
    """items: (guid, date, title, text)"""
    rows = "".join(f'<item><guid isPermaLink="false">{guid}</guid><link>https://news.example/{guid}</link>'
                   f"<pubDate>{date}</pubDate><title>{title}</title><description>{text}</description></item>"
                   for guid, date, title, text in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{rows}</channel></rss>'


DEPLOYMENT = """{ id = "us-mexico.southern-deployment"; kind = "figure"; status = "in-force"; as_of = "2021-06-08";
  text = "Mexico has deployed more than 12,000 security personnel to southern Mexico to address irregular migration.";
  parties = [ "MX" ]; figure = { value = 12000; unit = "security personnel"; bound = "at-least"; };
  aliases = [ "security personnel in southern Mexico", "deployment in southern Mexico" ]; }"""
