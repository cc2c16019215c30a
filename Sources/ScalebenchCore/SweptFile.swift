// The candidates of a file that sweeps numbers. Each is read from a copy of the document in which plain numbers stand
// for the sweeps, so that every number of a candidate can be swept and none of its readers knows about it.

import Foundation

/// A candidate file with its sweeps.
struct SweptFile {
    let reader: ConfigReader
    let defaultName: String
    let folder: String?
    let sweeps: [Sweep]

    /// The most numbers that one file may sweep.
    private static let sweepLimit = 3

    init(_ reader: ConfigReader, defaultName: String, folder: String?) throws {
        self.reader = reader
        self.defaultName = defaultName
        self.folder = folder
        sweeps = try Sweep.all(in: reader)
        if sweeps.count > Self.sweepLimit {
            throw ScalebenchError(
                .invalidInput, "\(sweeps.count) numbers are swept, at most \(Self.sweepLimit) may be",
                at: location(of: sweeps[Self.sweepLimit]), hint: "write a plain number here")
        }
        let count = sweeps.reduce(1) { $0 * $1.numbers.count }
        if count > Sweep.limit {
            let factors = sweeps.map { String($0.numbers.count) }.joined(separator: " × ")
            throw ScalebenchError(
                .invalidInput, "\(factors) values make \(count) members, at most \(Sweep.limit) may be",
                at: location(of: sweeps[sweeps.count - 1]), hint: "sweep fewer values, or fewer numbers")
        }
    }

    /// For every member the index of its value in each sweep; the last sweep runs fastest.
    var choices: [[Int]] {
        sweeps.reduce([[]]) { choices, sweep in
            choices.flatMap { choice in sweep.numbers.indices.map { choice + [$0] } }
        }
    }

    /// Whether the file asks for this combination itself.
    func isAsked(_ choice: [Int]) -> Bool { zip(sweeps, choice).allSatisfy { $1 < $0.asked } }

    /// The document in which the chosen numbers stand for the sweeps.
    func document(_ choice: [Int]) -> JSONValue {
        zip(sweeps, choice).reduce(reader.document) { document, swept in
            document.replacing(swept.0.steps[...], with: swept.0.numbers[swept.1])
        }
    }

    /// The candidate with the chosen numbers. An error at a swept number names the value that is refused.
    func candidate(_ choice: [Int]) throws -> Candidate {
        do {
            return try read(choice)
        } catch let error as ScalebenchError {
            throw located(error, choice)
        }
    }

    private func read(_ choice: [Int]) throws -> Candidate {
        try Candidate(
            try ConfigReader(document(choice), file: reader.file), defaultName: defaultName, folder: folder)
    }

    private func location(of sweep: Sweep) -> String { reader.location(of: Sweep.path(sweep.steps)) }

    private func located(_ error: ScalebenchError, _ choice: [Int]) -> ScalebenchError {
        guard let index = sweeps.firstIndex(where: { location(of: $0) == error.location }) else { return error }
        let sweep = sweeps[index]
        var result = error
        // The same words for every value mean that the key is wrong, not the value: it takes no number, or is unknown.
        let isKeyWrong = sweep.numbers.indices.allSatisfy { number in
            var other = choice
            other[index] = number
            do {
                _ = try read(other)
                return false
            } catch {
                let same = error as? ScalebenchError
                return same?.message == result.message && same?.location == result.location
            }
        }
        if isKeyWrong {
            result.hint = error.hint ?? "only a key that takes a number can be swept"
        } else {
            result.location = location(of: sweep) + (sweep.isListed ? ".sweep[\(choice[index])]" : ".sweep")
            result.hint = error.hint ?? "sweep only values that this key takes"
        }
        return result
    }
}
