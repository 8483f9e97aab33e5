"""Bad input and a bad world: a clear message each, and the rest goes on."""
import os
import signal
import socket
import subprocess

from harness import DAEMON, DEPLOYMENT, Daemon, Site, feed, page, request, wait_for

RISE = "Mexico now has 13,181 security personnel in southern Mexico, up from 12,000 in June."


def check(daemon):
    return subprocess.run([str(DAEMON), "--check", str(daemon.config)], capture_output=True, text=True, check=False)


def test_ten_mistakes_in_a_configuration_are_reported_at_once():
    daemon = Daemon()
    daemon.write_config("""
      { id = "Bad Id"; kind = "feed"; url = "https://a.example/"; },
      { id = "b"; kind = "pages"; url = "https://b.example/"; },
      { id = "c"; kind = "feed"; url = "gopher://c.example/"; },
      { id = "d"; kind = "page"; url = "https://d.example/"; evry = "10m"; },
      { id = "e"; kind = "page"; url = "https://e.example/"; every = "10 parsecs"; },
      { id = "e"; kind = "page"; url = "https://e.example/"; },
      { kind = "page"; url = "https://f.example/"; },
      { id = "g"; kind = "folder"; path = "relative"; }""",
                        """{ id = "x"; kind = "body"; status = "begun"; as_of = "soon"; }""")
    result = check(daemon)
    assert result.returncode == 78
    lines = [line for line in result.stderr.splitlines() if "policywatchd.conf:" in line]
    assert len(lines) >= 10, result.stderr
    assert "did you mean 'every'?" in result.stderr
    daemon.__exit__()


def test_check_and_version_and_wrong_options():
    daemon = Daemon(facts=DEPLOYMENT)
    assert check(daemon).returncode == 0
    assert subprocess.run([str(DAEMON), "--version"], capture_output=True, text=True, check=True).stdout.startswith("policywatchd ")
    assert subprocess.run([str(DAEMON), "--nonsense"], capture_output=True, check=False).returncode == 64
    daemon.__exit__()


def test_a_reload_with_a_mistake_keeps_the_old_configuration():
    with Daemon(facts=DEPLOYMENT) as daemon:
        daemon.write_config('{ id = "s"; knd = "feed"; }', DEPLOYMENT)
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "keeping the old configuration" in daemon.log_text(), 20, "refusal")
        assert "policywatchd.conf:" in daemon.log_text() and "'kind'" in daemon.log_text()
        assert daemon.ask("status")["config"]["generation"] == 1
        assert "a newer one was refused" in daemon.cli("status").stdout
        daemon.write_config("", DEPLOYMENT.replace("12000", "13000"))
        daemon.process.send_signal(signal.SIGHUP)
        # A person's edit wins and is an event.
        event = daemon.wait_events("fact.figure")[0]
        assert (event["data"]["change"]["old"], event["data"]["change"]["new"]) == (12000, 13000)
        assert daemon.wait_events("daemon.reloaded")
        assert daemon.ask("status")["config"]["generation"] == 2
        assert "refused" not in daemon.cli("status").stdout


def test_a_busy_port_is_named():
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port = taken.getsockname()[1]
    daemon = Daemon(http_listen=f"127.0.0.1:{port}")
    daemon.start(ready=False)
    assert daemon.process.wait(30) == 69
    assert f"127.0.0.1:{port}" in daemon.log_text() and "in use" in daemon.log_text()
    daemon.process = None
    daemon.__exit__()


def test_a_second_daemon_on_the_same_state_is_refused():
    with Daemon() as first:
        second = Daemon()
        second.state = first.state
        second.write_config()
        second.start(ready=False)
        assert second.process.wait(30) == 69
        assert "used by another" in second.log_text() or "in use" in second.log_text()
        second.process = None
        second.__exit__()


def test_a_state_directory_that_cannot_be_written_is_named():
    daemon = Daemon()
    daemon.state = "/proc/nowhere"
    daemon.write_config()
    daemon.start(ready=False)
    assert daemon.process.wait(30) == 69
    assert "/proc/nowhere" in daemon.log_text()
    daemon.process = None
    daemon.__exit__()


def test_a_missing_folder_fails_and_is_picked_up_when_it_appears():
    daemon = Daemon(facts=DEPLOYMENT)
    inbox = daemon.folder / "inbox"
    daemon.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{inbox}"; every = "1s"; fail_after = 1; }}', DEPLOYMENT)
    with daemon:
        assert str(inbox) in daemon.wait_events("source.failing")[0]["data"]["message"]
        inbox.mkdir()
        (inbox / "a.html").write_text(page("Report", "2021-08-20T12:00:00Z", RISE, "Nothing else was said that day."))
        daemon.wait_events("fact.figure", seconds=120)


def test_a_page_of_200_megabytes_costs_one_fetch():
    site = Site()

    def huge(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(200 << 20))
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(b"<p>x</p>" * (1 << 17))
    site.pages["/huge"] = huge
    site.pages["/good"] = feed(("1", "Fri, 20 Aug 2021 12:00:00 GMT", "Report", RISE))
    with Daemon(f'{{ id = "huge"; kind = "page"; url = "{site.url}/huge"; every = "1s"; fail_after = 1; }},'
                f'{{ id = "good"; kind = "feed"; url = "{site.url}/good"; every = "1s"; }}', DEPLOYMENT) as daemon:
        assert "larger than" in daemon.wait_events("source.failing")[0]["data"]["message"]
        daemon.wait_events("fact.figure")
    site.close()


def test_garbage_on_the_query_socket_disturbs_nobody():
    with Daemon() as daemon:
        for verb, body in ((1, b""), (2, b"\x00" * 3), (3, b"{not json"), (3, b"[]"), (99, b"x"), (4, b"\xff" * 200)):
            status, _ = request(daemon.query, verb, body, timeout_ms=1000)
            assert status != 0
        assert daemon.ask("status")["version"]


def test_a_full_disk_stops_the_daemon_and_publishes_nothing_unstored(tmp_path):
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(tmp_path)],
                                           check=False, capture_output=True).returncode:
        # Without the right to mount, a limit on the size of files does the same.
        limit = ["prlimit", "--fsize=400000"]
        state = tmp_path / "state"
    else:
        limit, state = [], tmp_path / "state"
    daemon = Daemon(facts=DEPLOYMENT)
    daemon.state = state
    inbox = daemon.folder / "inbox"
    inbox.mkdir()
    daemon.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{inbox}"; }}', DEPLOYMENT)
    try:
        daemon.start(command=limit)
        for number in range(40):
            text = " ".join(f"Word{number * 7919 + i * 104729 % 99991}" for i in range(20000))
            (inbox / f"{number}.txt").write_text(text)
        assert daemon.process.wait(60) == 69, daemon.log_text()
        assert "the store failed" in daemon.log_text()
        daemon.process = None
    finally:
        daemon.stop()
        subprocess.run(["umount", str(tmp_path)], check=False, capture_output=True)
    daemon.__exit__()
