"""The Python client, and what the README shows: subscribe, keep a place, miss nothing."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from harness import CLI, DEPLOYMENT, SOURCE, Newsroom, wait_for
from test_curve import Fortress, Key

SCRIPT = """
import sys, policywatch
for event in policywatch.subscribe(["fact/us-mexico/"], cursor=sys.argv[1], since=0):
    print(event.data["data"]["change"]["new"], event.topic, flush=True)
    event.ack()
"""


@pytest.fixture
def daemon():
    with Newsroom() as daemon:
        daemon.env["PYTHONPATH"] = str(SOURCE / "clients" / "python")
        yield daemon


class Reader:
    """A program that subscribes, and the numbers it printed so far, one a line."""

    def __init__(self, daemon, command, cwd=None):
        self.out = daemon.folder / "reader.out"
        with open(self.out, "ab") as out, open(daemon.folder / "reader.err", "ab") as err:
            self.process = subprocess.Popen(command, env=daemon.env, stdout=out, stderr=err, cwd=cwd,
                                            start_new_session=True)

    def lines(self):
        """Whole lines only: the last one may still be on its way."""
        return self.out.read_text().rpartition("\n")[0].splitlines()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def numbers(reader):
    return [int(line.split()[0]) for line in reader.lines()]


def python_reader(daemon):
    return Reader(daemon, [sys.executable, "-c", SCRIPT, str(daemon.folder / "cursor")])


def test_events_come_live_and_after_a_restart_of_the_daemon(daemon):
    told = daemon.report()
    with python_reader(daemon) as reader:
        wait_for(lambda: numbers(reader) == told, 30, "what was there")
        told += daemon.report()
        wait_for(lambda: numbers(reader) == told, 30, "what came live")
        daemon.stop(signal.SIGKILL)
        daemon.start()
        told += daemon.report(2)
        wait_for(lambda: numbers(reader) == told, 30, "what came after the restart")
        assert reader.lines()[-1].split()[1] == "fact/us-mexico/southern-deployment/figure/"


def test_a_subscriber_that_was_killed_goes_on_at_its_cursor(daemon):
    told = daemon.report()
    with python_reader(daemon) as reader:
        wait_for(lambda: numbers(reader) == told, 30, "the first")
        seq = [e["sequence"] for e in daemon.all_events() if "fact.figure" in e["type"]][-1]
        wait_for(lambda: (daemon.folder / "cursor").read_text().split()[2] == str(int(seq)), 10, "the cursor")
    told += daemon.report(2)
    with python_reader(daemon) as reader:
        told += daemon.report()
        wait_for(lambda: numbers(reader)[-1] == told[-1], 30, "the rest")
        assert numbers(reader) == told  # each once


def test_questions_are_answered_and_mistakes_are_errors(daemon):
    script = """
import policywatch
print(policywatch.call("facts", beat="us-mexico")["facts"][0]["figure"]["value"])
try:
    policywatch.call("fact", id="no.such")
except policywatch.Error as why:
    print(why)
"""
    daemon.report()
    result = subprocess.run([sys.executable, "-c", script], env=daemon.env, capture_output=True, text=True, timeout=60,
                            check=True)
    value, why = result.stdout.splitlines()
    assert value == "13000" and "no.such" in why


# ---- places in the log ----

def run(daemon, code, *args, check=True):
    return subprocess.run([sys.executable, "-c", "import sys, policywatch\n" + code, *args], env=daemon.env, check=check,
                          capture_output=True, text=True, timeout=60)


TAKE = """
client = policywatch.Client(["fact/us-mexico/"], cursor=sys.argv[1], since=int(sys.argv[3]))
for _, event in zip(range(int(sys.argv[2])), client):
    print("state" if event.is_state else event.data["data"]["change"]["new"])
    event.ack()
"""


def take(daemon, count, since=0, cursor="cursor"):
    """The next so many events of a client that ends then."""
    return run(daemon, TAKE, str(daemon.folder / cursor), str(count), str(since)).stdout.split()


def test_c_and_python_go_on_where_the_other_stopped(daemon):
    told = daemon.report(4)
    cursor = daemon.folder / "cursor"
    assert take(daemon, 1) == [str(told[0])]
    lines = daemon.cli("tail", "--json", "--cursor", str(cursor), "--count", "2", "us-mexico").stdout.splitlines()
    assert [json.loads(line)["data"]["change"]["new"] for line in lines] == told[1:3]
    assert take(daemon, 1) == [str(told[3])]
    epoch, seq, ms = cursor.read_text().split()[1:]
    assert epoch == daemon.ask("status")["epoch"] and int(seq) >= 4 and int(ms) > 1e12


def test_what_is_no_cursor_is_left_alone(daemon):
    cursor = daemon.folder / "cursor"
    cursor.write_text("my diary\n")
    result = run(daemon, TAKE, str(cursor), "1", "0", check=False)
    assert "not a cursor" in result.stderr and cursor.read_text() == "my diary\n"


def test_a_late_joiner_gets_the_facts_and_then_what_comes(daemon):
    told = daemon.report(2)
    assert take(daemon, 1, -2) == ["state"]
    assert not [line for line in (daemon.folder / "cursor").read_text().splitlines() if line.split()[2] == "0"]
    told += daemon.report()
    assert take(daemon, 1, -2) == [str(told[2])]  # the place wins over the wish to begin anew


def test_a_snapshot_that_was_not_handled_begins_anew(daemon):
    code = TAKE.replace("    event.ack()\n", "")
    assert run(daemon, code, str(daemon.folder / "cursor"), "1", "-2").stdout.split() == ["state"]
    assert not (daemon.folder / "cursor").exists()
    assert take(daemon, 1, -2) == ["state"]


HALTED = """
client = policywatch.Client(["fact/us-mexico/"], cursor=sys.argv[1])
try:
    next(iter(client))
except (policywatch.Gone, policywatch.OtherLog) as why:
    print(type(why).__name__, why)
client.resume(since=int(sys.argv[2]))
event = next(iter(client))
print("state" if event.is_state else event.data["data"]["change"]["new"])
event.ack()
"""


def test_another_log_is_told_and_the_client_chooses(daemon):
    daemon.report()
    take(daemon, 1)
    daemon.stop()
    shutil.rmtree(daemon.state)
    for path in daemon.inbox.iterdir():
        path.unlink()
    daemon.reports = 0
    daemon.start()
    told = daemon.report(2)
    why, value = run(daemon, HALTED, str(daemon.folder / "cursor"), "0").stdout.splitlines()
    assert why.startswith("OtherLog") and value == str(told[0])
    assert len((daemon.folder / "cursor").read_text().splitlines()) == 2
    assert take(daemon, 1) == [str(told[1])]


def test_trimmed_events_are_told_and_the_client_chooses(daemon):
    daemon.report()
    take(daemon, 1)
    daemon.report(2)
    daemon.stop()
    daemon.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{daemon.inbox}"; }}', DEPLOYMENT,
                        'log: { keep = "1s"; keep_unread = "1s"; };')
    daemon.start()
    wait_for(lambda: daemon.ask("status")["oldest"] > int(take_place(daemon)) + 1, 30, "the events to be trimmed")
    why, value = run(daemon, HALTED, str(daemon.folder / "cursor"), "-2").stdout.splitlines()
    assert why.startswith("Gone") and value == "state"


def take_place(daemon):
    return (daemon.folder / "cursor").read_text().split()[2]


def test_another_daemon_takes_over_and_the_place_in_each_is_kept(daemon):
    with Newsroom() as second:
        env = dict(daemon.env, POLICYWATCH_EVENTS=f"{daemon.events}, {second.events}",
                   POLICYWATCH_QUERY=f"{daemon.query}, {second.query}")
        daemon.env.update(env)
        told = daemon.report()
        other = second.report(2)
        code = """
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
client = policywatch.Client(["fact/us-mexico/"], cursor=sys.argv[1], since=0, timeout=0.5)
while True:
    try:
        for event in client:
            print(event.data["data"]["change"]["new"], flush=True)
            event.ack()
    except policywatch.OtherLog:
        client.resume(since=0)
"""
        with Reader(daemon, [sys.executable, "-c", "import sys, policywatch\n" + code, str(daemon.folder / "two")]) as reader:
            wait_for(lambda: numbers(reader) == told, 30, "the first daemon")
            daemon.stop(signal.SIGKILL)
            wait_for(lambda: numbers(reader) == told + other, 30, "the second daemon")
            daemon.start()
            more = daemon.report()
            second.stop(signal.SIGKILL)
            wait_for(lambda: numbers(reader) == told + other + more, 30, "the first daemon again")
            second.start()
            other_more = second.report()
            daemon.stop(signal.SIGKILL)
            wait_for(lambda: numbers(reader) == told + other + more + other_more, 30, "the second one again")
            assert "no daemon answers" in (daemon.folder / "reader.err").read_text()
        daemon.start()


# ---- keys ----

ADMITTED = """
policywatch.PAUSE_MAX = 0.5
for event in policywatch.subscribe([], cursor=sys.argv[1], since=0):
    print(event.topic, flush=True)
    event.ack()
"""


def test_a_key_that_is_refused_is_told_and_tried_again():
    desk = Key("desk")
    with Fortress() as daemon:
        own, server = daemon.folder / "desk.key_secret", daemon.folder / "daemon.key"
        own.write_text(desk.text(secret=True))
        server.write_text(daemon.server.text())
        daemon.env.update(POLICYWATCH_KEY=str(own), POLICYWATCH_SERVER_KEY=str(server), POLICYWATCH_EVENTS=daemon.tcp_events,
                          POLICYWATCH_QUERY=daemon.tcp_query, PYTHONPATH=str(SOURCE / "clients" / "python"))
        denied = run(daemon, "try: policywatch.call('status')\nexcept policywatch.Denied as why: print(why)")
        assert "does not take our key" in denied.stdout, denied.stderr
        with Reader(daemon, [sys.executable, "-c", "import sys, policywatch\n" + ADMITTED, str(daemon.folder / "c")]) as reader:
            wait_for(lambda: "does not take our key" in (daemon.folder / "reader.err").read_text(), 30, "word of it")
            daemon.admit(desk)
            daemon.reload()
            wait_for(reader.lines, 30, "an event")
        assert run(daemon, "print(policywatch.call('status')['version'])").stdout
        assert run(daemon, "try: policywatch.call('reload')\nexcept policywatch.Denied as why: print(why)").stdout
        daemon.env["POLICYWATCH_SERVER_KEY"] = daemon.server.public
        assert run(daemon, "print(policywatch.call('status')['version'])").stdout


# ---- what the README shows ----

def readme_block(pattern):
    found = re.search(pattern, (SOURCE / "README.md").read_text(), re.S)
    assert found, "the README no longer shows it"
    return found.group(1)


RECIPE = r"\n\n((?:    [^\n]*\n)*    policywatch tail --json --cursor [^\n]*\n(?:    [^\n]*\n)*)"


def shell(daemon, handler):
    """The recipe as it stands there. jq may not be installed; what is done with an event is not the point here."""
    tools = daemon.folder / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "jq").write_text(f"#!{sys.executable}\nimport json, sys, time\n"
                              f"new = json.load(sys.stdin)['data']['change']['new']\n{handler}\n")
    (tools / "jq").chmod(0o755)
    if not (tools / "policywatch").exists():
        (tools / "policywatch").symlink_to(CLI)
    (daemon.folder / ".local/state").mkdir(parents=True, exist_ok=True)
    daemon.env.update(PATH=f"{tools}:{os.environ['PATH']}", HOME=str(daemon.folder))
    return Reader(daemon, ["bash", "-c", readme_block(RECIPE)])


def test_the_shell_recipe_of_the_readme_misses_and_repeats_nothing(daemon):
    assert "while read" in readme_block(RECIPE)
    cursor = daemon.folder / ".local/state/my.cursor"
    told = []
    for _ in range(2):
        with shell(daemon, "print(new, flush=True)") as reader:
            wait_for(cursor.exists, 30, "a cursor")
            told += daemon.report(2)
            wait_for(lambda: len(numbers(reader)) >= len(told), 30, "the events")
            assert numbers(reader) == told
            seq = [e["sequence"] for e in daemon.all_events() if "fact.figure" in e["type"]][-1]
            wait_for(lambda: cursor.read_text().split()[2] == str(int(seq)), 10, "the cursor")


def test_what_a_killed_loop_had_not_handled_comes_again(daemon):
    cursor = daemon.folder / ".local/state/my.cursor"
    with shell(daemon, "print(new, flush=True)") as reader:
        wait_for(cursor.exists, 30, "a cursor")
        told = daemon.report()
        wait_for(lambda: numbers(reader) == told, 30, "the first event")
    # The loop gets all events into its pipe, and dies while it handles the second one.
    with shell(daemon, f"time.sleep(1000 if new == {told[0] + 2000} else 0)\nprint(new, flush=True)") as reader:
        told += daemon.report(4)
        wait_for(lambda: set(numbers(reader)) == set(told[:2]), 30, "the one before")
        tail = [int(pid) for pid in subprocess.run(["pgrep", "-x", "-g", str(os.getpgid(reader.process.pid)), "policywatch"],
                                                   capture_output=True, text=True, check=True).stdout.split()]
        loop = [int(pid) for pid in subprocess.run(["pgrep", "-P", str(reader.process.pid)],
                                                   capture_output=True, text=True, check=True).stdout.split()]
        for pid in set(loop) - set(tail):
            os.kill(pid, signal.SIGKILL)
    with shell(daemon, "print(new, flush=True)") as reader:
        wait_for(lambda: set(numbers(reader)) == set(told), 30, "all")
        assert len(numbers(reader)) <= len(told) + 2  # what was under way may come twice, and what was just done


def test_the_python_of_the_readme_runs_as_it_is(daemon):
    code = readme_block(r"```python\n(.*?)```")
    with Reader(daemon, [sys.executable, "-u", "-c", code], cwd=daemon.folder) as reader:
        wait_for(lambda: (daemon.folder / "my.cursor").exists() or reader.process.poll() is not None, 30, "a cursor")
        daemon.report()
        wait_for(lambda: reader.lines() or reader.process.poll() is not None, 30, "an event")
        assert reader.lines(), (daemon.folder / "reader.err").read_text()
        assert "policywatch.fact.figure.v1" in reader.lines()[0] and "13000" in reader.lines()[0]


def test_the_c_of_the_readme_compiles_and_runs_as_it_is(daemon):
    build = os.environ["PW_BUILD"]
    (daemon.folder / "example.c").write_text(readme_block(r"```c\n(.*?)```"))
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-I", str(SOURCE / "include"), "-o", "example", "example.c",
                    f"-L{build}", f"-Wl,-rpath,{build}", "-lpolicywatch", *sanitizers(build)],
                   cwd=daemon.folder, check=True, timeout=120)
    with Reader(daemon, ["script", "-qec", "./example", "/dev/null"], cwd=daemon.folder) as reader:
        wait_for(lambda: (daemon.folder / "my.cursor").exists() or reader.process.poll() is not None, 30, "a cursor")
        daemon.report()
        wait_for(lambda: reader.lines() or reader.process.poll() is not None, 30, "an event")
        assert reader.lines(), (daemon.folder / "reader.err").read_text()
        assert reader.lines()[0].startswith("fact/us-mexico/southern-deployment/figure/: Mexico now has 13,000")


def sanitizers(build):
    """The library of a build with sanitizers wants them in the program as well."""
    symbols = subprocess.run(["nm", "-D", f"{build}/libpolicywatch.so"], capture_output=True, text=True, check=True).stdout
    return ["-fsanitize=address,undefined"] if "__asan_init" in symbols else []
