// Checkpoints of an unfinished run: `step-<n>/` in its folder of checkpoints, filled under another name and renamed when everything in
// it is on disk. Weights and optimizer state are therefore always from the same step. `checksums.json` has the SHA-256 of
// every file, and the checkpoint before the newest is kept: where the newest is damaged, the run goes on from that one.

import Foundation
import ScalebenchCore

/// The state of the run loop between two steps; with the trainer's own state it decides all later steps.
struct LoopState: Codable, Equatable {
    var runID: RunID
    /// Steps done.
    var step = 0
    /// Seconds of training so far, in all sessions.
    var seconds = 0.0
    /// Sum and number of the training losses since the last step event.
    var lossSum = 0.0
    var lossCount = 0
    /// Training losses of the last steps, oldest first, for the divergence check.
    var recentLosses: [Double] = []
    /// Gradient norm of the last step; nil before the first.
    var gradientNorm: Double?
    /// What longer runs of the same trunk would have recorded so far, the shortest first; nil where there are none.
    var longer: [LongerRun]?
    /// In a checkpoint that was written for a longer run: where it is from, and what that run would have recorded.
    var origin: Origin?

    struct Origin: Codable, Equatable {
        var branch: RunEvent.Branch
        var events: [RunEvent]
    }
}

/// The checkpoints of one run, its own or those that a shorter run has written for it.
struct CheckpointFolder {
    private let folder: String
    private let runID: RunID

    init(_ folder: String, runID: RunID) {
        self.folder = folder
        self.runID = runID
    }

    private static let checksums = "checksums.json"

    /// Writes a checkpoint; all but the one before are removed once it is in place.
    func save(_ state: LoopState, of trainer: any Trainer) throws {
        let final = "\(folder)/step-\(state.step)"
        let temporary = "\(final).tmp-\(ProcessInfo.processInfo.processIdentifier)"
        try? FileManager.default.removeItem(atPath: temporary)
        do {
            try AtomicFile.makeFolder(temporary)
            try trainer.save(to: temporary, metadata: ["runID": runID.rawValue, "step": String(state.step)])
            try AtomicFile.write(try JSONEncoder().encode(state), to: "\(temporary)/state.json")
            try AtomicFile.write(
                try JSONEncoder().encode(try Self.hashes(of: temporary)), to: "\(temporary)/\(Self.checksums)")
            try? FileManager.default.removeItem(atPath: final)
            try AtomicFile.move(temporary, to: final)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
        removeAll(except: Set([state.step, steps.first { $0 < state.step } ?? state.step]))
    }

    private static func hashes(of folder: String) throws -> [String: String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != checksums }
        return Dictionary(
            uniqueKeysWithValues: try names.map { ($0, try ContentHash.sha256(file: "\(folder)/\($0)")) })
    }

    /// Whether every file is as it was written. A checkpoint of a version that wrote no checksums counts as whole.
    private func isWhole(_ step: Int) -> Bool {
        let path = path(of: step), file = "\(path)/\(Self.checksums)"
        guard access(file, F_OK) == 0 else { return true }
        guard let written = try? JSONInput.decode([String: String].self, from: InputFile.read(file)) else {
            return false
        }
        return (try? Self.hashes(of: path)) == written
    }

    /// Steps with a checkpoint, newest first.
    var steps: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst(5)) : nil }.sorted(by: >)
    }

    /// The loop's state in the checkpoint of `step`; nil if it cannot be used.
    func state(at step: Int) -> LoopState? {
        guard
            let data = try? InputFile.read("\(path(of: step))/state.json"),
            let state = try? JSONInput.decode(LoopState.self, from: data),
            state.runID == runID, state.step == step, isWhole(step)
        else { return nil }
        return state
    }

    func path(of step: Int) -> String { "\(folder)/step-\(step)" }

    /// Removes every checkpoint except those of the steps `kept`, and what an interrupted writer left.
    func removeAll(except kept: Set<Int> = []) {
        guard !kept.isEmpty else {
            try? FileManager.default.removeItem(atPath: folder)
            return
        }
        let names = kept.map { "step-\($0)" }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where !names.contains(name) {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }
}
