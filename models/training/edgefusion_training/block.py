"""The transformer block: pre-LN attention and pre-LN MLP, written out so that it exports to plain operators."""

import torch
from torch import nn

LAYER_NORM_EPSILON = 1e-6


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x)); GELU in its erf form. Residual branches are dropped per example
    with probability `drop_path` in training (stochastic depth)."""

    def __init__(self, width, attention_heads, mlp_ratio, drop_path=0.0, dropout=0.0):
        super().__init__()
        self.attention_heads, self.drop_path, self.dropout = attention_heads, drop_path, dropout
        self.norm1 = nn.LayerNorm(width, eps=LAYER_NORM_EPSILON)
        self.qkv = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, eps=LAYER_NORM_EPSILON)
        self.expand = nn.Linear(width, mlp_ratio * width)
        self.contract = nn.Linear(mlp_ratio * width, width)

    def forward(self, x):
        x = x + self._drop(self._attention(self.norm1(x)))
        return x + self._drop(self._mlp(self.norm2(x)))

    def _attention(self, x):
        count, tokens, width = x.shape
        size = width // self.attention_heads
        qkv = self.qkv(x).reshape(count, tokens, 3, self.attention_heads, size).permute(2, 0, 3, 1, 4)
        query, key, value = qkv[0] * size ** -0.5, qkv[1], qkv[2]
        weights = torch.softmax(torch.matmul(query, key.transpose(-2, -1)), dim=-1)
        mixed = torch.matmul(weights, value).transpose(1, 2).reshape(count, tokens, width)
        return self.projection(mixed)

    def _mlp(self, x):
        hidden = nn.functional.gelu(self.expand(x))
        if self.training and self.dropout:
            hidden = nn.functional.dropout(hidden, self.dropout)
        return self.contract(hidden)

    def _drop(self, branch):
        if not self.training or not self.drop_path:
            return branch
        keep = torch.rand(branch.shape[0], 1, 1, device=branch.device) >= self.drop_path
        return branch * keep / (1.0 - self.drop_path)


def block_parameters(width, mlp_ratio):
    """Parameters of one block: weights (4+2r)d^2, biases and norms (9+r)d."""
    return (4 + 2 * mlp_ratio) * width * width + (9 + mlp_ratio) * width


def block_macs(tokens, width, mlp_ratio):
    """Multiply-accumulates of one block on n tokens: 4nd^2 projections, 2n^2d attention, 2rnd^2 MLP."""
    return (4 + 2 * mlp_ratio) * tokens * width * width + 2 * tokens * tokens * width
