"""The diffusion MLP of the default configuration, in PyTorch."""

import torch
from torch import nn

COLUMNS = 2


class Network(nn.Module):
    def __init__(self, widths, embedding=64):
        super().__init__()
        self.time = nn.Linear(embedding, widths[0])
        sizes = [COLUMNS, *widths]
        self.hidden = nn.ModuleList(
            nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])
        )
        self.outputs = nn.Linear(widths[-1], COLUMNS)
        half = embedding // 2
        self.frequencies = 100 * 1000 ** (-torch.arange(half) / (half - 1))

    def forward(self, rows, times):
        angles = times * self.frequencies
        embedded = self.time(torch.cat([angles.sin(), angles.cos()], 1))
        for i, layer in enumerate(self.hidden):
            sums = layer(rows) + embedded if i == 0 else layer(rows)
            activated = nn.functional.silu(sums)
            same = activated.shape == rows.shape
            rows = activated + rows if same else activated
        return self.outputs(rows)

