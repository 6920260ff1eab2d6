"""A record as an experiment writes it, with figures that are made up: for tests of what is done with records."""

from __future__ import annotations

from models.experiments.record import Configuration, Counts, Epoch, Predictions, Printed, Record, Sizes


def made_up(name: str = "processed-vgg16") -> Record:
    """Six pictures of five cases, three of them abnormal; one of these is called normal, by little."""
    return Record(
        format=1,
        name=name,
        experiment="table-5-1",
        title="processed data on VGG16",
        printed=Printed(accuracy=0.97, precision=0.98, recall=0.95, auc=0.99),
        configuration=Configuration(
            network="vgg16",
            start="source task",
            trained="head",
            data="processed",
            size=150,
            learning_rate=1e-3,
            batch_size=16,
            epochs=2,
            passes=100,
            augmentation={"brightness": 0.25, "blur": True},
            members=1,
        ),
        edition="simulated",
        split="by case",
        seed=7,
        commit="0123456",
        created="2026-11-26T08:00:00+00:00",
        seconds=12.5,
        device="cpu: two cores",
        precision="float32",
        sizes=Sizes(training=Counts(8, 6), validation=Counts(2, 2), test=Counts(3, 3)),
        curves=(
            Epoch(1, 0.7, 0.5, 0.5, 0.4, 0.71, 0.5, 0.0, 0.0),
            Epoch(2, 0.5, 0.8, 0.75, 0.7, 0.6, 0.7, 0.6, 0.5),
        ),
        predictions=Predictions(
            file=("n1", "n2", "n3", "a1", "a1-2", "a2"),
            case_id=("P1", "P2", "P3", "P4", "P4", "P5"),
            abnormal=(0, 0, 0, 1, 1, 1),
            probability=(0.1, 0.2, 0.6, 0.9, 0.8, 0.4),
            mean=(0.12, 0.2, 0.55, 0.85, 0.8, 0.45),
            agreement=(1.0, 0.98, 0.7, 1.0, 0.99, 0.6),
            entropy=(0.36, 0.5, 0.688, 0.42, 0.5, 0.688),
            mutual_information=(0.01, 0.02, 0.1, 0.02, 0.03, 0.2),
            calibrated=(0.1, 0.15, 0.5, 0.9, 0.85, 0.4),
        ),
        fingerprint="ab" * 32,
    )
