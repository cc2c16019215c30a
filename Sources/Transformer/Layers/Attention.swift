// Causal multi-head attention between the q, k, v projection and the output projection:
//   weights = softmax(scale · q kᵀ) over the keys a query may see,  out = weights · v.
// q, k and v are read where the projection wrote them ([rows, attentionChannels]: the query heads, then the key heads,
// then the value heads, each of which serves a group of query heads); queries go in blocks, and a block meets only the
// keys up to its own end, so about half of the score matrix is never touched.

import CKernels
import ScalebenchCore

struct Attention {
    /// Queries first ..< first + rows against keys 0 ..< keys.
    struct Block {
        let first, rows, keys: Int
        /// Distance between rows, and start, in the weights of one head.
        let stride, offset: Int
    }

    private let heads, groupHeads, channels, contextLength: Int
    /// Channels of the output, and of queries, keys and values together.
    private let width, stride: Int
    /// The places in a row at which keys and values begin.
    private let keys, values: Int
    private let scale: Float
    private let blocks: [Block]
    /// Floats that hold the weights of one head of one sequence.
    let weightCount: Int
    /// Floats that hold the weights of the largest block.
    var scratchCount: Int { blocks.map { $0.rows * $0.stride }.max() ?? 0 }

    init(_ config: ModelConfig) {
        heads = config.heads
        groupHeads = config.heads / config.keyValueHeads
        channels = config.headWidth
        contextLength = config.contextLength
        width = config.width
        stride = config.attentionChannels
        keys = config.width
        values = config.width + config.keyValueHeads * config.headWidth
        scale =
            switch config.attentionScale {
            case .inverseSquareRoot: 1 / Float(config.headWidth).squareRoot()
            case .inverse: 1 / Float(config.headWidth)
            }
        var blocks: [Block] = [], offset = 0
        for first in Swift.stride(from: 0, to: contextLength, by: 64) {
            let end = min(first + 64, contextLength)
            let block = Block(
                first: first, rows: end - first, keys: end, stride: AlignedFloats.padded(end), offset: offset)
            blocks.append(block)
            offset += block.rows * block.stride
        }
        self.blocks = blocks
        weightCount = offset
    }

    /// The places in a row of the query, key and value of query head `head`.
    private func places(_ head: Int) -> (query: Int, key: Int, value: Int) {
        let group = head / groupHeads
        return (head * channels, keys + group * channels, values + group * channels)
    }

    /// out[rows, width] from qkv[rows, attentionChannels]; keeps the weights of every head in `weights`, if given. `scratch`
    /// holds the weights of one block.
    func forward(
        _ arithmetic: Arithmetic, out: Floats, weights: Floats?, qkv: Floats, scratch: Floats, sequences: Int
    ) {
        for sequence in 0..<sequences {
            let row = qkv + sequence * contextLength * stride
            for head in 0..<heads {
                let at = places(head)
                let mixed = out + sequence * contextLength * width + head * channels
                let headWeights = weights.map { $0 + (sequence * heads + head) * weightCount }
                for block in blocks {
                    let scores = headWeights.map { $0 + block.offset } ?? scratch
                    arithmetic.multiplyTransposed(
                        scores, row + at.query + block.first * stride, row + at.key, rows: block.rows,
                        inner: channels, columns: block.keys, strides: (block.stride, stride, stride),
                        firstQuery: block.first)
                    arithmetic.kernels.causalSoftmax(
                        scores, scale, block.rows, block.first, block.keys, block.stride)
                    arithmetic.multiply(
                        mixed + block.first * width, scores, row + at.value, rows: block.rows, inner: block.keys,
                        columns: channels, strides: (width, block.stride, stride), firstQuery: block.first)
                }
            }
        }
    }

    /// Overwrites qkvGradient. `scratch` holds the score gradients of one block.
    func backward(
        _ arithmetic: Arithmetic, qkvGradient: Floats, outGradient: Floats, weights: Floats, qkv: Floats,
        scratch: Floats, sequences: Int
    ) {
        for sequence in 0..<sequences {
            let row = qkv + sequence * contextLength * stride
            let rowGradient = qkvGradient + sequence * contextLength * stride
            for head in 0..<heads {
                let at = places(head)
                let mixedGradient = outGradient + sequence * contextLength * width + head * channels
                let headWeights = weights + (sequence * heads + head) * weightCount
                for (index, block) in blocks.enumerated().reversed() {
                    // The last block reaches every key: for a group's first head it overwrites their gradients; all
                    // others add.
                    let adds = index != blocks.count - 1 || head % groupHeads != 0
                    let scores = headWeights + block.offset
                    let outRows = mixedGradient + block.first * width
                    let queries = at.query + block.first * stride
                    arithmetic.multiplyTransposed(
                        scratch, outRows, row + at.value, rows: block.rows, inner: channels, columns: block.keys,
                        strides: (block.stride, width, stride), firstQuery: block.first)
                    // This reads the weights in order, and so brings them into the cache for the product after it.
                    arithmetic.kernels.causalSoftmaxBackward(
                        scratch, scores, scale, block.rows, block.first, block.keys, block.stride)
                    arithmetic.multiplyOuter(
                        rowGradient + at.value, scores, outRows, adds: adds, rows: block.keys, inner: block.rows,
                        columns: channels, strides: (stride, block.stride, width), firstQuery: block.first)
                    arithmetic.multiply(
                        rowGradient + queries, scratch, row + at.key, rows: block.rows, inner: block.keys,
                        columns: channels, strides: (stride, block.stride, stride), firstQuery: block.first)
                    arithmetic.multiplyOuter(
                        rowGradient + at.key, scratch, row + queries, adds: adds, rows: block.keys,
                        inner: block.rows, columns: channels, strides: (stride, block.stride, stride),
                        firstQuery: block.first)
                }
            }
        }
    }
}
