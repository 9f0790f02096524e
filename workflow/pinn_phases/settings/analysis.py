"""Settings of the analysis."""

from pydantic import Field, ValidationInfo, field_validator

from pinn_phases.model import StrictModel

MIN_RECORDS = 20  # of an SNR curve, enough for a fall and a plateau of several records each
MOST_DECADES = 9  # of iterations, which are at most 10^9
MOST_BINS = 50  # per decade; more would be narrower than the distance of records
MOST_MIDPOINTS = 256  # along a coordinate; memory: 0.9 GB for a hundred snapshots of the cavity


class PhaseSettings(StrictModel):
    """Constants of the search for phases in an SNR curve.

    They are the keyword arguments of `pinn_phases.analysis.phases.find_phases`, which describes
    them. This module does not import scipy.
    """

    stochastic_level: float = Field(gt=0)
    bins_per_decade: int = Field(ge=1, le=MOST_BINS)
    window: float = Field(gt=0, le=MOST_DECADES)
    min_duration: float = Field(gt=0, le=MOST_DECADES)
    min_rise: float = Field(gt=0)
    min_confidence: float = Field(ge=0, le=1)


class HomogeneitySettings(StrictModel):
    """Measurement of homogeneity: see `pinn_phases.analysis.homogeneity`."""

    boxes: int = Field(ge=2)  # along each coordinate
    points_per_box: int = Field(ge=1)  # along each coordinate

    @field_validator("points_per_box")
    @classmethod
    def _points_fit_into_memory(cls, points: int, info: ValidationInfo) -> int:
        boxes = info.data.get("boxes", 1)  # absent if it is invalid
        if boxes * points > MOST_MIDPOINTS:
            raise ValueError(f"expected at most {MOST_MIDPOINTS} in all of boxes = {boxes}")
        return points


class InformationSettings(StrictModel):
    """Measurement of information: see `pinn_phases.analysis.information`."""

    bins: int = Field(ge=2)  # over the mean range of a neuron, and over [-1, 1]
    coarse_bins: int = Field(ge=2)  # so few that the measure does not saturate
    points: int | None = Field(ge=2)  # largest number of collocation points; None: all
    sample_seed: int = Field(ge=0)  # of the random input whose activations are stored
