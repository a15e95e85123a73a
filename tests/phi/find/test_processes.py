from __future__ import annotations

import hashlib

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.processes import numbered, printed

LISTED = "-rw-r--r--  1 root root  33073 2026-11-30 15:57:37.716754721 +0000 {}"
OWN = (
    "Port 8080 is in use by PID 48213",
    "● nginx.service\n     Active: active (running)\n   Main PID: 48213 (nginx)\n      Tasks: 3",
    "$ kill -9 48213\nkilled PID 48213",
    "process exited, PID 482134",
    "PID 48213 killed by OOM",
    "The server has PID 48213",
    "Sent SIGTERM to PID 48213",
    "PID: 48213\nPPID: 1\nState: S (sleeping)",
    "val_loss: 0.3412 acc=99.21",
    "5308492 -rw-r--r--  1 root root  34161 Nov 30 16:19 CHANGELOG.md\n5308496 -rw-r--r--  1 root root  11358 Nov 30 14:14 LICENSE",
    "epoch 3 loss=0.031 acc=0.9921",
    'id: x, "created":1796053858',
    "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 4829103",
    "  Size: 30018     Blocks: 64         IO Block: 4096   regular file\nAccess: (0644/-rw-r--r--)  Uid: (    0/    root)",
    "total 936\n" + "\n".join(LISTED.format(name) for name in ("CHANGELOG.md", "LICENSE")),
    "-rw-r--r--  1 root root   5652 2026-11-30 15:57:37.716754721 +0000 CONTRIBUTING.md",
    (
        "00000000  4d 49 54 20 4c 69 63 65  6e 73 65 0a 0a 43 6f 70  |MIT License..Cop|\n"
        "00000010  79 72 69 67 68 74 20 28  63 29 20 32 30 32 36 20  |yright (c) 2026 |"
    ),
    (
        "00000000: 4d49 5420 4c69 6365 6e73 650a 0a43 6f70  MIT License..Cop\n"
        "00000010: 7972 6967 6874 2028 6329 2032 3032 3620  yright (c) 2026 "
    ),
    "00000000  4d 49 54 20 4c 69 63 65  6e 73 65 0a 0a 43 6f 70\n00000010  50 65 72 6d 69 73 73 69  6f 6e 20 69 73 20 68 65",
    (
        "MiB Mem :  24105.6 total,   921.4 free\n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n"
        "  23927 root      20   0 1181056 568224  66556 R 100.0   2.3   0:12.34 python"
    ),
    "ifeq ($(origin HOST),command line)\nHOST_OPTION := --host $(HOST)\nendif\n# make COMMAND [PORT=8080] [HOST=127.0.0.1]",
    "HOST ?= 127.0.0.1\nrun:\n\t@echo serving on $(HOST)\n\t@touch $(origin HOST)\n",
)
SOMEBODYS = (
    "PID 48213 seen in clinic",
    "PID: 48213, chest pain",
    "port placement today, PID 48213",
    "lymph node biopsy PID 48213",
    "metformin started, PID 48213",
    "disease process, PID 48213",
    "PID: 48213\nward 3, chest pain",
    "PID 48213 (male) seen in clinic",
    "social worker PID 48213",
    "The patient with PID 48213 is on port 3 of the monitor",
    "acc 99213882 billed",
    "Acc: 0099217 overdue",
    LISTED.format("mrn_8675309_scan.pdf"),
    "00000000  4d 52 4e 20 38 36 37 35  33 30 39 20 53 53 4e 20  |MRN 8675309 SSN |",
    '{"created":1796053858,"mrn":"8675309"}',
)


def counted(text: str) -> list[str]:
    (detection,) = load_engine().detect([Passage(text, carrier=Carrier.TOOL_RESULT)])
    return [text[one.start : one.end] for one in detection.findings if one.counts]


@pytest.mark.parametrize("text", OWN)
def test_what_a_machine_prints_of_itself_is_nobodys(text):
    assert counted(text) == []


def test_a_digest_that_begins_like_a_cue_is_a_digest():
    digests = (hashlib.sha256(f"{number}".encode()).hexdigest() for number in range(20_000))
    lines = [f"{one}  src/a.py" for one in digests if one.startswith(("cf", "dea"))]
    assert len(lines) > 50
    assert [value for line in lines for value in counted(line)] == []


@pytest.mark.parametrize("text", SOMEBODYS)
def test_an_identifier_beside_it_counts(text):
    assert counted(text)


@pytest.mark.parametrize(
    ("before", "after", "process"),
    [
        ("in use by PID ", "", True),
        ("Main PID: ", " (nginx)", True),
        ("PID ", " exited", True),
        ("PID ", " admitted", False),
        ("the patient's main PID ", "", False),
        ("killed\nPID ", "", False),
    ],
)
def test_a_pid_is_of_a_process_by_the_words_on_its_line(before, after, process):
    assert numbered(before, after) is process


@pytest.mark.parametrize(
    ("text", "value", "kind", "evidence", "gone"),
    [
        ("\nrun:\n\t@echo x", "@echo", Kind.OTHER_ID, Evidence.SHAPE, True),
        ("her handle is @echo", "@echo", Kind.OTHER_ID, Evidence.SHAPE, False),
        ("HOST=1", "HOST", Kind.NAME, Evidence.CONTEXT, True),
        ("HOST=1", "HOST", Kind.NAME, Evidence.CUE, False),
        ("line)\nHOST_OPTION := x", "HOST", Kind.NAME, Evidence.CUE, True),
        ("Dr HOST came", "HOST", Kind.NAME, Evidence.CONTEXT, False),
        (LISTED.format("Jane.txt"), "Jane", Kind.NAME, Evidence.CONTEXT, False),
        ('"created": 1796053858', "1796053858", Kind.OTHER_ID, Evidence.CONTEXT, True),
        ('"created": 1796053858', "1796053858", Kind.OTHER_ID, Evidence.CUE, False),
        ('"POST /v1/x HTTP/1.1" 200 8121 "-"', "200 8121", Kind.OTHER_ID, Evidence.CONTEXT, True),
        ('"POST /v1/x HTTP/1.1" 200 8121 "-"', "8121", Kind.OTHER_ID, Evidence.CONTEXT, True),
        ('her file 200 8121 "-"', "200 8121", Kind.OTHER_ID, Evidence.CONTEXT, False),
        ("card 1796053858", "1796053858", Kind.OTHER_ID, Evidence.CONTEXT, False),
    ],
)
def test_only_what_stands_where_machines_print_it_is_taken_back(text, value, kind, evidence, gone):
    at = text.index(value)
    assert printed(Hit(kind, at, at + len(value), 0.9, evidence), text, ()) is gone


def test_what_is_encoded_in_bytes_was_read_and_stays():
    text = "00000000  4d 52 4e 20 38 36 37 35  33 30 39 20 53 53 4e 20"
    hit = Hit(Kind.MRN, 10, len(text), 0.9, Evidence.CHECKED)
    assert printed(hit, text, ())
    assert not printed(hit, text, {(hit.start, hit.end)})
