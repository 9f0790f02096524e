"""Settings of the analysis."""

from pydantic import Field, ValidationInfo, field_validator

from pinn_phases.strict_model import StrictModel

MIN_RECORDS = 20  # shortest SNR curve: a fall and a plateau of several records each
MIN_BINS = 3  # with records, in a window whose level is computed
MAX_DECADES = 9  # of iterations: there are at most 10^9
MAX_BINS = 50  # per decade; more would be narrower than the distance between records
MAX_MIDPOINTS = 256  # per coordinate; memory: 0.9 GB for a hundred snapshots of the cavity


class PhaseSettings(StrictModel):
    """Constants of the search for phases in an SNR curve.

    They are keyword arguments of `pinn_phases.analysis.phases.search.find_phases`, which documents
    them: this module must not import scipy.
    """

    stochastic_level: float = Field(gt=0)
    bins_per_decade: int = Field(ge=1, le=MAX_BINS)
    window: float = Field(gt=0, le=MAX_DECADES)
    min_duration: float = Field(gt=0, le=MAX_DECADES)
    min_rise: float = Field(gt=0)
    min_confidence: float = Field(ge=0, le=1)

    @field_validator("window", "min_duration")
    @classmethod
    def _enough_bins(cls, decades: float, info: ValidationInfo) -> float:
        bins = info.data.get("bins_per_decade", MAX_BINS)  # missing if it is invalid
        if round(decades * bins) < MIN_BINS:
            shortest = f"{MIN_BINS / bins:g} decades with bins_per_decade = {bins}"
            raise ValueError(f"expected at least {MIN_BINS} bins, {shortest}")
        return decades


class HomogeneitySettings(StrictModel):
    """Settings of the homogeneity measurement, see `pinn_phases.analysis.homogeneity`."""

    boxes: int = Field(ge=2)  # along each coordinate
    points_per_box: int = Field(ge=1)  # along each coordinate

    @field_validator("points_per_box")
    @classmethod
    def _points_fit_into_memory(cls, points: int, info: ValidationInfo) -> int:
        boxes = info.data.get("boxes", 1)  # missing if it is invalid
        if boxes * points > MAX_MIDPOINTS:
            raise ValueError(f"expected at most {MAX_MIDPOINTS} points in boxes = {boxes} boxes")
        return points


class InformationSettings(StrictModel):
    """Settings of the information measurement, see `pinn_phases.analysis.information`."""

    bins: int = Field(ge=2)  # for both measures: over the mean range of a neuron, and over [-1, 1]
    coarse_bins: int = Field(ge=2)  # few enough that the measure does not saturate
    points: int | None = Field(ge=2)  # maximum number of collocation points; None: all
    sample_seed: int = Field(ge=0)  # of the random input for which activations are stored
