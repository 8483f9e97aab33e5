"""The article that the project starts from, through `learn`: are the facts that its README names proposed?"""
import re
import subprocess

# What the README of the set names, as what must stand in one proposed fact.
WANTED = [
    ("task force", 'kind = "body"', r"Human Smuggling and Trafficking Task Force"),
    ("memorandum of understanding", 'kind = "agreement"', r"memorandum of understanding"),
    ("law-enforcement partnership", 'kind = "commitment"', r"law enforcement agencies will partner"),
    ("12,000 security personnel", 'kind = "figure"', r'value = 12000; unit = "security personnel"; bound = "at-least"'),
    ("25 % fewer unaccompanied children", 'kind = "figure"', r'value = 25; unit = "percent".*direction = "down"'),
    ("cooperation on migration management", 'kind = "commitment"', r"cooperates with Mexico on migration management"),
    ("joint work against smuggling organisations", 'kind = "commitment"', r"disable human trafficking and human smuggling"),
    ("quotation, with its speaker", 'kind = "position"', r"(?s)share history and family.*Harris|Harris.*share history and family"),
    ("second quotation, with its speaker", 'kind = "position"', r"(?s)we share an interest.*Harris|Harris.*we share an interest"),
]


def seed(context):
    article = context.file("us-mexico-strengthen-border-security.txt")
    text = subprocess.run([context.program("pw_eval_learn"), article, "us-mexico"], check=True, capture_output=True,
                          text=True).stdout
    facts = re.findall(r"\n  \{\n(.*?)\n  \}", text, re.S)
    found = 0
    for name, kind, pattern in WANTED:
        hit = any(kind in fact and re.search(pattern, fact) for fact in facts)
        found += hit
        if not hit:
            print("  not proposed: %s" % name)
    context.report("proposed", found / len(WANTED), len(WANTED), at_least=1.0)
    context.report("facts", len(facts), len(WANTED))


SETS = {"seed": seed}
