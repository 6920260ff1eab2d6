"""The filter of the table of runs: what the columns hold, what is asked for, and which runs are left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard.comparison import addresses, origins
from dashboard.comparison.drawing import capital
from dashboard.comparison.runs import Run
from models.experiments.record import Record

NETWORKS = {
    "vgg16": "VGG16",
    "inceptionv3": "InceptionV3",
    "resnet50v2": "ResNet50V2",
    "efficientnetv2b0": "EfficientNetV2B0",
    "convnexttiny": "ConvNeXtTiny",
    "mobilenetv3small": "MobileNetV3Small",
    "mobilenetv3large": "MobileNetV3Large",
}
"""Networks by the names of their papers."""

_FILTERS: dict[str, tuple[str, Callable[[Record], str]]] = {
    "edition": ("Data", lambda run: run.edition),
    "split": ("Split", lambda run: run.split),
    "network": ("Network", lambda run: run.configuration.network),
    "start": ("Starting weights", lambda run: run.configuration.start),
}


def ask(runs: Sequence[Run]) -> list[Run]:
    """Draw the filter, beginning with what the address asks for, keep it there, and return the runs that are left."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        asked = {name: _pills(name, runs) for name in _FILTERS}
    return kept(runs, asked)


def kept(runs: Sequence[Run], asked: Mapping[str, Sequence[str]]) -> list[Run]:
    """The runs that have one of the values asked for in each column; a column of which nothing is asked keeps all."""
    return [run for run in runs if all(_FILTERS[name][1](run.record) in asked[name] for name in asked if asked[name])]


def _pills(name: str, runs: Sequence[Run]) -> list[str]:
    label, value = _FILTERS[name]
    options = list(dict.fromkeys(value(run.record) for run in runs))
    words = editions(runs) if name == "edition" else {}
    chosen = st.pills(
        label,
        options,
        selection_mode="multi",
        default=[option for option in addresses.filter_of_runs(name) if option in options],
        format_func=lambda option: words.get(option, said(option)),
        key=f"runs_{name}",
    )
    addresses.remember_filter_of_runs(name, chosen)
    return chosen


def editions(runs: Sequence[Run]) -> dict[str, str]:
    """How the editions stand on screen, by what is recombined in all their runs."""
    by_edition: dict[str, list[Record]] = {}
    for run in runs:
        by_edition.setdefault(run.record.edition, []).append(run.record)
    return {edition: capital(origins.together(records).brief) for edition, records in by_edition.items()}


def said(value: str) -> str:
    """A value of a record as it stands on screen."""
    return NETWORKS.get(value, "ImageNet" if value == "imagenet" else value[:1].upper() + value[1:])
