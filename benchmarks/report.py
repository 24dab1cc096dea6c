"""How figures are told: one line each, with the goal and whether it was met, and a table in Markdown at the end."""

import dataclasses
import statistics

MET, MISSED, NO_GOAL = "pass", "FAIL", "-"


@dataclasses.dataclass
class Figure:
    section: str
    name: str
    ours: str
    peer: str
    ratio: str
    goal: str
    verdict: str


class Report:
    """Collects figures and prints each when it comes."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []
        self.section = ""

    def begin(self, section: str, note: str = "") -> None:
        self.section = section
        print(f"\n== {section}" + (f": {note}" if note else ""), flush=True)

    def note(self, text: str) -> None:
        print(f"   {text}", flush=True)

    def add(self, name: str, ours: str, peer: str = "", ratio: str = "", goal: str = "", met: bool | None = None) -> None:
        verdict = NO_GOAL if met is None else MET if met else MISSED
        self.figures.append(Figure(self.section, name, ours, peer, ratio, goal, verdict))
        beside = f"  peer {peer}" if peer else ""
        factor = f"  ratio {ratio}" if ratio else ""
        wanted = f"  [goal {goal}: {verdict}]" if goal else ""
        print(f"   {name:<52} {ours:>12}{beside}{factor}{wanted}", flush=True)

    def at_most(self, name: str, value: float, bound: float, unit: str) -> None:
        self.add(name, f"{value:.2f} {unit}", goal=f"<= {bound:g} {unit}", met=value <= bound)

    def time_against(self, name: str, ours: list[float], peer: list[float], bound: float, peer_name: str) -> None:
        """Both in seconds, measured in turns; the ratio is that of their medians."""
        mine, other = statistics.median(ours), statistics.median(peer)
        ratio = mine / other
        self.add(name, seconds(mine), f"{peer_name} {seconds(other)}", f"{ratio:.2f}x", f"<= {bound:g}x its time", ratio <= bound)

    def rate_against(self, name: str, mebibytes: float, ours: list[float], peer: list[float], bound: float, peer_name: str) -> None:
        mine, other = mebibytes / statistics.median(ours), mebibytes / statistics.median(peer)
        ratio = mine / other
        self.add(name, f"{mine:.0f} MiB/s", f"{peer_name} {other:.0f} MiB/s", f"{ratio:.2f}x", f">= {bound:g}x its rate", ratio >= bound)

    def markdown(self) -> str:
        lines = ["| what | figure | peer | ratio | goal | |", "|---|---|---|---|---|---|"]
        section = ""
        for figure in self.figures:
            if figure.section != section:
                section = figure.section
                lines.append(f"| **{section}** | | | | | |")
            lines.append(f"| {figure.name} | {figure.ours} | {figure.peer} | {figure.ratio} | {figure.goal} | {figure.verdict} |")
        return "\n".join(lines) + "\n"


def seconds(value: float) -> str:
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"
