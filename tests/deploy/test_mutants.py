"""The checker itself: it sees every fault that is put into good manifests, and says what it is."""

import pytest

from tests.deploy.checker import problems
from tests.deploy.manifests import rendered
from tests.deploy.mutants import MUTANTS, Mutant, apply


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault)
def test_fault_is_seen_and_told(mutant: Mutant) -> None:
    found = problems(apply(mutant, rendered("prod")))
    assert any(mutant.told in problem for problem in found), found


def test_faults_are_many_and_each_is_another() -> None:
    assert len({mutant.fault for mutant in MUTANTS}) == len(MUTANTS) >= 30
