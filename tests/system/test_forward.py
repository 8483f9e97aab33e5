"""policywatch-forward: each sink gets each event, in order, whatever happens to it, its receiver or another sink."""
import base64
import contextlib
import email
import email.policy
import hashlib
import hmac
import json
import os
import signal
import subprocess

import pytest
from aiosmtpd.controller import Controller

from harness import FORWARD, Newsroom, Site, wait_for


class Forwarder:
    """policywatch-forward with the sinks given, its state in the daemon's folder; use it as a context."""

    def __init__(self, daemon, sinks):
        self.daemon, self.process = daemon, None
        self.state, self.config, self.log = (daemon.folder / name for name in ("forward", "forward.conf", "forward.log"))
        self.state.mkdir(exist_ok=True)
        self.config.write_text(f'events = "{daemon.events}"; query = "{daemon.query}"; state_dir = "{self.state}";\n'
                               f"sinks: ( {', '.join(sinks)} );\n")

    def command(self, *args):
        return [str(FORWARD), "--config", str(self.config), *args]

    def run(self, *args):
        return subprocess.run(self.command(*args), env=self.daemon.env, capture_output=True, text=True, timeout=120, check=False)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, env=self.daemon.env)
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(30)

    def log_text(self):
        return self.log.read_text(errors="replace")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            assert self.stop() == 0, self.log_text()
        assert "Sanitizer" not in self.log_text() and "runtime error" not in self.log_text(), self.log_text()


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def daemon():
    with Newsroom() as daemon:
        yield daemon


def webhook(site, path="/hook", name="hook", more=""):
    return (f'{{ name = "{name}"; kind = "webhook"; url = "{site.url}{path}"; topics = [ "us-mexico" ]; '
            f'start = "oldest"; {more} }}')


def value_of(body):
    return json.loads(body)["data"]["change"]["new"]


def values(site, path="/hook"):
    return [value_of(body) for posted, _, body in site.posts if posted == path]


# ---- webhooks ----

def test_a_webhook_gets_each_event_as_a_signed_cloudevent(daemon, site):
    key = b"a secret of thirty-two bytes ok!"
    secret = daemon.folder / "secret"
    secret.write_text("whsec_" + base64.b64encode(key).decode() + "\n")
    os.chmod(secret, 0o600)
    told = daemon.report(2)
    with Forwarder(daemon, [webhook(site, more=f'secret_file = "{secret}";')]):
        wait_for(lambda: len(site.posts) == 2, 30, "two posts")
        told += daemon.report()
        wait_for(lambda: len(site.posts) == 3, 30, "the live one")
    assert values(site) == told
    _, headers, body = site.posts[0]
    assert headers["Content-Type"].startswith("application/cloudevents+json")
    assert headers["webhook-id"] == json.loads(body)["id"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"


def test_a_webhook_that_is_busy_gets_the_event_again_and_in_order(daemon, site):
    def busy_once(handler, body):
        handler.reply(503 if len(site.posts) == 1 else 204, b"", Retry_After="1")
    site.on_post["/hook"] = busy_once
    told = daemon.report(2)
    with Forwarder(daemon, [webhook(site)]) as forwarder:
        wait_for(lambda: len(site.posts) == 3, 30, "the second try and the next event")
        assert values(site) == [told[0], *told]
        assert site.posts[0][1]["webhook-id"] == site.posts[1][1]["webhook-id"]
        wait_for(lambda: "delivers again" in forwarder.log_text(), 10, "word of it")
    assert "503" in forwarder.log_text()


def test_a_redirect_is_no_success(daemon, site):
    site.on_post["/hook"] = lambda handler, _: handler.reply(302, b"", Location=f"{site.url}/other")
    daemon.report()
    forwarder = Forwarder(daemon, [webhook(site)])
    result = forwarder.run("--once")
    assert result.returncode == 1 and "302" in result.stderr
    assert values(site, "/other") == [] and len(site.posts) == 3


def test_after_a_restart_each_event_comes_once(daemon, site):
    told = daemon.report(2)
    sinks = [webhook(site)]
    with Forwarder(daemon, sinks):
        wait_for(lambda: len(site.posts) == 2, 30, "two posts")
    told += daemon.report(2)  # while nobody forwards
    with Forwarder(daemon, sinks):
        wait_for(lambda: len(site.posts) >= 4, 30, "two more")
        told += daemon.report()
        wait_for(lambda: len(site.posts) >= 5, 30, "the live one")
    assert values(site) == told


def test_a_forwarder_that_is_killed_loses_nothing(daemon, site):
    sinks = [webhook(site)]
    told = daemon.report(1)
    with Forwarder(daemon, sinks) as forwarder:
        wait_for(lambda: len(site.posts) == 1, 30, "a post")
        forwarder.stop(signal.SIGKILL)
    told += daemon.report(2)
    with Forwarder(daemon, sinks):
        wait_for(lambda: values(site)[-1:] == told[-1:], 30, "all posts")
    seen = {headers["webhook-id"]: value_of(body) for _, headers, body in site.posts}
    assert list(seen.values()) == told  # the one at the kill may have come twice, under the same id


def test_a_forwarder_goes_on_when_the_daemon_was_away(daemon, site):
    with Forwarder(daemon, [webhook(site)]):
        told = daemon.report()
        wait_for(lambda: len(site.posts) == 1, 30, "a post")
        assert daemon.stop() == 0
        daemon.start()
        told += daemon.report()
        wait_for(lambda: len(site.posts) == 2, 30, "a post after the restart")
    assert values(site) == told


# ---- programs ----

def test_a_program_gets_the_event_and_nothing_of_it_as_an_argument(daemon):
    script, out = daemon.folder / "archive", daemon.folder / "archived"
    script.write_text(f'#!/bin/sh\necho "$#:$1" >>"{out}.args"\ncat >>"{out}"\necho >>"{out}"\n')
    script.chmod(0o755)
    told = daemon.report(2)
    sink = (f'{{ name = "archive"; kind = "exec"; argv = [ "{script}", "one; touch /tmp/x" ]; topics = [ "us-mexico" ]; '
            f'start = "oldest"; }}')
    result = Forwarder(daemon, [sink]).run("--once")
    assert result.returncode == 0, result.stderr
    assert [value_of(line) for line in out.read_text().splitlines() if line] == told
    assert set((daemon.folder / "archived.args").read_text().splitlines()) == {"1:one; touch /tmp/x"}


def test_a_program_that_hangs_is_ended_with_what_it_started(daemon):
    script, pid = daemon.folder / "hang", daemon.folder / "pid"
    script.write_text(f'#!/bin/sh\nsleep 1000 &\necho $! >"{pid}"\nwait\n')
    script.chmod(0o755)
    daemon.report()
    sink = (f'{{ name = "hang"; kind = "exec"; argv = [ "{script}" ]; topics = [ "us-mexico" ]; start = "oldest"; '
            f'timeout = "300ms"; }}')
    result = Forwarder(daemon, [sink]).run("--once")
    assert result.returncode == 1 and "took more than 300 ms" in result.stderr

    def is_gone():
        try:
            with open(f"/proc/{int(pid.read_text())}/stat", encoding="ascii") as stat:
                return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
        except FileNotFoundError:
            return True
    wait_for(is_gone, 10, "the end of what the program started")


# ---- mail ----

class Mailbox:
    """A mail server; refuses so many messages first."""

    def __init__(self, refuse=0):
        self.mails, self.refuse = [], refuse

    async def handle_DATA(self, _server, _session, envelope):
        if self.refuse:
            self.refuse -= 1
            return "451 not now"
        self.mails.append((envelope.mail_from, envelope.rcpt_tos,
                           email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 taken"


@contextlib.contextmanager
def mail_server(box):
    with Site() as free:  # a port that nobody has
        port = free.server_address[1]
        free.close()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        server.stop()


def mail_sink(url):
    return (f'{{ name = "desk"; kind = "email"; url = "{url}"; from = "watch@example.org"; '
            f'to = [ "a@example.org", "b@example.org" ]; topics = [ "us-mexico" ]; start = "oldest"; }}')


def test_a_mail_says_what_changed_and_that_a_machine_wrote_it(daemon):
    box = Mailbox()
    daemon.report(2)
    with mail_server(box) as url:
        result = Forwarder(daemon, [mail_sink(url)]).run("--once")
    assert result.returncode == 0, result.stderr
    sender, to, mail = box.mails[0]
    assert (sender, to) == ("watch@example.org", ["a@example.org", "b@example.org"])
    assert mail["Auto-Submitted"] == "auto-generated"
    event = [e for e in daemon.all_events() if "fact.figure" in e["type"]][0]
    assert mail["Message-ID"].startswith(f"<{event['id']}.desk@") and mail["X-Policywatch-Event"] == event["id"]
    assert "12,000 → 13,000" in mail["Subject"]
    assert "Mexico now has 13,000 security personnel" in " ".join(mail.get_content().split())
    second = box.mails[1][2]
    assert second["Message-ID"] != mail["Message-ID"] and second["References"] == mail["References"]


def test_a_mail_that_was_refused_comes_again_under_the_same_id(daemon):
    box = Mailbox(refuse=1)
    daemon.report()
    with mail_server(box) as url:
        result = Forwarder(daemon, [mail_sink(url)]).run("--once")
    assert result.returncode == 0 and "451" in result.stderr, result.stderr
    assert len(box.mails) == 1


# ---- together ----

def test_a_sink_that_fails_does_not_hold_up_the_others(daemon, site):
    site.on_post["/bad"] = lambda handler, _: handler.reply(500, b"")
    with Forwarder(daemon, [webhook(site, "/bad", "bad"), webhook(site, "/good", "good"),
                            '{ name = "gone"; kind = "exec"; argv = [ "/nonexistent/program" ]; start = "oldest"; }']) as f:
        told = daemon.report(3)
        wait_for(lambda: values(site, "/good") == told, 30, "all posts of the good one")
        assert set(values(site, "/bad")) <= {told[0]}  # it waits with the first one
        wait_for(lambda: "sink 'gone'" in f.log_text() and "sink 'bad'" in f.log_text(), 10, "word of both")


def test_a_light_event_is_not_for_a_sink_that_wants_heavy_ones(daemon, site):
    daemon.report()
    sinks = [webhook(site, "/all", "all"), webhook(site, "/heavy", "heavy", 'min_severity = "warning";')]
    assert Forwarder(daemon, sinks).run("--once").returncode == 0
    assert len(values(site, "/all")) == 1 and not values(site, "/heavy")


def test_every_mistake_of_the_configuration_is_told_with_its_line(daemon):
    forwarder = Forwarder(daemon, [])
    forwarder.config.write_text('sinks: (\n{ name = "A b"; kind = "webhook"; },\n{ name = "c"; kind = "pigeon"; },\n'
                                '{ name = "d"; kind = "exec"; argv = [ "relative" ]; timeout = "soon"; colour = 1; }\n);\n')
    result = forwarder.run("--check")
    assert result.returncode == 78
    for line in (2, 3, 4):
        assert f"{forwarder.config}:{line}:" in result.stderr, result.stderr
    assert "colour" in result.stderr and "pigeon" in result.stderr
