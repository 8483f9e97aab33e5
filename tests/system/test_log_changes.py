"""A log that is another one, that was trimmed, that another daemon keeps; facts that move while they are read."""
import json
import shutil
import signal
import time

import pytest

from fleet import Corps, Subscriber, stored
from harness import CLI, wait_for

QUICK = 'log: { keep = "1s"; keep_unread = "1s"; };'


@pytest.fixture(name="daemon")
def start_daemon():
    with Corps(facts=10) as daemon:
        yield daemon


def lines_of(subscriber):
    return [json.loads(line) for line in subscriber.out.read_text().rpartition("\n")[0].splitlines()]


def names(events):
    return [event["id"] for event in events]


def figures(daemon):
    """The facts as the daemon has them now."""
    return {fact["id"]: fact["figure"]["value"] for fact in daemon.ask("facts")["facts"]}


# ---- the log is another one ----

@pytest.mark.parametrize("is_running", [True, False], ids=["while it follows", "while it is away"])
def test_a_log_that_was_recreated_is_told_and_gone_on_with(daemon, is_running):
    daemon.report()
    daemon.wait_told()
    subscriber = Subscriber(daemon, "tail", "fact/alpha/").start()
    subscriber.wait_all()
    old = names(lines_of(subscriber))
    if not is_running:
        subscriber.kill(signal.SIGTERM)
    daemon.stop()
    shutil.rmtree(daemon.state)
    daemon.start()
    daemon.report()
    daemon.wait_told()
    if not is_running:
        subscriber.start()
    want = old + [row.id for row in stored(daemon.state) if row.topic.startswith("fact/alpha/")]
    wait_for(lambda: names(lines_of(subscriber)) == want, 30, "all of the new log behind the old one")
    assert "the log of the daemon is another one now; going on" in subscriber.said()
    assert len(subscriber.cursor.read_text().splitlines()) == 2
    subscriber.kill(signal.SIGTERM)


# ---- the log was trimmed ----

def test_events_that_were_trimmed_below_a_cursor_are_told_and_not_skipped_silently(daemon):
    daemon.report()
    daemon.wait_told()
    with Subscriber(daemon, "tail", "fact/alpha/") as subscriber:
        subscriber.wait_all()
        head = str(stored(daemon.state)[-1].seq)
        wait_for(lambda: subscriber.cursor.read_text().split()[2] == head, 10, "the cursor")
    before = names(lines_of(subscriber))
    daemon.report(2)
    daemon.wait_told()
    missed = [row.seq for row in stored(daemon.state) if row.topic.startswith("fact/alpha/")][-1]
    daemon.stop()
    daemon.write_config(daemon.sources, daemon.declared, QUICK)
    daemon.start()
    wait_for(lambda: stored(daemon.state)[0].seq > missed, 30, "the events to go")
    subscriber.start()
    wait_for(lambda: "are no longer kept; going on" in subscriber.said(), 30, "word of it")
    daemon.report()
    wait_for(lambda: len(lines_of(subscriber)) >= len(before) + 5, 30, "what came later")
    subscriber.kill(signal.SIGTERM)


# ---- two daemons ----

def test_another_daemon_takes_over_and_back_and_each_log_comes_exactly_once(daemon):
    with Corps(facts=10) as second:
        both = {"POLICYWATCH_EVENTS": f"{daemon.events},{second.events}",
                "POLICYWATCH_QUERY": f"{daemon.query},{second.query}"}
        subscriber = Subscriber(daemon, "tail", "fact/alpha/", env=both)
        rows = {}

        def more(which):
            which.report()
            which.wait_told()

        def has_all():
            for which in (daemon, second):
                rows[which] = [row.id for row in stored(which.state) if row.topic.startswith("fact/alpha/")]
            got = names(lines_of(subscriber))
            return set(got) == set(rows[daemon] + rows[second]) and got

        more(daemon)
        subscriber.start()
        subscriber.wait_all()
        more(second)
        daemon.stop(signal.SIGKILL)
        wait_for(has_all, 30, "the second log")
        told = subscriber.said()
        for away, back in ((second, daemon), (daemon, second)) * 2:
            back.start()
            more(back)
            away.stop(signal.SIGKILL)
            wait_for(has_all, 30, "what the other one has")
        got = has_all()
        assert len(got) == len(set(got)), "a log whose place is known repeats nothing"
        for which in (daemon, second):
            assert [name for name in got if name in set(rows[which])] == rows[which]  # in order
        assert subscriber.said()[len(told):].count("another one") == 0, subscriber.said()
        subscriber.kill(signal.SIGTERM)
        daemon.start()


# ---- facts that move while they are read ----

class Late(Subscriber):
    """tail --snapshot: what it printed, played back, is how things stand."""

    def __init__(self, daemon, name, *prefixes):
        super().__init__(daemon, name, *prefixes)
        self.command = [str(CLI), "tail", "--json", "--snapshot", "--cursor", str(self.cursor), *prefixes]

    def played(self):
        facts, seen, begun = {}, [], 0
        for event in lines_of(self):
            seq = int(event["sequence"])
            if ".fact.state." in event["type"]:
                begun = max(begun, seq)
                assert not seen, f"{self.name}: a fact as it stands came behind an event"
                assert event["subject"] not in facts, f"{self.name}: {event['subject']} came twice"
            else:
                assert seq > begun, f"{self.name}: event {seq} is in the facts at {begun} already"
                assert not seen or seq > seen[-1], f"{self.name}: {seq} came behind {seen[-1]}"
                seen.append(seq)
            facts[event["subject"]] = event["data"]["fact"]["figure"]["value"]
        missing = [row.seq for row in stored(self.daemon.state, begun) if row.topic.startswith("fact/")]
        return facts, missing == seen


@pytest.mark.parametrize("is_killed", [False, True], ids=["", "and the daemon is killed"])
def test_a_snapshot_and_what_follows_are_how_things_stand_also_when(is_killed):
    with Corps(facts=50) as daemon:
        late = []
        for turn in range(12):
            daemon.report()
            late.append(Late(daemon, f"late{turn}", "fact/").start())
            time.sleep(0.1)  # so that each begins somewhere else in a batch
            if is_killed and turn % 4 == 2:
                daemon.stop(signal.SIGKILL)
                daemon.start(ready=False)
        wait_for(daemon.is_ready, 30, "the daemon")
        daemon.wait_told()
        stand = figures(daemon)
        for subscriber in late:
            wait_for(lambda s=subscriber: s.played() == (stand, True), 60, f"how things stand at {subscriber.name}")
            subscriber.kill(signal.SIGTERM)
            assert "Sanitizer" not in subscriber.said()
