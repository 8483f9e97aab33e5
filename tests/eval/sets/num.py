"""Numbers, percentages, money and calendar dates in English and Spanish (num_recognizers_text, num_duckling,
num_quantulum3): a case counts when every value of its gold answer is found somewhere in it. Clock times, recurring
sets, durations and holidays are out of scope; so are cases that every platform of the set's origin skips."""
import datetime
import json
import os
import re
import subprocess

NUMBER = r"-?[\d_.]+(?:[eE]-?\d+)?"
PLATFORMS = {"dotnet", "javascript", "python", "java"}


def understand(context, cases):
    """cases: [(id, lang, published, text)]; what the program read out of each, by id."""
    lines = "".join(json.dumps({"id": i, "lang": l, "published": p, "text": t}, ensure_ascii=False) + "\n"
                    for i, l, p, t in cases)
    done = subprocess.run([context.program("pw_eval_numbers")], input=lines.encode("utf-8"), stdout=subprocess.PIPE,
                          check=True)
    return {row["id"]: row for row in map(json.loads, done.stdout.decode("utf-8").splitlines())}


def rows(context, name):
    with open(context.file(name), encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


# ---- values ----

def values_of(found):
    """Every value that a quantity can be read as."""
    values = []
    for q in found["quantities"]:
        for value in {q["value"], q.get("high", q["value"])}:
            values.append(value)
            if q["kind"] == "percent":
                values += [value / 100, value * 100]  # a quarter is 25 percent and 0.25; 0.25 points are 25 basis points
            if q["kind"] == "money":
                values.append(value * 100)  # cents
    return values


def same(a, b):
    return abs(a - b) <= 1e-6 * max(abs(a), abs(b), 1e-9)


def has_all(found, wanted):
    values = values_of(found)
    return all(any(same(v, w) for v in values) for w in wanted)


def to_number(text):
    text = text.strip().rstrip("%").replace("_", "")
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def skipped(case):
    marks = "%s,%s" % (case.get("NotSupported", ""), case.get("NotSupportedByDesign", ""))
    return PLATFORMS <= {m.strip() for m in marks.split(",")}


def recognizers_values(context, spec, lang):
    cases = []
    for case in rows(context, spec + ".jsonl"):
        wanted = [to_number(r["Resolution"]["value"]) for r in case["Results"]
                  if r.get("Resolution") and r["Resolution"].get("value") not in (None, "null")]
        if not skipped(case) and wanted and None not in wanted:
            cases.append((case["id"], lang, "", case["Input"], wanted))
    return cases


# ---- dates ----

def first_day(text):
    parts = [int(p) for p in text.split("-")] + [1, 1]
    return datetime.date(*parts[:3])


def last_day(text):
    parts = [int(p) for p in text.split("-")]
    if len(parts) == 3:
        return datetime.date(*parts)
    year, month = (parts[0], parts[1]) if len(parts) == 2 else (parts[0], 12)
    return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)


def spans_of(found):
    """(start, end, first day of the end, is relative) of each date found."""
    return [(first_day(d["start"]), last_day(d["date"]), first_day(d["date"]), d.get("relative", False))
            for d in found["dates"]]


DAY = datetime.timedelta(days=1)


def matches(span, gold):
    """gold: (start, end), each a day or None; the end is the last day. The golds leave out what is said as the end of a
    range ("May to September" ends in August); the last day said is as right."""
    start, end, end_start, relative = span
    wanted_start, wanted_end = gold
    if not wanted_end:
        return wanted_start in (start, end, end + DAY)
    if not wanted_start:
        return wanted_end in (end, start - DAY, end_start - DAY)
    if start == wanted_start and (end == wanted_end or (start < end_start and end_start - DAY == wanted_end)):
        return True
    # spans counted from today begin today or tomorrow
    return relative and start < end and abs(start - wanted_start) <= DAY and abs(end - wanted_end) <= DAY


def has_dates(found, wanted):
    """wanted: for each date said, its alternatives."""
    spans = spans_of(found)
    return all(any(matches(span, gold) for span in spans for gold in alternatives) for alternatives in wanted)


def parse_day(text):
    try:
        return datetime.date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def gold_span(value):
    day = parse_day(value.get("value"))
    if day:
        return day, day
    start, end = parse_day(value.get("start")), parse_day(value.get("end"))
    if end:
        end -= datetime.timedelta(days=1)
    return (start, end) if start or end else None


def recognizers_dates(context, spec, lang):
    cases = []
    for case in rows(context, spec + ".jsonl"):
        wanted = []
        for result in case["Results"]:
            if result.get("TypeName") not in ("datetimeV2.date", "datetimeV2.daterange"):
                continue
            spans = [gold_span(v) for v in (result.get("Resolution") or {}).get("values", [])]
            wanted.append([s for s in spans if s])
        if not skipped(case) and wanted and all(wanted):
            cases.append((case["id"], lang, case["Context"]["ReferenceDateTime"][:10], case["Input"], wanted))
    return cases


def shift(day, grain):
    if grain == "Day":
        return day
    if grain == "Week":
        return day + datetime.timedelta(days=6)
    months = {"Month": 1, "Quarter": 3, "Year": 12}[grain]
    month = day.month - 1 + months
    return datetime.date(day.year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)


def duckling_date(expected):
    """The span of an expectation, or None when it is out of scope."""
    try:
        return duckling_span(expected)
    except ValueError:  # months above 12 are written there
        return None


def duckling_span(expected):
    point = r"\((\d+), (\d+), (\d+), 0, 0, 0\)"
    found = re.fullmatch(r"\(datetime %s (Day|Week|Month|Quarter|Year)\)" % point, expected)
    if found:
        start = datetime.date(*map(int, found.groups()[:3]))
        return start, shift(start, found.group(4))
    found = re.fullmatch(r"\(datetimeInterval \(%s, %s\) (Day|Week|Month|Quarter|Year)\)" % (point, point), expected)
    if found:
        numbers = list(map(int, found.groups()[:6]))
        return datetime.date(*numbers[:3]), datetime.date(*numbers[3:]) - datetime.timedelta(days=1)
    return None


def both_readings(span):
    """The set reads a date without a year or week as one to come; the last one is as right, and other sets take both."""
    spans = [span]
    if span[0] == span[1] and (span[0] - datetime.date(2013, 2, 12)).days in range(7):
        spans.append((span[0] - 7 * DAY, span[1] - 7 * DAY))
    try:
        spans.append(tuple(day.replace(year=day.year - 1) for day in span))
    except ValueError:  # 29 February
        pass
    return spans


# ---- sets ----

def score(context, metric, cases, judge, at_least=None):
    found = understand(context, [case[:4] for case in cases])
    right = [case for case in cases if judge(found[case[0]], case[4])]
    if os.environ.get("SHOW_ERRORS"):
        for case in cases:
            if case not in right:
                print("%s\t%s\t%s\n\twanted %s\n\tfound %s" % (
                    metric, case[0], case[3], case[4], [(d["start"], d["date"]) for d in found[case[0]]["dates"]]
                    if judge is has_dates else [(q["value"], q.get("unit")) for q in found[case[0]]["quantities"]]))
    context.report(metric, len(right) / len(cases), len(cases), at_least=at_least)


def recognizers(context):
    for name, lang in (("English", "en"), ("Spanish", "es")):
        for metric, spec in (("number", "Number.%s.NumberModel"), ("percent", "Number.%s.PercentModel"),
                             ("money", "NumberWithUnit.%s.CurrencyModel")):
            score(context, "%s.%s" % (metric, lang), recognizers_values(context, spec % name, lang), has_all)
        score(context, "date.%s" % lang, recognizers_dates(context, "DateTime.%s.DateTimeModel" % name, lang), has_dates)


def duckling(context):
    numbers, dates = {}, {}
    for n, case in enumerate(rows(context, "cases.jsonl")):
        expected = case["expected"]
        key = ("%d" % n, case["lang"], "2013-02-12", case["text"])
        if case["dim"] == "Time":
            span = duckling_date(expected)
            if span:
                dates.setdefault(case["lang"], []).append(key + ([both_readings(span)],))
        elif case["dim"] in ("Numeral", "AmountOfMoney"):
            kind = "number" if case["dim"] == "Numeral" else "money"
            wanted = [float(v.replace("_", "")) for v in re.findall(r"(?<![\w.])" + NUMBER, expected)]
            numbers.setdefault("%s.%s" % (kind, case["lang"]), []).append(key + (wanted,))
    for metric, cases in sorted(numbers.items()):
        score(context, metric, cases, has_all)
    for lang, cases in sorted(dates.items()):
        score(context, "date.%s" % lang, cases, has_dates)


def quantulum(context):
    cases = [(case["id"], "en", "", case["req"], [r["value"] for r in case["res"]])
             for case in rows(context, "cases.jsonl") if case["res"]]
    score(context, "value.en", cases, has_all)


SETS = {"num_recognizers_text": recognizers, "num_duckling": duckling, "num_quantulum3": quantulum}
