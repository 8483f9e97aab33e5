"""Another machine, as its people set it up: keys made with the command, and what they see when one is missing."""
import os
import signal
import stat
import subprocess

import pytest
import zmq.auth

from harness import CLI, DEPLOYMENT, Daemon, page, wait_for
from test_curve import free_port

FACT = "us-mexico.southern-deployment"
TEXT = "Mexico now has {:,} security personnel in southern Mexico, the army said."


def keygen(path, *args):
    return subprocess.run([CLI, "keygen", *args, str(path)], capture_output=True, text=True, check=False)


@pytest.fixture(name="remote")
def _remote():
    """A daemon with encrypted endpoints beside those on this machine, a desk that it knows and a stranger."""
    daemon = Daemon()
    for name in ("policywatchd", "desk", "stranger"):
        assert keygen(daemon.folder / f"{name}.key").returncode == 0
    daemon.clients = daemon.folder / "clients.d"
    daemon.clients.mkdir()
    daemon.admit = lambda name: (daemon.clients / f"{name}.key").write_bytes((daemon.folder / f"{name}.key").read_bytes())
    daemon.admit("desk")
    daemon.tcp = [f"tcp://127.0.0.1:{free_port()}" for _ in range(2)]
    daemon.config.write_text(
        f'daemon: {{ state_dir = "{daemon.state}"; instance = "policywatch://test"; }};\n'
        f'bus: {{ events = [ "{daemon.events}", "{daemon.tcp[0]}" ]; query = [ "{daemon.query}", "{daemon.tcp[1]}" ];\n'
        f'heartbeat = "200ms"; unencrypted_tcp = "never"; }};\nhttp: {{ listen = ""; }};\n'
        f'sources: ( {{ id = "desk"; kind = "push"; }} ); facts: ( {DEPLOYMENT} );\n')
    with daemon:
        yield daemon


def as_client(daemon, name, *args):
    """Arguments of the command for a client on another machine."""
    return ["--events", daemon.tcp[0], "--query", daemon.tcp[1], "--key", str(daemon.folder / f"{name}.key_secret"),
            "--server-key", str(daemon.folder / "policywatchd.key"), *args]


def push(daemon, value):
    day = f"2022-01-{value // 1000:02}T12:00:00Z"
    result = daemon.cli("push", "--url", f"https://desk.example/{value}", "--type", "text/html", "desk", "-",
                        input=page("Report", day, TEXT.format(value)))
    assert result.stdout == "1 event\n", result.stdout


# ---- keygen ----

def test_keygen_writes_a_pair_once_with_the_right_modes(tmp_path):
    path = tmp_path / "newsroom.key"
    first = keygen(path, "--rights", "subscribe control")
    assert first.returncode == 0 and "stays on this machine" in first.stdout
    secret = tmp_path / "newsroom.key_secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644 and stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert 'name = "newsroom"' in path.read_text() and 'rights = "subscribe control"' in path.read_text()
    assert "secret-key" not in path.read_text()
    before = secret.read_bytes()
    again = keygen(path)
    assert again.returncode == 1 and "File exists" in again.stderr and secret.read_bytes() == before


@pytest.mark.parametrize("args", [("--name", "a b"), ("--rights", "everything"), ("--rights", "")])
def test_keygen_refuses_what_no_daemon_would_take(tmp_path, args):
    assert keygen(tmp_path / "x.key", *args).returncode == 2
    assert not list(tmp_path.iterdir())


def test_other_tools_read_our_keys_and_we_read_theirs(tmp_path, remote):
    keygen(tmp_path / "ours.key")
    public, secret = zmq.auth.load_certificate(str(tmp_path / "ours.key_secret"))
    assert len(public) == len(secret) == 40
    theirs, their_secret = zmq.auth.create_certificates(str(tmp_path), "theirs")
    os.chmod(their_secret, 0o600)
    remote.clients.joinpath("theirs.key").write_bytes(open(theirs, "rb").read())
    remote.cli("status")
    remote.process.send_signal(signal.SIGHUP)
    args = as_client(remote, "desk", "status")
    args[args.index("--key") + 1] = their_secret
    wait_for(lambda: remote.cli(*args, check=False).returncode == 0, what="a client with a key of another tool")


# ---- clients ----

def test_a_client_with_a_key_sees_events_and_has_its_rights_only(remote):
    push(remote, 14000)
    lines = remote.cli(*as_client(remote, "desk", "tail", "--since", "0", "--count", "1", FACT)).stdout
    assert "12,000 → 14,000" in lines
    refused = remote.cli(*as_client(remote, "desk", "push", "--url", "x:1", "desk", "-"), check=False, input="x")
    assert refused.returncode == 1 and "this needs the right 'ingest'" in refused.stderr


def test_a_stranger_is_told_which_key_is_not_taken(remote):
    result = remote.cli(*as_client(remote, "stranger", "status"), check=False)
    assert result.returncode == 1 and "does not take our key" in result.stderr
    result = remote.cli(*as_client(remote, "stranger", "tail", "--timeout", "1"), check=False)
    assert "does not take the key 'stranger'" in result.stderr


def test_a_key_taken_away_ends_the_connection_and_given_back_loses_nothing(remote, tmp_path):
    output = tmp_path / "lines"
    cursor = tmp_path / "cursor"
    said = tmp_path / "said"
    with open(output, "wb") as out, open(said, "wb") as err:
        tail = subprocess.Popen([CLI, *as_client(remote, "desk", "tail", "--json", "--cursor", str(cursor), FACT)],
                                stdout=out, stderr=err, env=remote.env)
    try:
        wait_for(cursor.exists, what="the first cursor")
        push(remote, 14000)
        wait_for(lambda: output.read_bytes().count(b"\n") == 1, what="the first event")
        (remote.clients / "desk.key").unlink()
        remote.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "does not take the key 'desk'" in said.read_text(), what="the refusal")
        push(remote, 16000)
        remote.admit("desk")
        remote.process.send_signal(signal.SIGHUP)
        wait_for(lambda: output.read_bytes().count(b"\n") == 2, 60, "the event of the time without a key")
        assert b"16000" in output.read_bytes().splitlines()[1]
    finally:
        tail.terminate()
        tail.wait(30)
