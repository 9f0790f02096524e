"""Search for settings of the laptop scale that show the paper's phases within a time budget.

    python -m benchmarks.search_laptop allen_cahn --trials 10 --study search.log
    python -m benchmarks.search_laptop allen_cahn --table --study search.log

Optuna (Akiba et al., KDD 2019) proposes the trials. Several calls may share a study and run side
by side; `--trials 0` creates it. Each trial trains RBA on one thread, or on a GPU. The budget fixes
iterations times points, for a given network, so that trials take about the same time. A trial that
is still in a false solution after most of its iterations is pruned. If RBA comes close to its
goals, the trial trains vanilla too. Seeds are 100, 101, 102 in turn; the final setting has to be
trained with other seeds. SIGTERM ends a call after the current iteration.

The score is a sum of shortfalls, in decades; 0 means that all goals are met:

- RBA ends with a relative L2 error above 10 %, vanilla with one below 40 %;
- no total diffusion is found (1, plus the confidence that its best candidate lacks);
- the median of SNR in total diffusion is below 1, or its quartiles are over a decade apart;
- the median of SNR in diffusion is above 1.
"""

import argparse
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import optuna
import torch
from numpy.typing import NDArray
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from tabulate import tabulate

from benchmarks.laptop_spaces import FIRST, SPACES, Tree
from benchmarks.training_task import solve
from pinn_phases.analysis.phases.search import find_phases
from pinn_phases.files.storage import Content
from pinn_phases.jobs.stopping import Stopped, stop_on_signals
from pinn_phases.settings.analysis import PhaseSettings
from pinn_phases.settings.config import Settings
from pinn_phases.settings.file import default_config, read_config
from pinn_phases.settings.scales import load_scales
from pinn_phases.training.checkpointing.checkpoints import Checkpoints
from pinn_phases.training.device import choose_device
from pinn_phases.training.loop import run
from pinn_phases.training.recording.progress import Progress
from pinn_phases.training.setup import prepare
from pinn_phases.training.threads import ThreadPool

METHODS = ["vanilla", "rba"]
SEEDS = 100, 101, 102
LAST = 20  # recorded errors whose median is the final one
CHECKS = 10  # of a trial's error, evenly over its iterations
FALSE_SOLUTION = 0.45  # error: below all that were seen in a false solution
LATEST_ESCAPE = 6  # of the checks: from then on, a trial in a false solution is pruned
NEAR = 0.3  # shortfall of RBA below which vanilla is trained too
VANILLA_UNKNOWN = 0.3  # added to the score of trials without it

log = logging.getLogger(__name__)


def settings_of(problem: str, changes: Tree, *, compiled: bool = True) -> Settings:
    """Return the laptop scale with these changes to one problem."""
    config = read_config(default_config())
    given = {"scale": "laptop", "problems": {problem: changes}, "compared_methods": METHODS}
    given["training"] = {"compiled": compiled}
    return load_scales(config, command_line=given)["laptop"]


@dataclass(frozen=True)
class Trainer:
    """Trains methods with the seed of a trial.

    Attributes
    ----------
    stop_asked
        Whether the search should end.
    """

    settings: Settings
    problem: str
    reference: Content
    device: torch.device
    stop_asked: Callable[[], bool]

    def __call__(self, method: str, trial: optuna.Trial) -> Mapping[str, NDArray[np.float64]]:
        """Return the history of a training. Only RBA is pruned.

        Raises
        ------
        Stopped
            If the search should end.
        """
        chosen = self.settings.run(self.problem, method, SEEDS[trial.number % len(SEEDS)])
        torch.compiler.reset()  # torch limits how often it compiles the same function
        training = prepare(chosen, self.reference, device=self.device, threads=ThreadPool(1))
        state, end = training.state, chosen.training.iterations
        told = 0

        def ends() -> bool:
            nonlocal told
            if self.stop_asked():
                return True
            step = state.iteration * CHECKS // end
            if method != "rba" or step == told or not state.history.rows:
                return False
            told = step
            trial.report(math.log10(max(0.1, state.history.rows[-1]["relative_l2"])), step)
            return trial.should_prune()

        with TemporaryDirectory() as folder:
            checkpoints = Checkpoints.for_output(Path(folder) / "run.h5", chosen, "")
            label = f"trial {trial.number} {method}"
            with Progress(label, 0, end, bar=False) as progress:
                try:
                    return run(training, checkpoints, progress, ends).history.arrays("")
                except Stopped:
                    if self.stop_asked():
                        raise
                    raise optuna.TrialPruned from None  # or a loss that is not finite


def shortfalls(
    history: Mapping[str, NDArray[np.float64]], constants: PhaseSettings
) -> tuple[dict[str, float], dict[str, float]]:
    """Return by how many decades a training of RBA misses each goal, and the measured values.

    Parameters
    ----------
    history
        `iteration`, `snr` and `relative_l2` of its recorded iterations.
    constants
        Of the phase search.
    """
    iterations, snr = history["iteration"], history["snr"]
    shown = {"error": final_error(history)}
    lacks = {"error": max(0.0, math.log10(shown["error"] / 0.1))}
    phases = find_phases(iterations, snr, **constants.model_dump())
    found = phases.total_diffusion
    if found is None:
        lacks["found"] = 2.0 - max((c.confidence for c in phases.candidates), default=0.0)
        start = float(iterations[-1]) / 2
    else:
        start = found.iteration
        shown |= {"total diffusion": start, "confidence": found.confidence}
    lower, level, upper = np.quantile(np.log10(snr[iterations >= start]), (0.25, 0.5, 0.75))
    shown |= {"SNR": float(10**level), "quartiles": float(upper - lower)}
    lacks |= {"level": max(0.0, -level), "spread": max(0.0, upper - lower - 1)}
    lacks["diffusion"] = 1.0
    if phases.diffusion is not None:
        before = (iterations >= phases.diffusion.iteration) & (iterations < start)
        if before.any():
            level = float(np.median(np.log10(snr[before])))
            shown |= {"diffusion": phases.diffusion.iteration, "SNR there": 10**level}
            lacks["diffusion"] = min(1.0, max(0.0, level))
    return lacks, shown


def final_error(history: Mapping[str, NDArray[np.float64]]) -> float:
    """Median of the last recorded errors, because single ones fluctuate."""
    return float(np.median(history["relative_l2"][-LAST:]))


def escape(history: Mapping[str, NDArray[np.float64]]) -> float:
    """First recorded iteration with an error below that of false solutions, or NaN."""
    below = history["relative_l2"] < FALSE_SOLUTION
    return float(history["iteration"][below.argmax()]) if below.any() else math.nan


def objective(
    trial: optuna.Trial, problem: str, device: torch.device, stop_asked: Callable[[], bool]
) -> float:
    """Return the score of one trial."""
    # Each trial has its own constants, and compiling for them takes longer than training on a GPU.
    changes = SPACES[problem](trial)
    settings = settings_of(problem, changes, compiled=device.type == "cpu")
    reference = solve(settings.reference(problem))
    train = Trainer(settings, problem, reference, device, stop_asked)
    rba = train("rba", trial)
    lacks, shown = shortfalls(rba, settings.phases)
    shown["escape"] = escape(rba)
    show(trial, shown)
    if sum(lacks.values()) < NEAR:
        vanilla = train("vanilla", trial)
        shown |= {"error of vanilla": final_error(vanilla), "its escape": escape(vanilla)}
        lacks["vanilla"] = max(0.0, math.log10(0.4 / shown["error of vanilla"]))
        show(trial, shown)
    else:
        lacks["vanilla"] = VANILLA_UNKNOWN
    log.info("trial %d: %s %s", trial.number, lacks, shown)
    return sum(lacks.values())


def show(trial: optuna.Trial, shown: Mapping[str, float]) -> None:
    """Store the values of a trial so far in its study."""
    trial.set_user_attr("shown", {key: float(f"{value:.3g}") for key, value in shown.items()})


def table(study: optuna.Study) -> str:
    """Return a Markdown table of all finished trials, in their order."""
    rows = []
    for trial in study.trials:
        if trial.state.is_finished():
            score = trial.state.name.lower() if trial.value is None else f"{trial.value:.2f}"
            shown: Tree = trial.user_attrs.get("shown") or {}
            rows.append({"trial": trial.number, **trial.params, "score": score, **shown})
    lines: str = tabulate(rows, headers="keys", tablefmt="github", floatfmt=".3g")
    return lines


def main() -> None:
    """Search, and print the table of trials."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("problem", choices=SPACES)
    parser.add_argument("--study", type=Path, required=True, help="file of the trials, may exist")
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--gpu", action="store_true", help="train on a GPU if there is one")
    parser.add_argument("--table", action="store_true", help="only print the table")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    backend = JournalFileBackend(str(options.study))
    study = optuna.create_study(
        study_name=options.problem,
        storage=JournalStorage(backend),
        sampler=optuna.samplers.TPESampler(
            n_startup_trials=20, multivariate=True, group=True, constant_liar=True
        ),
        pruner=optuna.pruners.ThresholdPruner(
            upper=math.log10(FALSE_SOLUTION), n_warmup_steps=LATEST_ESCAPE
        ),
        load_if_exists=True,
    )
    if not options.table:
        search(study, options.problem, options.trials, choose_device(int(options.gpu)))
    print(table(study))


def search(study: optuna.Study, problem: str, trials: int, device: torch.device) -> None:
    """Run trials, until a signal asks to stop."""
    stop_asked = stop_on_signals()

    def end_if_asked(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        if stop_asked():
            study.stop()

    if not study.trials:
        for given in FIRST[problem]:
            study.enqueue_trial(given)
    study.optimize(
        lambda trial: objective(trial, problem, device, stop_asked),
        n_trials=trials,
        callbacks=[end_if_asked],
        catch=(Stopped,),
    )


if __name__ == "__main__":
    main()
