"""Settings of the figures."""

from pydantic import Field

from pinn_phases.model import StrictModel


class FigureSettings(StrictModel):
    """Numbers of the figures."""

    smoothing: int = Field(ge=1)  # records in the moving average of SNR
    phases_of: str  # method whose SNR marks the phases
    font: str | None = None  # family, if it is installed; else matplotlib's own
