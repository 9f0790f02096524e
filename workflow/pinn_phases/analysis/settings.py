"""Settings of the analysis."""

from pydantic import Field

from pinn_phases.frozen import Frozen

MIN_RECORDS = 20  # of an SNR curve: fewer cannot hold a fall and a plateau of several records each


class PhaseSettings(Frozen):
    """Constants of the search for phases in an SNR curve.

    They are the keyword arguments of `pinn_phases.analysis.phases.find_phases`, which explains
    them; they stand apart so that reading the settings does not import what the search needs.
    """

    stochastic_level: float = Field(gt=0)
    bins_per_decade: int = Field(ge=1)
    window: float = Field(gt=0)
    min_duration: float = Field(gt=0)
    min_rise: float = Field(gt=0)
    min_confidence: float = Field(ge=0, le=1)
    resamples: int = Field(ge=1)
    seed: int = Field(ge=0)


class HomogeneitySettings(Frozen):
    """How the spread of residuals is measured: see `pinn_phases.analysis.homogeneity`."""

    boxes: int = Field(ge=2)  # along each coordinate
    points_per_box: int = Field(ge=1)  # along each coordinate


class InformationSettings(Frozen):
    """How the information of a layer is measured: see `pinn_phases.analysis.information`."""

    bins: int = Field(ge=2)  # of a neuron of mean range, and of [-1, 1]
    points: int | None = Field(ge=2)  # at most so many of the collocation points; None: all
    sample_seed: int = Field(ge=0)  # of the one random input whose activations are stored
