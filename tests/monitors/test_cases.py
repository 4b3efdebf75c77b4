"""Every case of every monitor holds, and the cases leave no rule, band or boundary untried."""

import pytest
from tests.monitors.cases import MONITORS, all_cases, look, read_cases


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"{case.monitor}: {case.name}")
def test_the_case_finds_what_it_says_and_nothing_else(case):
    seen, counts = look(case)
    found = {(finding.section, finding.key) for finding in seen.findings}
    assert found == {(find.get("section"), tuple(find["key"])) for find in case.finds}
    for find in case.finds:
        cells = next(finding.cells for finding in seen.findings if finding.key == tuple(find["key"]))
        assert {name: cells[name] for name in find["cells"]} == find["cells"]
    assert {name: counts[name] for name in case.counts} == case.counts


@pytest.mark.parametrize("monitor", MONITORS.values(), ids=lambda monitor: monitor.name)
def test_every_section_has_a_case_that_fires_and_one_that_does_not(monitor):
    cases = read_cases(monitor.name)
    for rule in monitor.rules:
        for section in [band.id for band in rule.bands] or [rule.id]:
            ours = [case.finds for case in cases if case.rule == rule.id]
            firing = [any(find.get("section") == section for find in finds) for finds in ours]
            assert any(firing), f"no case fires {section}"
            assert not all(firing), f"no case leaves {section} empty"
