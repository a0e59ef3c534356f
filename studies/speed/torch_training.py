"""The time of a whole training in PyTorch, eager mode, with the configuration of
tiny-diffusion: 3 residual layers of 128, embeddings of 128, batches of 32, AdamW,
50 timesteps, epochs of 8,000 points.

time python3 torch_training.py THREADS EPOCHS
"""

import sys

import torch
from torch import nn

from torch_network import COLUMNS, Network

threads, epochs = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)
ROWS, BATCH, STEPS = 8000, 32, 50
network = Network([128, 128, 128], embedding=128)
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
        loss = nn.functional.mse_loss(network(noisy, (t + 1) / STEPS), noise)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
    print(epoch + 1, total / (ROWS // BATCH))
