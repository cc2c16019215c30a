// Everything that a store holds, by run: the candidates and suites that use the run, its state, its result. The catalog
// reads files; beside them it keeps an index of what it read (`Index/`).

import Foundation
package import ScalebenchCore

/// One run of a store with what is known about it.
package struct CatalogRun: Sendable {
    package var summary: RunSummary
    package var content: Content

    package enum Content: Sendable {
        /// The job and the record are nil where there is none yet, or where it cannot be read.
        case trained(RunJob?, RunRecord?)
        case imported(ImportedRun)
    }

    package init(summary: RunSummary, content: Content) {
        self.summary = summary
        self.content = content
    }

    /// The validation losses so far.
    package var curve: LossCurve {
        switch content {
        case .trained(_, let record): record?.evaluationCurve ?? LossCurve(unit: .natsPerToken, points: [])
        case .imported(let run): run.curve
        }
    }
}

/// Looks runs up by name, candidate and suite.
package struct RunCatalog: Sendable {
    let store: RunStore
    let uses: RunUses
    /// What is wrong with records of candidates that cannot be read.
    package var errors: [ScalebenchError] { uses.errors }

    package init(_ store: RunStore) {
        self.store = store
        uses = RunUses(store, RunIndex(store))
    }

    /// Whether a run belongs to a suite and a candidate; nil stands for any.
    func isMember(_ id: RunID, suite: String?, candidate: String?) -> Bool {
        guard suite != nil || candidate != nil else { return true }
        return uses.uses(of: id).contains { use in
            (suite == nil || use.suite == suite)
                && (candidate == nil || use.candidate == candidate || use.family == candidate)
        }
    }

    /// The runs that pass all the given filters, newest first.
    package func runs(
        suite: String? = nil, candidate: String? = nil, isWanted: (RunSummary.Status) -> Bool = { _ in true }
    ) throws -> [CatalogRun] {
        var runs = try store.list().filter { isMember($0, suite: suite, candidate: candidate) }.map(trained)
        if suite == nil {
            runs += store.imports().runs.filter { candidate == nil || $0.labels.candidate == candidate }.map(
                Self.imported)
        }
        return runs.filter { isWanted($0.summary.status) }.sorted {
            ($0.summary.date ?? "", $0.summary.id.rawValue) > ($1.summary.date ?? "", $1.summary.id.rawValue)
        }
    }

    /// The one run whose name begins with `prefix`, which may leave out the `imported-` of an imported run.
    /// - Throws: `notFound` where no name does, `invalidInput` where several do.
    package func run(_ prefix: String) throws -> CatalogRun {
        let imports = store.imports().runs
        let matches =
            try store.list().filter { $0.rawValue.hasPrefix(prefix) }
            + imports.map(\.id).filter { id in
                id.rawValue.hasPrefix(prefix) || id.rawValue.hasPrefix("imported-\(prefix)")
            }
        guard let id = matches.first, !prefix.isEmpty else {
            throw ScalebenchError(
                .notFound, "no run \"\(prefix)\" in this store", at: store.root,
                hint: "`scalebench runs list` shows them")
        }
        guard matches.count == 1 else {
            let names = matches.prefix(4).map(\.rawValue).joined(separator: ", ")
            throw ScalebenchError(
                .invalidInput, "\(matches.count) runs begin with \"\(prefix)\"", hint: "give more digits: \(names)")
        }
        if let run = imports.first(where: { $0.id == id }) { return Self.imported(run) }
        return trained(id)
    }

    /// Every name a filter may ask for.
    package var names: (suites: [String], candidates: [String]) {
        let imported = store.imports().runs.map(\.labels.candidate)
        return (Set(uses.all.map(\.suite)).sorted(), Set(uses.all.map(\.candidate) + imported).sorted())
    }

    /// The imported runs, in the order of names.
    package var imported: [CatalogRun] { store.imports().runs.map(Self.imported) }

    /// A prepared run of the store.
    package func trained(_ id: RunID) -> CatalogRun {
        let folder = store.folder(of: id)
        let job = try? RunJob.open(folder)
        let record = Result { try store.record(id) }
        let present = try? record.get()
        let status: RunSummary.Status
        if case .failure = record { status = .damaged } else { status = job == nil ? .damaged : state(present, folder) }
        let here = uses.uses(of: id)
        let summary = RunSummary(
            id: id, status: status, candidates: here.map(\.candidate).unique,
            suites: here.map(\.suiteVersion).unique, place: here.first?.place,
            seed: job?.spec.seed ?? 0, parameters: job.map { Double($0.spec.model.parametersNonEmbedding) },
            tokens: job.map { Double($0.spec.tokens) }, flops: job?.spec.flops,
            seconds: present?.end?.seconds ?? present?.steps.last?.seconds,
            loss: present?.finalEvaluation?.natsPerToken ?? present?.evaluations.last?.natsPerToken,
            unit: .natsPerToken, date: present?.start?.time)
        return CatalogRun(summary: summary, content: .trained(job, present))
    }

    private func state(_ record: RunRecord?, _ folder: RunFolder) -> RunSummary.Status {
        switch record?.end?.status {
        case .completed: .completed
        case .diverged: .diverged
        case .stoppedEarly: folder.isLocked ? .running : .stoppedEarly
        case .paused: folder.isLocked ? .running : .paused
        case .failed: folder.isLocked ? .running : .failed
        case nil: folder.isLocked ? .running : record == nil ? .prepared : .unfinished
        }
    }

    private static func imported(_ run: ImportedRun) -> CatalogRun {
        let labels = run.labels
        let summary = RunSummary(
            id: run.id, status: .imported, candidates: [labels.candidate], suites: [], place: nil, seed: labels.seed,
            parameters: labels.parameters, tokens: labels.tokens, flops: labels.flops, seconds: nil,
            loss: run.curve.points.last?.loss, unit: run.curve.unit, date: run.imported)
        return CatalogRun(summary: summary, content: .imported(run))
    }
}

extension [String] {
    /// The strings without repetitions, in order of first appearance.
    var unique: [String] {
        guard count > 1 else { return self }
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

extension RunFolder {
    /// Whether a process is at work on the run right now.
    package var isLocked: Bool {
        let descriptor = open(lock, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Closing gives the lock back at once; a trainer that wants it in this moment tries again.
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return false }
        return errno == EWOULDBLOCK
    }
}
