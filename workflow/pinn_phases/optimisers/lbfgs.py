"""L-BFGS, a quasi-Newton method with limited memory."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from pinn_phases.optimisers.base import Optimiser, Tensor, TorchOptimiser

LISTS = ("old_dirs", "old_stps", "ro")  # entries of the state with one item per stored step


class LBFGS(Optimiser):
    """L-BFGS on the full batch with a strong-Wolfe line search, in torch's implementation.

    A step is one iteration of L-BFGS. Its line search keeps the weights of the points fixed.

    References
    ----------
    Liu and Nocedal, On the limited memory BFGS method for large scale optimization, Math. Program.
    45 (1989) 503-528.
    """

    title: ClassVar[str] = "L-BFGS"
    line_search: ClassVar[bool] = True

    history: int = Field(ge=1)  # number of past steps that approximate the Hessian
    evaluations: int = Field(ge=2)  # largest number of evaluations of the loss in one step

    def make(self, parameters: Sequence[Tensor]) -> TorchOptimiser:
        """Return L-BFGS before its first step."""
        import torch

        return torch.optim.LBFGS(
            parameters,
            max_iter=1,
            max_eval=self.evaluations,
            tolerance_grad=0.0,
            tolerance_change=0.0,
            history_size=self.history,
            line_search_fn="strong_wolfe",
        )

    def state(self, optimiser: TorchOptimiser) -> Mapping[str, Any]:
        """Return the state with its lists padded with zeros, so that shapes never change."""
        tree = optimiser.state_dict()
        states = {key: self._padded(state) for key, state in tree["state"].items()}
        return {**tree, "state": states}

    def restore(self, optimiser: TorchOptimiser, state: Mapping[str, Any], iteration: int) -> None:
        """Load a state into a new L-BFGS, without the padding of the lists."""
        states = {
            key: {**own, **{name: own[name][: own["stored"]] for name in LISTS if name in own}}
            for key, own in state["state"].items()
        }
        optimiser.load_state_dict({**state, "state": states})

    def _padded(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the state with lists of full length, and numbers of a type that never changes.

        `al` is left out, because torch computes it again in every step.
        """
        if "ro" not in state:  # the gradient has been zero so far
            return state
        like, stored = state["prev_flat_grad"], len(state["ro"])
        items = like.new_zeros(like.shape), like.new_zeros(like.shape), like.new_zeros(())
        zeros = dict(zip(LISTS, items, strict=True))
        return {
            **{key: value for key, value in state.items() if key != "al"},
            **{name: [*state[name], *[zeros[name]] * (self.history - stored)] for name in LISTS},
            "stored": stored,
            "t": float(state["t"]),
            "H_diag": like.new_zeros(()) + state["H_diag"],
        }
