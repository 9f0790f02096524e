"""The project's engine, with the gradient statistics of every iteration."""

from benchmarks.engines.ours import Ours
from pinn_phases.training.statistics import flat, gradient_statistics, term_norms_and_cosine


class OursWithStatistics(Ours):
    """A recorded iteration: SNR and SRR_B, whole and by layer, SRR_C of Adam, and terms.

    The error against the reference solution is also recorded in trainings, but left out here.
    """

    def iterate(self) -> None:
        """One step of Adam, with statistics of its gradients."""
        loss, gradients = self.iteration.evaluate()
        layers = list(zip(gradients[::2], gradients[1::2], strict=True))
        statistics = gradient_statistics(layers, self.threads)
        terms = term_norms_and_cosine(statistics.gradient, flat(loss.common))
        self.iteration.update()
        values = statistics.snr, statistics.srr_batch, statistics.layer_snr, *terms
        self.row = [value.tolist() for value in (*values, self.iteration.srr())]
