# SPDX-License-Identifier: Apache-2.0
"""What a record costs, and from that and the other results what very many requests take.

Prints the plan, writes bench/results/scale.json and docs/scale.md. `--page` writes the page alone,
from the results that are there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

# The folder that holds these is known only now.
from bench.scaling import page  # noqa: E402 - see above
from bench.scaling.capacity import plan  # noqa: E402 - see above
from bench.scaling.measuring import measured  # noqa: E402 - see above


def main() -> None:
    """Measure unless told not to, then write."""
    file = page.RESULTS / "scale.json"
    if "--page" not in sys.argv[1:]:
        found = {name: one._asdict() for name, one in measured().items()}
        file.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    gateway = page.read("gateway")
    costs = page.costs_of(gateway, page.read("ledger"), page.read("scale"))
    machine = gateway["machine"]
    said = f"{machine['cores']} cores of an {machine['cpu']}, Python {machine['python']}"
    (ROOT / "docs" / "scale.md").write_text(page.page(costs, said), encoding="utf-8")
    print(
        f"\n100,000 requests a second; a record takes {costs.record * 1e6:.0f} us of the database"
    )
    for name, demand in page.demands().items():
        made = plan(demand, costs)
        print(f"{name:24}{made.workers:>7,} cores in {made.cells:>4,} cells")


if __name__ == "__main__":
    main()
