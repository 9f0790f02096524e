"""config.yaml itself."""

from collections.abc import Iterator
from pathlib import Path

import yaml

CONFIG = Path(__file__).parents[2] / "config.yaml"


def test_every_value_outside_the_scales_is_explained():
    """By a comment on its line, on the line above, or on the line of its block."""
    lines = CONFIG.read_text().splitlines()

    def commented(node: yaml.Node) -> bool:
        line = node.start_mark.line
        return "#" in lines[line] or lines[line - 1].lstrip().startswith("#")

    def bare(block: yaml.MappingNode, explained: bool) -> Iterator[str]:
        for key, value in block.value:
            if isinstance(value, yaml.MappingNode):
                yield from bare(value, "#" in lines[key.start_mark.line])
            elif not (explained or commented(key)):
                yield f"line {key.start_mark.line + 1}: {key.value}"

    root = yaml.compose(CONFIG.read_text())
    root.value = [(key, value) for key, value in root.value if key.value != "scales"]
    assert list(bare(root, explained=False)) == []
