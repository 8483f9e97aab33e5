"""Sentence boundaries: exact-span F1 of running text (sbd_ud), whole-list passes of edge cases (sbd_golden_rules)."""
import json
import subprocess

RUNNING = {"en_gum_dev": ("en", 0.93), "es_gsd_dev": ("es", 0.95), "es_pud_half": ("es", 0.98)}
GOLDEN = {"en golden": 0.9, "en other": None, "es golden": 0.9, "es other": None}


def read_lines(name):
    with open(name, encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


def segment(context, cases):
    """Spans of every case {"lang", "text"}, by the program."""
    lines = "".join(json.dumps({"lang": c["lang"], "text": c["text"]}) + "\n" for c in cases)
    done = subprocess.run([context.program("pw_eval_segment")], input=lines.encode("utf-8"), stdout=subprocess.PIPE,
                          check=True)
    return [json.loads(line)["spans"] for line in done.stdout.splitlines()]


def trimmed(text, span):
    """The span without white space at its ends."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def compare(documents, found):
    """Counts of right, said and gold spans, and the text of those that are wrong or missed."""
    right = said = gold = 0
    wrong, missed = [], []
    for document, spans in zip(documents, found):
        text = document["text"]
        want = {trimmed(text, s) for s in document["spans"]}
        got = {trimmed(text, s) for s in spans}
        right, said, gold = right + len(want & got), said + len(got), gold + len(want)
        wrong += [text[a:b] for a, b in sorted(got - want)]
        missed += [text[a:b] for a, b in sorted(want - got)]
    return right, said, gold, wrong, missed


def write_predictions(context, rows):
    if context.predictions:
        with open(context.predictions, "a", encoding="utf-8") as handle:
            for row in rows:
                handle.write(json.dumps(row, ensure_ascii=False) + "\n")


def running_text(context):
    for name, (lang, limit) in RUNNING.items():
        documents = [dict(d, lang=lang) for d in read_lines(context.file(name + ".jsonl"))]
        right, said, gold, wrong, missed = compare(documents, segment(context, documents))
        write_predictions(context, [{"set": name, "wrong": t} for t in wrong] + [{"set": name, "missed": t} for t in missed])
        context.report(name + " f1", 2 * right / max(said + gold, 1), gold, at_least=limit)


def edge_cases(context):
    cases = [c for c in read_lines(context.file("cases.jsonl")) if c["lang"] in ("en", "es")]
    passed, total = {}, {}
    for case, spans in zip(cases, segment(context, cases)):
        key = "%s %s" % (case["lang"], "golden" if case["golden"] else "other")
        got = [" ".join(case["text"][a:b].split()) for a, b in spans]
        want = [" ".join(s.split()) for s in case["sentences"]]
        total[key] = total.get(key, 0) + 1
        passed[key] = passed.get(key, 0) + (got == want)
        if got != want:
            write_predictions(context, [{"set": key, "id": case["id"], "want": want, "got": got}])
    for key, limit in GOLDEN.items():
        context.report(key, passed.get(key, 0) / max(total.get(key, 0), 1), total.get(key, 0), at_least=limit)


SETS = {"sbd_ud": running_text, "sbd_golden_rules": edge_cases}
