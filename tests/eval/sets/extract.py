"""Main text of pages, scored as the makers of the sets do.

scrapinghub: multisets of 4-token shingles, precision and recall averaged over pages, F1 of the averages.
trafilatura: segments that must be in the text and segments that must not.

With predictions asked for, the file gets the worst pages.
"""

import collections
import json
import os
import re
import subprocess
import tarfile
import tempfile


def read_texts(program, paths):
    """Path → text of the main document; a crash or an error gives no text."""
    done = subprocess.run([program], input="\n".join(paths) + "\n", capture_output=True, text=True, errors="replace")
    texts = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        texts.setdefault(row["file"], row.get("text", ""))
    if done.returncode:
        raise RuntimeError("%s ended with %d: %s" % (program, done.returncode, done.stderr[-500:]))
    return texts


def shingles(text, n=4):
    tokens = re.findall(r"\w+", text or "")
    if not tokens:
        return collections.Counter()
    return collections.Counter(tuple(tokens[i : i + n]) for i in range(max(1, len(tokens) - n + 1)))


def note(context, lines):
    if context.predictions:
        with open(context.predictions, "a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)


def score_shingles(context, folder):
    with open(os.path.join(folder, "ground-truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    paths = {key: os.path.join(folder, "html", key + ".html") for key in truth}
    texts = read_texts(context.program("pw_eval_read"), list(paths.values()))
    precisions, recalls, pages = [], [], []
    for key, want in truth.items():
        a, b = shingles(texts.get(paths[key], "")), shingles(want["articleBody"])
        tp, fp, fn = sum((a & b).values()), sum((a - b).values()), sum((b - a).values())
        if tp + fp:
            precisions.append(tp / (tp + fp))
        if tp + fn:
            recalls.append(tp / (tp + fn))
        pages.append("%.3f  +%d -%d  %s" % (2 * tp / max(1, 2 * tp + fp + fn), fp, fn, want.get("url", key)))
    p, r = sum(precisions) / max(1, len(precisions)), sum(recalls) / max(1, len(recalls))
    note(context, sorted(pages))
    context.report("precision", p, len(truth))
    context.report("recall", r, len(truth))
    context.report("F1", 2 * p * r / max(1e-9, p + r), len(truth), at_least=0.95)


def squeeze(text):
    return " ".join(text.split())


def score_segments(context, folder):
    with open(context.file("segments.jsonl"), encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    where = {name: os.path.join(root, name) for root, _, names in os.walk(folder) for name in names}
    paths = [where[os.path.basename(row["file"])] for row in rows]
    texts = read_texts(context.program("pw_eval_read"), paths)
    tp = fn = fp = tn = 0
    pages = []
    for path, row in zip(paths, rows):
        text = squeeze(texts.get(path, ""))
        missed = [s for s in row["with"] if squeeze(s) not in text]
        leaked = [s for s in row["without"] if squeeze(s) in text]
        tp, fn = tp + len(row["with"]) - len(missed), fn + len(missed)
        fp, tn = fp + len(leaked), tn + len(row["without"]) - len(leaked)
        if missed or leaked:
            pages.append("%s missed %s leaked %s" % (row["url"], missed, leaked))
    p, r = tp / max(1, tp + fp), tp / max(1, tp + fn)
    note(context, pages)
    context.report("precision", p, len(rows))
    context.report("recall", r, len(rows))
    context.report("accuracy", (tp + tn) / max(1, tp + tn + fp + fn), len(rows))
    context.report("F1", 2 * p * r / max(1e-9, p + r), len(rows), at_least=0.90)


def unpacked(score):
    def run(context):
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(context.file("cases.tar.xz")) as archive:
                archive.extractall(folder)
            score(context, folder)

    return run


SETS = {"extract_scrapinghub": unpacked(score_shingles), "extract_trafilatura": unpacked(score_segments)}
