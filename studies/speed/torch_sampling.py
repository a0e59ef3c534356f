"""The time of DDPM sampling in PyTorch, eager mode.

python3 torch_sampling.py THREADS SECONDS WIDTHS ROWS prints the least number of
milliseconds that a step took.
"""

import sys
import time

import torch

from torch_network import COLUMNS, Network

threads, seconds, widths, rows = (
    int(sys.argv[1]),
    float(sys.argv[2]),
    [int(width) for width in sys.argv[3].split(",")],
    int(sys.argv[4]),
)
torch.set_num_threads(threads)
torch.manual_seed(0)
network = Network(widths)
STEPS = 1000
betas = torch.linspace(1e-4, 0.02, STEPS)
alpha_bars = torch.cumprod(1 - betas, 0)


@torch.no_grad()
def step(points, t):
    kept, before, beta = alpha_bars[t], alpha_bars[t - 1], betas[t]
    # All rows have the same time, so it is embedded once.
    noise = network(points, torch.full((1, 1), (t + 1) / STEPS))
    points = (points - beta / (1 - kept).sqrt() * noise) / (1 - beta).sqrt()
    deviation = (beta * (1 - before) / (1 - kept)).sqrt()
    return points + deviation * torch.randn_like(points)


points = torch.randn(rows, COLUMNS)
least, end = float("inf"), time.perf_counter() + seconds
for t in range(STEPS - 1, 0, -1):
    start = time.perf_counter()
    points = step(points, t)
    least = min(least, time.perf_counter() - start)
    if time.perf_counter() > end:
        break
print(least * 1e3)
