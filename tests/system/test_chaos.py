"""Killed and stopped at random moments, on either side: each subscriber with a cursor ends with the log of its filter.

Twenty rounds of 1,000 events by default; PW_CHAOS_ROUNDS=200 for a long run, PW_CHAOS_SEED to repeat one (moments of
the machine aside)."""
import heapq
import itertools
import os
import random
import signal
import socket
import time

from fleet import Corps, Lossy, Subscriber, stored
from harness import wait_for

ROUNDS = int(os.environ.get("PW_CHAOS_ROUNDS", "20"))
SEED = int(os.environ.get("PW_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
FILES = 20  # a round, of 50 events each
FILES_WITHIN = 4.0  # seconds
DEEDS = 14  # a round


class Chaos:
    """What is done to whom and when. A thing that is stopped or down is up again after at most two seconds."""

    def __init__(self, daemon, others, seed):
        self.daemon, self.others = daemon, others
        self.random = random.Random(seed)
        self.plan, self.order = [], itertools.count()
        self.kills = self.stops = 0

    def at(self, when, deed, *args):
        heapq.heappush(self.plan, (when, next(self.order), deed, args))

    def run(self):
        while self.plan:
            when, _, deed, args = heapq.heappop(self.plan)
            time.sleep(max(0.0, when - time.monotonic()))
            deed(*args)

    def plan_round(self):
        start = time.monotonic()
        for when in sorted(self.random.uniform(0, FILES_WITHIN) for _ in range(FILES)):
            self.at(start + when, self.daemon.report)
        for _ in range(DEEDS):
            # The daemon is hit as often as all of the others.
            victim = self.daemon if self.random.random() < 0.5 else self.random.choice(self.others)
            deed = self.kill if self.random.random() < 0.6 else self.stop
            self.at(start + self.random.uniform(0, FILES_WITHIN + 0.5), deed, victim)

    def kill(self, victim):
        if victim.process is None:
            return  # down already
        self.kills += 1
        assert victim.process.poll() is None, f"it ended by itself: {victim.process}\n{self.words(victim)}"
        victim.process.kill()
        code = victim.process.wait(30)
        assert code == -signal.SIGKILL, f"it ended with {code} before it was killed\n{self.words(victim)}"
        victim.process = None
        self.at(time.monotonic() + self.random.uniform(0, 0.5), self.start, victim)

    def stop(self, victim):
        if victim.process is None:
            return
        self.stops += 1
        os.kill(victim.process.pid, signal.SIGSTOP)
        self.at(time.monotonic() + self.random.uniform(0.3, 2), self.go_on, victim.process)

    def start(self, victim):
        if victim is self.daemon:
            victim.start(ready=False)
        else:
            victim.start()

    @staticmethod
    def go_on(process):
        if process.poll() is None:
            os.kill(process.pid, signal.SIGCONT)

    def words(self, victim):
        return self.daemon.log_text()[-3000:] if victim is self.daemon else victim.said()


def check_numbers(state, after):
    """The log has no gap, and prev[] of each event is what a client finds a gap by."""
    rows = stored(state)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    last = {}
    for row in rows:
        levels = row.topic.split("/")[:-1]
        prefixes = ["/".join(levels[:k]) for k in range(len(levels) + 1)]
        if row.seq > after:
            assert list(row.prev) == [last.get(prefix, 0) for prefix in prefixes], row
        last.update((prefix, row.seq) for prefix in prefixes)
    return len(rows)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def over_tcp(daemon):
    """The daemon also answers on loopback; gives the environment of a client that uses that."""
    events, query = f"tcp://127.0.0.1:{free_port()}", f"tcp://127.0.0.1:{free_port()}"
    text = daemon.config.read_text()
    text = text.replace(f'"{daemon.events}"', f'"{daemon.events}", "{events}"')
    daemon.config.write_text(text.replace(f'"{daemon.query}"', f'"{daemon.query}", "{query}"'))
    return {"POLICYWATCH_EVENTS": events, "POLICYWATCH_QUERY": query}


def test_killed_and_stopped_at_random_each_subscriber_ends_with_exactly_its_events():
    print(f"PW_CHAOS_SEED={SEED}")
    daemon = Corps()
    tcp = over_tcp(daemon)
    relay = Lossy(daemon, seed=SEED)
    lossy = {"POLICYWATCH_EVENTS": relay.events}
    subscribers = [Subscriber(daemon, "all", env=lossy), Subscriber(daemon, "beat", "fact/alpha/", env=lossy),
                   Subscriber(daemon, "fact", "fact/alpha/cedar-wardens/", env=lossy),
                   Subscriber(daemon, "python", "fact/beta/", "fact/alpha/birch-wardens/", python=True, env=lossy),
                   Subscriber(daemon, "ipc", "fact/beta/"), Subscriber(daemon, "tcp", env=tcp)]
    chaos = Chaos(daemon, [*subscribers, relay], SEED)
    checked = 0
    with daemon, relay:
        try:
            for subscriber in subscribers:
                subscriber.start()
            for number in range(ROUNDS):
                started = time.monotonic()
                chaos.plan_round()
                chaos.run()
                planned = time.monotonic()
                wait_for(lambda: daemon.process.poll() is not None or daemon.is_ready(), 60, "the daemon")
                daemon.wait_told()
                stored_at = time.monotonic()
                for subscriber in subscribers:
                    subscriber.wait_all()
                    assert subscriber.alive(), f"{subscriber.name} is gone:\n{subscriber.said()}"
                checked = check_numbers(daemon.state, checked)
                for path in daemon.inbox.iterdir():
                    path.unlink()
                print(f"round {number + 1}: {checked} events; chaos {planned - started:.1f} s, stored after "
                      f"{stored_at - planned:.1f} s more, read after {time.monotonic() - stored_at:.1f} s more")
            assert daemon.told() == ROUNDS * FILES * 50
            print(f"{chaos.kills} kills, {chaos.stops} stops; "
                  + ", ".join(f"{s.name}: {len(s.seen)} events, {s.repeated} repeated" for s in subscribers))
        except AssertionError as why:
            raise AssertionError(f"PW_CHAOS_SEED={SEED}: {why}\n{daemon.log_text()[-2000:]}") from None
        finally:
            for subscriber in subscribers:
                if subscriber.process:
                    subscriber.__exit__()
