"""What the documentation tells people to copy: compiled as they would, from what is installed, and run."""
import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess

import pytest

from harness import BUILD, SOURCE, Newsroom, wait_for

LOOPS = {"poll": "policywatch", "epoll": "policywatch", "libevent": "policywatch libevent"}


@pytest.fixture(scope="module")
def compiler(tmp_path_factory):
    """A function of a source and packages that gives a program; knows only what is installed."""
    folder = tmp_path_factory.mktemp("installed")
    for component in ("lib", "dev"):
        subprocess.run(["cmake", "--install", str(BUILD), "--component", component, "--prefix", str(folder)],
                       check=True, capture_output=True)
    [file] = folder.rglob("policywatch.pc")
    # An installation elsewhere than configured: what a package manager does with the prefix.
    prefix = re.search(r"^prefix=(.*)$", file.read_text(), re.M).group(1)
    file.write_text(file.read_text().replace(prefix, str(folder)))
    sanitizers = (["-fsanitize=address,undefined"]
                  if "PW_SANITIZE:BOOL=ON" in (BUILD / "CMakeCache.txt").read_text() else [])

    def compile_program(source, packages="policywatch"):
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", *packages.split()], check=True, text=True,
                               capture_output=True, env={"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(file.parent)})
        program = folder / source.stem
        library = next(folder.rglob("libpolicywatch.so")).parent
        subprocess.run(["cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", *sanitizers, str(source),
                        "-o", str(program), *shlex.split(flags.stdout), f"-Wl,-rpath,{library}"], check=True)
        return program
    return compile_program


class Follower:
    """An example that runs; its lines so far."""

    def __init__(self, program, daemon, *args):
        self.out = daemon.folder / "out"
        with open(self.out, "ab") as out:
            self.process = subprocess.Popen([str(program), *map(str, args)], env=daemon.env, stdout=out,
                                            stderr=subprocess.PIPE, text=True)

    def lines(self):
        return self.out.read_text().splitlines()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, said
        return said


def tail(daemon):
    return daemon.cli("tail", "--json", "--since", "0", "--timeout", "1").stdout.splitlines()


@pytest.mark.parametrize("loop", LOOPS)
def test_an_example_prints_what_tail_prints_across_restarts(loop, compiler):
    program = compiler(SOURCE / "clients" / "examples" / f"follow_{loop}.c", LOOPS[loop])
    with Newsroom() as daemon:
        cursor = daemon.folder / "my.cursor"
        daemon.report(3)
        follower = Follower(program, daemon, cursor)
        wait_for(lambda: len(follower.lines()) >= len(daemon.all_events()), what="events from before")
        daemon.stop(signal.SIGKILL)
        daemon.start()
        daemon.report(2)
        wait_for(lambda: len(follower.lines()) >= len(daemon.all_events()), what="events after the restart")
        said = follower.stop()
        assert "live" in said
        daemon.report(2)  # while the follower is away
        again = Follower(program, daemon, cursor)
        wait_for(lambda: len(again.lines()) >= len(daemon.all_events()), what="events while it was away")
        again.stop(signal.SIGINT)
        assert again.lines() == tail(daemon)


@pytest.mark.parametrize("loop", LOOPS)
def test_an_example_follows_the_topics_it_was_given_and_says_what_is_wrong(loop):
    program = BUILD / "examples" / f"follow_{loop}"
    with Newsroom() as daemon:
        daemon.report(1)
        follower = Follower(program, daemon, daemon.folder / "my.cursor", "fact/us-mexico/")
        wait_for(lambda: follower.lines(), what="an event")
        follower.stop()
        assert {json.loads(line)["type"].split(".")[1] for line in follower.lines()} == {"fact"}
        (daemon.folder / "bad.cursor").write_text("none\n")
        result = subprocess.run([str(program), str(daemon.folder / "bad.cursor")], env=daemon.env, text=True,
                                capture_output=True, timeout=30, check=False)
        assert result.returncode == 1
        assert "bad.cursor" in result.stderr
    assert subprocess.run([str(program)], timeout=30, check=False).returncode == 2


def test_the_program_in_the_readme_runs(compiler, tmp_path):
    [text] = re.findall(r"^```c\n(.*?)^```", (SOURCE / "README.md").read_text(), re.M | re.S)
    source = tmp_path / "readme.c"
    source.write_text(text)
    program = compiler(source)
    ours, its = pty.openpty()  # so that it prints line by line
    with Newsroom() as daemon, os.fdopen(ours) as out:
        process = subprocess.Popen([str(program)], cwd=daemon.folder, env=daemon.env, stdout=its)
        os.close(its)
        try:
            # It begins with what comes next: when there is a cursor, it has joined.
            wait_for(lambda: (daemon.folder / "my.cursor").exists(), what="cursor")
            daemon.report(1)
            assert select.select([out], [], [], 30)[0]
            assert out.readline().startswith("fact/us-mexico/southern-deployment/figure/: Mexico now has 13,000")
        finally:
            process.terminate()
            process.wait(30)
