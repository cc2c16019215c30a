// The health of a store: what it holds, what cannot be read, and whether the disk has space for more.

import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct StoreExamination {
    let path: String

    /// A run leaves some hundred kilobytes of events, and weights of a few megabytes.
    private static let leastSpace = 200.0 * 1024 * 1024

    var checks: [HealthCheck] {
        guard FileManager.default.fileExists(atPath: "\(path)/store.json") else {
            let isWritable = Doctor.canWrite(path)
            return [
                HealthCheck(
                    "store", "folder", "\(path): none yet; `scalebench compare` makes it",
                    status: isWritable ? .ok : .broken,
                    advice: isWritable ? nil : "this place cannot be written: choose a folder with --store"),
                space,
            ]
        }
        do {
            return try contents(try RunStore(root: path))
        } catch {
            let known = error as? ScalebenchError
            return [
                HealthCheck(
                    "store", "folder", "\(known?.message ?? "\(error)"): \(path)", status: .broken,
                    advice: known?.hint)
            ]
        }
    }

    private func contents(_ store: RunStore) throws -> [HealthCheck] {
        let isWritable = (try? store.requireWritable()) != nil
        let runs = try RunCatalog(store).runs()
        var checks = [
            HealthCheck(
                "store", "folder", URL(fileURLWithPath: path).path, status: isWritable ? .ok : .warning,
                advice: isWritable ? nil : "the store is read-only, so nothing can be trained; choose --store"),
            HealthCheck("store", "runs", counts(runs.map(\.summary.status))),
        ]
        checks += damaged(runs)
        let torn = runs.count { run in
            if case .trained(_, let record) = run.content { record?.hasTornLine == true } else { false }
        }
        if torn > 0 {
            checks.append(
                HealthCheck(
                    "store", "torn lines", Quantity.count(torn, "run"),
                    advice: "a kill or a full disk cut them off; they are dropped when the run goes on"))
        }
        let strays = try store.strays()
        if !strays.isEmpty {
            checks.append(
                HealthCheck(
                    "store", "strays", "\(strays.count) in runs/ without a job, such as \(strays[0])", status: .warning,
                    advice: "these are not runs: move them away"))
        }
        let abandoned = store.abandonedFiles()
        if let first = abandoned.first {
            checks.append(
                HealthCheck(
                    "store", "temporary files", "\(abandoned.count) of writers that were killed, such as \(first)",
                    status: .warning, advice: "nothing reads them: remove them"))
        }
        for error in store.candidateRecords().errors + store.imports().errors + store.history().errors {
            checks.append(
                HealthCheck(
                    "store", "damaged", "\(error.location ?? ""): \(error.message)", status: .warning,
                    advice: error.hint))
        }
        return checks + [space]
    }

    private func counts(_ statuses: [RunSummary.Status]) -> String {
        let parts = RunSummary.Status.allCases.compactMap { status -> String? in
            let count = statuses.count { $0 == status }
            return count > 0 ? "\(count) \(status.rawValue)" : nil
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    private func damaged(_ runs: [CatalogRun]) -> [HealthCheck] {
        let damaged = runs.map(\.summary).filter { $0.status == .damaged }
        guard let first = damaged.first else { return [] }
        return [
            HealthCheck(
                "store", "damaged", "\(Quantity.count(damaged.count, "run")), such as \(first.id)",
                status: .warning,
                advice: "rm -r '\(path)/runs/\(first.id)' has it trained again")
        ]
    }

    private var space: HealthCheck {
        var folder = URL(fileURLWithPath: path)
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.doubleValue else {
            return HealthCheck("store", "disk", "free space unknown")
        }
        let isEnough = free >= Self.leastSpace
        return HealthCheck(
            "store", "disk", "\(Quantity.bytes(free)) free", status: isEnough ? .ok : .broken,
            advice: isEnough ? nil : "free some space, or choose another folder with --store")
    }
}
