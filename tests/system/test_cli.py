"""The command line: what a person types, and what a script reads."""
import json
import re
import subprocess

import pytest

from harness import CLI, DEPLOYMENT, Daemon, Site, feed, page, wait_for

FACT = "us-mexico.southern-deployment"
FIRST = "Mexico now has 13,181 security personnel in southern Mexico, up from 12,000 in June."
SECOND = "Mexico now has 14,500 security personnel in southern Mexico, up from 13,181, the army said."
# As references, so that the parser does not drop them: title of the window, clear screen, 8-bit CSI, right-to-left.
HOSTILE = "\u202e&#27;]0;owned&#7;&#27;[2J\x9b2J\x1b[8m"
THIRD = f"Mexico now has 15,750 security personnel in southern Mexico, up from 14,500, the army said {HOSTILE}on Friday."
SGR = re.compile(r"\x1b\[[0-9;]*m")
BASE = 'kind = "measure"; status = "in-force"; as_of = "2020-01-01";'
MANY = ", ".join(f'{{ id = "many.fact-{i}"; {BASE} text = "Measure number {i} of many."; }}' for i in range(3))


@pytest.fixture(scope="module")
def site():
    site = Site()
    site.pages["/feed"] = feed()
    yield site
    site.close()


@pytest.fixture(scope="module")
def daemon(site):
    """Three changes of one fact, the last one by a hostile page; a source that is well and one that is not."""
    daemon = Daemon(env={"TZ": "UTC", "NO_COLOR": ""})
    inbox = daemon.folder / "inbox"
    inbox.mkdir()
    daemon.write_config(
        f'{{ id = "inbox"; kind = "folder"; path = "{inbox}"; }},'
        f'{{ id = "well"; kind = "feed"; url = "{site.url}/feed"; every = "1s"; }},'
        f'{{ id = "ill"; kind = "page"; url = "{site.url}/gone"; every = "1s"; fail_after = 1; }}', f"{DEPLOYMENT}, {MANY}")
    with daemon:
        for n, (date, text) in enumerate((("2021-08-20", FIRST), ("2021-10-01", SECOND), ("2021-11-05", THIRD)), 1):
            (inbox / f"{n}.html").write_text(page(f"Report {n} {HOSTILE}", f"{date}T12:00:00Z", text, "Nothing more."))
            daemon.wait_events("fact.figure", n)
        daemon.wait_events("source.failing")
        yield daemon


def lines_of(daemon, *args, count=0):
    """What tail prints: so many events, which may take a while; or, without a number, nothing within a second."""
    until = ("--timeout", "30", "--count", str(count)) if count else ("--timeout", "1")
    return daemon.cli("tail", *until, *args).stdout.splitlines()


def values_of(lines):
    return [json.loads(line)["data"]["change"]["new"] for line in lines]


# ---- tail ----

def test_tail_shows_each_change_on_one_line(daemon):
    lines = lines_of(daemon, "--since", "0", FACT, count=3)
    assert len(lines) == 3
    assert lines[0].startswith("2021-08-20 12:00") and "figure" in lines[0]
    assert "12,000 → 13,181" in lines[0] and "[inbox]" in lines[0]


def test_tail_json_is_the_event_as_it_is_stored(daemon):
    stored = [event for event in daemon.all_events() if "fact.figure" in event["type"]]
    lines = lines_of(daemon, "--since", "0", "--json", "us-mexico", count=3)
    assert [json.loads(line) for line in lines] == stored


def test_tail_full_tells_the_sentence_and_why(daemon):
    text = "\n".join(lines_of(daemon, "--since", "0", "--full", FACT, count=1))
    assert FIRST in " ".join(text.split())
    assert "old value stands beside it" in text and "Report 1" in text


def test_tail_begins_at_a_number_or_a_time(daemon):
    second = [event for event in daemon.all_events() if "fact.figure" in event["type"]][1]
    assert values_of(lines_of(daemon, "--since", second["sequence"], "--json", FACT, count=2)) == [14500, 15750]
    assert values_of(lines_of(daemon, "--since", "1h", "--json", FACT, count=3)) == [13181, 14500, 15750]
    assert lines_of(daemon, "--since", "2030-01-01", FACT) == []
    assert lines_of(daemon, FACT) == []  # without it: what comes from now on


def test_tail_goes_on_where_its_cursor_is(daemon, tmp_path):
    args = ("--since", "0", "--json", "--cursor", str(tmp_path / "cursor"))
    got = []
    for _ in range(3):
        got += values_of(lines_of(daemon, *args, FACT, count=1))
    assert got == [13181, 14500, 15750]
    assert lines_of(daemon, *args, FACT) == []


def test_tail_takes_topics_of_every_family(daemon):
    assert "source.failing" in lines_of(daemon, "--since", "0", "--json", "source/ill", count=1)[0]
    assert "started" in lines_of(daemon, "--since", "0", "daemon", count=1)[0]
    assert lines_of(daemon, "--since", "0", "no-such-beat") == []


def test_a_pipe_that_closes_ends_tail_quietly(daemon):
    command = f"'{CLI}' tail --since 0 --json | head -n 1"
    result = subprocess.run(["bash", "-o", "pipefail", "-c", command], env=daemon.env, capture_output=True, text=True,
                            timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)


# ---- facts, sources, status ----

def test_facts_are_listed_by_beat(daemon):
    table = daemon.cli("facts").stdout
    assert FACT in table and table.count("many.fact-") == 3 and "15,750 security personnel" in table
    assert FACT not in daemon.cli("facts", "--beat", "many").stdout
    facts = json.loads(daemon.cli("facts", "--beat", "us-mexico", "--json").stdout)["facts"]
    assert [fact["id"] for fact in facts] == [FACT] and facts[0]["figure"]["value"] == 15750


def test_a_fact_is_shown_with_its_history_and_sightings(daemon):
    text = daemon.cli("facts", FACT).stdout
    history, seen = text.split("History")[1].split("Seen")
    assert [number in history for number in ("12,000", "13,181", "14,500", "15,750")] == [True] * 4
    assert history.index("13,181") < history.index("15,750")
    assert FIRST in " ".join(history.split())
    assert "[inbox]" in seen and "said" in seen and "15,750" in seen


def test_a_fact_is_shown_as_it_was_known_at_a_time(daemon):
    history = json.loads(daemon.cli("facts", "--json", FACT).stdout)["history"]
    values = [json.loads(daemon.cli("facts", "--as-of", entry["recorded"], "--json", FACT).stdout)["fact"]["figure"]["value"]
              for entry in history]
    assert values == [12000, 13181, 14500, 15750]
    assert "13,181" in daemon.cli("facts", "--as-of", history[1]["recorded"]).stdout
    before = daemon.cli("facts", "--as-of", "2020-01-01", FACT, check=False)
    assert before.returncode == 1 and "at that time" in before.stderr


def test_an_unknown_fact_is_said_to_be_unknown(daemon):
    result = daemon.cli("facts", "us-mexico.no-such-fact", check=False)
    assert result.returncode == 1 and "us-mexico.no-such-fact" in result.stderr and result.stdout == ""


def test_sources_are_listed_with_their_health(daemon):
    rows = {line.split()[0]: line for line in daemon.cli("sources").stdout.splitlines()}
    assert "failing" in rows["ill"] and "404" in rows["ill"]
    assert "ok" in rows["well"] and "inbox" in rows
    sources = json.loads(daemon.cli("sources", "--json").stdout)["sources"]
    assert {source["id"]: source["health"] for source in sources}["ill"] == "failing"


def test_status_tells_what_is_known(daemon):
    text = daemon.cli("status").stdout
    assert "policywatch://test" in text and "4 facts" in text and "1 failing" in text
    assert json.loads(daemon.cli("status", "--json").stdout)["facts"] == 4


# ---- learn ----

ARTICLE = page("Fishing talks", "2025-09-10T12:00:00Z",
               "Norway and Iceland announced a joint Fisheries Inspection Task Force on Tuesday.",
               "They will deploy 40 inspectors to the northern ports by June 2027.")


def check_proposal(daemon, text):
    """What is proposed can be put into the configuration as it is."""
    assert 'id = "sea.' in text and "Task Force" in text
    trial = Daemon()
    (trial.folder / "facts.d").mkdir()
    (trial.folder / "facts.d" / "learned.conf").write_text(text)
    trial.start("--check", ready=False)
    assert trial.process.wait(30) == 0, trial.log_text()
    trial.process = None


def test_facts_are_proposed_from_a_file(daemon, tmp_path):
    (tmp_path / "article.html").write_text(ARTICLE)
    check_proposal(daemon, daemon.cli("learn", "--beat", "sea", str(tmp_path / "article.html")).stdout)


def test_facts_are_proposed_from_a_web_page(daemon, site):
    site.pages["/article"] = ARTICLE
    check_proposal(daemon, daemon.cli("learn", "--beat", "sea", f"{site.url}/article").stdout)


def test_facts_are_proposed_from_standard_input(daemon):
    check_proposal(daemon, daemon.cli("learn", "--beat", "sea", "--type", "text/html", "-", input=ARTICLE).stdout)


def test_a_page_that_is_not_there_is_no_proposal(daemon, site):
    result = daemon.cli("learn", f"{site.url}/nowhere", check=False)
    assert result.returncode == 1 and "404" in result.stderr and result.stdout == ""


# ---- colours and hostile texts ----

def test_colours_come_when_asked_for_and_only_then(daemon):
    tail = ("tail", "--since", "0", "--count", "1", FACT)
    assert "\x1b" not in daemon.cli(*tail).stdout  # no terminal
    assert SGR.search(daemon.cli("--color", "always", *tail).stdout)
    assert SGR.search(daemon.cli(*tail, "--color=always").stdout)
    assert "\x1b" not in daemon.cli("--color", "never", *tail).stdout


def test_a_terminal_gets_colours_unless_no_color_is_set(daemon):
    def on_terminal(**more):
        command = ["script", "-qec", f"'{CLI}' tail --since 0 --count 1 {FACT}", "/dev/null"]
        return subprocess.run(command, env=dict(daemon.env, TERM="xterm", COLUMNS="200", **more), capture_output=True,
                              text=True, timeout=60, check=True, stdin=subprocess.DEVNULL).stdout
    assert SGR.search(on_terminal())
    assert "\x1b" not in on_terminal(NO_COLOR="1")


TAIL = ("tail", "--since", "0", "--count", "3", "--timeout", "30", FACT)


@pytest.mark.parametrize("args", [
    TAIL, (*TAIL, "--full"), (*TAIL, "--json"), ("--color", "always", *TAIL, "--full"), ("facts",), ("facts", FACT),
    ("facts", FACT, "--json"), ("sources",), ("status",)])
def test_no_escape_sequence_of_a_page_reaches_the_terminal(daemon, args):
    text = SGR.sub("", daemon.cli(*args).stdout)
    assert "15,750" in text or "15750" in text or args[0] in ("sources", "status")
    bad = [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202e\u2066\u2067"]
    assert not bad or "--json" in args and bad == ["\u202e"] * len(bad)


def test_no_escape_sequence_of_a_page_reaches_the_terminal_by_learn(daemon):
    html = page(f"Title {HOSTILE}", "2025-09-10T12:00:00Z",
                f"Norway and Iceland announced a joint {HOSTILE}Fisheries Task Force on Tuesday.")
    text = daemon.cli("learn", "--beat", "sea", "--type", "text/html", "-", input=html).stdout
    assert "Task Force" in text
    assert not [c for c in text if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160]


# ---- wrong use ----

@pytest.mark.parametrize("args", [("tail", "--count", "none"), ("tail", "--since", "whenever"), ("tail", "--bogus"),
                                  ("nonsense",), ("facts", "a.b", "c.d")])
def test_wrong_arguments_are_told_and_end_with_2(daemon, args):
    result = daemon.cli(*args, check=False)
    assert result.returncode == 2 and result.stderr and not result.stdout


def test_no_daemon_is_an_error_and_no_wait(tmp_path):
    result = subprocess.run([str(CLI), "--query", f"ipc://{tmp_path}/none", "status"], capture_output=True, text=True,
                            timeout=60, check=False)
    assert result.returncode == 1 and "none" in result.stderr


def test_tail_outlives_a_daemon_that_restarts():
    with Daemon(facts=DEPLOYMENT) as daemon:
        with subprocess.Popen([str(CLI), "tail", "--json", "--since", "0", "daemon"], env=daemon.env,
                              stdout=subprocess.PIPE, text=True) as tail:
            assert "daemon.started" in tail.stdout.readline()
            assert daemon.stop() == 0
            daemon.start()
            assert "daemon.stopping" in tail.stdout.readline()
            assert "daemon.started" in tail.stdout.readline()
            tail.terminate()
            assert wait_for(lambda: tail.poll() is not None, 30, "tail's end")
            assert tail.returncode == 0
