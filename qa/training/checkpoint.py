"""How far a training has come: told, written now and then, and read to go on from there."""

import sys
from pathlib import Path

import torch

from qa.training.low_rank import Adapted


def keep(out: Path, module: Adapted, optimizer: torch.optim.Optimizer, step: int, seconds: float) -> None:
    """Write what ``module`` has learned in so many steps and ``seconds`` to ``out``, in one step."""
    state = {"trained": module.trained(), "optimizer": optimizer.state_dict(), "step": step, "seconds": seconds}
    torch.save(state, out.with_suffix(".new"))
    out.with_suffix(".new").replace(out)


def resume(out: Path, module: Adapted, optimizer: torch.optim.Optimizer) -> tuple[int, float]:
    """Load what was kept in ``out``; steps and seconds of before. KeyError where another module was."""
    state = torch.load(out, weights_only=True)
    module.load(state["trained"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"], state["seconds"]


def tell(line: str) -> None:
    """``line`` on stdout at once, also where that is a file: a training is looked at while it runs."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
