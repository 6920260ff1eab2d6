"""``python -m engine`` with a slow predictor instead of a network, so that a fault hits in the middle of a batch."""

from __future__ import annotations

import logging
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from engine.__main__ import build_parser
from engine.commands import work
from engine.settings import Settings
from engine.worker.worker import utc_now
from tests.predictors import PixelPredictor

SECONDS_PER_PAGE = 0.02


def main() -> int:
    logging.basicConfig(level=logging.INFO)
    args = build_parser().parse_args()
    return work.serve(args, Settings.from_environment(os.environ), load, model=None, clock=clock)


def clock() -> datetime:
    """The time, so many days beside the true one as the test has written into a file such as "+1d"."""
    file = os.environ.get("FAULTS_CLOCK")
    return utc_now() + timedelta(days=int(Path(file).read_text().strip().removesuffix("d")) if file else 0)


def load(name: str) -> PixelPredictor:
    time.sleep(0.1)
    return PixelPredictor(name, seconds_per_page=SECONDS_PER_PAGE)


if __name__ == "__main__":
    raise SystemExit(main())
