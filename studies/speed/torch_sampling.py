"""The time of DDPM sampling in PyTorch, eager mode.

python3 torch_sampling.py THREADS WIDTHS ROWS STEPS prints how many milliseconds
it took.
"""

import sys
import time

import torch

from torch_network import COLUMNS, Network

threads, rows, steps = int(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])
widths = [int(width) for width in sys.argv[2].split(",")]
torch.set_num_threads(threads)
torch.manual_seed(0)
network = Network(widths)
betas = torch.linspace(1e-4, 0.02, steps)
alpha_bars = torch.cumprod(1 - betas, 0)


@torch.no_grad()
def sample(n_steps):
    points = torch.randn(rows, COLUMNS)
    for t in range(n_steps - 1, -1, -1):
        kept, beta = alpha_bars[t], betas[t]
        before = alpha_bars[t - 1] if t > 0 else torch.tensor(1.0)
        # All rows have the same time, so it is embedded once.
        noise = network(points, torch.full((1, 1), (t + 1) / steps))
        points = (points - beta / (1 - kept).sqrt() * noise) / (1 - beta).sqrt()
        if t > 0:
            deviation = (beta * (1 - before) / (1 - kept)).sqrt()
            points = points + deviation * torch.randn_like(points)
    return points


sample(20)
start = time.perf_counter()
sample(steps)
print((time.perf_counter() - start) * 1e3)
