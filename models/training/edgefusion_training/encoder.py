"""From one modality's features to its tokens: patch embedding, CLS, positions, context, token reduction."""

import torch
from torch import nn

from .block import MASK_BIAS, gelu, layer_norm
from .frontend import make_frontend


class Encoder(nn.Module):
    """Everything of one modality but its layers, which `block.Layers` owns because modalities may share them."""

    def __init__(self, item, options, contexts):
        super().__init__()
        width, own = options["width"], options["modalities"].get(item.modality, {})
        self.frontend = make_frontend(item, own)
        self.embed = nn.Linear(self.frontend.patch_size, width)
        self.cls = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(torch.randn(1, self.frontend.tokens + 1, width) * 0.02)
        self.context = make_context(contexts, width, options["context_mode"])
        self.context_at_cut = options["context_mode"] == "film_at_cut"
        self.prefix = 1 + (len(contexts) if options["context_mode"] == "token" else 0)
        self.mask_gaps = options["mask_gaps"]
        self.reduction = make_reduction(own, width, self.frontend.tokens)
        self.reduce_after = own.get("reduce_after", min(1, options["fusion_layer"]))
        # Dropped tokens are taken out, which is cheaper, where the layers do not depend on their number and order.
        self.can_remove = options["block"] == "attention" and not isinstance(self.reduction, TokenPool)

    def tokens(self, features, share=1.0, context=()):
        """([N, prefix + patches, d], keep or None); CLS first, then context tokens, then patches.

        In training, `share` < 1 keeps that share of the patches, drawn per example (DropToken).
        """
        keep = self.frontend.covered(features) if self.mask_gaps else None
        return self.tokens_of(self.frontend.patches(features), keep, share, context)

    def tokens_of(self, patches, keep=None, share=1.0, context=()):
        """The same from patches; `keep` [N, patches] is 0 for those that nothing may look at."""
        x = self.embed(patches) + self.position[:, 1:]
        cls = (self.cls + self.position[:, :1]).expand(x.shape[0], -1, -1)
        if self.training and share < 1.0:
            x, keep = self._drop_tokens(x, keep, share)
        x, prefix = (x, cls) if self.context_at_cut else self.context(x, cls, context)
        if keep is not None:
            keep = torch.cat([torch.ones_like(keep[:, :1]).expand(-1, prefix.shape[1]), keep], dim=1)
        return torch.cat([prefix, x], dim=1), keep

    def inform(self, x, context):
        """Tokens at the cut, told the context there when that is its place."""
        return self.context(x, x, context)[0] if self.context_at_cut else x

    def _drop_tokens(self, x, keep, share):
        count, total = x.shape[0], x.shape[1]
        kept = max(1, round(total * share))
        order = torch.rand(count, total, device=x.device).argsort(dim=1)
        if not self.can_remove:
            chosen = (order < kept).to(x.dtype)  # a random permutation: exactly `kept` entries are below `kept`
            return x, chosen if keep is None else keep * chosen
        chosen = order[:, :kept]
        x = x.gather(1, chosen.unsqueeze(-1).expand(-1, -1, x.shape[2]))
        return x, None if keep is None else keep.gather(1, chosen)

    def reduce(self, layer, x, keep):
        """Fewer tokens, when `layer` layers have been run and this is the place for it."""
        if self.reduction is None or layer != self.reduce_after:
            return x, keep
        patches, kept = x[:, self.prefix:], None if keep is None else keep[:, self.prefix:]
        reduced, kept = self.reduction(patches, kept)
        if kept is not None:
            kept = torch.cat([keep[:, : self.prefix], kept], dim=1)
        return torch.cat([x[:, : self.prefix], reduced], dim=1), kept

    def token_counts(self, layers):
        """Tokens that each of the first `layers` layers sees, and what is left after them."""
        counts, tokens = [], self.prefix + self.frontend.tokens
        for layer in range(layers + 1):
            if self.reduction is not None and layer == self.reduce_after:
                tokens = self.prefix + self.reduction.kept
            counts.append(tokens)
        return counts

    def macs(self):
        """Of front end, embedding and reduction."""
        front = self.frontend
        total = front.macs + front.tokens * front.patch_size * self.embed.out_features
        return total + (self.reduction.macs(front.tokens) if self.reduction is not None else 0)


class FilmContext(nn.Module):
    """Scales and shifts every token by what is known about the situation. An unknown context, all zero, leaves the
    tokens as they are, and so does a fresh model: the weights start at zero."""

    def __init__(self, contexts, width):
        super().__init__()
        self.tables = nn.ModuleList(nn.Linear(len(item.labels), 2 * width, bias=False) for item in contexts)
        self.width = width

    def forward(self, x, cls, context):
        for table, one_hot in zip(self.tables, context):
            film = table(one_hot).unsqueeze(1)
            scale, shift = film[:, :, : self.width], film[:, :, self.width:]
            x, cls = x * (1.0 + scale) + shift, cls * (1.0 + scale) + shift
        return x, cls

    def reset(self):
        for table in self.tables:
            nn.init.zeros_(table.weight)


class TokenContext(nn.Module):
    """One more token per context; an unknown context has a learned token of its own."""

    def __init__(self, contexts, width):
        super().__init__()
        self.tables = nn.ModuleList(nn.Linear(len(item.labels), width, bias=False) for item in contexts)
        self.unknown = nn.Parameter(torch.randn(len(contexts), width) * 0.02)

    def forward(self, x, cls, context):
        tokens = [cls]
        for number, (table, one_hot) in enumerate(zip(self.tables, context)):
            known = one_hot.sum(dim=1, keepdim=True) > 0.5
            tokens.append(torch.where(known, table(one_hot), self.unknown[number]).unsqueeze(1))
        return x, torch.cat(tokens, dim=1)

    def reset(self):
        """The embedding starts like any other linear layer."""


def make_context(contexts, width, mode):
    return (TokenContext if mode == "token" else FilmContext)(contexts, width)


class TokenPool(nn.Module):
    """Means of neighbouring tokens."""

    def __init__(self, tokens, kept):
        super().__init__()
        self.kept = kept
        edges = [round(i * tokens / kept) for i in range(kept + 1)]
        pool = torch.zeros(kept, tokens)
        for row, (start, stop) in enumerate(zip(edges[:-1], edges[1:])):
            pool[row, start:stop] = 1.0
        self.register_buffer("pool", pool)

    def forward(self, x, keep):
        if keep is None:
            return torch.matmul(self.pool / self.pool.sum(dim=1, keepdim=True), x), None
        counts = torch.matmul(keep, self.pool.t())
        sums = torch.matmul(self.pool, x * keep.unsqueeze(-1))
        return sums / counts.clamp(min=1.0).unsqueeze(-1), (counts > 0.5).to(x.dtype)

    def macs(self, tokens):
        return 0  # a mean is elementwise work


class TokenLearner(nn.Module):
    """`kept` learned weighted means of all tokens (TokenLearner, the MLP and softmax form)."""

    def __init__(self, width, kept):
        super().__init__()
        self.kept, self.width = kept, width
        self.norm = layer_norm(width)
        self.hidden, self.score = nn.Linear(width, width), nn.Linear(width, kept)

    def forward(self, x, keep):
        scores = self.score(gelu(self.hidden(self.norm(x)))).transpose(1, 2)
        if keep is not None:
            scores = scores + ((1.0 - keep) * MASK_BIAS).unsqueeze(1)
        reduced = torch.matmul(torch.softmax(scores, dim=-1), x)
        return reduced, None if keep is None else torch.ones_like(reduced[:, :, 0])

    def macs(self, tokens):
        return tokens * self.width * (self.width + 2 * self.kept)


def make_reduction(own, width, tokens):
    """The reduction that the modality's options name, or None. More tokens than there are is no reduction."""
    kind, kept = own.get("reduce", "none"), own.get("reduce_to", 0)
    if kind == "none" or kept >= tokens:
        return None
    return TokenPool(tokens, kept) if kind == "pool" else TokenLearner(width, kept)
