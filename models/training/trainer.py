"""Training: a dense source task first, then the head of the thesis on what it learnt.

Normal against abnormal alone gives a network no gradient to start from: one extra chromosome among 46. So the source
task asks, all over the picture, which chromosomes stand where and where something is changed. Then the thesis' head is
trained on the frozen backbone, and more and more of the network fine-tuned. What each phase does is data: see
``models.training.phases``. Source: design section 7; thesis section 3.3.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras

from models.datasets.simulated_set import Recipe, SimulatedSet
from models.networks.cutting import lower_part
from models.networks.weights import read_weights
from models.preparation import packing
from models.registry import file_sha256
from models.simulation.pages.families import Variety
from models.training.batches import Examples, write_features
from models.training.checkpoints import read_arrays, write_arrays
from models.training.curves import FILE as CURVES_FILE
from models.training.curves import Curves
from models.training.fitting import fit
from models.training.phases import Phase, TrainingError
from models.training.progress import Reporter
from models.training.trainee import Trainee

PLAN_FILE = "plan.json"

_VALIDATION_PICTURES = 320


@dataclass(frozen=True)
class Trainer:
    """Trains one network through its phases.

    ``architecture``: a value of ``models.networks.choices.Architecture``. ``recipe``: what the simulated karyograms are
    made of; its seed also sets initial weights, order and dropout. ``folder``: for data, curves and checkpoints; a
    training started again in the same folder goes on where it stopped, wherever that was. ``reporter``: is told how
    far it is. ``start``: weights of a network of the same architecture to begin with, at whatever size it was trained;
    random ones if left out.
    """

    architecture: str
    recipe: Recipe
    folder: Path
    reporter: Reporter
    start: Path | None = None

    def run(self, phases: Sequence[Phase]) -> keras.Model:
        """Train through all phases.

        Returns:
            The trained network, as ``models.networks.architectures.build_network`` builds it.

        Raises:
            TrainingError: the folder holds another training.
        """
        self._claim_folder(phases)
        finished = [index for index, phase in enumerate(phases) if self._weights_file(index, phase).exists()]
        trainee = None
        for index in range(max(finished, default=0), len(phases)):
            # each phase has its own randomness, so that it does not matter whether earlier ones ran just before
            keras.utils.set_random_seed(self.recipe.seed + index)
            grown = Trainee(self.architecture, phases[index].size)
            if index in finished:
                grown.whole.set_weights(read_arrays(self._weights_file(index, phases[index]))["weights"])
            else:
                self._take_over(grown, trainee)
                self._train(grown, phases[index], index)
            trainee = grown
        if trainee is None:
            raise ValueError("phases must hold at least one phase, got none")
        return trainee.network

    def _claim_folder(self, phases: Sequence[Phase]) -> None:
        """Write down what is trained in the folder; refuse to go on with anything else."""
        plan = {
            "architecture": self.architecture,
            "recipe": asdict(self.recipe),
            "phases": list(map(asdict, phases)),
            "start": self.start and file_sha256(self.start),
        }
        text = json.dumps(plan, indent=2, default=str) + "\n"
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / PLAN_FILE
        if file.exists() and file.read_text(encoding="utf-8") != text:
            raise TrainingError(f"{self.folder} holds another training (see {PLAN_FILE}): remove it or choose another")
        file.write_text(text, encoding="utf-8")

    def _weights_file(self, index: int, phase: Phase) -> Path:
        return self.folder / f"{index}-{phase.name}.weights.npz"

    def _take_over(self, grown: Trainee, trainee: Trainee | None) -> None:
        """Begin with the weights of the phase before, which do not depend on the size of the picture."""
        if trainee is None:
            grown.initialise(self.recipe.seed)
            if self.start is not None:
                read_weights(grown.network, self.start)
        else:
            grown.whole.set_weights(trainee.whole.get_weights())

    def _train(self, trainee: Trainee, phase: Phase, index: int) -> None:
        stem = f"{index}-{phase.name}"
        learner = trainee.looks if phase.mosaics else trainee.learner(phase.trained)
        recipe, held_out = self._recipes(phase, index)
        training, validation = (
            self._examples(trainee, learner, phase, self._draw(folder, made_of, phase, pictures), folder)
            for folder, made_of, pictures in (
                (self.folder / stem, recipe, phase.pictures),
                (self.folder / f"{stem}-validation", held_out, min(phase.pictures, _VALIDATION_PICTURES)),
            )
        )
        state = self.folder / f"{stem}.state.npz"
        fit(
            learner,
            phase,
            training,
            validation,
            seed=recipe.seed,
            state_file=state,
            curves=Curves(self.folder / CURVES_FILE),
            reporter=self.reporter,
        )
        # this file says that the phase is finished
        write_arrays(self._weights_file(index, phase), weights=trainee.whole.get_weights())
        state.unlink(missing_ok=True)

    def _recipes(self, phase: Phase, index: int) -> tuple[Recipe, Recipe]:
        """Return what the pictures of a phase are made of, and those that it is measured on."""
        seed = self.recipe.seed + index
        training = replace(self.recipe, seed=seed, dense_share=phase.dense_share, spoilt_share=phase.spoilt_share)
        # pages as no training shows them: what gets better on these is not learnt by heart
        held_out = replace(self.recipe, seed=seed, validation=True, variety=Variety.HELD_OUT)
        if phase.mosaics:
            # in any order: the reader has nothing to go by
            training, held_out = (
                replace(recipe, variety=Variety.MOSAIC, preparation=packing.NAME) for recipe in (training, held_out)
            )
        return training, held_out

    def _draw(self, folder: Path, recipe: Recipe, phase: Phase, pictures: int) -> SimulatedSet:
        with self.reporter.waiting(f"{folder.name}: simulating {pictures} karyograms"):
            return SimulatedSet.write(folder, recipe, pictures=pictures, size=phase.size)

    def _examples(
        self, trainee: Trainee, learner: keras.Model, phase: Phase, data: SimulatedSet, folder: Path
    ) -> Examples:
        readings = {name: reading for name, reading in trainee.readings.items() if name in learner.output}
        heads = tuple(name for name in learner.output if name not in readings)
        lower = lower_part(trainee.network, phase.trained)
        if lower is None:
            return Examples(data.pictures, data, readings, heads)
        with self.reporter.waiting(f"{folder.name}: computing the features of the frozen part"):
            features = write_features(lower, data.pictures, folder / "features.npy", phase.batch_size)
        return Examples(features, data, readings, heads)
