// Causal multi-head attention between the q, k, v projection and the output projection:
//   weights = softmax(q kᵀ / √c) over the keys a query may see,  out = weights · v,  c channels per head.
// q, k and v are read where the projection wrote them ([rows, 3·width]); queries go in blocks, and a block meets only
// the keys up to its own end, so about half of the score matrix is never touched.

import CKernels

struct Attention {
    /// Queries first ..< first + rows against keys 0 ..< keys.
    struct Block {
        let first, rows, keys: Int
        /// Distance between rows, and start, in the weights of one head.
        let stride, offset: Int
    }

    let width, heads, contextLength: Int
    let blocks: [Block]
    /// Floats that hold the weights of one head of one sequence.
    let weightCount: Int
    /// Floats that hold the weights of the largest block.
    var scratchCount: Int { blocks.map { $0.rows * $0.stride }.max() ?? 0 }

    init(width: Int, heads: Int, contextLength: Int) {
        self.width = width
        self.heads = heads
        self.contextLength = contextLength
        var blocks: [Block] = [], offset = 0
        for first in stride(from: 0, to: contextLength, by: 64) {
            let end = min(first + 64, contextLength)
            let block = Block(
                first: first, rows: end - first, keys: end, stride: AlignedFloats.padded(end), offset: offset)
            blocks.append(block)
            offset += block.rows * block.stride
        }
        self.blocks = blocks
        weightCount = offset
    }

    private var scale: Float { 1 / Float(width / heads).squareRoot() }

    /// out[rows, width] from qkv[rows, 3·width]; keeps the weights of every head.
    func forward(_ arithmetic: Arithmetic, out: Floats, weights: Floats, qkv: Floats, sequences: Int) {
        let channels = width / heads
        for sequence in 0..<sequences {
            for head in 0..<heads {
                let q = qkv + sequence * contextLength * 3 * width + head * channels
                let mixed = out + sequence * contextLength * width + head * channels
                let headWeights = weights + (sequence * heads + head) * weightCount
                for block in blocks {
                    let scores = headWeights + block.offset
                    arithmetic.multiplyTransposed(
                        scores, q + block.first * 3 * width, q + width, rows: block.rows, inner: channels,
                        columns: block.keys, strides: (block.stride, 3 * width, 3 * width), firstQuery: block.first)
                    arithmetic.kernels.causalSoftmax(
                        scores, scale, block.rows, block.first, block.keys, block.stride)
                    arithmetic.multiply(
                        mixed + block.first * width, scores, q + 2 * width, rows: block.rows, inner: block.keys,
                        columns: channels, strides: (width, block.stride, 3 * width), firstQuery: block.first)
                }
            }
        }
    }

    /// Overwrites qkvGradient. `scratch` holds the score gradients of one block.
    func backward(
        _ arithmetic: Arithmetic, qkvGradient: Floats, outGradient: Floats, weights: Floats, qkv: Floats,
        scratch: Floats, sequences: Int
    ) {
        let channels = width / heads
        for sequence in 0..<sequences {
            for head in 0..<heads {
                let at = sequence * contextLength * 3 * width + head * channels
                let q = qkv + at, qGradient = qkvGradient + at
                let mixedGradient = outGradient + sequence * contextLength * width + head * channels
                let headWeights = weights + (sequence * heads + head) * weightCount
                // The last block reaches every key: it overwrites their gradients, the others add.
                for (index, block) in blocks.enumerated().reversed() {
                    let adds = index != blocks.count - 1
                    let scores = headWeights + block.offset
                    let outRows = mixedGradient + block.first * width
                    let queries = block.first * 3 * width
                    arithmetic.multiplyTransposed(
                        scratch, outRows, q + 2 * width, rows: block.rows, inner: channels, columns: block.keys,
                        strides: (block.stride, width, 3 * width), firstQuery: block.first)
                    arithmetic.multiplyOuter(
                        qGradient + 2 * width, scores, outRows, adds: adds, rows: block.keys, inner: block.rows,
                        columns: channels, strides: (3 * width, block.stride, width), firstQuery: block.first)
                    arithmetic.kernels.causalSoftmaxBackward(
                        scratch, scores, scale, block.rows, block.first, block.keys, block.stride)
                    arithmetic.multiply(
                        qGradient + queries, scratch, q + width, rows: block.rows, inner: block.keys,
                        columns: channels, strides: (3 * width, block.stride, 3 * width), firstQuery: block.first)
                    arithmetic.multiplyOuter(
                        qGradient + width, scratch, q + queries, adds: adds, rows: block.keys, inner: block.rows,
                        columns: channels, strides: (3 * width, block.stride, 3 * width), firstQuery: block.first)
                }
            }
        }
    }
}
