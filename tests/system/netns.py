"""Two hosts on one cable, without root where the kernel lets users have namespaces of their own.

Each host is a network and mount namespace held by a process that sleeps; whatever runs on it is started through
nsenter. The daemon's host has the address 10.99.0.1, the clients' host 10.99.0.2 and a name for the daemon."""
import ctypes
import os
import signal
import subprocess

DAEMON, CLIENT = "10.99.0.1", "10.99.0.2"
MOVED = "10.99.0.3"
NAME = "policywatchd.example"
_PR_SET_PDEATHSIG = 1


def _end_with_parent():
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def run(*command, text=None):
    result = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0, f"{' '.join(command)}: {result.stderr}"


class Host:
    """A network namespace; the second one lives in the user namespace of the first."""

    def __init__(self, folder, beside=None):
        self.is_user = os.geteuid() != 0
        if beside is None:
            command = ["unshare", "-n", "-m", *(["-U", "-r"] if self.is_user else [])]
        else:
            user = ["-U", "--preserve-credentials"] if self.is_user else []
            command = ["nsenter", "-t", str(beside.process.pid), *user, "unshare", "-n", "-m"]
        self.process = subprocess.Popen([*command, "sh", "-c", "echo up; exec sleep 100000"], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, preexec_fn=_end_with_parent)
        self.is_up = self.process.stdout.readline() == "up\n"
        self.hosts = folder / "hosts"

    def enter(self):
        user = ["-U", "--preserve-credentials"] if self.is_user else []
        return ["nsenter", "-t", str(self.process.pid), *user, "-n", "-m"]

    def run(self, *command, text=None):
        run(*self.enter(), *command, text=text)

    def name(self, address):
        """What NAME stands for on this host from now on."""
        text = f"127.0.0.1 localhost\n{address} {NAME}\n"
        is_first = not self.hosts.exists()
        with open(self.hosts, "r+" if not is_first else "w", encoding="ascii") as file:  # the same file: it is mounted
            file.write(text)
            file.truncate()
        if is_first:
            self.run("mount", "--bind", str(self.hosts), "/etc/hosts")

    def filter(self, *rules):
        """Rules of nft for what comes in ("in …") and goes out ("out …"); none: all clear."""
        chains = "".join(
            f" chain {way} {{\n  type filter hook {way}put priority 0;\n"
            + "".join(f"  {rule.split(' ', 1)[1]}\n" for rule in rules if rule.startswith(way + " ")) + " }\n"
            for way in ("in", "out"))
        self.run("nft", "-f", "-", text=f"table inet pw\ndelete table inet pw\ntable inet pw {{\n{chains}}}\n")

    def close(self):
        self.process.kill()
        self.process.communicate()


class Cable:
    """The two hosts. why: what is missing here, or None."""

    def __init__(self, folder):
        self.daemon = Host(folder)
        self.client = Host(folder, self.daemon) if self.daemon.is_up else None
        self.why = None
        try:
            self.lay()
        except (AssertionError, OSError) as why:
            self.why = f"no network namespaces here: {why}"
            self.close()

    def lay(self):
        assert self.client and self.client.is_up, (self.client or self.daemon).process.stderr.read()
        self.daemon.run("ip", "link", "add", "vd", "type", "veth", "peer", "name", "vc", "netns",
                        str(self.client.process.pid))
        for host, device, address in ((self.daemon, "vd", DAEMON), (self.client, "vc", CLIENT)):
            host.run("ip", "addr", "add", f"{address}/24", "dev", device)
            host.run("ip", "link", "set", device, "up")
            host.run("ip", "link", "set", "lo", "up")
            host.filter()
        self.client.name(DAEMON)

    def clear(self):
        for host in (self.daemon, self.client):
            host.filter()

    def close(self):
        for host in (self.client, self.daemon):
            if host:
                host.close()
