// The example of the library's page, compiled. It sees what is public alone.

import Scalebench

func example(a: String, b: String, store: String, program: String) async throws -> [String] {
    // 1. Two columns of numbers: final losses at four scales, and the scale where a winner is wanted.
    let ladder = Ladder(
        axis: .flops, scales: [1e15, 4e15, 1.6e16, 6.4e16],
        losses: ["constant": [3.91, 3.62, 3.37, 3.16], "falling": [3.95, 3.63, 3.35, 3.11]], target: 1e18)
    let judged = try Judge(thresholds: VerdictThresholds()).result(ladder)

    // 2. Two candidate files: the default suite's ladder is trained for both.
    var request = ComparisonRequest(candidates: [a, b])
    request.store = store
    request.program = program
    let trained = try await request.run()

    // 3. The result is read.
    return (judged.pairs + trained.pairs).map { pair in
        "\(pair.a) against \(pair.b): \(pair.verdict), P(A better) = \(pair.probabilityABetter ?? .nan), "
            + "gap \(pair.gap?.point ?? .nan) \(pair.gap?.interval90.lower ?? .nan)…"
    }
}
