# SPDX-License-Identifier: Apache-2.0
"""The example is a program of cells, whose assertions hold."""

import pathlib
import runpy

EXAMPLE = pathlib.Path(__file__).parents[3] / "examples/spark/matching.py"


def test_the_example_does_what_it_says(spark):
    cells = EXAMPLE.read_text().split("\n# %%")[1:]
    assert len([cell for cell in cells if not cell.startswith(" [markdown]")]) > 5
    names = runpy.run_path(str(EXAMPLE), run_name="__main__")
    # It ran in this session, and came to its end.
    assert names["spark"] is spark
    assert names["result"].size == names["plain"].count()
