"""The speed of PyTorch's eager mode.

python3 torch_speed.py step THREADS SECONDS WIDTHS ROWS
python3 torch_speed.py sampling THREADS SECONDS WIDTHS ROWS
python3 torch_speed.py training THREADS EPOCHS

The first two print the least number of milliseconds that a step took. The last
trains as tiny-diffusion does: the whole process is to be timed.
"""

import sys
import time

import torch
from torch import nn

from torch_network import COLUMNS, Network


def print_least(steps, per_call, seconds):
    """Prints the least milliseconds of a step; each call takes several."""
    least, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        steps()
        least = min(least, time.perf_counter() - start)
    print(least * 1e3 / per_call)


def measure_step(seconds, widths, rows):
    """Clipping and averaging of weights, which Whisker's step has, are left out."""
    network = Network(widths)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
    noisy = torch.randn(rows, COLUMNS)
    targets = torch.randn(rows, COLUMNS)
    times = torch.rand(rows, 1)

    def step():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.mse_loss(network(noisy, times), targets).backward()
        optimizer.step()

    print_least(step, 1, seconds)


@torch.no_grad()
def measure_sampling(seconds, widths, rows):
    """Steps of DDPM."""
    STEPS, PER_CALL = 1000, 20
    network = Network(widths)
    betas = torch.linspace(1e-4, 0.02, STEPS)
    alpha_bars = torch.cumprod(1 - betas, 0)

    def steps():
        points = torch.randn(rows, COLUMNS)
        for t in range(STEPS - 1, STEPS - 1 - PER_CALL, -1):
            kept, before, beta = alpha_bars[t], alpha_bars[t - 1], betas[t]
            # All rows have the same time, so it is embedded once.
            noise = network(points, torch.full((1, 1), (t + 1) / STEPS))
            points = (points - beta / (1 - kept).sqrt() * noise) / (1 - beta).sqrt()
            deviation = (beta * (1 - before) / (1 - kept)).sqrt()
            points = points + deviation * torch.randn_like(points)

    print_least(steps, PER_CALL, seconds)


def train(epochs):
    ROWS, BATCH, STEPS = 8000, 32, 50
    network = Network([128, 128, 128], embedding=128, has_features=True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    alpha_bars = torch.cumprod(1 - torch.linspace(1e-4, 0.02, STEPS), 0)
    data = torch.randn(ROWS, COLUMNS)
    for epoch in range(epochs):
        total = 0.0
        for rows in data[torch.randperm(ROWS)].split(BATCH):
            noise = torch.randn_like(rows)
            t = torch.randint(0, STEPS, (len(rows), 1))
            kept = alpha_bars[t]
            noisy = kept.sqrt() * rows + (1 - kept).sqrt() * noise
            predicted = network(noisy, (t + 1) / STEPS)
            loss = nn.functional.mse_loss(predicted, noise)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            total += loss.item()
        print(epoch + 1, total / (ROWS // BATCH))


what, threads, amount, *sizes = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.manual_seed(0)
if what == "training":
    train(int(amount))
else:
    widths = [int(width) for width in sizes[0].split(",")]
    measure = measure_step if what == "step" else measure_sampling
    measure(float(amount), widths, int(sizes[1]))
