"""Of the variants of a test that are marked ``sampled``, ``make test`` runs a few.

Those are spread evenly over all of them; the others are thorough, so ``make test-all`` runs them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark as thorough what is not among the variants that are run."""
    variants = defaultdict(list)
    for item in items:
        is_sampled = item.get_closest_marker("sampled") is not None
        if is_sampled and item.get_closest_marker("thorough") is None:
            variants[item.nodeid.partition("[")[0]].append(item)
    for all_of_it in variants.values():
        count = all_of_it[0].get_closest_marker("sampled").args[0]  # type: ignore[union-attr]  # all have it
        chosen = {number * len(all_of_it) // count for number in range(count)}
        for number, item in enumerate(all_of_it):
            if number not in chosen:
                item.add_marker(pytest.mark.thorough)
