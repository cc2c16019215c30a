"""The random numbers of scalebench in numpy: equal seeds give the built-in trainer's initial weights and data order.

Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011): number i of a stream is a function
of (seed, stream, i) alone.
"""
import numpy as np

LOW = np.uint64(0xFFFFFFFF)


def philox(seed, counters):
    """The four words of the blocks with these counters, four arrays of uint64 that hold 32-bit numbers."""
    c = list(counters)
    k0, k1 = seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF
    for _ in range(10):
        first, second = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(second >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), second & LOW,
             (first >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), first & LOW]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def random32(seed, stream, count):
    """The first `count` 32-bit numbers of a stream, as uint64."""
    blocks = np.arange((count + 3) // 4, dtype=np.uint64)
    same = lambda value: np.full_like(blocks, value & 0xFFFFFFFF)
    words = philox(seed, [blocks & LOW, blocks >> np.uint64(32), same(stream), same(stream >> 32)])
    return np.stack(words, axis=1).reshape(-1)[:count]


def normal(seed, stream, count):
    """The first `count` standard normal numbers of a stream (Box & Muller 1958), double precision."""
    pairs = (count + 1) // 2
    words = random32(seed, stream, 4 * pairs).reshape(-1, 2)
    uniform = ((words[:, 0] | words[:, 1] << np.uint64(32)) >> np.uint64(12)).astype(np.float64)
    uniform = ((uniform + 0.5) * 2.0**-52).reshape(pairs, 2)
    radius, angle = np.sqrt(-2 * np.log(uniform[:, 0])), 2 * np.pi * uniform[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)[:count]


def initial_weight(seed, index, shape, deviation):
    """The tensor that stands at `index` of the model's parameters."""
    stream = (0x494E4954 << 32) + index
    return (deviation * normal(seed, stream, int(np.prod(shape)))).astype(np.float32).reshape(shape)


def dropout_factors(rate, seed, step, site, rows, width):
    """What dropout multiplies [rows, width] with in a step, counted from 0: 0, or 1 / (1 - rate). Site 0 is the sum of
    the embeddings; sites 2 l + 1 and 2 l + 2 are attention and MLP of layer l. `rows` is a range of positions of the
    batch."""
    blocks = np.arange(-(-width // 32) * 8, dtype=np.uint64)
    each_row, tag = np.arange(rows.start, rows.stop, dtype=np.uint64)[:, None], 0xD0 << 24 | site
    counters = np.broadcast_arrays(blocks, each_row, np.uint64(step), np.uint64(tag))
    # Channel c has word c mod 32 / 8 of block c / 32 * 8 + c mod 8.
    words = np.stack([word.reshape(len(rows), -1, 8) for word in philox(seed, counters)], axis=2)
    words = words.reshape(len(rows), -1)[:, :width]
    return (words >= np.uint64(int(rate * 2.0**32))) / (1 - rate)


class WindowOrder:
    """Where the training sequences begin: blocks of 65,536 tokens shuffled, taken in groups of sixteen, and the windows
    of each group shuffled; another order in every pass."""
    BLOCK, GROUP = 65_536, 16

    def __init__(self, tokens, context, seed):
        self.tokens, self.context, self.seed = tokens, context, seed
        self.blocks = -(-tokens // self.BLOCK)
        self.windows = sum(self._windows(b) for b in range(self.blocks))
        self._pass = self._group = None

    def _windows(self, block):
        return (min(self.BLOCK, self.tokens - block * self.BLOCK) - 1) // self.context

    def _shuffle(self, values, stream):
        draws = random32(self.seed, stream | 0xDA << 56, max(0, len(values) - 1)).tolist()
        for last, draw in zip(range(len(values) - 1, 0, -1), draws):
            other = draw * (last + 1) >> 32
            values[last], values[other] = values[other], values[last]

    def __getitem__(self, number):
        """The first token of window `number`, counted over all passes."""
        index, inside = divmod(number, self.windows)
        if index != self._pass:
            order = list(range(self.blocks))
            self._shuffle(order, index << 24)
            self._groups = [order[i:i + self.GROUP] for i in range(0, len(order), self.GROUP)]
            self._ends = np.cumsum([sum(map(self._windows, group)) for group in self._groups])
            self._pass, self._group = index, None
        group = int(np.searchsorted(self._ends, inside, side="right"))
        if group != self._group:
            self._starts = [block * self.BLOCK + window * self.context
                            for block in self._groups[group] for window in range(self._windows(block))]
            self._shuffle(self._starts, index << 24 | group + 1)
            self._group = group
        return self._starts[inside - (int(self._ends[group - 1]) if group else 0)]
