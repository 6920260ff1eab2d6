"""Folds by case: whole cases, abnormal ones spread evenly, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from models.adaptation.folds import deal

CASES = np.repeat(np.arange(20), 2)
ABNORMAL = np.isin(CASES, [3, 8, 9, 15]) & (np.arange(40) % 2 == 0)


def test_a_case_is_never_split() -> None:
    dealt = deal(CASES, ABNORMAL, 5, seed=0)
    assert all(len(set(dealt[case == CASES])) == 1 for case in range(20))


def test_abnormal_and_normal_cases_are_spread_evenly() -> None:
    for seed in range(10):
        dealt = deal(CASES, ABNORMAL, 4, seed)
        by_case = dealt[::2]
        assert np.bincount(by_case, minlength=4).tolist() == [5] * 4
        assert np.bincount(by_case[[3, 8, 9, 15]], minlength=4).tolist() == [1] * 4


def test_few_abnormal_cases_leave_no_fold_empty() -> None:
    dealt = deal(CASES, CASES == 3, 5, seed=1)
    assert np.bincount(dealt).tolist() == [8] * 5


def test_the_seed_decides() -> None:
    assert deal(CASES, ABNORMAL, 5, 1).tolist() == deal(CASES, ABNORMAL, 5, 1).tolist()
    assert deal(CASES, ABNORMAL, 5, 1).tolist() != deal(CASES, ABNORMAL, 5, 2).tolist()


@pytest.mark.parametrize("folds", [1, 21])
def test_a_number_of_folds_out_of_range_is_refused(folds: int) -> None:
    with pytest.raises(ValueError, match="folds must lie between 2 and 20 cases"):
        deal(CASES, ABNORMAL, folds, 0)
