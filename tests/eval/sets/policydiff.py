"""Statements against facts: the sets policy-diff (scored by the set's own score.py) and policy-us-mexico."""
import json
import os
import subprocess
import sys
import tempfile


def predict(context, facts, cases, out, chain=False):
    command = [context.program("pw_eval_diff")] + (["--chain"] if chain else []) + [facts, cases]
    with open(out, "w", encoding="utf-8") as handle:
        subprocess.run(command, stdout=handle, check=True)


def read_lines(name):
    with open(name, encoding="utf-8") as handle:
        return [json.loads(line) for line in handle if line.strip()]


def write_lines(name, rows):
    with open(name, "w", encoding="utf-8") as handle:
        for row in rows:
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")


def score(context, cases, predictions):
    done = subprocess.run([sys.executable, context.file("score.py"), "--json", context.file("facts.jsonl"), cases,
                           predictions], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def percent(row, what="f1"):
    return 100 * (row.get(what) or 0)


def policy_diff(context):
    cases, facts = context.file("cases.jsonl"), context.file("facts.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        predictions = context.predictions or os.path.join(folder, "predictions.jsonl")
        predict(context, facts, cases, predictions)
        whole = score(context, cases, predictions)
    changes, n = whole["changes"], whole["cases"]
    context.report("f1", percent(changes), n, at_least=35)
    context.report("precision", percent(changes, "precision"), n)
    context.report("recall", percent(changes, "recall"), n)
    for key, part in list(whole.get("by_level", {}).items()) + list(whole.get("by_lang", {}).items()):
        context.report("f1_" + key, percent(part["changes"]), part["cases"])
    for kind, part in whole["kinds"].items():
        name = kind if kind in ("reaffirmed", "new") else "f1_" + kind
        context.report(name, percent(part), part["expected"])
    alarms = whole["false_alarms"]
    context.report("false_alarms", alarms["per_1000_sentences"], alarms["empty_cases"], at_most=80)


# The chain that the border agency's monthly statements tell; the fact is written for this evaluation.
ENCOUNTERS = {
    "id": "us-mexico.monthly-encounters", "topic": "us-mexico", "kind": "figure", "status": "in-force",
    "text": "US Customs and Border Protection encountered about 78,000 persons attempting entry along the Southwest "
            "border in a month.",
    "parties": ["US"], "as_of": "2021-01-31",
    "figure": {"value": 78000, "unit": "persons", "bound": "about"},
    "aliases": ["encounters along the Southwest border", "CBP encountered persons attempting entry"]}
CHAIN = [172000, 178622, 180034, 188829, 192001, 173620]


def us_mexico(context):
    """Documents in order of date, each applied before the next."""
    documents = read_lines(context.file("documents.jsonl"))
    dated = [d for d in documents if d["id"].startswith("cbp-")]
    for document in dated:
        document["date"] = (document["date"] + "-28")[:10] if len(document["date"]) == 7 else document["date"]
    dated.sort(key=lambda d: d["date"])
    with tempfile.TemporaryDirectory() as folder:
        facts, cases = os.path.join(folder, "facts.jsonl"), os.path.join(folder, "cases.jsonl")
        predictions = context.predictions or os.path.join(folder, "predictions.jsonl")
        write_lines(facts, [ENCOUNTERS])
        write_lines(cases, dated)
        predict(context, facts, cases, predictions, chain=True)
        told = [c["new"] for p in read_lines(predictions) for c in p["changes"] if c["change"] == "figure"]
    at = 0
    for value in told:
        if at < len(CHAIN) and abs(value - CHAIN[at]) <= 0.005 * CHAIN[at]:
            at += 1
    context.report("chain_steps_in_order", at, len(CHAIN), at_least=len(CHAIN))
    context.report("other_figures", len(told) - at, len(dated))


SETS = {"policy-diff": policy_diff, "policy_us_mexico_2021": us_mexico}
