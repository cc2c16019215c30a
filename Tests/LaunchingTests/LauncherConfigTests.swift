import Foundation
import Launching
import ScalebenchCore
import Testing

@Suite struct LauncherConfigTests {
    private func config(_ text: String) throws -> LauncherConfig {
        try LauncherConfig(try ConfigReader.parse(Data(text.utf8), file: "launcher.json"))
    }

    @Test(arguments: [
        (#"{"type": "slurmy"}"#, "slurm"),
        (#"{"type": "slurm", "partion": "gpu"}"#, "partition"),
        (#"{"type": "slurm", "classes": [{"gpus": 8}]}"#, "classes[0]"),
        (#"{"type": "slurm", "options": {"qos": ["a"]}}"#, "options.qos"),
        (#"{"type": "slurm", "partition": "a\n#SBATCH --uid=0"}"#, "partition"),
        (#"{"type": "slurm", "options": {"qos": "a\nb"}}"#, "options.qos"),
        (#"{"type": "slurm", "options": {"qos --uid": "0"}}"#, "options"),
        (#"{"type": "slurm", "pollSeconds": 0}"#, "pollSeconds"),
        (#"{"type": "local", "gpus": 1}"#, "gpus"),
        (#"{"type": "command", "submit": ["x"], "status": ["y"], "cancel": ["z"]}"#, "{folder}"),
        (#"{"type": "command", "submit": ["x", "{folder}"], "status": ["y"], "cancel": ["z"]}"#, "{submission}"),
        (#"{"type": "command", "submit": [], "status": ["y"], "cancel": ["z"]}"#, "submit"),
        (
            #"{"type": "command", "submit": ["{folder}{submission}"], "status": ["y"], "cancel": ["z"], "running": "("}"#,
            "running"
        ),
    ]) func aMistakeIsNamed(_ text: String, _ part: String) throws {
        let error = #expect(throws: ScalebenchError.self) { _ = try config(text) }
        #expect("\(try #require(error))".contains(part))
    }

    @Test func aClassThatFitsNoRungIsAnError() throws {
        let config = try config(#"{"type": "slurm", "classes": [{"rungs": ["widht 8"], "gpus": 1}]}"#)
        let error = #expect(throws: ScalebenchError.self) { try config.check(rungs: ["width 8", "target"]) }
        #expect(error?.hint?.contains("width 8") == true)
    }

    @Test func theSimpleLaunchersNeedNoFile() throws {
        for name in ["local", "slurm", "prepare"] { _ = try LauncherConfig.open(name) }
        let error = #expect(throws: ScalebenchError.self) { _ = try LauncherConfig.open("none.json") }
        #expect(error?.code == .notFound)
    }

    @Test func anyOrderOfWordsShowsTheStateOfAJob() throws {
        let text = #"{"type": "command", "submit": ["{folder}{submission}"], "status": ["s"], "cancel": ["c"]}"#
        guard case .command(let command) = try config(text).kind else { throw FakeScheduler.Failure() }
        let states = try CommandScheduler(command, program: "p").states(
            """
            NAME        STATUS    AGE
            run-7       PENDING   3s
            12 run-8  RUNNING
            run-9       SUCCEEDED 4m
            run-77      RUNNING
            """, of: ["run-7", "run-8", "run-9", "run-10"])
        #expect(states["run-7"] == .queued())
        #expect(states["run-8"] == .running)
        #expect(states["run-9"] == .ended(reason: "SUCCEEDED 4m", isCancelled: false))
        #expect(states.count == 3)
    }
}
