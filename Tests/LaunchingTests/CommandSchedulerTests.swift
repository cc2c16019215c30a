// What a scheduler behind three commands does with jobs that it refuses to cancel.

import Foundation
import Launching
import ScalebenchCore
import Testing

@Suite final class CommandSchedulerTests {
    private let root = FileManager.default.temporaryDirectory.appendingPathComponent("scalebench-\(UUID().uuidString)")
        .path

    init() throws { try AtomicFile.makeFolder(root) }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// A scheduler that lists the jobs `here`, cancels those of `free`, writes down what it was asked, and refuses others.
    private func scheduler(here: [String], free: [String] = []) throws -> CommandScheduler {
        let program = "\(root)/scheduler"
        let script = """
            #!/bin/sh
            case $1 in
            status) for job in \(here.joined(separator: " ")); do echo "$job RUNNING"; done ;;
            cancel) echo "$2" >>"$0.asked"
              case " \(free.joined(separator: " ")) " in *" $2 "*) exit 0 ;; esac
              echo "no such job: $2" >&2; exit 1 ;;
            esac
            """
        try Data(script.utf8).write(to: URL(fileURLWithPath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let text = """
            { "type": "command", "submit": ["\(program)", "submit", "{folder}", "{submission}"], "status": ["\(program)", "status", "{jobs}"],
              "cancel": ["\(program)", "cancel", "{job}"] }
            """
        let config = try LauncherConfig(try ConfigReader.parse(Data(text.utf8), file: "launcher.json"))
        guard case .command(let command) = config.kind else { throw FakeScheduler.Failure() }
        return CommandScheduler(command, program: "p")
    }

    private var asked: [String] {
        let text = try? String(contentsOfFile: "\(root)/scheduler.asked", encoding: .utf8)
        return text?.split(separator: "\n").map(String.init) ?? []
    }

    @Test func aJobThatEndedBeforeItWasCancelledIsNoFailure() async throws {
        try await scheduler(here: ["other"]).cancel(["gone"])
        #expect(asked == ["gone"])
    }

    @Test func aRefusedJobIsNamedAndTheOthersAreCancelled() async throws {
        let scheduler = try scheduler(here: ["kept"], free: ["last"])
        let error = await #expect(throws: ScalebenchError.self) {
            try await scheduler.cancel(["gone", "kept", "last"])
        }
        #expect(error?.description.contains("job kept was not cancelled") == true)
        #expect(error?.description.contains("no such job: kept") == true)
        #expect(asked == ["gone", "kept", "last"])
    }
}
