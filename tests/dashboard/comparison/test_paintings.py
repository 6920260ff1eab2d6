"""Test pictures are drawn again from the seed of their run; those of real karyograms never are."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from dashboard.comparison import paintings
from models.experiments.rendering import repaint
from tests import runs
from tests.dashboard.comparison.test_frames import as_run


def test_a_picture_is_the_one_that_was_tested() -> None:
    run = as_run(runs.few()[0])
    file = run.record.predictions.file[1]
    shown = np.asarray(Image.open(io.BytesIO(paintings.picture(run, file))))
    assert (shown == repaint(run.record, file)).all()
    assert shown.std() > 10


def test_a_real_one_is_refused() -> None:
    run = as_run(next(run for run in runs.every() if run.edition == "real"))
    with pytest.raises(ValueError, match="edition must be simulated"):
        paintings.picture(run, run.record.predictions.file[0])
