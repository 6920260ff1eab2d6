"""The models of the registry, one card each: what it was measured on, how well it does, and its page."""

from __future__ import annotations

FIGURES = {
    "triage_sensitivity": "Abnormal, not screened",
    "screened_normal": "Normal, screened",
    "sensitivity": "Voted abnormal (sensitivity)",
    "auc": "Area under the ROC curve",
}
"""The figures on a card, what is missed first."""

IN_USE, SHADOW = "In use", "In the shadow"
_BADGES = {
    IN_USE: ":green-badge[:material/check_circle: In use]",
    SHADOW: ":violet-badge[:material/visibility_off: In the shadow]",
}
