"""The PyTorch side of the benchmark: the same architectures, batches and optimizer as ours.

Prints one JSON object per case and variant: seconds (median of the repetitions), peak memory.
usage: pytorch.py CASE VARIANT [ARITHMETIC [REPETITIONS]]
  VARIANT is one of plain, channels-last, compiled, whole, cached
  ARITHMETIC is float32, the default, or bfloat16: autocast, as PyTorch's documentation recommends; the
  cached sampler is bfloat16 throughout instead, weights and all, which is faster.
"""

import contextlib
import json
import math
import os
import resource
import statistics
import sys
import tempfile
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

CASE, VARIANT = sys.argv[1:3]
ARITHMETIC = sys.argv[3] if len(sys.argv) > 3 else "float32"
REPETITIONS = int(sys.argv[4]) if len(sys.argv) > 4 else 5


def autocast():
    if ARITHMETIC == "float32":
        return contextlib.nullcontext()
    return torch.autocast("cpu", dtype=torch.bfloat16)


# --- Stage one ----------------------------------------------------------------------------------


class Residual(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.first = nn.Conv2d(channels, hidden, 3, padding=1)
        self.second = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        return x + self.second(F.relu(self.first(F.relu(x)), inplace=True))


def encoder(inputs, channels, halvings):
    layers, width = [], inputs
    for index in range(halvings):
        outputs = channels // 2 if index == 0 else channels
        layers += [nn.Conv2d(width, outputs, 4, stride=2, padding=1), nn.ReLU(inplace=True)]
        width = outputs
    layers += [nn.Conv2d(width, channels, 3, padding=1)]
    layers += [Residual(channels, 32) for _ in range(2)] + [nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


def decoder(inputs, outputs, channels, doublings):
    layers = [nn.Conv2d(inputs, channels, 3, padding=1)]
    layers += [Residual(channels, 32) for _ in range(2)] + [nn.ReLU(inplace=True)]
    if doublings == 2:
        layers += [nn.ConvTranspose2d(channels, channels // 2, 4, stride=2, padding=1), nn.ReLU(inplace=True)]
        channels //= 2
    layers += [nn.ConvTranspose2d(channels, outputs, 4, stride=2, padding=1)]
    return nn.Sequential(*layers)


class Codebook(nn.Module):
    def __init__(self, codes, channels):
        super().__init__()
        self.register_buffer("entries", torch.randn(codes, channels))
        self.register_buffer("counts", torch.zeros(codes))
        self.register_buffer("sums", self.entries.clone())

    def nearest(self, z):
        flat = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])
        distances = self.entries.pow(2).sum(1) - 2 * flat @ self.entries.t()
        return flat, distances.argmin(1)

    def forward(self, z):
        flat, codes = self.nearest(z)
        chosen = F.embedding(codes, self.entries)
        if self.training:
            with torch.no_grad():
                one_hot = F.one_hot(codes, len(self.counts)).type_as(flat)
                self.counts.mul_(0.99).add_(one_hot.sum(0), alpha=0.01)
                self.sums.mul_(0.99).add_(one_hot.t() @ flat, alpha=0.01)
                total = self.counts.sum()
                smoothed = (self.counts + 1e-5) / (total + len(self.counts) * 1e-5) * total
                self.entries.copy_(self.sums / smoothed[:, None])
        n, c, h, w = z.shape
        chosen = chosen.view(n, h, w, c).permute(0, 3, 1, 2)
        return z + (chosen - z).detach(), F.mse_loss(z, chosen.detach()), codes


class VQVAE(nn.Module):
    def __init__(self, channels=128, code_channels=64):
        super().__init__()
        self.bottom, self.top = encoder(3, channels, 2), encoder(channels, channels, 1)
        self.top_projection = nn.Conv2d(channels, code_channels, 1)
        self.top_codes = Codebook(512, code_channels)
        self.conditioner = decoder(code_channels, code_channels, channels, 1)
        self.bottom_projection = nn.Conv2d(channels + code_channels, code_channels, 1)
        self.bottom_codes = Codebook(512, code_channels)
        self.enlarger = nn.ConvTranspose2d(code_channels, code_channels, 4, stride=2, padding=1)
        self.decoder = decoder(2 * code_channels, 3, channels, 2)

    def quantize(self, images):
        features = self.bottom(images)
        top, top_loss, top_codes = self.top_codes(self.top_projection(self.top(features)))
        joined = torch.cat([self.conditioner(top), features], 1)
        bottom, bottom_loss, bottom_codes = self.bottom_codes(self.bottom_projection(joined))
        return top, bottom, top_loss + bottom_loss, (top_codes, bottom_codes)

    def forward(self, images):
        top, bottom, commitment, _ = self.quantize(images)
        output = self.decoder(torch.cat([self.enlarger(top), bottom], 1))
        return F.mse_loss(output, images) + 0.25 * commitment


# --- Stage two ----------------------------------------------------------------------------------


def normed(inputs, outputs, kernel=1, bias=True, padding=0):
    return weight_norm(nn.Conv2d(inputs, outputs, kernel, bias=bias, padding=padding))


class Causal(nn.Module):
    """A convolution over the past: a window of whole rows above and pixels to the left."""

    def __init__(self, inputs, outputs, kernel):
        super().__init__()
        self.kernel = kernel
        self.convolution = normed(inputs, outputs, kernel)
        mask = torch.ones(1, 1, kernel, kernel)
        mask[:, :, -1, kernel // 2 :] = 0
        self.register_buffer("mask", mask)

    def forward(self, x):
        half = self.kernel // 2
        padded = F.pad(x, [half, half, self.kernel - 1, 0])
        return F.conv2d(padded, self.convolution.weight * self.mask, self.convolution.bias)


class Gated(nn.Module):
    def __init__(self, channels, hidden, make, auxiliary=0, condition=0, dropout=0.1):
        super().__init__()
        self.first, self.second = make(channels, hidden), make(hidden, 2 * channels)
        self.auxiliary = normed(auxiliary, hidden) if auxiliary else None
        self.condition = normed(condition, 2 * channels, bias=False) if condition else None
        self.dropout = dropout

    def forward(self, x, auxiliary=None, condition=None):
        hidden = self.first(F.elu(x))
        if self.auxiliary is not None:
            hidden = hidden + self.auxiliary(F.elu(auxiliary))
        hidden = F.dropout(F.elu(hidden, inplace=True), self.dropout, self.training)
        gates = self.second(hidden)
        if self.condition is not None:
            gates = gates + self.condition(condition)
        return F.glu(gates, 1) + x


class Block(nn.Module):
    def __init__(self, channels, attention, condition, kernel=5, residual_blocks=4):
        super().__init__()
        causal = lambda i, o: Causal(i, o, kernel)
        self.residual = nn.ModuleList(
            Gated(channels, channels, causal, condition=condition) for _ in range(residual_blocks)
        )
        self.attention = attention
        if attention:
            self.key_block = Gated(2 * channels + 2, channels, normed)
            self.query_block = Gated(channels + 2, channels, normed)
            self.query = normed(channels + 2, channels // 2)
            self.key = normed(2 * channels + 2, channels // 2)
            self.value = normed(2 * channels + 2, channels // 2)
            self.output = Gated(channels, channels, normed, auxiliary=channels // 2)
        else:
            self.projection = normed(channels + 2, channels)

    def attend(self, query, key, value, heads=8):
        n, c, h, w = query.shape
        split = lambda t: t.reshape(n, heads, c // heads, h * w).transpose(2, 3)
        scores = split(query) @ split(key).transpose(2, 3) / math.sqrt(c // heads)
        past = torch.ones(h * w, h * w).tril(-1)
        weights = scores.masked_fill(past == 0, -1e4).softmax(3) * (past.sum(1, keepdim=True) > 0)
        return (weights @ split(value)).transpose(2, 3).reshape(n, c, h, w)

    def forward(self, x, coordinates, condition):
        features = x
        for block in self.residual:
            features = block(features, condition=condition)
        located = torch.cat([features, coordinates], 1)
        if not self.attention:
            return self.projection(located)
        keys = self.key_block(torch.cat([x, features, coordinates], 1))
        queries = self.query_block(located)
        attended = self.attend(self.query(queries), self.key(keys), self.value(keys))
        return self.output(features, auxiliary=attended)


class Prior(nn.Module):
    def __init__(self, side, channels, blocks, attention, conditioned, classes=512, kernel=5):
        super().__init__()
        self.classes, self.kernel = classes, kernel
        self.above = normed(classes, channels, (kernel // 2, kernel))
        self.left = normed(classes, channels, ((kernel + 1) // 2, kernel // 2))
        condition = 128 if conditioned else 0
        if conditioned:
            window = lambda i, o: normed(i, o, 3, padding=1)
            self.stem = normed(classes, condition, 3, padding=1)
            self.stack = nn.ModuleList(Gated(condition, condition, window) for _ in range(2))
        self.blocks = nn.ModuleList(Block(channels, attention, condition) for _ in range(blocks))
        self.output = normed(channels, classes)
        rows = (torch.arange(side).to(torch.get_default_dtype()) - side / 2) / side
        self.register_buffer(
            "coordinates",
            torch.stack([rows[:, None].expand(side, side), rows[None].expand(side, side)])[None],
        )

    def one_hot(self, codes):
        return F.one_hot(codes, self.classes).permute(0, 3, 1, 2).to(torch.get_default_dtype())

    def conditioning(self, top):
        features = self.stem(self.one_hot(top))
        for block in self.stack:
            features = block(features)
        return F.interpolate(features, scale_factor=2)

    def forward(self, codes, condition=None):
        n, height, width = codes.shape
        x, k = self.one_hot(codes), self.kernel
        above = self.above(F.pad(x, [k // 2, k // 2, k // 2 - 1, 0]))
        above = F.pad(above, [0, 0, 1, 0])[:, :, :-1]
        left = self.left(F.pad(x, [k // 2 - 1, 0, (k + 1) // 2 - 1, 0]))
        left = F.pad(left, [1, 0])[:, :, :, :-1]
        features = above + left
        coordinates = self.coordinates[:, :, :height].expand(n, -1, -1, -1)
        for block in self.blocks:
            part = None if condition is None else condition[:, :, :height]
            features = block(features, coordinates, part)
        return self.output(F.elu(features))


# --- Sampling -----------------------------------------------------------------------------------


@torch.no_grad()
def sample_whole(prior, side, images, limit):
    """As the reference does: the whole network over the finished rows, for every position."""
    condition = prior.conditioning(torch.randint(512, (images, side // 2, side // 2)))
    codes = torch.zeros(images, side, side, dtype=torch.long)
    start, positions = time.perf_counter(), 0
    for row in range(limit):
        for column in range(side):
            logits = prior(codes[:, : row + 1], condition)[:, :, row, column]
            codes[:, row, column] = torch.multinomial(logits.softmax(1), 1)[:, 0]
            positions += 1
    elapsed = time.perf_counter() - start
    # Rows cost what they hold: row r runs over r + 1 rows.
    return elapsed * (side * (side + 1) / 2) / (limit * (limit + 1) / 2)


@torch.no_grad()
def sample_cached(prior, side, images):
    """The best caching we know how to write in PyTorch: one position at a time, every causal
    convolution a matrix product with the cached vectors it reads."""
    condition = prior.conditioning(torch.randint(512, (images, side // 2, side // 2)))
    kernel, half = prior.kernel, prior.kernel // 2

    def matrix(convolution, mask=None):
        weight = convolution.weight if mask is None else convolution.weight * mask
        return weight.permute(2, 3, 1, 0).contiguous(), convolution.bias

    class Step:
        def __init__(self, block):
            self.block = block
            self.causal = isinstance(block.first, Causal)
            if self.causal:
                rows = kernel - 1
                taps = rows * kernel + half
                self.weights = []
                for layer in (block.first, block.second):
                    weight, bias = matrix(layer.convolution, layer.mask)
                    weight = weight.reshape(kernel * kernel, *weight.shape[2:])[:taps]
                    self.weights.append((weight.reshape(-1, weight.shape[-1]), bias))
                # Padded so that every window is a slice.
                self.caches = [
                    torch.zeros(images, side + rows, side + 2 * half, w.shape[0] // taps)
                    for w, _ in self.weights
                ]
            else:
                self.weights = [
                    (m.reshape(m.shape[2:]), b) for m, b in map(matrix, (block.first, block.second))
                ]
            self.condition = matrix(block.condition)[0][0, 0] if block.condition else None

        def convolve(self, index, x, y, column):
            weight, bias = self.weights[index]
            if not self.causal:
                return torch.addmm(bias, x, weight)
            cache = self.caches[index]
            cache[:, y + kernel - 1, column + half] = x
            above = cache[:, y : y + kernel - 1, column : column + kernel].reshape(images, -1)
            left = cache[:, y + kernel - 1, column : column + half].reshape(images, -1)
            return torch.addmm(bias, torch.cat([above, left], 1), weight)

        def __call__(self, x, y, column, condition):
            hidden = F.elu(self.convolve(0, F.elu(x), y, column))
            gates = self.convolve(1, hidden, y, column)
            if self.condition is not None:
                gates = gates + condition @ self.condition
            return F.glu(gates, 1) + x

    steps = [([Step(b) for b in block.residual], matrix(block.projection)) for block in prior.blocks]
    above, above_bias = matrix(prior.above)
    left, left_bias = matrix(prior.left)
    output, output_bias = matrix(prior.output)
    codes = torch.zeros(images, side, side, dtype=torch.long)

    def look_up(weight, bias, y, x, row_offset, column_offset):
        if y < 0 or x < 0:
            return torch.zeros(images, weight.shape[-1])
        result = bias.expand(images, -1).clone()
        for i in range(weight.shape[0]):
            for j in range(weight.shape[1]):
                row, column = y + i - row_offset, x + j - column_offset
                if 0 <= row < side and 0 <= column < side:
                    result += weight[i, j, codes[:, row, column]]
        return result

    for y in range(side):
        for x in range(side):
            features = look_up(above, above_bias, y - 1, x, kernel // 2 - 1, half)
            features = features + look_up(
                left, left_bias, y, x - 1, (kernel + 1) // 2 - 1, kernel // 2 - 1
            )
            here = prior.coordinates[:, :, y, x].expand(images, -1)
            for residual, (projection, bias) in steps:
                for step in residual:
                    features = step(features, y, x, condition[:, :, y, x])
                located = torch.cat([features, here], 1)
                features = torch.addmm(bias, located, projection[0, 0])
            logits = torch.addmm(output_bias, F.elu(features), output[0, 0])
            codes[:, y, x] = torch.multinomial(logits.softmax(1), 1)[:, 0]
    return codes


# --- Cases --------------------------------------------------------------------------------------


class Classifier(nn.Module):
    """The plain network of ours: 3×3 convolutions with ELU, halving to 4×4, two dense layers."""

    def __init__(self):
        super().__init__()
        layers, width = [], 1
        for stage in range(3):
            outputs = 32 if stage == 0 else 64
            layers += [nn.Conv2d(width, outputs, 3, stride=2, padding=1), nn.ELU()]
            layers += [nn.Conv2d(outputs, outputs, 3, padding=1), nn.ELU()]
            width = outputs
        self.network = nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(64 * 16, 64), nn.ELU(), nn.Dropout(0.2), nn.Linear(64, 10)
        )

    def forward(self, images, labels):
        return F.cross_entropy(self.network(images), labels)


def training(model, variant, *inputs):
    if variant == "channels-last":
        model = model.to(memory_format=torch.channels_last)
        inputs = [
            i.to(memory_format=torch.channels_last) if i.dim() == 4 else i for i in inputs
        ]
    run = torch.compile(model) if variant == "compiled" else model
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-4)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with autocast():
            loss = run(*inputs)
        loss.backward()
        optimizer.step()

    return step


class PriorLoss(nn.Module):
    def __init__(self, prior):
        super().__init__()
        self.prior = prior

    def forward(self, codes, top=None):
        condition = None if top is None else self.prior.conditioning(top)
        return F.cross_entropy(self.prior(codes, condition), codes)


def encoding(size, batch, variant):
    model, images = VQVAE().eval(), torch.rand(batch, 3, size, size) * 2 - 1
    if variant == "channels-last":
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    quantize = torch.compile(model.quantize) if variant == "compiled" else model.quantize

    def encode():
        with torch.no_grad(), autocast():
            quantize(images)

    return encode


def png_decoding():
    from PIL import Image

    path = tempfile.mktemp(suffix=".png")
    waves = bytes(int(127 + 127 * math.sin(i // 3 * 0.001)) for i in range(256 * 256 * 3))
    Image.frombytes("RGB", (256, 256), waves).save(path)
    return lambda: [Image.open(path).convert("RGB").load() for _ in range(64)]


def jpeg_reducing(name, variant):
    """All JPEGs of a folder to 64×64: at a scale of the decoder's own first, or decoded whole."""
    from concurrent.futures import ThreadPoolExecutor

    from PIL import Image, ImageOps

    folder = "output/benchmark-pictures/" + name
    paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]

    def reduce(path):
        with Image.open(path) as image:
            if variant == "draft":
                image.draft("RGB", (64, 64))
            return ImageOps.fit(image.convert("RGB"), (64, 64), Image.Resampling.BILINEAR).load()

    # Pillow lets go of the interpreter where it decodes.
    threads = ThreadPoolExecutor(os.cpu_count())
    return lambda: list(threads.map(reduce, paths))


def prepare(case, variant):
    """What to repeat; or, for a whole-network sampler, a number of seconds."""
    codes = lambda batch, side: torch.randint(512, (batch, side, side))
    if case == "matrix-product":
        a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
        if ARITHMETIC == "bfloat16":
            a, b = a.bfloat16(), b.bfloat16()
        return lambda: [a @ b for _ in range(10)]
    if case.startswith("vqvae-step"):
        size, batch = (64, 32) if case.endswith("64") else (256, 4)
        return training(VQVAE(), variant, torch.rand(batch, 3, size, size) * 2 - 1)
    if case.startswith("vqvae-encode"):
        return encoding(*((64, 32) if case.endswith("64") else (256, 4)), variant)
    if case == "prior-step-top-8":
        return training(PriorLoss(Prior(8, 128, 2, True, False)), variant, codes(16, 8))
    if case == "prior-step-bottom-16":
        prior = PriorLoss(Prior(16, 128, 2, False, True))
        return training(prior, variant, codes(16, 16), codes(16, 8))
    if case == "prior-step-top-16":
        return training(PriorLoss(Prior(16, 256, 4, True, False)), variant, codes(8, 16))
    if case == "classifier-step":
        return training(Classifier(), variant, torch.rand(64, 1, 28, 28), torch.randint(10, (64,)))
    if case == "png-decode":
        return png_decoding()
    if case.startswith("jpeg-"):
        return jpeg_reducing(case.removeprefix("jpeg-"), variant)
    side = 32 if case.endswith("32") else 16
    images = 1 if "one" in case else 16
    if ARITHMETIC == "bfloat16":
        torch.set_default_dtype(torch.bfloat16)
    prior = Prior(side, 128, 2, False, True).eval()
    if variant == "cached":
        return lambda: sample_cached(prior, side, images)
    # The 32×32 time is extrapolated from the first rows.
    return sample_whole(prior, side, images, side if side == 16 else 4)


def main():
    work = prepare(CASE, VARIANT)
    if callable(work):
        work()
        times = []
        for _ in range(REPETITIONS):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        work = statistics.median(times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    result = {"side": VARIANT, "arithmetic": ARITHMETIC, "name": CASE, "seconds": work, "peakBytes": peak}
    print(json.dumps(result))


main()
