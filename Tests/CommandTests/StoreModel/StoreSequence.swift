// A random sequence of commands, kills and damage in one store, beside a model in memory of what the store must hold.

import Foundation
import Testing

/// One sequence. Its seed decides the operations; the machine decides how far a killed comparison came.
struct StoreSequence {
    private let seed: UInt64
    private let oracle: StoreOracle
    private let scratch: Scratch
    private let files: StoreFiles
    private var random: Repeatable
    /// What was done, for the message of a failure.
    private var log: [String] = []

    // MARK: The model

    /// The event files of finished runs, which never change.
    private var finished: [String: Data] = [:]
    private var damage: [StoreDamage] = []
    private var imports = 0
    /// The comparisons that have ended well.
    private var asked: Set<StoreQuestion> = [.ab]

    init(seed: UInt64) throws {
        self.seed = seed
        oracle = try StoreOracle.shared.get()
        scratch = try Scratch()
        files = StoreFiles(scratch)
        random = Repeatable(state: seed)
        for _ in 0..<4 { _ = random.next() }
        try scratch.writeQuestions()
    }

    private var place: Comment { "seed \(seed): \(log.joined(separator: ", "))" }
    private var damagedRuns: Set<String> { Set(damage.compactMap(\.run)) }

    mutating func run(operations: Int) throws {
        for _ in 0..<operations {
            try operate()
            try check()
        }
        if !damage.isEmpty { try doctor() }
        try mend()
        // One of the answers that were given is asked for again.
        let last = asked.sorted { $0.rawValue < $1.rawValue }.randomElement(using: &random)!
        try compare(last)
        try check()
        try list()
    }
}

// MARK: - Operations

extension StoreSequence {
    private enum Operation: String, CaseIterable {
        case compare, kill, interrupt, importing, remove, clean, damaging, leaderboard, list, doctor, mend
    }

    private mutating func operate() throws {
        let often: [Operation] = [.compare, .compare, .kill, .kill, .damaging]
        let operation = (often + Operation.allCases).randomElement(using: &random)!
        log.append(operation.rawValue)
        let question = StoreQuestion.allCases.randomElement(using: &random)!
        switch operation {
        case .compare: try compare(question)
        case .kill: try stop(question) { ProcessTree.kill($0) }
        case .interrupt: try stop(question) { Foundation.kill($0, SIGTERM) }
        case .importing: try importLog()
        case .remove: try remove()
        case .clean: try call(["runs", "remove", "--status", "unfinished", "--yes"])
        case .damaging: try damageAFile()
        case .leaderboard: try call(["leaderboard"])
        case .list: try list()
        case .doctor: try doctor()
        case .mend: try mend()
        }
    }

    /// Any command ends by itself, with a result or with an error for users.
    @discardableResult private mutating func call(_ arguments: [String]) throws -> ToolResult {
        let result = try Tool.run(arguments, in: scratch.url)
        #expect(result.status == 0 || result.status == 1, "\(place): \(result.status) \(result.errors)")
        #expect(!result.errors.contains("Fatal error"), "\(place): \(result.errors)")
        return result
    }

    /// The answer is that of an undisturbed store, or the error names a damaged file.
    private mutating func compare(_ question: StoreQuestion) throws {
        log.append(question.rawValue)
        let result = try call(question.arguments)
        guard result.status == 0 else {
            let isNamed = damage.contains { result.errors.contains($0.file) || result.errors.contains($0.run ?? "\0") }
            #expect(isNamed, "\(place): \(result.errors)")
            return
        }
        let answer = StoreOracle.answer(result)
        let isRight = try answer == oracle.answers[question] || answer == answerOfTheSameRuns(question)
        #expect(isRight, "\(place): another answer")
        asked.insert(question)
    }

    /// A comparison counts every run of its recipes, also those that a budget bought. A new store with the same runs, and with
    /// nothing else of what happened here, must say the same.
    private func answerOfTheSameRuns(_ question: StoreQuestion) throws -> String? {
        let other = try Scratch()
        try other.writeQuestions()
        try other.write(#"{"layoutVersion":1}"#, to: ".scalebench/store.json")
        try FileManager.default.copyItem(atPath: files.path("runs"), toPath: StoreFiles(other).path("runs"))
        let result = try Tool.run(question.arguments, in: other.url)
        return result.status == 0 ? StoreOracle.answer(result) : nil
    }

    private mutating func stop(_ question: StoreQuestion, _ kill: (pid_t) -> Void) throws {
        let running = try Tool.start(question.arguments, in: scratch.url)
        usleep(UInt32(random.next() % 350_000))
        if running.process.isRunning { kill(running.process.processIdentifier) }
        let status = running.wait().status
        #expect([0, 1, 75, SIGKILL, SIGTERM].contains(status), "\(place): \(status)")
    }

    private mutating func importLog() throws {
        try scratch.write("step,val_loss\n1,3\n2,\(2 + Double(imports) / 8)\n", to: "log-\(imports).csv")
        let arguments = ["runs", "import", "log-\(imports).csv", "--candidate", "x", "--parameters", "1e6"]
        guard try call(arguments).status == 0 else { return expectDamage() }
        imports += 1
    }

    /// Removes one run, and no other.
    private mutating func remove() throws {
        guard let run = files.events().keys.sorted().randomElement(using: &random) else { return }
        let bytes = finished.removeValue(forKey: run)
        guard try call(["runs", "remove", run, "--yes"]).status == 0 else {
            finished[run] = bytes
            return expectDamage()
        }
        damage.removeAll { $0.run == run }
    }

    private mutating func damageAFile() throws {
        guard let file = files.all().randomElement(using: &random) else { return }
        let new = try StoreDamage.make(file, in: files, &random)
        log[log.count - 1] += " \(new.file) \(new.kind.rawValue)"
        if let run = new.run, file.hasSuffix("events.jsonl") { finished[run] = nil }
        damage.append(new)
    }
}

// MARK: - Checks

extension StoreSequence {
    private func expectDamage() { #expect(!damage.isEmpty, "\(place)") }

    /// Nothing finished is lost or changed, and no run has another loss than the right one.
    private mutating func check() throws {
        let events = files.events()
        for (run, bytes) in finished { #expect(events[run] == bytes, "\(place): \(run) was finished") }
        for (run, bytes) in events {
            let hasOtherDigit = damage.contains { $0.run == run && $0.kind == .digit }
            guard !hasOtherDigit, let loss = StoreFiles.finalLoss(bytes) else { continue }
            #expect(loss == oracle.losses[run], "\(place): the loss of \(run)")
            if !damagedRuns.contains(run) { finished[run] = bytes }
        }
    }

    /// The list has every finished run with its loss, and every imported one. A damaged run is never shown as completed
    /// with a wrong loss.
    private mutating func list() throws {
        let result = try call(["runs", "list", "--json"])
        guard result.status == 0 else {
            let isEmpty = finished.isEmpty && imports == 0
            return #expect(isEmpty || !damage.isEmpty, "\(place): \(result.errors)")
        }
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let runs = try #require(document?["runs"] as? [[String: Any]], "\(place)")
        let completed = runs.filter { $0["status"] as? String == "completed" }
        for run in completed {
            let id = try #require(run["id"] as? String)
            #expect(run["loss"] as? Double == oracle.losses[id], "\(place): \(id) in the list")
        }
        let missing = Set(finished.keys).subtracting(damagedRuns).subtracting(
            completed.compactMap { $0["id"] as? String })
        #expect(missing.isEmpty, "\(place): \(missing) are not in the list")
        let imported = runs.count { $0["status"] as? String == "imported" }
        let lost = damage.count { $0.file.hasPrefix("imports/") }
        #expect(imported <= imports && imported >= imports - lost, "\(place): \(imported) imported")
    }

    /// The examination ends, and names what cannot be read and is nowhere else.
    private mutating func doctor() throws {
        let result = try call(["doctor", "--json"])
        let text = result.output.replacing("\\/", with: "/")
        for found in damage where found.isNamedByDoctor {
            let isThere = FileManager.default.fileExists(atPath: files.path(found.file))
            let again = damage.last { $0.file == found.file }?.kind
            guard isThere, again == found.kind, !isMarkerDamaged else { continue }
            #expect(text.contains(found.file), "\(place): \(found.file) is not named")
        }
    }

    private var isMarkerDamaged: Bool { damage.contains { $0.file == "store.json" } }

    /// Does what errors and `doctor` advise: what is damaged is removed, and the marker is written again.
    private mutating func mend() throws {
        for found in damage {
            if let run = found.run {
                try? FileManager.default.removeItem(atPath: files.path("runs/\(run)"))
                finished[run] = nil
            } else if found.file == "store.json" {
                try scratch.write(#"{"layoutVersion":1}"#, to: ".scalebench/store.json")
            } else {
                if found.file.hasPrefix("imports/") { imports = try importedFiles(without: found.file) }
                try? FileManager.default.removeItem(atPath: files.path(found.file))
            }
        }
        damage = []
    }

    private func importedFiles(without file: String) throws -> Int {
        files.all().count { $0.hasPrefix("imports/") && $0 != file }
    }
}
