"""What the daemon says of itself over HTTP."""
import re
import socket
import urllib.error
import urllib.request

from harness import DEPLOYMENT, Daemon, wait_for


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_metrics_and_health_are_served_on_loopback():
    port = free_port()
    source = '{ id = "gone"; kind = "page"; path = "/nonexistent/page.html"; every = "1s"; fail_after = 1; }'
    with Daemon(source, DEPLOYMENT, http_listen=f"127.0.0.1:{port}") as daemon:
        daemon.wait_events("source.failing")

        def get(path):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.read().decode()
        text = get("/metrics")
        assert "policywatch_facts 1\n" in text
        wait_for(lambda: 'policywatch_source_state{source="gone",state="failing"} 1\n' in get("/metrics"), 20, "the state")
        sample = re.compile(r'^[a-z_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? [-+0-9.e]+$')
        for line in text.splitlines():
            assert line.startswith("# ") or sample.match(line), line
        assert get("/-/healthy") is not None and get("/-/ready") is not None
        try:
            get("/nothing")
        except urllib.error.HTTPError as error:
            assert error.code == 404
        else:
            raise AssertionError("a path that is not there was served")
