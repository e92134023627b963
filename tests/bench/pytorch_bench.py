#!/usr/bin/env python3
"""PyTorch on the shapes of attnscope_bench, as the same table: the operations that PyTorch has, and the attention layers
as their authors' formulas read. float32 throughout, TF32 off. Results are checked against PyTorch on the CPU, in float64,
before they are timed.

    tests/bench/pytorch_bench.py --device cuda --only layer --batch 64 --time 2048 --features 512
"""
import argparse
import itertools
import math
import statistics
import time

import torch
import torch.nn.functional as F


def numbers(shape, seed, bound=1.0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(shape, generator=generator) * 2 - 1) * bound


def zeros_and_ones(shape):
    return (numbers(shape, 7) < 0.4).float()


class Case:
    """`run(*inputs)` gives the outputs that are compared; `flops` of products only, as in attnscope_bench."""

    def __init__(self, run, inputs, flops=0.0, terms=0, read_bytes=None):
        self.run, self.inputs, self.flops, self.read_bytes = run, inputs, flops, read_bytes
        # Sums of `terms` products of numbers within ±1, which may cancel to nothing.
        self.tolerance = 1e-5 + 1e-7 * terms


def step_dim(x, mask, w, b):
    u = torch.exp(torch.tanh(x @ w + b)) * mask
    a = u / (u.sum(1, keepdim=True) + 1e-7)
    return a, torch.bmm(a.unsqueeze(1), x).squeeze(1)


def time_by_time(x, w, b):
    xt = x.transpose(1, 2)
    a = torch.softmax(torch.tanh(xt @ w + b), 2)
    return a, (a * xt).sum(2)


def lstm(x, wi, wh, bias):
    batch, features = x.shape[0], wh.shape[1]
    state = torch.zeros(1, batch, features, device=x.device, dtype=x.dtype)
    return torch.lstm(x, (state, state), (wi, wh, bias, bias), True, 1, 0.0, False, False, True)[0]


def gru(x, wi, wh, bias):
    batch, features = x.shape[0], wh.shape[1]
    state = torch.zeros(1, batch, features, device=x.device, dtype=x.dtype)
    return torch.gru(x, state, (wi, wh, bias, bias), True, 1, 0.0, False, False, True)[0]


def scan(function, gates):
    def make(b, t, f):
        bound = 1 / math.sqrt(f)
        inputs = [numbers((b, t, f), 1), numbers((gates * f, f), 2, bound), numbers((gates * f, f), 3, bound),
                  torch.zeros(gates * f)]
        return Case(function, inputs, 4.0 * b * t * f * f * gates)
    return make


def x(b, t, f, seed=1):
    return numbers((b, t, f), seed)


def gather(b, t, f):
    ids = ((numbers((b, t), 3) + 1) / 2 * 5000).long().clamp(0, 4999)
    return Case(lambda table, ids: F.embedding(ids, table), [numbers((5000, f), 1), ids], 0, 0,
                4.0 * (b * t * f + b * t))


CASES = {
    "tanh": lambda b, t, f: Case(torch.tanh, [x(b, t, f)]),
    "add a bias": lambda b, t, f: Case(torch.add, [x(b, t, f), numbers((f,), 2)]),
    "multiply": lambda b, t, f: Case(torch.mul, [x(b, t, f), x(b, t, f, 2)]),
    "select": lambda b, t, f: Case(lambda m, p, q: torch.where(m != 0, p, q),
                                   [zeros_and_ones((b, t, 1)), x(b, t, f), x(b, t, f, 2)]),
    "matmul x·W": lambda b, t, f: Case(torch.matmul, [x(b, t, f), numbers((f, f), 2)], 2.0 * b * t * f * f, f),
    "matmul xᵀ·W": lambda b, t, f: Case(lambda p, w: p.transpose(1, 2) @ w, [x(b, t, f), numbers((t, t), 2)],
                                        2.0 * b * t * f * t, t),
    "matmul x·yᵀ": lambda b, t, f: Case(lambda p, q: p @ q.transpose(1, 2), [x(b, t, f), x(b, t, f, 2)],
                                        2.0 * b * t * f * t, f),
    "matmul x·w, a vector": lambda b, t, f: Case(torch.matmul, [x(b, t, f), numbers((f, 1), 2)], 2.0 * b * t * f, f),
    # Channels first, as PyTorch has it.
    "convolution, width 3": lambda b, t, f: Case(F.conv1d, [x(b, f, t), numbers((f, f, 3), 2)],
                                                 6.0 * b * (t - 2) * f * f, 3 * f),
    # attnscope_bench's scans are without the input product.
    "LSTM, input product too": scan(lstm, 4),
    "GRU, input product too": scan(gru, 3),
    "sum over features": lambda b, t, f: Case(lambda p: p.sum(2), [x(b, t, f)]),
    "sum over time": lambda b, t, f: Case(lambda p: p.sum(1), [x(b, t, f)]),
    "softmax over features": lambda b, t, f: Case(lambda p: torch.softmax(p, 2), [x(b, t, f)]),
    "masked softmax over time": lambda b, t, f: Case(
        lambda p, m: torch.nan_to_num(torch.softmax(p.masked_fill(m == 0, -math.inf), 1)),
        [x(b, t, f), zeros_and_ones((b, t, 1))]),
    "standardize features": lambda b, t, f: Case(lambda p: F.layer_norm(p, p.shape[-1:], eps=1e-3), [x(b, t, f)]),
    "max pool, width 2": lambda b, t, f: Case(lambda p: F.max_pool1d(p, 2, 2, ceil_mode=True), [x(b, f, t)]),
    "transpose": lambda b, t, f: Case(lambda p: p.transpose(1, 2).contiguous(), [x(b, t, f)]),
    "broadcast over time": lambda b, t, f: Case(lambda p: p.expand(b, t, f).contiguous(), [x(b, 1, f)]),
    "reverse time": lambda b, t, f: Case(lambda p: p.flip(1), [x(b, t, f)]),
    "concatenate": lambda b, t, f: Case(lambda p, q: torch.cat((p, q), 2), [x(b, t, f), x(b, t, f, 2)]),
    "pad time": lambda b, t, f: Case(lambda p: F.pad(p, (0, 0, 1, 1)), [x(b, t, f)]),
    "gather": gather,
    "layer Attention(step_dim)": lambda b, t, f: Case(
        step_dim, [x(b, t, f), zeros_and_ones((b, t)), numbers((f,), 2, math.sqrt(3 / f)), numbers((t,), 3, 0.1)],
        4.0 * b * t * f),
    "layer AttentionLayer, T×T": lambda b, t, f: Case(
        time_by_time, [x(b, t, f), numbers((t, t), 2, math.sqrt(3 / t)), numbers((t,), 3, 0.1)],
        2.0 * b * t * f * t + 2.0 * b * t * f),
}


def short(number):
    if number is None:
        return "–"
    size = abs(number)
    if size != 0 and size < 0.001:
        return f"{number:.1e}"
    return f"{number:.{0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3}f}"


def outputs(case, inputs):
    result = case.run(*inputs)
    return result if isinstance(result, tuple) else (result,)


def tensor_bytes(tensors):
    return float(sum(tensor.numel() * tensor.element_size() for tensor in tensors))


class Bench:
    def __init__(self, options):
        self.options, self.device = options, torch.device(options.device)
        self.is_cuda = self.device.type == "cuda"
        self.notes = []

    def wait(self):
        if self.is_cuda:
            torch.cuda.synchronize(self.device)

    def name(self):
        if self.is_cuda:
            return torch.cuda.get_device_name(self.device) + f", CUDA {torch.version.cuda}"
        return f"CPU, {torch.get_num_threads()} threads"

    def seconds(self, run):
        """The median from asking to having, and the median of the device's own clock."""
        run()
        self.wait()
        times, own = [], []
        begin = time.perf_counter()
        while len(times) < self.options.runs and (len(times) < 3 or time.perf_counter() - begin < 1.0):
            start = time.perf_counter()
            run()
            self.wait()
            times.append(time.perf_counter() - start)
        if self.is_cuda:
            for _ in range(min(3, self.options.runs)):
                first, last = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
                first.record()
                run()
                last.record()
                self.wait()
                own.append(first.elapsed_time(last) * 1e-3)
        return statistics.median(times), statistics.median(own) if own else None

    def measure_limits(self):
        """Each step is twice as large, until one takes 50 ms; of copies the largest counts, what is smaller fits caches."""
        size, largest = 2**20, 256e6 if self.options.quick else 1e9
        while size <= largest:
            source = torch.ones(size // 4, device=self.device)
            target = torch.empty_like(source)
            # The fastest of several: this is what the device can do.
            seconds, own = min((self.seconds(lambda: target.copy_(source)) for _ in range(3)),
                               key=lambda pair: pair[1] or pair[0])
            self.copy_rate = 2 * size / (own or seconds)
            size *= 2
            if seconds > 0.05:
                break
        size, self.product_rate = 64, 0.0
        while size <= (1024 if self.options.quick else 8192):
            a, b = (numbers((size, size), seed).to(self.device) for seed in (1, 2))
            seconds, _ = self.seconds(lambda: a @ b)
            self.product_rate = max(self.product_rate, 2.0 * size**3 / seconds)
            size *= 2
            if seconds > 0.05:
                break

    def check(self, case, inputs):
        """The largest difference from float64 on the CPU."""
        expected = outputs(case, [tensor.double() if tensor.is_floating_point() else tensor for tensor in case.inputs])
        largest = 0.0
        for actual, right in zip(outputs(case, inputs), expected):
            off = (actual.cpu().double() - right).abs()
            if not bool((off <= case.tolerance + 1e-4 * right.abs()).all()):
                raise ArithmeticError(f"wrong by {off.max().item()}")
            largest = max(largest, off.max().item())
        return largest, expected

    def row(self, name, extents):
        case = CASES[name](*extents)
        inputs = [tensor.to(self.device) for tensor in case.inputs]
        difference, expected = self.check(case, inputs)
        written = sum(tensor.numel() for tensor in expected) * 4.0
        bytes_ = (tensor_bytes(case.inputs) if case.read_bytes is None else case.read_bytes) + written
        run = torch.compile(case.run) if self.options.compile else case.run
        with torch.no_grad():
            seconds, own = self.seconds(lambda: run(*inputs))
        least = max(bytes_ / self.copy_rate, case.flops / self.product_rate)
        cells = [name, "×".join(map(str, extents)), "pytorch " + self.options.device, short(seconds * 1e3),
                 short(own * 1e3 if own else None), "–", short(case.flops / seconds * 1e-9 if case.flops else None),
                 short(bytes_ / seconds * 1e-9), short(seconds / least), "–", short(difference)]
        print("| " + " | ".join(cells) + " |", flush=True)

    def run(self):
        options = self.options
        self.measure_limits()
        print(f"- `pytorch {options.device}`: {self.name()}, PyTorch {torch.__version__}"
              f"{', compiled' if options.compile else ''}; a large copy {short(self.copy_rate * 1e-9)} GB/s, "
              f"a large matrix product {short(self.product_rate * 1e-9)} GFLOP/s\n")
        print("| case | B×T×F | device | ms | device ms | apart | GFLOP/s | GB/s | × least | cpu ÷ this | largest difference |")
        print("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for name in CASES:
            if options.only and not any(part in name for part in options.only):
                continue
            for extents in itertools.product(options.batch, options.time, options.features):
                try:
                    self.row(name, extents)
                except (torch.OutOfMemoryError, ArithmeticError) as error:
                    self.notes.append(f"{name} {'×'.join(map(str, extents))}: {str(error).splitlines()[0]}")
        print("".join(f"\n- {note}" for note in self.notes))


def main():
    def extents(text):
        return [int(number) for number in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--only", action="append", help="only cases whose name contains this")
    parser.add_argument("--quick", action="store_true", help="few small sizes and few runs")
    parser.add_argument("--compile", action="store_true", help="torch.compile what is timed")
    parser.add_argument("--batch", type=extents)
    parser.add_argument("--time", type=extents)
    parser.add_argument("--features", type=extents)
    options = parser.parse_args()
    options.runs = 5 if options.quick else 9
    options.batch = options.batch or ([1, 8] if options.quick else [1, 8, 64])
    options.time = options.time or ([128, 512] if options.quick else [128, 512, 2048, 8192])
    options.features = options.features or ([64] if options.quick else [64, 512, 1024])
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    Bench(options).run()


if __name__ == "__main__":
    main()
