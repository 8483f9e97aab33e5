"""Documents that clients hand in: on disk when the answer comes, once however often they are sent."""
import signal

import pytest

from harness import DEPLOYMENT, Daemon, page

FACT = "us-mexico.southern-deployment"
REPORT = page("Report", "2022-01-05T12:00:00Z", "Mexico now has 14,500 security personnel in southern Mexico, the army said.")


@pytest.fixture(name="daemon")
def _daemon(tmp_path):
    sources = (f'{{ id = "desk"; kind = "push"; max_size = "64k"; }},'
               f'{{ id = "inbox"; kind = "folder"; path = "{tmp_path}/inbox"; }}')
    (tmp_path / "inbox").mkdir()
    with Daemon(sources, DEPLOYMENT) as daemon:
        yield daemon


def push(daemon, *args, **options):
    return daemon.cli("push", *args, check=False, **options)


def test_what_was_answered_is_on_disk_and_comes_once(daemon, tmp_path):
    file = tmp_path / "report.new"
    file.write_text(REPORT)
    first = push(daemon, "--type", "text/html", "desk", str(file))
    assert (first.returncode, first.stdout) == (0, "1 event\n"), first.stderr
    daemon.stop(signal.SIGKILL)
    daemon.start()
    assert daemon.fact()["fact"]["figure"]["value"] == 14500
    again = push(daemon, "--type", "text/html", "desk", str(file))
    assert (again.returncode, again.stdout) == (0, "0 events\n")


def test_standard_input_needs_the_name_of_the_document(daemon):
    assert push(daemon, "desk", "-", input=REPORT).returncode == 2
    result = push(daemon, "--url", "https://desk.example/1", "desk", "-", input=REPORT)
    assert result.stdout == "1 event\n", result.stderr
    event = daemon.wait_events("fact.figure")[0]
    assert event["data"]["document"]["source"] == "desk"
    assert event["data"]["document"]["url"] == "https://desk.example/1"


@pytest.mark.parametrize("source, body, why", [
    ("nobody", REPORT, 'no source "nobody"'),
    ("inbox", REPORT, "it is fetched, not handed in"),
    ("desk", "x" * 70000, "more than the source takes"),
    ("desk", "\0\1\2\3" * 100, "binary"),
])
def test_what_cannot_be_taken_is_an_error_with_a_reason(daemon, source, body, why):
    result = push(daemon, "--url", "https://desk.example/1", source, "-", input=body)
    assert result.returncode == 1
    assert why in result.stderr


def test_the_source_shows_when_it_was_last_given_something(daemon):
    push(daemon, "--url", "https://desk.example/1", "desk", "-", input=REPORT)
    daemon.stop()
    daemon.start()
    desk = next(source for source in daemon.ask("sources")["sources"] if source["id"] == "desk")
    assert desk["health"] == "ok" and desk["last_success"] and desk["documents"] == 1
