"""Sentence boundaries: exact-span F1 of running text, and whole-list passes of edge cases.

`score(data, tool)` gives {set: {figure: value}} for the data sets found under `data`; `tool` is the path of
pw_eval_segment."""

import json
import subprocess
from pathlib import Path

RUNNING = {"en_gum_dev": "en", "es_gsd_dev": "es", "es_pud_half": "es"}


def segment(tool, cases):
    """Spans of every case {"lang", "text"}, by the tool."""
    lines = "".join(json.dumps({"lang": c["lang"], "text": c["text"]}) + "\n" for c in cases)
    done = subprocess.run([str(tool)], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line)["spans"] for line in done.stdout.splitlines()]


def trimmed(text, span):
    """The span without white space at its ends."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def running_text(path, lang, tool):
    """Exact-span precision, recall and F1, and every span that is wrong or missed."""
    documents = [json.loads(line) for line in path.open(encoding="utf-8")]
    found = segment(tool, [{"lang": lang, "text": d["text"]} for d in documents])
    right = said = gold = 0
    wrong, missed = [], []
    for document, spans in zip(documents, found):
        want = {trimmed(document["text"], s) for s in document["spans"]}
        got = {trimmed(document["text"], s) for s in spans}
        right, said, gold = right + len(want & got), said + len(got), gold + len(want)
        wrong += [document["text"][a:b] for a, b in sorted(got - want)]
        missed += [document["text"][a:b] for a, b in sorted(want - got)]
    precision, recall = right / max(said, 1), right / max(gold, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": precision, "recall": recall, "f1": f1}, wrong, missed


def edge_cases(path, tool):
    """Passes of the cases in our languages, golden rules and others apart, and the cases that fail."""
    cases = [json.loads(line) for line in path.open(encoding="utf-8")]
    cases = [c for c in cases if c["lang"] in ("en", "es")]
    passed, total, failed = {}, {}, []
    for case, spans in zip(cases, segment(tool, cases)):
        key = f"{case['lang']} {'golden' if case['golden'] else 'other'}"
        got = [" ".join(case["text"][a:b].split()) for a, b in spans]
        want = [" ".join(s.split()) for s in case["sentences"]]
        total[key] = total.get(key, 0) + 1
        passed[key] = passed.get(key, 0) + (got == want)
        if got != want:
            failed.append((case["id"], want, got))
    return {key: passed[key] / total[key] for key in sorted(total)}, failed


def score(data, tool):
    data, figures = Path(data), {}
    for name, lang in RUNNING.items():
        path = data / "sbd_ud" / f"{name}.jsonl"
        if path.exists():
            figures[f"sbd_ud/{name}"] = running_text(path, lang, tool)[0]
    path = data / "sbd_golden_rules" / "cases.jsonl"
    if path.exists():
        figures["sbd_golden_rules"] = edge_cases(path, tool)[0]
    return figures
