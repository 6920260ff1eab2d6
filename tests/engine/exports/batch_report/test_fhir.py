"""The bundle as another system reads it, checked with fhir.resources."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.observation import Observation
from sqlalchemy import Engine

from engine.exports.batch_report.formats import Format
from engine.records import store
from engine.records.database import open_session
from tests.engine.exports.batch_report.conftest import SQLITE, Read
from tests.records import NOW

pytestmark = SQLITE


def bundle(read: Read) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(read.written(Format.FHIR))
    Bundle.model_validate(told)
    return told


def resources(told: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {entry["fullUrl"]: entry["resource"] for entry in told["entry"] if entry["resource"]["resourceType"] == kind}


def observation(read: Read, number: int) -> dict[str, Any]:
    urls = {url.replace("-", "").removeprefix("urn:uuid:"): url for url in resources(bundle(read), "Observation")}
    return resources(bundle(read), "Observation")[urls[read.karyograms[number].id]]


def test_only_signed_results_are_in_it(read_batch: Read) -> None:
    told = bundle(read_batch)
    assert (told["type"], len(resources(told, "Observation"))) == ("collection", 4)
    assert len(resources(told, "Patient")) == len(resources(told, "Specimen")) == 2


def test_a_result_has_the_call_the_karyotype_and_who_signed(read_batch: Read) -> None:
    told = observation(read_batch, 0)
    assert told["code"]["coding"][0]["code"] == "69548-6"
    assert told["valueCodeableConcept"]["coding"][0] == {
        "system": "http://loinc.org",
        "code": "LA9633-4",
        "display": "Present",
    }
    (component,) = told["component"]
    assert component["code"]["coding"][0]["code"] == "81291-7"
    assert component["valueCodeableConcept"]["text"] == "47,XY,+21"
    people = resources(bundle(read_batch), "Practitioner")
    names = [people[each["reference"]]["name"][0]["text"] for each in told["performer"]]
    assert (told["status"], names) == ("final", ["Anna Åkesson", "Ben"])


@pytest.mark.parametrize(
    ("number", "status", "answer", "absent"),
    [(2, "final", "LA9634-2", "unknown"), (3, "amended", "LA18198-4", "not-applicable")],
)
def test_other_calls_say_why_there_is_no_karyotype(
    read_batch: Read, number: int, status: str, answer: str, absent: str
) -> None:
    told = observation(read_batch, number)
    assert (told["status"], told["valueCodeableConcept"]["coding"][0]["code"]) == (status, answer)
    assert told["component"][0]["dataAbsentReason"]["coding"][0]["code"] == absent


def test_every_reference_leads_to_a_resource_of_the_bundle(read_batch: Read) -> None:
    told = bundle(read_batch)
    urls = {entry["fullUrl"] for entry in told["entry"]}
    assert len(urls) == len(told["entry"])
    referred = [part.split('"')[0] for part in json.dumps(told).split('"reference": "')[1:]]
    assert len(referred) > 20
    assert set(referred) <= urls


def test_device_is_the_model_with_its_hash_and_people_are_known_by_case_alone(read_batch: Read) -> None:
    told = bundle(read_batch)
    (device,) = resources(told, "Device").values()
    assert (device["version"][0]["value"], device["deviceName"][0]["name"]) == ("cd" * 32, "Karyotriage, model pixels")
    patients = resources(told, "Patient").values()
    assert {patient["identifier"][0]["value"] for patient in patients} == {"P000", "P001"}
    assert all(set(patient) == {"resourceType", "id", "identifier"} for patient in patients)


def test_a_batch_without_signed_results_is_a_valid_bundle_of_none(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "Nothing", "pixels", 5, NOW)
        session.commit()
    assert "entry" not in bundle(Read(sql_engine, batch, []))


def test_the_check_finds_what_is_wrong(read_batch: Read) -> None:
    """The counter-test: without it the check could be one that lets everything pass."""
    told = observation(read_batch, 0)
    del told["status"]
    with pytest.raises(ValueError, match="status"):
        Observation.model_validate(told)
