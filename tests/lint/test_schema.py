"""What the encoder writes is what include/policywatch/event.schema.json says, and the schema says something."""

import copy
import json
import os
import subprocess

import jsonschema
import pytest

SOURCE = os.environ["PW_SOURCE"]
PRINT_EVENTS = os.environ["PW_PRINT_EVENTS"]


@pytest.fixture(scope="module")
def validator():
    with open(os.path.join(SOURCE, "include/policywatch/event.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


@pytest.fixture(scope="module")
def events():
    lines = subprocess.run([PRINT_EVENTS], check=True, capture_output=True, timeout=60).stdout
    return [json.loads(line) for line in lines.decode("utf-8").splitlines()]


def test_every_sample_is_valid(validator, events):
    for event in events:
        assert [error.message for error in validator.iter_errors(event)] == [], event["type"]


def test_all_families_and_all_changes_of_facts_are_among_the_samples(events):
    types = {event["type"] for event in events}
    for what in ("fact.figure", "fact.status", "fact.deadline", "fact.parties", "fact.new", "fact.overdue",
                 "fact.contradicted", "fact.reaffirmed", "fact.reworded", "document.added", "document.removed",
                 "document.reworded", "source.failing", "source.recovered", "daemon.started", "fact.state"):
        assert f"policywatch.{what}.v1" in types


def test_no_event_is_longer_than_64_kib():
    lines = subprocess.run([PRINT_EVENTS], check=True, capture_output=True, timeout=60).stdout.splitlines()
    assert max(len(line) for line in lines) <= 64 * 1024


WRONG = {
    "no id": lambda event: event.pop("id"),
    "an id without an epoch": lambda event: event.update(id="42"),
    "a sequence that is a number": lambda event: event.update(sequence=1),
    "a family nobody knows": lambda event: event.update(type="policywatch.page.changed.v1"),
    "a change nobody knows": lambda event: event.update(type="policywatch.fact.moved.v1"),
    "a time without milliseconds": lambda event: event.update(time="2021-10-08T12:00:00Z"),
    "a fact without a status": lambda event: event["data"]["fact"].pop("status"),
    "a status nobody knows": lambda event: event["data"]["fact"].update(status="maybe"),
    "a figure as a text": lambda event: event["data"]["fact"]["figure"].update(value="28,000"),
    "a change without the old value": lambda event: event["data"]["change"].pop("old"),
    "a confidence above 1": lambda event: event["data"]["change"].update(confidence=1.5),
    "a statement without a text": lambda event: event["data"]["statement"].pop("text"),
    "no severity": lambda event: event["data"].pop("severity"),
    "no reason list": lambda event: event["data"].pop("why"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_the_schema_refuses(validator, events, mistake):
    event = copy.deepcopy(events[0])
    WRONG[mistake](event)
    assert not validator.is_valid(event)


@pytest.mark.parametrize("mistake", [
    lambda event: event["data"].pop("fact"),
    lambda event: event["data"].update(change={"kind": "figure", "slot": "figure", "old": 1, "new": 2,
                                               "state": "applied", "confidence": 1}),
    lambda event: event.update(id="1122334455667788-16"),
    lambda event: event.pop("correlationid"),
])
def test_the_schema_refuses_a_state_that_is_none(validator, events, mistake):
    event = copy.deepcopy(next(e for e in events if e["type"] == "policywatch.fact.state.v1"))
    mistake(event)
    assert not validator.is_valid(event)


def test_the_schema_refuses_an_event_with_the_id_of_a_state(validator, events):
    event = copy.deepcopy(events[0])
    event["id"] = "1122334455667788-1-a.b"
    assert not validator.is_valid(event)


def test_the_schema_refuses_a_source_event_without_its_message(validator, events):
    event = copy.deepcopy(next(e for e in events if e["type"] == "policywatch.source.failing.v1"))
    del event["data"]["message"]
    assert not validator.is_valid(event)
