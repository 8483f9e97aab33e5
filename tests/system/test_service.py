"""What an installation puts where, and what the daemon takes from a service manager. `systemd.sh` has the rest."""
import os
import pathlib
import signal
import subprocess
import tempfile

from harness import BUILD, Daemon

CONFIG = pathlib.Path("etc/policywatch")


def install(folder):
    result = subprocess.run(["cmake", "--install", str(BUILD)], env=dict(os.environ, DESTDIR=str(folder)),
                            capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def one(folder, name):
    found = list(pathlib.Path(folder).rglob(name))
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def test_an_installation_is_complete():
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        for page in ("policywatch.1", "libpolicywatch.3", "policywatchd.conf.5", "policywatch-calls.7",
                     "policywatchd.8", "policywatch-forward.8"):
            assert one(folder, page).parent.name == f"man{page[-1]}"
        for name in ("policywatchd.service", "policywatch-forward.service", "LICENSE", "README.md",
                     "forward.conf.example", "policywatch.pc", "policywatch.h", "policywatch.py", "event.schema.json"):
            one(folder, name)
        library = one(folder, "libpolicywatch.so.0").parent
        client = subprocess.run([str(one(folder, "bin/policywatch")), "version"], capture_output=True, text=True,
                                env=dict(os.environ, LD_LIBRARY_PATH=str(library)), check=False)
        assert client.returncode == 0 and client.stdout.startswith("policywatch "), client.stderr
        checked = subprocess.run([str(one(folder, "sbin/policywatchd")), "--check",
                                  str(pathlib.Path(folder) / CONFIG / "policywatchd.conf")], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


def test_a_second_installation_keeps_what_the_administrator_changed():
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        mine = pathlib.Path(folder) / CONFIG / "policywatchd.conf"
        other = pathlib.Path(folder) / CONFIG / "facts.d" / "us-mexico.conf"
        mine.write_text("# mine\n")
        other.unlink()
        said = install(folder)
        assert mine.read_text() == "# mine\n"
        assert f"Keeping: {mine}" in said
        assert other.exists()


def test_a_reload_works_where_the_service_manager_names_the_state_folder():
    with tempfile.TemporaryDirectory() as state:
        daemon = Daemon(env={"STATE_DIRECTORY": state})
        text = daemon.config.read_text()
        daemon.config.write_text(text.replace(f'state_dir = "{daemon.state}"; ', ""))
        with daemon:
            daemon.process.send_signal(signal.SIGHUP)
            assert daemon.wait_events("daemon.reloaded", seconds=5)
            assert (pathlib.Path(state) / "policywatch.db").exists()
