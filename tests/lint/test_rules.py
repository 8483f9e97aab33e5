"""Rules of the house that a compiler alone does not check. Run by ctest with PW_SOURCE and PW_BUILD set."""
import json
import os
import pathlib
import re
import shlex
import shutil
import statistics
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ["PW_SOURCE"])
BUILD = pathlib.Path(os.environ["PW_BUILD"])

# What each layer may include, besides itself: the table of CONTRIBUTING.md.
LAYERS = {
    "base": [],
    "model": ["base"],
    "text": ["base", "model"],
    "loop": ["base"],
    "config": ["base", "model", "text"],
    "watch": ["base", "model", "loop"],
    "read": ["base", "model", "text"],
    "diff": ["base", "model", "text"],
    "store": ["base", "model"],
    "publish": ["base", "model", "text", "loop"],
    "app": ["base", "model", "text", "loop", "config", "watch", "read", "diff", "store", "publish"],
}
# A header of each layer that any other file could want.
HEADER = {"base": "arena.h", "model": "fact.h", "text": "json.h", "loop": "loop.h", "config": "config.h",
          "watch": "watch.h", "read": "read.h", "diff": "diff.h", "store": "store.h", "publish": "bus.h",
          "app": "app.h"}
# Whose headers may be included where. One library, one module.
VENDORS = {
    r"event2/|evhttp|event\.h": ["daemon/loop", "daemon/publish", "clients/examples"],
    r"zmq\.h": ["daemon/publish", "clients/lib"],
    r"libconfig\.h": ["daemon/config", "clients/forward"],
    r"curl/": ["daemon/watch", "clients/forward"],
    r"libxml/": ["daemon/read"],
    r"sqlite3\.h": ["daemon/store"],
    r"unicode/": ["daemon/text"],
    r"libstemmer\.h": ["daemon/text"],
    r"jansson\.h": ["daemon/text", "clients/lib"],
    r"systemd/": ["daemon/app", "clients/forward"],
    r"zstd\.h": ["daemon/store"],
    r"sodium\.h": ["daemon/base", "clients/forward"],
}
BANNED = r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|sscanf|system|popen|alloca)\s*\("


def c_files(*folders):
    for folder in folders:
        yield from sorted((SOURCE / folder).rglob("*.[ch]"))


def compile_command(layer):
    """The compiler and flags of one file of a layer."""
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        if pathlib.Path(entry["file"]).parent == SOURCE / "daemon" / layer:
            words = shlex.split(entry["command"])
            end = words.index("-o")
            return [word for word in words[:end] if word != "-c"]
    raise AssertionError(f"no file of {layer} is compiled")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_wrong_include_does_not_compile(layer, tmp_path):
    command = compile_command(layer)
    for other in LAYERS:
        if other == "app" and layer == "app":
            continue
        file = tmp_path / f"{layer}_{other}.c"
        file.write_text(f'#include "{HEADER[other]}"\ntypedef int not_empty;\n')
        result = subprocess.run(command + ["-fsyntax-only", str(file)], capture_output=True, text=True, check=False)
        may = other == layer or other in LAYERS[layer]
        assert (result.returncode == 0) == may, f"{layer} including {other}: {result.stderr[:300]}"


@pytest.mark.parametrize("language", ["c", "c++"])
@pytest.mark.parametrize("header", ["policywatch.h", "wire.h", "keyfile.h"])
def test_public_headers_stand_alone(header, language, tmp_path):
    standard = {"c": "c99", "c++": "c++11"}[language]
    file = tmp_path / "alone.c"
    file.write_text(f"#include <policywatch/{header}>\n#include <policywatch/{header}>\nint main(void) {{ return 0; }}\n")
    compiler = shutil.which("cc" if language == "c" else "c++")
    subprocess.run([compiler, "-x", language, f"-std={standard}", "-pedantic", "-Wall", "-Wextra", "-Werror",
                    "-I", str(SOURCE / "include"), "-fsyntax-only", str(file)], check=True)


def test_vendor_headers_stay_in_their_module():
    wrong = []
    for path in c_files("daemon", "clients"):
        folder = str(path.parent.relative_to(SOURCE))
        for name in re.findall(r"#include <([^>]+)>", path.read_text()):
            for pattern, folders in VENDORS.items():
                if re.match(pattern, name) and folder not in folders:
                    wrong.append(f"{path.relative_to(SOURCE)}: <{name}>")
    assert not wrong


def test_no_vendor_header_in_a_header_of_ours():
    vendor = "|".join(VENDORS)
    wrong = [str(p.relative_to(SOURCE)) for p in c_files("daemon") if p.suffix == ".h"
             and re.search(rf"#include <({vendor})", p.read_text())]
    assert not wrong


def test_banned_calls_are_not_made():
    wrong = []
    for path in c_files("daemon", "clients"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = re.sub(r'"(\\.|[^"\\])*"', '""', line.split("/*")[0])
            # A command may show times in the user's way; nothing else depends on a locale.
            localised = "setlocale" in code and "clients/cli" not in str(path)
            if re.search(BANNED, code) or localised:
                wrong.append(f"{path.relative_to(SOURCE)}:{number}: {line.strip()}")
    assert not wrong


def test_clients_know_nothing_of_the_daemon():
    headers = {p.name for p in c_files("daemon") if p.suffix == ".h"}
    own = {p.name for p in c_files("clients") if p.suffix == ".h"}
    wrong = []
    for path in c_files("clients"):
        for name in re.findall(r'#include "([^"]+)"', path.read_text()):
            if "daemon/" in name or (name in headers and name not in own):
                wrong.append(f"{path.relative_to(SOURCE)}: {name}")
    assert not wrong


def test_files_stay_small():
    # Tables of words are data and may be long.
    files = [p for p in c_files("daemon", "clients") if not re.search(r"(_words|_labels|_en|_es|actors)_?\w*\.c$", p.name)]
    lengths = {p: len(p.read_text().splitlines()) for p in files}
    too_long = [f"{p.relative_to(SOURCE)}: {n}" for p, n in lengths.items() if n > 520]  # about 500
    assert not too_long
    assert statistics.median(lengths.values()) <= 200


def test_versions_agree():
    version = re.search(r"project\(policywatch VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text()).group(1)
    news = (SOURCE / "NEWS.md").read_text()
    assert re.search(rf"^## {re.escape(version)}\b", news, re.M)


def test_man_pages_are_clean():
    pages = [p for p in SOURCE.glob("*/**/*.[1-8]") if "build" not in p.parts]
    assert len(pages) >= 4
    result = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *map(str, pages)], capture_output=True, text=True, check=False)
    assert result.stdout == ""
