"""The time of a training step of the diffusion MLP in PyTorch, eager mode.

python3 torch_step.py THREADS SECONDS WIDTHS BATCH prints the least number of
milliseconds that a step took. Clipping and averaging of weights, which Whisker's
step has, are left out here.
"""

import sys
import time

import torch
from torch import nn

from torch_network import COLUMNS, Network

threads, seconds, widths, batch = (
    int(sys.argv[1]),
    float(sys.argv[2]),
    [int(width) for width in sys.argv[3].split(",")],
    int(sys.argv[4]),
)
torch.set_num_threads(threads)
torch.manual_seed(0)
network = Network(widths)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
rows = torch.randn(batch, COLUMNS)
targets = torch.randn(batch, COLUMNS)
times = torch.rand(batch, 1)


def step():
    optimizer.zero_grad(set_to_none=True)
    nn.functional.mse_loss(network(rows, times), targets).backward()
    optimizer.step()


for _ in range(20):
    step()
least, end = float("inf"), time.perf_counter() + seconds
while time.perf_counter() < end:
    start = time.perf_counter()
    step()
    least = min(least, time.perf_counter() - start)
print(least * 1e3)
