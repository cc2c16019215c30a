// Examines everything that a comparison needs on this machine. It changes nothing.

import Benchmarking
import Foundation
import Reporting
import RunStore
import ScalebenchCore
import TokenData
import Transformer

struct Doctor {
    let storePath: String

    func examine() -> HealthReport {
        HealthReport(checks: machine + libraries + collections + StoreExamination(path: storePath).checks + optional)
    }

    // MARK: - Machine

    private var machine: [HealthCheck] {
        let process = ProcessInfo.processInfo
        let path = KernelPath.best
        let isTuned = path != .baseline
        let product = KernelPath.best.productRate().best, step = CostModel().trainingRate()
        return [
            HealthCheck("machine", "processor", "\(processor), \(process.activeProcessorCount) cores to use"),
            HealthCheck("machine", "memory", Quantity.bytes(Double(process.physicalMemory))),
            load(cores: process.activeProcessorCount),
            HealthCheck(
                "machine", "kernels", "\(path.rawValue): \(rate(product)) on one core",
                status: isTuned ? .ok : .warning,
                advice: isTuned ? nil : "this processor has neither AVX2 nor AVX-512; training is several times slower"),
            HealthCheck("machine", "BLAS", BLAS.description),
            HealthCheck("machine", "training", "\(rate(step)) on one core (width 128, a whole step)"),
        ]
    }

    /// The load of the machine: measured rates mean little while other programs are at work.
    private func load(cores: Int) -> HealthCheck {
        var averages = [0.0, 0, 0]
        getloadavg(&averages, 3)
        let isBusy = averages[0] > 0.5 * Double(cores)
        let note = isBusy ? ": other programs are at work, the rates below are lower than they could be" : ""
        return HealthCheck("machine", "load", Quantity.significant(averages[0], digits: 2) + note)
    }

    private func rate(_ flops: Double) -> String { "\(Quantity.significant(flops / 1e9)) GFLOP/s" }

    private var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
    }

    // MARK: - Libraries, suites, data

    private var libraries: [HealthCheck] {
        LibraryVersions.all.map { HealthCheck("libraries", $0.name, $0.version) }
    }

    private var collections: [HealthCheck] {
        let (suites, errors) = SuiteLocator.survey()
        let locator = DatasetLocator.standard(embedded: EmbeddedFiles.datasets)
        let (datasets, unreadable) = locator.survey()
        var checks = [
            HealthCheck(
                "suites and data", "suites", suites.isEmpty ? "none" : list(suites.map(\.name)),
                status: suites.isEmpty ? .broken : .ok, advice: suites.isEmpty ? "install the program again" : nil)
        ]
        checks += SuiteLocator.roots.filter(Self.isFolder).map { HealthCheck("suites and data", "suite root", $0) }
        checks += errors.map(broken("suite"))
        checks.append(HealthCheck("suites and data", "data sets", list(datasets.map(\.name))))
        checks += locator.folders.filter(Self.isFolder).map { HealthCheck("suites and data", "data root", $0) }
        checks += unreadable.map(broken("data set"))
        checks += BaselineExamination.checks
        let cache = DatasetLocator.standardCache(ProcessInfo.processInfo.environment)
        let isWritable = Self.canWrite(cache)
        checks.append(
            HealthCheck(
                "suites and data", "cache", cache, status: isWritable ? .ok : .broken,
                advice: isWritable ? nil : "generated data sets need it: make it writable, or set XDG_CACHE_HOME"))
        return checks
    }

    private func broken(_ kind: String) -> (ScalebenchError) -> HealthCheck {
        { error in
            HealthCheck(
                "suites and data", kind, [error.location, error.message].compactMap { $0 }.joined(separator: ": "),
                status: .warning, advice: error.hint ?? error.cause)
        }
    }

    private func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Whether `path`, or the nearest folder above it that exists, can be written.
    static func canWrite(_ path: String) -> Bool {
        var folder = URL(fileURLWithPath: path)
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        return access(folder.path, W_OK | X_OK) == 0
    }

    // MARK: - What other work needs

    private var optional: [HealthCheck] {
        let tools = [
            ("Slurm", "sbatch", "only to train on a cluster: sudo apt-get install slurm-client"),
            ("Python", "python3", "only for trainers in Python: sudo apt-get install python3"),
        ]
        return tools.map { name, program, advice in
            let path = Self.find(program)
            return HealthCheck(
                "optional", name, path ?? "not found", status: path == nil ? .missing : .ok,
                advice: path == nil ? advice : nil)
        }
    }

    private static func find(_ program: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}
