"""Edits between versions of government travel advice (policy_fcdo_updates): nothing is told of a paragraph that was
not touched, and where one number took the place of another, both are named."""
import gzip
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def versions(context, pairs):
    """Runs the pairs {"id", "old", "new"} through the program; edits by id."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "pairs.jsonl")
        with open(name, "w", encoding="utf-8") as handle:
            for pair in pairs:
                handle.write(json.dumps(dict(pair, lang="en"), ensure_ascii=False) + "\n")
        done = subprocess.run([context.program("pw_eval_versions"), name], stdout=subprocess.PIPE, check=True)
    return {row["id"]: row["edits"] for row in map(json.loads, done.stdout.decode("utf-8").splitlines())}


def plain(text):
    return " ".join(re.sub(r"[\"'“”‘’«»`´]", "", text).lower().split())


def replaced_numbers(before, after):
    """Numbers of one text that the other lacks, as multisets."""
    old, new = NUMBER.findall(before), NUMBER.findall(after)
    left = list(new)
    gone = []
    for number in old:
        if number in left:
            left.remove(number)
        else:
            gone.append(number)
    return gone, left


def number_pairs(context):
    """Each update as one comparison: what was removed, changed and added, in the places where it stood."""
    pairs, wanted = [], []
    with gzip.open(context.file("events.jsonl.gz"), "rt", encoding="utf-8") as handle:
        for line in handle:
            event = json.loads(line)
            for p, page in enumerate(event["pages"]):
                if not page["changed"]:
                    continue
                key = "%s/%d" % (event["id"], p)
                pairs.append({"id": key, "old": page["removed"] + [c["before"] for c in page["changed"]],
                              "new": page["added"] + [c["after"] for c in page["changed"]]})
                wanted += [(key, c) for c in page["changed"] if "number_replaced" in c.get("tags", [])]
    return pairs, wanted


def named_both(edits, change):
    gone, came = replaced_numbers(change["before"], change["after"])
    for edit in edits:
        if edit["change"] == "reworded" and plain(edit["old"]) == plain(change["before"]):
            old, new = " ".join(edit["old_numbers"]), " ".join(edit["new_numbers"])
            return plain(edit["new"]) == plain(change["after"]) and all(n in old for n in gone) and all(
                n in new for n in came)
    return False


def snapshot_pairs(context):
    """Following versions of each page of the archive, by paragraph."""
    pages = {}
    with tarfile.open(context.file("snapshots.tar.xz")) as archive:
        for member in archive:
            if member.name.endswith(".md"):
                country, time, page = member.name.split("/", 2)
                text = io.TextIOWrapper(archive.extractfile(member), encoding="utf-8").read()
                pages.setdefault((country, page), []).append((time, text))
    pairs = []
    for (country, page), found in sorted(pages.items()):
        found.sort()
        for (_, old), (time, new) in zip(found, found[1:]):
            split = lambda text: [p.strip() for p in text.split("\n") if p.strip()]
            pairs.append({"id": "%s/%s/%s" % (country, page, time), "old": split(old), "new": split(new)})
    return pairs


def fcdo(context):
    pairs, wanted = number_pairs(context)
    edits = versions(context, pairs)
    found = sum(named_both(edits[key], change) for key, change in wanted)
    context.report("number_pairs_named", 100.0 * found / len(wanted), len(wanted), at_least=95)
    pairs = snapshot_pairs(context)
    edits = versions(context, pairs)
    untouched = false = 0
    for pair in pairs:
        new, old = [plain(t) for t in pair["new"]], [plain(t) for t in pair["old"]]
        untouched += sum(t in set(old) for t in new)
        for edit in edits[pair["id"]]:
            # An edit of a paragraph that stands in both versions is false unless it stands there more often in one.
            for side, here, there in (("old", old, new), ("new", new, old)):
                text = plain(edit.get(side, ""))
                false += bool(text) and here.count(text) <= there.count(text)
    context.report("false_on_untouched", false, untouched, at_most=0)
    context.report("comparisons", len(pairs), len(pairs))


SETS = {"policy_fcdo_updates": fcdo}
