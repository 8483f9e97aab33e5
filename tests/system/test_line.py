"""The main job: a source says something new, a subscriber has it, once, with proof."""
import json
import time

from harness import DEPLOYMENT, Daemon, Record, Site, feed, page, replay, subscriber, wait_for

RISE = "Mexico now has 13,181 security personnel in southern Mexico, up from 12,000 in June."


def test_a_page_dropped_into_a_folder_moves_a_fact_and_reaches_a_subscriber():
    daemon = Daemon(facts=DEPLOYMENT)
    inbox = daemon.folder / "inbox"
    inbox.mkdir()
    daemon.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{inbox}"; }}', DEPLOYMENT)
    with daemon, subscriber(daemon.events, [b"fact/us-mexico/"]) as socket:
        wait_for(lambda: socket.poll(100), 10, "heartbeat")
        (inbox / "a.html").write_text(page("Report", "2021-08-20T12:00:00Z", RISE, "Nothing else was said that day."))
        found = None
        end = time.monotonic() + 20
        while not found and time.monotonic() < end:
            if socket.poll(200):
                frames = socket.recv_multipart()  # the welcome is one frame
                found = (frames[0], Record(frames[1])) if frames[0].startswith(b"fact/") else None
        assert found, daemon.log_text()
        topic, record = found
        event = json.loads(record.payload)
        assert topic == b"fact/us-mexico/southern-deployment/figure/"
        assert event["type"] == "policywatch.fact.figure.v1"
        assert event["data"]["change"]["old"] == 12000 and event["data"]["change"]["new"] == 13181
        assert event["data"]["statement"]["text"] == RISE
        assert event["data"]["why"]
        fact = daemon.fact()
        assert fact["fact"]["figure"]["value"] == 13181
        assert [entry["change"] for entry in fact["history"]] == ["declared", "figure"]
        # The record that was sent is the record that is stored.
        assert any(row.payload == record.payload for row in replay(daemon.query))


def test_the_same_news_from_five_sources_is_one_event_and_five_sightings():
    site = Site()
    names = ["a", "b", "c", "d", "e"]
    for name in names:
        site.pages[f"/{name}"] = feed()
    sources = ",".join(f'{{ id = "{n}"; kind = "feed"; url = "{site.url}/{n}"; every = "1s"; }}' for n in names)
    with Daemon(sources, DEPLOYMENT) as daemon:
        wait_for(lambda: all(any(r[0] == f"/{n}" for r in site.requests) for n in names), 20, "first fetches")
        for name in names:
            site.pages[f"/{name}"] = feed(("1", "Fri, 20 Aug 2021 12:00:00 GMT", "Report", RISE))
        wait_for(lambda: len(daemon.fact()["sightings"]) == 5, 30, "sightings")
        changes = [e for e in daemon.all_events() if e["type"].startswith("policywatch.fact.")]
        assert [e["type"] for e in changes] == ["policywatch.fact.figure.v1"]
    site.close()


def test_an_older_statement_never_changes_what_is_known():
    daemon = Daemon(facts=DEPLOYMENT)
    inbox = daemon.folder / "inbox"
    inbox.mkdir()
    daemon.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{inbox}"; }}', DEPLOYMENT)
    with daemon:
        (inbox / "old.html").write_text(page("Old", "2021-04-12T12:00:00Z",
                                             "Mexico has 10,000 security personnel in southern Mexico."))
        wait_for(lambda: daemon.ask("status")["documents"] == 1, 20, "document")
        assert daemon.fact()["fact"]["figure"]["value"] == 12000


def test_first_fetch_is_a_silent_baseline():
    site = Site()
    site.pages["/feed"] = feed(("1", "Thu, 10 Jun 2021 12:00:00 GMT", "Hello",
                                "The United States, Mexico and Canada announced a Trilateral Fentanyl Committee."))
    with Daemon(f'{{ id = "f"; kind = "feed"; url = "{site.url}/feed"; every = "1s"; }}', DEPLOYMENT) as daemon:
        wait_for(lambda: daemon.ask("status")["documents"] == 1, 20, "document")
        assert not [e for e in daemon.all_events() if "fact" in e["type"]]
    site.close()


def test_an_edit_that_drops_the_sentence_of_a_fact_is_told():
    site = Site()
    sentence = "Mexico has deployed more than 12,000 security personnel to southern Mexico."
    other = "Officials of both countries will meet again in the autumn of this year."
    site.pages["/sheet"] = page("Fact sheet", "2021-07-08T12:00:00Z", sentence, other)
    with Daemon(f'{{ id = "sheet"; kind = "page"; url = "{site.url}/sheet"; every = "1s"; }}', DEPLOYMENT) as daemon:
        wait_for(lambda: daemon.ask("status")["documents"] == 1, 20, "document")
        site.pages["/sheet"] = page("Fact sheet", "2021-07-08T12:00:00Z", other)
        event = daemon.wait_events("fact.removed")[0]
        assert event["subject"] == "us-mexico.southern-deployment"
        assert event["data"]["change"]["old"] == sentence
    site.close()


def test_track_all_tells_of_every_edit_and_of_nothing_untouched():
    site = Site()
    stays = "Most visits to the region pass without any trouble for the traveller."
    limit = "Travellers may bring up to {} dollars in cash without declaring it to customs."
    site.pages["/a"] = page("Advice", "2024-01-15T09:00:00Z", stays, limit.format("10,000"))
    with Daemon(f'{{ id = "advice"; kind = "page"; url = "{site.url}/a"; every = "1s"; track = "all"; }}') as daemon:
        wait_for(lambda: daemon.ask("status")["documents"] == 1, 20, "document")
        site.pages["/a"] = page("Advice", "2024-01-15T09:00:00Z", stays, limit.format("15,000"))
        event = daemon.wait_events("document.reworded")[0]
        assert "10,000" in json.dumps(event["data"]["change"]) and "15,000" in json.dumps(event["data"]["change"])
        assert [e["type"] for e in daemon.all_events() if "document" in e["type"]] == ["policywatch.document.reworded.v1"]
    site.close()


def test_a_deadline_that_has_passed_is_told_once():
    fact = """{ id = "x.promise"; kind = "commitment"; status = "announced"; as_of = "2022-07-12"; deadline = "2024";
      text = "Mexico promised to invest 1.5 billion dollars in border infrastructure by 2024."; parties = [ "MX" ]; }"""
    daemon = Daemon(facts=fact)
    with daemon:
        assert daemon.wait_events("fact.overdue")[0]["subject"] == "x.promise"
        assert daemon.stop() == 0
        daemon.start()
        assert len([e for e in daemon.all_events() if "overdue" in e["type"]]) == 1


def test_once_fetches_every_source_and_stops():
    site = Site()
    site.pages["/feed"] = feed(("1", "Fri, 20 Aug 2021 12:00:00 GMT", "Report", RISE))
    daemon = Daemon(f'{{ id = "f"; kind = "feed"; url = "{site.url}/feed"; every = "1h"; }},'
                    f'{{ id = "gone"; kind = "page"; url = "{site.url}/gone"; every = "1h"; }}', DEPLOYMENT)
    daemon.start("--once", ready=False)
    assert daemon.process.wait(60) == 0, daemon.log_text()
    with daemon:
        assert daemon.fact()["fact"]["figure"]["value"] == 13181
    site.close()


def test_a_snapshot_of_the_facts_and_the_events_after_it_leave_no_gap():
    daemon = Daemon(facts=DEPLOYMENT)
    inbox = daemon.folder / "inbox"
    inbox.mkdir()
    daemon.write_config(f'{{ id = "inbox"; kind = "folder"; path = "{inbox}"; }}', DEPLOYMENT)
    with daemon:
        before = daemon.ask("facts", beat="us-mexico")
        assert before["facts"][0]["figure"]["value"] == 12000
        (inbox / "a.html").write_text(page("Report", "2021-08-20T12:00:00Z", RISE, "Nothing else was said that day."))
        daemon.wait_events("fact.figure")
        after = [json.loads(r.payload) for r in replay(daemon.query, before["seq"] + 1)]
        assert [e["data"]["change"]["new"] for e in after if "fact" in e["type"]] == [13181]
        now = daemon.ask("facts", beat="us-mexico")
        assert now["facts"][0]["figure"]["value"] == 13181
        assert now["seq"] == int(after[-1]["sequence"]) and now["epoch"] == before["epoch"]
