"""The pictures of ``docs/scale.md``."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.scale.scenarios import PICTURED
from tests.bench.scale.summary import SIZES, Load, Summary

__all__ = ["draw"]

#: Minutes of a point: a finer line shows nothing more.
BIN = 10
#: Minutes: what comes sooner is drawn there.
LEAST = 0.1
#: Told apart by everybody, also in black and white by their dashes (Okabe and Ito).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
DASHES = ("-", "--", "-.", ":", "-")


def draw(folder: Path, load: Load, workers: Sequence[Summary], levers: Sequence[Summary]) -> None:
    """All of them; without matplotlib it raises :class:`ImportError`."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    _day(folder / "scale-day.png", load)
    _workers(folder / "scale-workers.png", workers)
    _levers(folder / "scale-lateness.png", levers)


def _day(file: Path, load: Load) -> None:
    figure, (done, written) = _panels(2)
    lines = {"digests": load.digests, "tickets kept alive": load.keep_alives}
    for number, (name, values) in enumerate(lines.items()):
        done.plot(*_by_hour(values), DASHES[number], color=COLOURS[number], label=name)
    written.plot(*_by_hour(load.writes()), color=COLOURS[0], label="transactions")
    for axes, title in ((done, "Done a second"), (written, "Database: transactions a second that write")):
        axes.set(
            title=title, xlabel="hour of the day, UTC", xticks=range(0, 25, 4), xlim=(0, 24), yscale="log"
        )
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    _save(figure, file)


def _workers(file: Path, workers: Sequence[Summary]) -> None:
    figure, panels = _panels(2)
    for axes, title, which in zip(
        panels, ("Half come within", "All but one in a hundred within"), (0, 2), strict=True
    ):
        for number, at_once in enumerate(sorted({each.setup.workspaces_at_once for each in workers})):
            of = [each for each in workers if each.setup.workspaces_at_once == at_once]
            minutes = [each.late[which] / 60 for each in of]
            label = f"{at_once} workspaces at once"
            style: dict[str, Any] = {"color": COLOURS[number], "marker": "os"[number % 2]}
            axes.plot([each.setup.workers for each in of], minutes, DASHES[number], label=label, **style)
        ticks = sorted({each.setup.workers for each in workers})
        axes.set(title=title, xlabel="workers", ylabel="minutes", xscale="log", yscale="log")
        axes.set_xticks(ticks, list(map(str, ticks)), minor=False)
        _plain(axes)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    _save(figure, file)


def _levers(file: Path, levers: Sequence[Summary]) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    for number, each in enumerate(each for each in levers if each.setup.name in PICTURED):
        minutes = [max(each.by_size[size][2] / 60, LEAST) for size in SIZES if size in each.by_size]
        style: dict[str, Any] = {"color": COLOURS[number % 5], "marker": "osD^v"[number % 5]}
        axes.plot(range(len(minutes)), minutes, DASHES[number % 5], label=each.setup.name, **style)
    axes.set_xticks(range(len(SIZES)), ["1–10", "11–100", "101–1,000", "1,001–10,000", "more"])
    axes.set(
        title="All but one in a hundred within",
        xlabel="users of the workspace",
        ylabel="minutes",
        yscale="log",
    )
    _plain(axes)
    axes.grid(alpha=0.3)
    figure.legend(frameon=False, loc="outside lower center", ncols=2, fontsize=7.5)
    _save(figure, file)


def _plain(axes: Any) -> None:
    """Minutes as people write them."""
    least, most = axes.get_ylim()
    ticks = [each for each in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if least <= each <= most]
    axes.set_yticks(ticks, list(map(str, ticks)))
    axes.minorticks_off()


def _panels(count: int) -> tuple[Any, Any]:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, count, figsize=(8, 3.2), layout="constrained")
    return figure, axes


def _by_hour(values: Sequence[float]) -> tuple[list[float], list[float]]:
    starts = range(0, len(values), BIN)
    return [start / 60 for start in starts], [
        max(_mean(values[start : start + BIN]), 0.5) for start in starts
    ]


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _save(figure: Any, file: Path) -> None:
    import matplotlib.pyplot as plt

    figure.savefig(file, dpi=100, metadata={"Software": None})
    plt.close(figure)
