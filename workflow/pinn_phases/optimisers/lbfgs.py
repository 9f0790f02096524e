"""L-BFGS, a quasi-Newton method with limited memory."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from pinn_phases.optimisers.base import Optimiser, Tensor, TorchOptimiser

LISTS = ("old_dirs", "old_stps", "ro")  # of the state, one entry for each stored step


class LBFGS(Optimiser):
    """L-BFGS on the full batch with a line search (strong Wolfe), torch's implementation.

    A step is one iteration of L-BFGS. The weights of the points stay the same in its line search.

    References
    ----------
    Liu and Nocedal, On the limited memory BFGS method for large scale optimization, Math. Program.
    45 (1989) 503-528.
    """

    title: ClassVar[str] = "L-BFGS"
    line_search: ClassVar[bool] = True

    history: int = Field(ge=1)  # steps that approximate the Hessian
    evaluations: int = Field(ge=2)  # of the loss in one step, at most

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

    def state(self, made: TorchOptimiser) -> Mapping[str, Any]:
        """Return what `Optimiser.state` says: the lists are filled up with zeros."""
        tree = made.state_dict()
        states = {key: self._filled_up(state) for key, state in tree["state"].items()}
        return {**tree, "state": states}

    def restore(self, made: TorchOptimiser, state: Mapping[str, Any], iteration: int) -> None:
        """Give a newly made L-BFGS its state, with lists as long as they were."""
        states = {
            key: {**own, **{name: own[name][: own["stored"]] for name in LISTS if name in own}}
            for key, own in state["state"].items()
        }
        made.load_state_dict({**state, "state": states})

    def _filled_up(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the state with lists of full length, and numbers of the same type after any step.

        `al` is left out, since torch computes it in every step.
        """
        if "ro" not in state:  # the gradient has been zero
            return state
        like, stored = state["prev_flat_grad"], len(state["ro"])
        of_one = like.new_zeros(like.shape), like.new_zeros(like.shape), like.new_zeros(())
        zeros = dict(zip(LISTS, of_one, strict=True))
        return {
            **{key: value for key, value in state.items() if key != "al"},
            **{name: [*state[name], *[zeros[name]] * (self.history - stored)] for name in LISTS},
            "stored": stored,
            "t": float(state["t"]),
            "H_diag": like.new_zeros(()) + state["H_diag"],
        }
