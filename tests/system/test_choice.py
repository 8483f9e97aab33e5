"""Clients that cannot simply go on: those that come late, those whose log is another one, those with several daemons."""
import json
import subprocess

import pytest
from harness import CLI, SCHEMA, Newsroom, Site, wait_for
from test_forward import Forwarder, values, webhook

NEVER = ("daemon", "source")  # topics without facts


class Tail:
    """policywatch tail that runs until the test has seen enough."""

    def __init__(self, daemon, *args):
        self.out, self.log = daemon.folder / "tail.out", daemon.folder / "tail.log"
        with open(self.out, "ab") as out, open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(CLI), "tail", "--json", *args], env=daemon.env, stdout=out, stderr=log)

    def events(self):
        return [json.loads(line) for line in self.out.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def log_text(self):
        return self.log.read_text()

    def wait(self, condition, what):
        wait_for(lambda: condition(self), 30, f"{what}; have {self.out.read_text()}, {self.log_text()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(30) == 0, self.log_text()
        assert "Sanitizer" not in self.log_text() and "runtime error" not in self.log_text(), self.log_text()


def figures(events):
    return [e["data"]["change"]["new"] for e in events if e["type"] == "policywatch.fact.figure.v1"]


def states(events):
    return [e for e in events if e["type"] == "policywatch.fact.state.v1"]


def new_log(daemon):
    daemon.stop()
    for file in daemon.state.glob("policywatch.db*"):
        file.unlink()
    daemon.start()


# ---- who comes late ----

def test_a_late_joiner_gets_the_facts_then_each_change_once():
    with Newsroom() as daemon:
        daemon.report(2)
        cursor = str(daemon.folder / "place")
        with Tail(daemon, "--snapshot", "--cursor", cursor, "us-mexico") as tail:
            tail.wait(lambda t: states(t.events()), "the facts")
            daemon.report(3)
            tail.wait(lambda t: len(figures(t.events())) == 3, "three changes")
            events = tail.events()
        for event in events:
            SCHEMA.validate(event)
        assert [e["data"]["fact"]["figure"]["value"] for e in states(events)] == [14000]
        assert events[0] == states(events)[0] and figures(events) == [15000, 16000, 17000]
        daemon.report()
        with Tail(daemon, "--snapshot", "--cursor", cursor, "us-mexico") as tail:  # the place wins
            tail.wait(lambda t: figures(t.events())[3:] == [18000], "the next change alone")
            assert len(states(tail.events())) == 1


def test_topics_without_facts_begin_with_what_comes():
    with Newsroom() as daemon:
        with Tail(daemon, "--snapshot", *NEVER) as tail:
            wait_for(lambda: daemon.ask("reload") and tail.events(), 30, "an event")  # begins when it has joined
            assert not states(tail.events())


# ---- another log ----

def test_another_log_is_told_and_missed_by_nobody(tmp_path):
    with Newsroom() as daemon:
        daemon.report(2)
        with Tail(daemon, "--since", "0", "--cursor", str(tmp_path / "place"), "us-mexico") as tail:
            tail.wait(lambda t: figures(t.events()) == [13000, 14000], "two changes")
            new_log(daemon)  # reads the folder again, as new
            tail.wait(lambda t: "another one now; going on from an hour before" in t.log_text(), "to be told so")
            wait_for(lambda: figures(daemon.all_events()) == [13000, 14000], 30, "the new log to hold the old reports")
            daemon.inbox.joinpath("late.new").write_text(daemon.inbox.joinpath("2.html").read_text()
                                                         .replace("14,000", "19,000").replace("2022-01-02", "2022-02-02"))
            daemon.inbox.joinpath("late.new").rename(daemon.inbox / "late.html")
            tail.wait(lambda t: figures(t.events())[-1:] == [19000], "the change in the new log")
            assert figures(tail.events()) == [13000, 14000] * 2 + [19000]
        lines = (tmp_path / "place").read_text().splitlines()
        assert len(lines) == 2 and all(line.startswith("pw1 ") for line in lines)


def test_a_forwarder_goes_on_in_another_log():
    site = Site()
    with Newsroom() as daemon, Forwarder(daemon, [webhook(site)]) as forwarder:
        daemon.report(1)
        wait_for(lambda: values(site) == [13000], 30, "the first change")
        new_log(daemon)
        wait_for(lambda: "going on from an hour before the last event" in forwarder.log_text(), 30, "to be told so")
        daemon.inbox.joinpath("late.new").write_text(daemon.inbox.joinpath("1.html").read_text()
                                                     .replace("13,000", "19,000").replace("2022-01-01", "2022-02-02"))
        daemon.inbox.joinpath("late.new").rename(daemon.inbox / "late.html")
        wait_for(lambda: values(site)[-1:] == [19000], 30, "the change in the new log")
    site.close()


# ---- several daemons ----

@pytest.mark.parametrize("how", [15, 9])
def test_there_and_back_between_two_daemons_nothing_is_missed(how):
    with Newsroom() as first, Newsroom() as second:
        first.report(1)
        both = ["--events", f"{first.events},{second.events}", "--query", f"{first.query},{second.query}"]
        place = first.folder / "place"
        out, log = first.folder / "out", first.folder / "err"

        def seen():
            return [(e["id"].split("-")[0], e["data"]["change"]["new"]) for e in map(json.loads, out.read_text().splitlines())]

        with open(out, "wb") as to, open(log, "wb") as err:
            tail = subprocess.Popen([str(CLI), *both, "tail", "--json", "--since", "0", "--cursor", str(place), "us-mexico"],
                                    stdout=to, stderr=err)
        try:
            wait_for(lambda: [v for _, v in seen()] == [13000], 30, "the first daemon's event")
            second.report(2)
            first.stop(how)
            wait_for(lambda: [v for _, v in seen()] == [13000, 13000, 14000], 30, "those of the second")
            assert "going on from an hour before" in log.read_text()
            first.start()
            first.report(2)
            second.stop(how)
            wait_for(lambda: [v for _, v in seen()][3:] == [14000, 15000], 30, "what the first one has since")
            second.start()
            second.report(1)
            first.stop(how)
            wait_for(lambda: [v for _, v in seen()][5:] == [15000], 30, "what the second one has since")
            assert len(set(seen())) == 6
            assert log.read_text().count("going on") == 1
        finally:
            tail.terminate()
            assert tail.wait(30) == 0, log.read_text()


def test_a_question_goes_to_a_daemon_that_answers():
    with Newsroom() as second:
        nowhere = f"ipc://{second.folder}/nowhere"
        result = subprocess.run([str(CLI), "--events", f"{nowhere},{second.events}", "--query", f"{nowhere},{second.query}",
                                 "facts"], capture_output=True, text=True, timeout=60, check=True)
        assert "us-mexico.southern-deployment" in result.stdout
