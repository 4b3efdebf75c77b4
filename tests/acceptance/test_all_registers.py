"""Each of the four jobs, by its script, on the demo estate: what it sends to whom, what it cannot see."""

import json
from collections import Counter
from dataclasses import dataclass

import pytest
from jsonschema import Draft202012Validator
from tests.acceptance.installation import ROOT

SCHEMA = Draft202012Validator(
    json.loads((ROOT / "src/sereno/adapters/contract.schema.json").read_text("utf-8"))
)
ADMINISTRATORS = ["u0001@example.com", "u0002@example.com"]
QUALITY = ["u0005@example.com", "u0006@example.com", "u0007@example.com"]
TRAMITADORES = ["u0011@example.com", "u0012@example.com", "u0013@example.com"]


@dataclass(frozen=True)
class Digest:
    """What a digest of the demo is like: how many mails, to whom (each to somebody else where empty), Bcc."""

    subject: str
    mails: int
    to: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


JOBS = {
    "brass": {
        "diario": Digest(
            "Informe Equipos de Medida fuera de calibración (BRASS)", 1, to=tuple(ADMINISTRATORS)
        )
    },
    "expedientes": {
        "diario": Digest(
            "Informe Tareas De Expedientes (Expedientes)", 1, tuple(TRAMITADORES), tuple(ADMINISTRATORS)
        )
    },
    "riesgos": {
        "tecnico": Digest("Informe Tareas Para Técnicos (Gestión de Riesgos)", 9, bcc=tuple(ADMINISTRATORS)),
        "calidad": Digest("Informe Tareas Calidad (Gestión de Riesgos)", 3),
        "calidad_mensual": Digest("Informe Mensual Calidad (Gestión de Riesgos)", 1, tuple(QUALITY)),
    },
    "no_conformidades": {
        "tecnico": Digest(
            "Tareas de Acciones Correctivas a punto de caducar o caducadas (No Conformidades)",
            13,
            bcc=tuple(ADMINISTRATORS),
        ),
        "calidad": Digest(
            "Informe Tareas No Conformidades (No Conformidades)", 1, tuple(QUALITY), tuple(ADMINISTRATORS)
        ),
    },
}
DIGESTS = [digest for digests in JOBS.values() for digest in digests.values()]
REGISTERS = {
    "brass": ("brass", "lanzadera"),
    "expedientes": ("expedientes", "lanzadera"),
    "riesgos": ("riesgos", "expedientes", "lanzadera"),
    "no_conformidades": ("no_conformidades", "expedientes", "lanzadera"),
}


def recipients(mail):
    return [address.addr_spec for address in mail["To"].addresses]


def of(digest, mails):
    return [mail for mail in mails if mail["Subject"] == digest.subject]


@pytest.fixture
def whole(made, tmp_path):
    return made.copy(tmp_path)


def test_one_cycle_serves_every_digest_of_every_register(first_cycle):
    installation, done = first_cycle
    assert done.code == 0, done.out + done.err
    assert {state for state, *_ in installation.runs()} == {"complete"}
    assert len(installation.runs()) == len(DIGESTS)
    sent = Counter(mail["Subject"] for mail in installation.digests)
    assert sent == {digest.subject: digest.mails for digest in DIGESTS}


@pytest.mark.parametrize("digest", DIGESTS, ids=lambda digest: digest.subject)
def test_each_digest_goes_to_those_whom_its_page_names(first_cycle, digest):
    installation, _ = first_cycle
    told = [whom for mail, whom in installation.queued() if mail["Subject"] == digest.subject]
    shown = [recipients(mail) for mail in of(digest, installation.digests)]
    if digest.to:
        assert shown == [list(digest.to)]
    else:
        assert len(set(map(tuple, shown))) == digest.mails  # a mail each, nobody twice
    assert all(set(digest.bcc) <= set(whom) for whom in told)
    assert not any("Bcc" in mail for mail in of(digest, installation.digests))


def test_what_reaches_nobody_is_told_to_the_administrators(first_cycle):
    installation, _ = first_cycle
    lost = [mail for mail in installation.digests if recipients(mail) == ADMINISTRATORS]
    texts = [mail.get_body(("plain",)).get_content() for mail in lost]
    assert sum("Sin destinatario" in text for text in texts) == 2  # an engineer's tasks, a lead's risks


def test_the_monthly_report_brings_its_pictures_and_every_row(first_cycle):
    installation, _ = first_cycle
    (mail,) = of(JOBS["riesgos"]["calidad_mensual"], installation.digests)
    kinds = Counter(part.get_content_type() for part in mail.walk())
    assert kinds["image/png"] == 2
    assert [part.get_filename() for part in mail.iter_attachments()] == ["riesgos-calidad_mensual.xlsx"]


@pytest.mark.parametrize("job", JOBS)
def test_a_job_queues_what_its_dry_run_showed_as_json_and_once_a_period(whole, job):
    shown = whole.on_demo(f"run_{job}.py", "--dry-run", "--json")
    assert shown.code == 0, shown.err
    document = json.loads(shown.out)
    SCHEMA.validate(document)
    done = whole.on_demo(f"run_{job}.py")
    assert done.code == 0, done.out + done.err
    assert {state for state, *_ in whole.runs()} == {"complete"}
    queued = whole.queued()
    assert Counter(mail["Subject"] for mail, _ in queued) == {
        digest.subject: digest.mails for digest in JOBS[job].values()
    }
    messages = [message for digest in document["digests"] for message in digest["messages"]]
    assert sorted((each["subject"], sorted(each["to"] + each["cc"] + each["bcc"])) for each in messages) == (
        sorted((mail["Subject"], sorted(whom)) for mail, whom in queued)
    )
    again = json.loads(whole.on_demo(f"run_{job}.py", "--dry-run", "--json").out)
    assert (again["outcome"], again["rules"]) == ("not_owed", [])
    assert not any(digest["owed"] or digest["messages"] for digest in again["digests"])


@pytest.mark.parametrize("job", JOBS)
def test_each_row_that_is_sent_is_among_all_that_its_rule_finds(made, job):
    document = json.loads(made.on_demo(f"run_{job}.py", "--dry-run", "--json", "--force").out)
    found = {
        (rule["rule"], json.dumps(row["key"])): row for rule in document["rules"] for row in rule["rows"]
    }
    sections = [
        section
        for digest in document["digests"]
        for message in digest["messages"]
        for section in message["sections"]
    ]
    told = {(section["rule"], json.dumps(row["key"])) for section in sections for row in section["rows"]}
    assert told <= found.keys()
    in_a_section = {place for place, row in found.items() if row["section"] is not None}
    assert told == in_a_section  # nobody has been told of anything yet, so nothing is held back
    assert all(row["new"] for row in found.values())


@pytest.mark.parametrize(
    ("job", "register"), [(job, register) for job, names in REGISTERS.items() for register in names]
)
def test_a_register_taken_away_is_blind_and_satisfies_nothing(whole, job, register):
    (whole.demo / f"{register}.sqlite").unlink()
    done = whole.on_demo(f"run_{job}.py")
    assert done.code == 1
    assert f"{register}.sqlite" in done.out
    assert [state for state, *_ in whole.runs()] == ["blind"] * len(JOBS[job])
    assert whole.queued() == []
    shown = whole.on_demo(f"run_{job}.py", "--dry-run", "--json", "--force")
    assert shown.code == 1
    document = json.loads(shown.out)
    SCHEMA.validate(document)
    assert document["outcome"] == "blind"


def test_json_goes_with_a_dry_run_alone(made):
    done = made.on_demo("run_riesgos.py", "--json")
    assert (done.code, done.out) == (2, "")
    assert "--dry-run" in done.err


def test_json_leaves_no_trace_and_says_nothing_else_on_standard_output(whole):
    before = whole.tree(), whole.files()
    done = whole.on_demo("run_riesgos.py", "--dry-run", "--json", "--verbose")
    assert json.loads(done.out)["monitor"] == "riesgos"
    assert done.out.isascii()
    assert "rule.seen" in done.err
    assert (whole.tree(), whole.files()) == before
