"""Builders of the evidence datasets' rows: findings, checks, penalties, tickets, media, merits, repairs, decisions.

Belongs here: one function per dataset, with sensible defaults, which returns the row's key. Does not belong here: the acts
of the city's agencies (`stories`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sample_city import identifiers
from sample_city.plan import Day, Plan

MAKER, CHECKER = "秦明哲", "孔令德"
INSPECTORS = "白守正、康敬安"
CENTRE, BUREAU = "焦作市建设工程消防技术中心", "焦作市住房和城乡建设局"
COUNTIES = ("解放区住建局", "山阳区住建局", "修武县住建局", "沁阳市住建局")


def at(day: dt.date, hour: int = 9, minute: int = 15) -> dt.datetime:
    """A moment of a day."""
    return dt.datetime.combine(day, dt.time(hour, minute, 26))


def finding(
    plan: Plan,
    place: int,
    month: int,
    clause: str,
    *,
    act: Day,
    determined: Day,
    status: str = "effective",
    is_current: bool = True,
    finding_id: str | None = None,
    channel: str = "document_review",
    **more: Any,
) -> str:
    """A finding of the tech centre; returns 认定编号. `act`: 行为日期."""
    finding_id = finding_id or plan.number("RD", month)
    values = {
        "finding_id": finding_id,
        "agency_id": plan.uscc(place),
        "clause": clause,
        "channel_code": channel,
        "occurred_on": plan.on(month, act),
        "determined_on": plan.on(month, determined),
        "determined_by": COUNTIES[place % 4] if channel == "county_department" else CENTRE,
        "status_code": status,
        **more,
    }
    plan.add("credit_desk", "findings", month, values, is_current=is_current)
    return finding_id


def check(
    plan: Plan,
    place: int,
    month: int,
    *,
    checked: dt.date | int,
    clause: str | None = None,
    check_type: str = "double_random",
    status: str | None = None,
    determined: Day = None,
    act: Day = None,
    is_current: bool = True,
    task_id: str | None = None,
    line: int = 1,
    **more: Any,
) -> str:
    """Returns 任务编号-序号. Without a clause: passed."""
    task_id = task_id or plan.number("RW", month)
    has_problem = clause is not None
    values = {
        "task_id": task_id,
        "task_line": str(line),
        "check_type": check_type,
        "authority": CENTRE if place % 3 else COUNTIES[place % 4],
        "agency_name": plan.agency(place).name_in(month),
        "agency_id": plan.uscc(place),
        "checked_on": plan.on(month, checked),
        "inspectors": INSPECTORS,
        "result_code": "problems_found" if has_problem else "passed",
        "problem": f"现场检查发现问题，涉及第{clause}项" if has_problem else None,
        "clause": clause,
        "occurred_on": plan.on(month, act),
        "status_code": status or ("determined" if has_problem else None),
        "determined_on": plan.on(month, determined),
        **more,
    }
    plan.add("inspections", "checks", month, values, is_current=is_current)
    return f"{task_id}-{line}"


def penalty(
    plan: Plan,
    place: int,
    month: int,
    clause: str | None,
    *,
    act: Day,
    decided: dt.date | int,
    status: str = "effective",
    public_until: dt.date | None = None,
    is_current: bool = True,
    decision_no: str | None = None,
    **more: Any,
) -> str:
    """An administrative penalty; returns 决定书文号. `act`: 行为日期."""
    decided = plan.day(month, decided) if isinstance(decided, int) else decided
    if decision_no is None:
        serial = plan.number("CF", month)
        decision_no = f"焦建消罚〔{decided.year}〕{int(serial[6:])}号"
    values = {
        "agency_name": plan.agency(place).name_in(month),
        "agency_id": plan.uscc(place),
        "decision_no": decision_no,
        "violation_type": "违反社会消防技术服务管理规定",
        "violation_facts": "未按国家标准、行业标准开展消防技术服务活动",
        "legal_basis": "《社会消防技术服务管理规定》第二十七条",
        "penalty_kind": "罚款",
        "fine_10k_cny": "1.5",
        "determined_on": decided,
        "occurred_on": plan.on(month, act),
        "clause": clause,
        "public_until_on": public_until or decided + dt.timedelta(days=365),
        "authority": BUREAU,
        "status_code": status,
        **more,
    }
    plan.add("inspections", "penalties", month, values, is_current=is_current)
    return decision_no


def ticket(
    plan: Plan,
    month: int,
    respondent: str,
    *,
    accepted: dt.datetime | int,
    result: str = "unsubstantiated",
    determined: Day = None,
    clause: str | None = None,
    is_current: bool = True,
    ticket_id: str | None = None,
    **more: Any,
) -> str:
    """A hotline ticket with a complainant of its own; returns 工单编号."""
    accepted = at(plan.day(month, accepted)) if isinstance(accepted, int) else accepted
    ticket_id = ticket_id or plan.number("GD", month)
    year, month_number = int(ticket_id[2:6]), int(ticket_id[6:8])
    serial = int(ticket_id[8:]) * 60 + (year * 12 + month_number) % 60
    values = {
        "ticket_id": ticket_id,
        "accepted_at": accepted,
        "ticket_source": "市12345热线",
        "complainant": identifiers.complainant_name(serial),
        "complainant_phone": identifiers.phone(70_000_000 + serial),
        "complainant_address": f"焦作市山阳区幸福家园{serial % 60 + 1}号楼{serial % 3 + 1}单元{serial % 900 + 101}室",
        "content": f"市民反映（编号Q{serial:07d}）消防维保单位未按约定到场，报警主机长期故障，要求核查",
        "respondent_name": respondent,
        "handled_by": COUNTIES[serial % 4],
        "dispatched_at": accepted + dt.timedelta(hours=3),
        "closed_at": None if result == "pending" else accepted + dt.timedelta(days=2, hours=5),
        "result_code": result,
        "determined_on": plan.on(month, determined),
        "clause": clause,
        "reply": f"已联系诉求人（编号Q{serial:07d}）并反馈核查情况",
        "satisfaction": None if result == "pending" else ("满意", "基本满意", "不满意")[serial % 3],
        "is_repeat": False,
        **more,
    }
    plan.add("complaints", "hotline", month, values, is_current=is_current)
    return ticket_id


def clue(
    plan: Plan,
    month: int,
    *,
    respondent: str,
    agency_id: str | None,
    found: dt.date | int,
    result: str,
    determined: Day = None,
    clause: str | None = None,
    origin: str = "web",
    is_current: bool = True,
    clue_id: str | None = None,
) -> str:
    """A media item or letter; returns 线索编号."""
    clue_id = clue_id or plan.number("XS", month)
    values = {
        "clue_id": clue_id,
        "origin_code": origin,
        "found_on": plan.on(month, found),
        "respondent_name": respondent,
        "agency_id": agency_id,
        "summary": "网帖反映消防维保流于形式，\n附现场照片",
        "link": f"https://news.example/{clue_id}",
        "result_code": result,
        "determined_on": plan.on(month, determined),
        "clause": clause,
    }
    plan.add("complaints", "media", month, values, is_current=is_current)
    return clue_id


def merit(
    plan: Plan,
    place: int,
    month: int,
    clause: str,
    *,
    level: str,
    obtained: dt.date | int,
    determined: Day,
    status: str = "approved",
    document_no: str | None = None,
    person_id: str | None = None,
    is_current: bool = True,
    claim_id: str | None = None,
) -> str:
    """A merit claim; returns 申报编号."""
    obtained = plan.day(month, obtained) if isinstance(obtained, int) else obtained
    claim_id = claim_id or plan.number("SB", month)
    titles = {"1": "参编消防技术标准", "2": "消防课题研究", "3": "荣誉表彰", "4": "受聘消防专家", "5": "协助检查验收"}
    values = {
        "claim_id": claim_id,
        "agency_id": plan.uscc(place),
        "clause": clause,
        "level_code": level,
        "title": titles[clause],
        "document_no": document_no if document_no is not None else f"豫消协〔{obtained.year}〕{claim_id[4:]}号",
        "issuer": "河南省消防协会",
        "occurred_on": obtained,
        "person": person_id,
        "recommended_by": COUNTIES[place % 4],
        "status_code": status,
        "determined_on": plan.on(month, determined),
    }
    plan.add("credit_desk", "merit_claims", month, values, is_current=is_current)
    return claim_id


def repair(
    plan: Plan,
    place: int,
    month: int,
    targets: list[str],
    *,
    accepted: Day,
    replied: Day,
    review: str | None = "approved",
    form: bool = True,
    proof: bool = True,
    other: bool = True,
    maker: str = MAKER,
    checker: str = CHECKER,
    is_current: bool = True,
    application_id: str | None = None,
) -> str:
    """An application for repair, by default with all documents; returns 申请编号."""
    accepted, replied = plan.on(month, accepted), plan.on(month, replied)
    application_id = application_id or plan.number("XF", month)
    applied = (accepted or replied or plan.day(month, 8)) - dt.timedelta(days=1)
    values = {
        "application_id": application_id,
        "agency_id": plan.uscc(place),
        "target_ids": "、".join(targets),
        "applied_on": applied,
        "accepted_on": accepted,
        "has_application_form": form,
        "has_fulfilment_proof": proof,
        "has_other_evidence": other,
        "review_code": review,
        "replied_on": replied,
        "handled_by": maker,
        "reviewed_by": checker,
    }
    plan.add("credit_desk", "repairs", month, values, is_current=is_current)
    return application_id


def decision(
    plan: Plan,
    month: int,
    object_type: str,
    object_id: str,
    code: str,
    *,
    decided: dt.date | int,
    maker: str = MAKER,
    checker: str = CHECKER,
    note: str = "",
) -> str:
    """The desk's decision on an object; returns 决定编号."""
    decision_id = plan.number("JD", month)
    values = {
        "decision_id": decision_id,
        "object_type": object_type,
        "object_id": object_id,
        "decision_code": code,
        "decided_on": plan.on(month, decided),
        "handled_by": maker,
        "reviewed_by": checker,
        "note": note or None,
    }
    plan.add("credit_desk", "decisions", month, values)
    return decision_id


def site_check(
    plan: Plan, place: int, month: int, *, checked: dt.date | int, result: str = "passed", recheck: str | None = None
) -> str:
    """An on-site check of the month's batch; returns 核查编号."""
    checked = plan.day(month, checked) if isinstance(checked, int) else checked
    site_check_id = plan.number("HC", month)
    values = {
        "site_check_id": site_check_id,
        "batch_month_on": plan.day(month, 1),
        "agency_id": plan.uscc(place),
        "checked_on": checked,
        "inspectors": INSPECTORS,
        "result_code": result,
        "nonconformities": None if result == "passed" else "维护保养检测设备清单与实物不符",
        "rectify_until_on": None if result == "passed" else checked + dt.timedelta(days=15),
        "recheck_result_code": recheck,
    }
    plan.add("registry", "site_checks", month, values)
    return site_check_id
