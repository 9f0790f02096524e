"""Settings of the figures."""

from pydantic import Field

from pinn_phases.strict_model import StrictModel


class FigureSettings(StrictModel):
    """Settings that all figures share."""

    smoothing: int = Field(ge=1)  # number of records in the moving average of SNR
    phases_of: str  # method whose SNR determines the phases
    font: str | None = None  # family; matplotlib's default if None or not installed
