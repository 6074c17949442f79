"""Conflicts over who pays: another firm, a public body, two at a time.

Does not belong here: the payments of those who are paid by their agency (`registers`).
"""

from __future__ import annotations

from sample_city.ledgers import decision
from sample_city.plan import Plan
from sample_city.stories.standing import RENAMED
from sample_city.stories.story import needs


@needs(RENAMED, 12, 14, 16, 20, 21, 22)
def paid_by_others(plan: Plan) -> None:
    """A builder pays; a broker, a branch, a sister, a late payment and a month of change are innocent."""
    ago = plan.timeline.ago
    builder = plan.payer("焦作市恒建建筑工程有限公司")
    person = plan.newcomer(12, ago(8), is_insured=False)
    plan.pays(person, builder, ago(6), ago(1))
    plan.expect_conflict("paid_by_other_firm", person, 12, builder[0])

    broker = plan.payer("河南众合人力资源有限公司")
    person = plan.newcomer(14, ago(8), is_insured=False, level_code="level_2")
    plan.pays(person, broker, ago(8))
    plan.expect_explained("paid_by_other_firm", person, 14, broker[0], explained_by="labour_broker")

    branch = plan.payer(f"{plan.agency(RENAMED).name}武陟分公司")
    person = plan.newcomer(RENAMED, ago(9), is_insured=False)
    plan.pays(person, branch, ago(9))
    plan.expect_explained(
        "paid_by_other_firm", person, RENAMED, branch[0], explained_by="branch", note="begins with a former name"
    )

    sister = plan.payer("焦作市同源安全评价有限公司")
    person = plan.newcomer(16, ago(8), is_insured=False)
    plan.pays(person, sister, ago(7))
    month = ago(4)
    decision(plan, month, "identity", f"{sister[0]}={plan.uscc(16)}", "same_person", decided=15, note="同一集团")
    plan.expect_explained(
        "paid_by_other_firm", person, 16, sister[0], explained_by="branch", note="a decision calls them the same"
    )

    old = plan.payer("焦作市长城物业管理有限公司")
    person = plan.newcomer(20, ago(8), is_insured=False, leads_reports=True)
    plan.pays(person, plan.as_payer(20), ago(8), ago(6))
    plan.pays(person, old, ago(6), ago(4))
    plan.pays(person, plan.as_payer(20), ago(6), ago(5), payment_status="back_paid", late_month=ago(3))
    plan.pays(person, plan.as_payer(20), ago(4))
    plan.expect_explained(
        "paid_by_other_firm",
        person,
        20,
        old[0],
        explained_by="back_payment",
        note="one of the two months was paid later",
    )

    new = plan.payer("郑州中原电气工程有限公司")
    person = plan.newcomer(21, ago(8), ago(3), is_insured=False)
    plan.pays(person, plan.as_payer(21), ago(8), ago(4))
    plan.pays(person, new, ago(4))
    plan.expect_explained(
        "paid_by_other_firm",
        person,
        21,
        new[0],
        explained_by="month_of_change",
        note="paid by the next employer as it left",
    )

    if plan.timeline.months >= 36:  # found out more than two years after it ended
        person = plan.person()
        past = plan.payer("新乡市广厦建设有限公司")
        plan.hire(person, 22, is_insured=False, leads_reports=True)
        plan.pays(person, past, 0, 2, late_month=ago(1))
        plan.pays(person, plan.as_payer(22), 2)
        plan.expect_conflict("paid_by_other_firm", person, 22, past[0], status="expired", note="seen too late")


@needs(9, 13, 15, 18)
def public_bodies(plan: Plan) -> None:
    """A school and a society pay; one ended before, one is retired."""
    ago = plan.timeline.ago
    school = plan.payer("焦作市第三十七中学", "12")
    person = plan.newcomer(9, ago(7), is_insured=False)
    plan.pays(person, school, ago(5), ago(2), insurance_code="pension_public")
    plan.expect_conflict("employed_by_public_body", person, 9, school[0])

    society = plan.payer("焦作市建筑业协会", "51")
    person = plan.newcomer(18, ago(7), leads_reports=True, level_code="level_2")
    plan.pays(person, society, ago(3), ago(2))
    plan.expect_conflict("employed_by_public_body", person, 18, society[0], note="one month is enough")

    bureau = plan.payer("焦作市某区住房和城乡建设局", "11")
    person = plan.newcomer(15, ago(4), leads_reports=True)
    plan.pays(person, bureau, ago(9), ago(5), insurance_code="pension_public")
    plan.expect_innocent("employed_by_public_body", person, 15, bureau[0], note="ended before")

    institute = plan.payer("焦作市规划设计研究院", "12")
    person = plan.newcomer(13, ago(8), is_insured=False)
    plan.pays(person, institute, ago(6), ago(2), insurance_code="pension_public", payment_status="interrupted")
    plan.pays(person, plan.as_payer(13), ago(8), insurance_code="work_injury")
    plan.expect_innocent("employed_by_public_body", person, 13, institute[0], note="retired")


@needs(14, 17, 19)
def insured_twice(plan: Plan) -> None:
    """Two pensions at a time; injury insurance alone and a month that both settle are innocent."""
    ago = plan.timeline.ago
    firm = plan.payer("焦作市蓝天装饰工程有限公司")
    person = plan.newcomer(14, ago(7), leads_reports=True)
    plan.pays(person, firm, ago(5), ago(2))
    plan.expect_conflict("double_insurance", person, 14, firm[0])

    site = plan.payer("河南省第五建设集团有限公司")
    person = plan.newcomer(17, ago(7), leads_reports=True)
    plan.pays(person, site, ago(5), ago(1), insurance_code="work_injury")
    plan.expect_innocent("double_insurance", person, 17, site[0], explained_by="injury_only", note="no pension")

    new = plan.payer("洛阳市安华机电有限公司")
    person = plan.newcomer(19, ago(8), ago(4), is_insured=False)
    plan.pays(person, plan.as_payer(19), ago(8), ago(3))
    plan.pays(person, new, ago(5))
    plan.expect_explained(
        "double_insurance", person, 19, new[0], explained_by="settlement_month", note="both settle the month it left"
    )
