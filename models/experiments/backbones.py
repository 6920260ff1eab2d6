"""Newer backbones under the protocol of table 5.1: ResNet50V2, EfficientNetV2B0 and MobileNetV3 with the thesis' head.

Source: thesis section 5.3 ("use more updated models as base models").
Command: ``python -m models experiment backbones``.
Cost: see docs/experiments.md; the heads alone learn.
To expect: with ImageNet weights, where their files are at hand, something like the thesis' networks; no record shows
it. Without pretrained weights, which is all that a site without internet has of these backbones, their features are
random: by case such a head stays at chance, and as published it still seems to know something, from the copies it has
learnt by heart.
Came out so, without pretrained weights, simulated and real: as published ResNet50V2 has an AUC of 0.92 and 0.83,
MobileNetV3 0.85 and 0.70, EfficientNetV2-B0 0.80 and 0.74; by case 0.52 and 0.37, 0.66 and 0.30, 0.37 and 0.40.
"""

from __future__ import annotations

from models.experiments.plan import Plan, Row, Scope, plans_of

ROWS = (
    Row("mobilenetv3small", "processed data on MobileNetV3 (small)", "mobilenetv3small"),
    Row("resnet50v2", "processed data on ResNet50V2", "resnet50v2"),
    Row("efficientnetv2b0", "processed data on EfficientNetV2-B0", "efficientnetv2b0"),
)


def plans(scope: Scope) -> list[Plan]:
    """Return all backbones for each edition, split and start; of quick ones the first."""
    return plans_of("backbones", ROWS[:1] if scope.quick else ROWS, scope)
