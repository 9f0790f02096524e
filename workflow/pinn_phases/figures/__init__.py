"""One module per figure. Figures are drawn from stored files; `drawing.style` has all styles."""
