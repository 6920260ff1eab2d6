"""Pages import in a fresh interpreter without TensorFlow, and importing one draws nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.servers import REPOSITORY

SCRIPT = """
import importlib, json, pkgutil, sys
import dashboard
modules = pkgutil.walk_packages(dashboard.__path__, "dashboard.")
names = [module.name for module in modules if module.name != "dashboard.app"]
for name in names:
    importlib.import_module(name)
print(json.dumps({"imported": names, "network": [name for name in ("tensorflow", "keras") if name in sys.modules]}))
"""


def test_the_dashboard_loads_no_network_library() -> None:
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert {"dashboard.views.upload", "dashboard.views.karyogram"} <= set(told["imported"])
    assert told["network"] == []
