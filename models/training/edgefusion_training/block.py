"""Parts of a transformer layer, written out so that they export to plain operators.

Every part is one residual branch: it returns what is to be added to its input. `keep` is None or [N, tokens] with 1
for tokens that may be looked at and 0 for hidden ones (gaps, dropped tokens, missing sensors).
"""

import torch
from torch import nn

LAYER_NORM_EPSILON = 1e-6
MASK_BIAS = -1e4  # not -inf: stays finite in half precision; exp(-1e4) is exactly 0 in float32


def gelu(x):
    """GELU in its erf form. PyTorch 1.13 with oneDNN takes a gradient that is not contiguous for a contiguous one and
    returns wrong numbers, now and then NaN (test_block.py); the hook keeps such a gradient away from it."""
    y = nn.functional.gelu(x.contiguous())
    if y.requires_grad:
        y.register_hook(torch.Tensor.contiguous)
    return y


def layer_norm(width):
    return nn.LayerNorm(width, eps=LAYER_NORM_EPSILON)


class Attention(nn.Module):
    """Pre-LN multi-head self-attention. `weights_to`, if set, is called with the attention weights of every call."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.width = heads, width
        self.norm = layer_norm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.weights_to = None

    def forward(self, x, keep=None):
        query, key, value = self.project_in(x)
        return self.project_out(attend(query, key, value, keep, self.weights_to))

    def project_in(self, x):
        """Query, key and value, each [N, heads, tokens, size]; the query is scaled."""
        size = self.width // self.heads
        qkv = self.qkv(self.norm(x)).reshape(-1, x.shape[1], 3, self.heads, size).permute(2, 0, 3, 1, 4)
        return qkv[0] * size ** -0.5, qkv[1], qkv[2]

    def project_out(self, mixed):
        return self.projection(mixed)

    def macs(self, tokens):
        """4nd^2 projections + 2n^2d attention."""
        return 4 * tokens * self.width ** 2 + 2 * tokens * tokens * self.width


class CrossAttention(nn.Module):
    """Pre-LN attention of x to other tokens."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.width = heads, width
        self.norm, self.source_norm = layer_norm(width), layer_norm(width)
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.projection = nn.Linear(width, width)

    def forward(self, x, source, keep=None):
        size = self.width // self.heads
        query = self.query(self.norm(x)).reshape(-1, x.shape[1], self.heads, size).transpose(1, 2) * size ** -0.5
        both = self.key_value(self.source_norm(source)).reshape(-1, source.shape[1], 2, self.heads, size)
        key, value = both.permute(2, 0, 3, 1, 4)[0], both.permute(2, 0, 3, 1, 4)[1]
        return self.projection(attend(query, key, value, keep))

    def macs(self, tokens, source):
        width = self.width
        return 2 * tokens * width ** 2 + 2 * source * width ** 2 + 2 * tokens * source * width


def attend(query, key, value, keep=None, weights_to=None):
    """softmax(query key^T) value, heads joined again: [N, tokens, width]."""
    scores = torch.matmul(query, key.transpose(-2, -1))
    if keep is not None:
        scores = scores + ((1.0 - keep) * MASK_BIAS).unsqueeze(1).unsqueeze(1)
    weights = torch.softmax(scores, dim=-1)
    if weights_to is not None:
        weights_to(weights)
    mixed = torch.matmul(weights, value).transpose(1, 2)
    return mixed.reshape(-1, query.shape[2], query.shape[1] * query.shape[3])


class TokenMixer(nn.Module):
    """MLP-Mixer's token mixing. The weights cover `limit` tokens; fewer tokens use the first rows and columns, so
    that modalities with different numbers of tokens can share them. Hidden tokens count as zero."""

    def __init__(self, width, limit, hidden=32):
        super().__init__()
        self.hidden = hidden
        self.norm = layer_norm(width)
        self.gather = nn.Parameter(torch.empty(hidden, limit))
        self.bias = nn.Parameter(torch.zeros(hidden, 1))
        self.spread = nn.Parameter(torch.empty(limit, hidden))
        nn.init.xavier_uniform_(self.gather)
        nn.init.xavier_uniform_(self.spread)

    def forward(self, x, keep=None):
        tokens = x.shape[1]
        y = self.norm(x)
        if keep is not None:
            y = y * keep.unsqueeze(-1)
        mixed = gelu(torch.matmul(self.gather[:, :tokens], y) + self.bias)
        return torch.matmul(self.spread[:tokens], mixed)

    def macs(self, tokens):
        return 2 * tokens * self.hidden * self.norm.normalized_shape[0]


class Mlp(nn.Module):
    """Pre-LN two-layer perceptron; GELU in its erf form."""

    def __init__(self, width, ratio, dropout=0.0):
        super().__init__()
        self.dropout, self.ratio, self.width = dropout, ratio, width
        self.norm = layer_norm(width)
        self.expand = nn.Linear(width, ratio * width)
        self.contract = nn.Linear(ratio * width, width)

    def forward(self, x):
        hidden = gelu(self.expand(self.norm(x)))
        if self.training and self.dropout:
            hidden = nn.functional.dropout(hidden, self.dropout)
        return self.contract(hidden)

    def macs(self, tokens):
        """2rnd^2."""
        return 2 * self.ratio * tokens * self.width ** 2


def drop_path(branch, rate, training):
    """Drops the whole branch per example with probability `rate` in training (stochastic depth)."""
    if not training or not rate:
        return branch
    kept = torch.rand(branch.shape[0], 1, 1, device=branch.device) >= rate
    return branch * kept / (1.0 - rate)


class Layers(nn.Module):
    """The layers of all modalities: which of them share weights is decided here and nowhere else.

    `separate` has one mixing part and one MLP per modality and layer, `shared` one for all, `shared_attention` one
    mixing part for all and an MLP per modality (VLMo's experts), `groups` one of both per group of modalities.
    There are `count` layers, the first `mixing_count` of them with a mixing part; `limits` is the largest number of
    tokens of each modality.
    """

    def __init__(self, options, modalities, count, mixing_count, limits):
        super().__init__()
        self.recording, self.maps = False, {}
        alone, together = list(range(len(modalities))), [0] * len(modalities)
        kind = options["weights"]
        grouped = [next((i for i, group in enumerate(options["share_groups"]) if name in group), 0)
                   for name in modalities]
        self.mixing_of = {"separate": alone, "groups": grouped}.get(kind, together)
        self.mlp_of = {"separate": alone, "groups": grouped, "shared_attention": alone}.get(kind, together)
        self.rates = [options["drop_path"] * layer / max(options["layers"] - 1, 1) for layer in range(count)]
        self.mixing = nn.ModuleList(nn.ModuleList(
            make_mixing(options, max(limit for limit, of in zip(limits, self.mixing_of) if of == number))
            for number in range(max(self.mixing_of) + 1)) for _ in range(mixing_count))
        self.mlps = nn.ModuleList(nn.ModuleList(
            Mlp(options["width"], options["mlp_ratio"], options["dropout"])
            for _ in range(max(self.mlp_of) + 1)) for _ in range(count))

    def run(self, layer, modality, x, keep=None):
        """One whole layer of one modality."""
        x = x + self.drop(layer, self.mix(layer, modality, x, keep))
        return x + self.drop(layer, self.mlp_part(layer, modality)(x))

    def mix(self, layer, modality, x, keep=None):
        """The mixing branch of one layer of one modality."""
        part = self.mixing_part(layer, modality)
        if self.recording and isinstance(part, Attention):
            part.weights_to = lambda weights: self.record(layer, modality, weights)
        return part(x, keep)

    def start_recording(self):
        """From now on the attention weights of every call are kept until they are taken."""
        self.recording = True

    def record(self, layer, modality, weights):
        """Keeps attention weights [N, heads, tokens, tokens] of one modality in one layer."""
        self.maps[(layer, modality)] = weights

    def taken(self):
        """(layer, modality) -> attention weights since the last call of this method."""
        maps, self.maps = self.maps, {}
        return maps

    def mixing_part(self, layer, modality):
        return self.mixing[layer][self.mixing_of[modality]]

    def mlp_part(self, layer, modality):
        return self.mlps[layer][self.mlp_of[modality]]

    def drop(self, layer, branch):
        return drop_path(branch, self.rates[layer], self.training)

    def macs(self, layer, modality, tokens):
        return self.mixing_part(layer, modality).macs(tokens) + self.mlp_part(layer, modality).macs(tokens)


def make_mixing(options, limit):
    """The token-mixing part that the option `block` names."""
    if options["block"] == "mixer":
        return TokenMixer(options["width"], limit)
    return Attention(options["width"], options["attention_heads"])


def block_parameters(width, mlp_ratio):
    """Parameters of one attention layer: weights (4+2r)d^2, biases and norms (9+r)d."""
    return (4 + 2 * mlp_ratio) * width * width + (9 + mlp_ratio) * width


def block_macs(tokens, width, mlp_ratio):
    """Multiply-accumulates of one attention layer on n tokens: 4nd^2 projections, 2n^2d attention, 2rnd^2 MLP."""
    return (4 + 2 * mlp_ratio) * tokens * width * width + 2 * tokens * tokens * width
