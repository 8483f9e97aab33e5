"""The Python client, and what the README shows: subscribe, keep a place, miss nothing."""
import os
import re
import signal
import subprocess
import sys

import pytest

from harness import SOURCE, Newsroom, wait_for

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


# ---- what the README shows ----

def readme_block(pattern):
    found = re.search(pattern, (SOURCE / "README.md").read_text(), re.S)
    assert found, "the README no longer shows it"
    return found.group(1)


def test_the_shell_recipe_of_the_readme_misses_and_repeats_nothing(daemon):
    recipe = readme_block(r"\n\n((?:    [^\n]*\n)*    policywatch tail --json --cursor [^\n]*\n(?:    [^\n]*\n)*)")
    assert "while read" in recipe
    tools = daemon.folder / "bin"
    tools.mkdir()
    # jq may not be installed; what the recipe prints with it is not the point here.
    (tools / "jq").write_text(f"#!{sys.executable}\nimport json, sys\n"
                              'print(json.load(sys.stdin)["data"]["change"]["new"], flush=True)\n')
    (tools / "jq").chmod(0o755)
    (tools / "policywatch").symlink_to(os.path.join(os.environ["PW_BUILD"], "policywatch"))
    (daemon.folder / ".local/state").mkdir(parents=True)
    daemon.env.update(PATH=f"{tools}:{os.environ['PATH']}", HOME=str(daemon.folder))
    told = []
    for _ in range(2):
        with Reader(daemon, ["bash", "-c", recipe]) as reader:
            wait_for(lambda: (daemon.folder / ".local/state/my.cursor").exists(), 30, "a cursor")
            told += daemon.report(2)
            wait_for(lambda: len(numbers(reader)) >= len(told), 30, "the events")
            assert numbers(reader) == told
            seq = [e["sequence"] for e in daemon.all_events() if "fact.figure" in e["type"]][-1]
            cursor = daemon.folder / ".local/state/my.cursor"
            wait_for(lambda: cursor.read_text().split()[2] == str(int(seq)), 10, "the cursor")


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
