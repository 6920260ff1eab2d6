"""The signed results of a batch as a FHIR R4 bundle: one observation for each signed karyogram, and what it refers to.

An observation is LOINC 69548-6 "Genetic variant assessment" with an answer of the list LL1971-2: an abnormal karyogram
is Present, a normal one Absent, one that is not assessable No call. Its component 81291-7 "Variant ISCN" holds the
karyotype as the reader typed it, else why there is none. Patient and specimen are known by the name of the case alone.
Source of the form: HL7 Genomics Reporting, profile Variant. The bundle is put together here from plain dictionaries;
the tests check it with the package fhir.resources, which is too heavy to load (pydantic) for what it would add here.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, TextIO, TypeAlias

from sqlalchemy.orm import Session

from engine.exports.batch_report.entries import Entry, entries
from engine.exports.batch_report.report import Report
from engine.reviews import Call, Decision
from engine.wording import RESEARCH_USE, named

Resource: TypeAlias = dict[str, Any]

_LOINC: Final = "http://loinc.org"
_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
_ISCN: Final = "https://iscn.karger.com"
_ASSESSMENT: Final = (_LOINC, "69548-6", "Genetic variant assessment")
_KARYOTYPE: Final = (_LOINC, "81291-7", "Variant ISCN")
_ANSWERS: Final = {
    Call.ABNORMAL: (_LOINC, "LA9633-4", "Present"),
    Call.NORMAL: (_LOINC, "LA9634-2", "Absent"),
    Call.NOT_ASSESSABLE: (_LOINC, "LA18198-4", "No call"),
}
_CATEGORIES: Final = (
    (f"{_TERMINOLOGY}/observation-category", "laboratory", "Laboratory"),
    (f"{_TERMINOLOGY}/v2-0074", "GE", "Genetics"),
)
_NOT_WRITTEN: Final = (f"{_TERMINOLOGY}/data-absent-reason", "unknown", "Unknown")
_NOT_APPLICABLE: Final = (f"{_TERMINOLOGY}/data-absent-reason", "not-applicable", "Not Applicable")


def write_fhir(session: Session, report: Report, stream: TextIO) -> int:
    """Write the signed results of a batch as a bundle, its entries one a line.

    Returns:
        How many results there are; a bundle of none is a valid one too.
    """
    head = {
        "resourceType": "Bundle",
        "id": str(uuid.UUID(report.batch.id)),
        "meta": {"tag": [{"display": RESEARCH_USE}]},
        "identifier": {"system": "urn:ietf:rfc:3986", "value": _system(report)},
        "type": "collection",
        "timestamp": _time(report.as_of),
    }
    stream.write(_text(head).removesuffix("}"))
    separator = ', "entry": [\n'
    for resource in _resources(session, report):
        stream.write(separator + _text({"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}))
        separator = ",\n"
    stream.write("\n]}\n" if report.signed else "}\n")
    return len(report.signed)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _resources(session: Session, report: Report) -> Iterator[Resource]:
    """Every resource once, each observation after those that it refers to."""
    told: set[str] = set()
    for entry in entries(session, report, report.signed):
        for resource in (*_referred(report, entry), _observation(report, entry)):
            if resource["id"] not in told:
                told.add(resource["id"])
                yield resource


def _referred(report: Report, entry: Entry) -> list[Resource]:
    case = [{"system": _system(report), "value": entry.karyogram.case_name}]
    patient, specimen = _id(report, "patient", entry), _id(report, "specimen", entry)
    people = [
        {"resourceType": "Practitioner", "id": _named_id(report, "person", name), "name": [{"text": name}]}
        for name in (decision.person for decision in entry.standing)
    ]
    return [
        {"resourceType": "Patient", "id": patient, "identifier": case},
        {"resourceType": "Specimen", "id": specimen, "identifier": case, "subject": _reference(patient)},
        *people,
        *_device(report, entry),
    ]


def _device(report: Report, entry: Entry) -> list[Resource]:
    """The model that ordered the reading; none where no engine could judge the karyogram."""
    if entry.verdict is None:
        return []
    name, sha256 = entry.verdict.model, entry.verdict.model_sha256
    return [
        {
            "resourceType": "Device",
            "id": _named_id(report, "device", sha256),
            "deviceName": [{"name": f"Karyotriage, model {name}", "type": "model-name"}],
            "version": [{"type": {"text": "SHA-256 of the weights"}, "value": sha256}],
            "note": [{"text": RESEARCH_USE}],
        }
    ]


def _observation(report: Report, entry: Entry) -> Resource:
    karyogram, result, signed_at = entry.karyogram, entry.result, entry.signed_at
    if result is None or signed_at is None:
        raise ValueError(f"karyogram must be signed, got {karyogram.id!r} with review {karyogram.review.value!r}")
    device = [_reference(resource["id"]) for resource in _device(report, entry)]
    return {
        "resourceType": "Observation",
        "id": str(uuid.UUID(karyogram.id)),
        "identifier": [{"system": _system(report), "value": _cell(entry)}],
        "status": "amended" if entry.amended else "final",
        "category": [_concept(*category) for category in _CATEGORIES],
        "code": _concept(*_ASSESSMENT),
        "subject": _reference(_id(report, "patient", entry)),
        # when the specimen was taken is not known here: the picture is as near as we come
        "effectiveDateTime": _time(karyogram.created_at),
        "issued": _time(signed_at),
        "performer": [_reference(_named_id(report, "person", made.person)) for made in entry.standing],
        "valueCodeableConcept": _concept(*_ANSWERS[result.opinion.call], text=named(result.opinion.call)),
        "note": [*_notes(entry.standing), {"text": RESEARCH_USE}],
        "method": {"text": _method(entry)},
        "specimen": _reference(_id(report, "specimen", entry)),
        **({"device": device[0]} if device else {}),
        "component": [_karyotype(result)],
    }


def _karyotype(result: Decision) -> Resource:
    written = " ".join(result.opinion.karyotype.split())  # a code in FHIR has single spaces only
    if written:
        return {"code": _concept(*_KARYOTYPE), "valueCodeableConcept": _concept(_ISCN, written, "", text=written)}
    absent = _NOT_APPLICABLE if result.opinion.call is Call.NOT_ASSESSABLE else _NOT_WRITTEN
    return {"code": _concept(*_KARYOTYPE), "dataAbsentReason": _concept(*absent)}


def _notes(standing: list[Decision]) -> Iterator[Resource]:
    """What the signers wrote, each under their name."""
    for made in standing:
        opinion = made.opinion
        said = [*opinion.findings, opinion.comment.strip(), opinion.reason.strip()]
        text = "; ".join(filter(None, said))
        if text:
            yield {"authorString": made.person, "time": _time(made.created_at), "text": text}


def _method(entry: Entry) -> str:
    people = {2: "two people, each by themselves", 3: "two people who disagreed, then a supervisor"}
    read = f"Karyogram read by {people.get(len(entry.standing), 'people')}"
    if entry.verdict is None:
        return read
    return f"{read}; order of reading by the model {entry.verdict.model}, SHA-256 {entry.verdict.model_sha256}"


def _cell(entry: Entry) -> str:
    karyogram = entry.karyogram
    return f"{karyogram.case_name}, cell {karyogram.cell}" if karyogram.cell else karyogram.case_name


def _concept(system: str, code: str, display: str, text: str = "") -> Resource:
    coding = {"system": system, "code": code, **({"display": display} if display else {})}
    return {"coding": [coding], **({"text": text} if text else {})}


def _reference(identifier: str) -> Resource:
    return {"reference": f"urn:uuid:{identifier}"}


def _system(report: Report) -> str:
    """Names of cases are unique within their batch alone."""
    return f"urn:uuid:{uuid.UUID(report.batch.id)}"


def _id(report: Report, kind: str, entry: Entry) -> str:
    return _named_id(report, kind, entry.karyogram.case_id)


def _named_id(report: Report, kind: str, name: str) -> str:
    """The same thing has the same id in every bundle of the batch."""
    return str(uuid.uuid5(uuid.UUID(report.batch.id), f"{kind}:{name}"))


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
