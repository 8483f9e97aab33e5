"""Killed at the worst moment: what is stored is published, once, with its number."""
import json
import os
import signal
import subprocess

import pytest

from harness import BUILD, DEPLOYMENT, SOURCE, Daemon, page, replay, wait_for

RISE = "Mexico now has 13,181 security personnel in southern Mexico, up from 12,000 in June."


@pytest.fixture(name="killer")
def build_killer(tmp_path):
    """A library that kills the process when it is about to send an event of a fact: after the commit."""
    library = tmp_path / "killer.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(SOURCE / "tests/system/kill_before_send.c"), "-ldl"],
                   check=True)
    preload = [str(library)]
    linked = subprocess.run(["ldd", str(BUILD / "policywatchd")], capture_output=True, text=True, check=True).stdout
    for line in linked.splitlines():
        if "libasan" in line:  # must come first
            preload.insert(0, line.split("=>")[1].split()[0])
    return " ".join(preload)


def test_killed_between_commit_and_publish_the_event_still_arrives_once(killer):
    daemon = Daemon(facts=DEPLOYMENT)
    inbox = daemon.folder / "inbox"
    inbox.mkdir()
    cursor = daemon.folder / "cursor"
    daemon.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{inbox}"; }}', DEPLOYMENT)
    daemon.env["LD_PRELOAD"] = killer
    daemon.start(ready=False)
    daemon.env.pop("LD_PRELOAD")
    wait_for(lambda: daemon.cli("status", check=False).returncode == 0, 60, "daemon")
    with open(daemon.folder / "out", "wb") as out:
        tail = subprocess.Popen([str(BUILD / "policywatch"), "tail", "--json", "--since", "0", "--cursor", str(cursor),
                                 "us-mexico"], stdout=out, env=daemon.env)
        (inbox / "a.html").write_text(page("Report", "2021-08-20T12:00:00Z", RISE, "Nothing else was said that day."))
        assert daemon.process.wait(30) == -signal.SIGKILL, daemon.log_text()
        daemon.start()
        stored = [json.loads(r.payload) for r in replay(daemon.query, prefix=b"fact/us-mexico/")]
        assert [e["type"] for e in stored] == ["policywatch.fact.figure.v1"]
        wait_for(lambda: (daemon.folder / "out").stat().st_size, 30, "the event at the subscriber")
        # A second change comes after it, so that a repeat of the first would be seen.
        (inbox / "b.html").write_text(page("Report", "2021-09-20T12:00:00Z", RISE.replace("13,181", "14,000"), "No more."))
        wait_for(lambda: len((daemon.folder / "out").read_text().split("\n")) > 2, 30, "the second event")
        tail.send_signal(signal.SIGTERM)
        tail.wait(10)
    got = [json.loads(line) for line in (daemon.folder / "out").read_text().splitlines()]
    assert [e["data"]["change"]["new"] for e in got] == [13181, 14000]
    assert got[0] == stored[0]
    sequences = [r.seq for r in replay(daemon.query)]
    assert sequences == list(range(1, len(sequences) + 1))
    daemon.__exit__()


def test_killed_at_random_moments_no_fact_moves_without_its_event():
    daemon = Daemon(facts=DEPLOYMENT)
    inbox = daemon.folder / "inbox"
    inbox.mkdir()
    daemon.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{inbox}"; }}', DEPLOYMENT)
    for turn in range(6):
        daemon.start()
        for number in range(5):
            value = 13000 + turn * 100 + number
            (inbox / f"{turn}-{number}.html").write_text(page(
                "Report", f"2021-{7 + turn // 3:02d}-{10 + turn * 3 + number // 2:02d}T{10 + number}:00:00Z",
                f"Mexico now has {value:,} security personnel in southern Mexico.", "Nothing else was said."))
        os.sched_yield()
        if turn % 2:
            wait_for(lambda t=turn: daemon.ask("status")["documents"] >= t * 5 + 1, 30, "documents")
        daemon.process.kill()
        daemon.process.wait(10)
    with daemon:
        wait_for(lambda: daemon.ask("status")["documents"] == 30, 60, "all documents")
        history = daemon.fact()["history"]
        events = [e for e in daemon.all_events() if e["type"] == "policywatch.fact.figure.v1"]
        assert [e["fact"]["figure"]["value"] for e in history[1:]] == [e["data"]["change"]["new"] for e in events]
        assert [e["seq"] for e in history[1:]] == [int(e["sequence"]) for e in events]
