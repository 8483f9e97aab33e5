"""The demo newsroom of `setup run`: its steps, published one after another, show every kind of change there is."""
import shutil

import pytest

from harness import SOURCE, Daemon, wait_for

DEMO = SOURCE / "etc" / "policywatch" / "demo"
FACTS = {"figure", "status", "deadline", "parties", "contradicted", "reaffirmed", "new", "removed", "reworded", "overdue"}
DOCUMENTS = {"added", "reworded"}
SOURCES = {"failing", "recovered"}


class Demo(Daemon):
    def __init__(self):
        super().__init__()
        self.newsroom = self.folder / "newsroom"
        for name in ("newsroom/inbox", "facts.d", "sources.d"):
            (self.folder / name).mkdir(parents=True)
        for folder in (DEMO / "facts.d", DEMO.parent / "facts.d"):
            for file in folder.glob("*.conf"):
                shutil.copy(file, self.folder / "facts.d")
        text = (DEMO / "policywatchd.conf.in").read_text()
        self.config.write_text(text.replace("@DIR@", str(self.folder)).replace("@SOCKETS@", str(self.folder)))

    def publish(self, step):
        """As setup does: beside it and renamed, so that nobody reads half a page. Gives the sources that it touches."""
        touched = set()
        for file in sorted(step.rglob("*")):
            if file.is_dir() or file.name == "TITLE":
                continue
            shutil.copyfile(file, self.newsroom / ".new")
            (self.newsroom / ".new").rename(self.newsroom / file.relative_to(step))
            touched.add("inbox" if file.parent.name == "inbox" else file.stem)
        return touched

    def changes(self):
        """When each source last had something new."""
        return {source["id"]: source.get("last_change") for source in self.ask("sources")["sources"]}

    def step(self, step):
        before = self.changes()
        touched = self.publish(step)
        wait_for(lambda: all(self.changes()[name] != before[name] for name in touched), 20, f"{step.name}: {touched}")


@pytest.fixture(scope="module")
def events():
    demo = Demo()
    first, *steps = sorted((DEMO / "steps").iterdir())
    names = demo.publish(first)
    with demo:
        wait_for(lambda: all(demo.changes()[name] for name in names), 20, "the silent baseline")
        assert not [e for e in demo.all_events() if "fact.new" in e["type"] or "document" in e["type"]]
        for step in steps:
            if step is steps[-1]:
                demo.wait_events("source.failing")  # it fails as long as the last step's page is not there
            demo.step(step)
        demo.wait_events("source.recovered")
        yield demo.all_events()


def kinds(events, family):
    return {event["type"].split(".")[2] for event in events if event["type"].startswith(f"policywatch.{family}.")}


@pytest.mark.parametrize("family, wanted", [("fact", FACTS), ("document", DOCUMENTS), ("source", SOURCES)])
def test_every_kind_of_change_is_shown(events, family, wanted):
    got = kinds(events, family)
    assert not wanted - got, f"not shown: {sorted(wanted - got)}; shown: {sorted(got)}"


def test_no_known_fact_of_the_demo_is_moved_only_on_trial(events):
    proposed = [(event["subject"], event["data"]["change"]["kind"], event["data"]["statement"]["text"]) for event in events
                if event["data"].get("change", {}).get("state") == "proposed" and event["data"]["change"]["kind"] != "new"]
    assert not proposed


def test_every_change_of_the_demo_says_who_or_where_and_why(events):
    for event in events:
        if not event["type"].startswith("policywatch.fact.") or "overdue" in event["type"]:
            continue
        assert event["data"]["statement"]["text"] and event["data"]["document"]["source"] and event["data"]["why"]


def test_the_deployment_of_the_demo_moves(events):
    moves = [(e["data"]["change"]["old"], e["data"]["change"]["new"]) for e in events
             if e["subject"] == "us-mexico.southern-deployment" and ".figure." in e["type"]]
    assert moves and moves[0] == (12000, 13181)
