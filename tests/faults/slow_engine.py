"""``python -m engine`` with a slow predictor instead of a network, so that a fault hits in the middle of a batch."""

from __future__ import annotations

import logging
import os
import time

from engine.__main__ import build_parser
from engine.commands import work
from engine.settings import Settings
from tests.predictors import PixelPredictor

SECONDS_PER_PAGE = 0.02


def main() -> int:
    logging.basicConfig(level=logging.INFO)
    args = build_parser().parse_args()
    return work.serve(args, Settings.from_environment(os.environ), load, model=None)


def load(name: str) -> PixelPredictor:
    time.sleep(0.1)
    return PixelPredictor(name, seconds_per_page=SECONDS_PER_PAGE)


if __name__ == "__main__":
    raise SystemExit(main())
