"""The diffusion MLP of the default configuration, in PyTorch."""

import torch
from torch import nn

COLUMNS = 2


def embed(angles):
    return torch.cat([angles.sin(), angles.cos()], 1)


class Network(nn.Module):
    def __init__(self, widths, embedding=64, has_features=False):
        super().__init__()
        self.time = nn.Linear(embedding, widths[0])
        half = embedding // 2
        self.features = torch.randn(COLUMNS, half) if has_features else None
        sizes = [COLUMNS + (embedding if has_features else 0), *widths]
        self.hidden = nn.ModuleList(
            nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])
        )
        self.outputs = nn.Linear(widths[-1], COLUMNS)
        self.frequencies = 100 * 1000 ** (-torch.arange(half) / (half - 1))

    def forward(self, rows, times):
        embedded = self.time(embed(times * self.frequencies))
        if self.features is not None:
            rows = torch.cat([rows, embed(rows @ self.features)], 1)
        for i, layer in enumerate(self.hidden):
            sums = layer(rows) + embedded if i == 0 else layer(rows)
            activated = nn.functional.silu(sums)
            same = activated.shape == rows.shape
            rows = activated + rows if same else activated
        return self.outputs(rows)
