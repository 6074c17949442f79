"""The registry's exports of a district in one month: directory, personnel, equipment, social insurance.

Belongs here: rows (lake column names, typed values) of the snapshots and of the insurance periods. Does not belong here:
writing a row to a file (`render`, `files`), anything planted (`stories`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from sample_city.model import Agency, District, Employment, Person, Values
from sample_city.timeline import Timeline

EQUIPMENT = (
    ("消火栓系统试水检测装置", "SSJ-1"),
    ("点型感烟探测器功能试验器", "YJ-20"),
    ("数字照度计", "TES-1330A"),
    ("垂直度测定仪", "CZ-2"),
)
LABORATORIES = ("河南省计量测试科学研究院", "焦作市质量技术监督检验测试中心")


def directory_rows(district: District, month: int) -> Iterator[Values]:
    """The directory list of a month."""
    declared: Counter[tuple[int, str]] = Counter(
        (employment.agency, _declared_column(employment))
        for employment in district.employments
        if employment.is_listed(month)
    )
    for agency in district.agencies:
        if agency.is_listed(month):
            yield _directory_row(agency, month, declared)


def _declared_column(employment: Employment) -> str:
    if employment.level_code in ("level_1", "level_2"):
        return f"engineers_{employment.level_code}_declared"
    return "operators_junior_declared" if employment.level_code == "junior" else "operators_intermediate_declared"


def _directory_row(agency: Agency, month: int, declared: Counter[tuple[int, str]]) -> Values:
    row: Values = {
        "sequence_no": agency.number + 1,
        "agency_name": agency.name,
        "agency_id": agency.agency_id,
        "legal_representative": agency.legal_representative,
        "phone": agency.phone,
        "registered_address": agency.address,
        "service_type": agency.service_type,
        "is_legal_person": True,
        "floor_area_m2": agency.floor_area_m2,
        "has_quality_system": agency.has_quality_system,
        "assessment_control": agency.assessment_control,
        "listing_basis": agency.listing_basis,
        "submitted_on": agency.submitted_on,
        "onsite_checked_on": agency.onsite_checked_on,
        "onsite_result": "passed" if agency.onsite_checked_on else None,
        "published_on": agency.published_on,
        "registry_status": "normal",
        "remarks": None,
    }
    for column in (
        "engineers_level_1_declared",
        "engineers_level_2_declared",
        "operators_intermediate_declared",
        "operators_junior_declared",
    ):
        row[column] = declared[agency.place, column]
    for since, changes in agency.states:
        if since <= month:
            row.update(changes)
    return row


def personnel_rows(district: District, month: int) -> Iterator[Values]:
    """The personnel list of a month, agency by agency."""
    agencies = {agency.place: (agency, agency.name_in(month), agency.is_listed(month)) for agency in district.agencies}
    for employment in district.employments:
        agency, agency_name, is_listed = agencies[employment.agency]
        if not is_listed or not employment.is_listed(month):
            continue
        person = employment.person
        yield {
            "agency_name": agency_name,
            "agency_id": agency.agency_id,
            "person_name": dict(employment.name_by_month).get(month, person.name),
            "person": employment.shown_id or person.id_no,
            "position_code": employment.position_code,
            "certificate_kind": employment.certificate_kind,
            "level_code": employment.level_code,
            "qualification_no": person.qualification_no,
            "registration_no": employment.registration_no or person.registration_no or None,
            "registration_until_on": employment.registration_until_on(month),
            "contract_from_on": employment.contract_from_on,
            "contract_until_on": employment.contract_until_on,
            "insurance_payer_name": agency_name if employment.is_insured else None,
            "phone": person.phone,
        }


def equipment_rows(district: District, month: int, timeline: Timeline) -> Iterator[Values]:
    """Three or four devices per agency; each calibration is valid far beyond the next list."""
    shown_on = timeline.snapshot_on(month)
    for agency in district.agencies:
        if not agency.is_listed(month):
            continue
        for device, (name, model) in enumerate(EQUIPMENT[: 3 + agency.place % 2]):
            calibrated_on = dt.date(shown_on.year, 1 + (agency.place * 5 + device) % 12, 11)
            while calibrated_on > shown_on - dt.timedelta(days=20):
                calibrated_on = calibrated_on.replace(year=calibrated_on.year - 1)
            yield {
                "agency_id": agency.agency_id,
                "equipment_name": name,
                "model": model,
                "serial_no": f"SB{agency.number:05d}{device:02d}",
                "quantity": 1 + (agency.place + device) % 3,
                "calibration_certificate_no": f"JZ{calibrated_on:%Y%m}{agency.number:05d}{device}",
                "calibrated_on": calibrated_on,
                "valid_until_on": calibrated_on.replace(year=calibrated_on.year + 2),
                "calibrated_by": LABORATORIES[device % 2],
            }


def insurance_rows(district: District, export_month: int, timeline: Timeline) -> Iterator[Values]:
    """The rows of the export of `export_month`: the month before, and late rows."""
    period = export_month - 1
    shown = max(period, 0)
    payers = {
        agency.place: (agency.agency_id, agency.name_in(shown))
        for agency in district.agencies
        if agency.is_listed(shown)
    }
    for employment in district.employments:
        if not employment.is_insured or not employment.is_listed(shown) or employment.agency not in payers:
            continue
        payer = payers[employment.agency]
        yield _insurance_row(
            employment.person, payer, timeline, month=period, code="pension_enterprise", status="normal"
        )
        if employment.person.index % 5 == 0:
            yield _insurance_row(employment.person, payer, timeline, month=period, code="work_injury", status="normal")
    for payment in district.payments:
        payer = (payment.payer_id, payment.payer_name)
        until = payment.until_month if payment.until_month is not None else timeline.months
        months = range(payment.from_month, until)
        if payment.late_month is None:
            due = [period] if period in months else []
        else:
            due = list(months) if payment.late_month == export_month else []
        for paid in due:
            yield _insurance_row(
                payment.person, payer, timeline, month=paid, code=payment.insurance_code, status=payment.payment_status
            )


def _insurance_row(
    person: Person, payer: tuple[str, str], timeline: Timeline, *, month: int, code: str, status: str
) -> Values:
    payer_id, payer_name = payer
    base = 3_900_00 + (person.index * 7_477 + month * 13) % 900_000
    return {
        "payer_unit_no": f"41{payer_id[8:17]}",
        "payer_name": payer_name,
        "payer_id": payer_id,
        "person_name": person.name,
        "person": person.id_no,
        "insurance_code": code,
        "period_month_on": timeline.day(month, 1),
        "payment_status": status,
        "pay_base": f"{base // 100}.{base % 100:02d}",
    }
