import Foundation
import ScalebenchCore
import Testing
import TokenData
import Training

/// Processes that are really killed, or whose writes really fail.
@Suite(.serialized) struct KillTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// The run is killed again and again, at another moment each time: in the middle of steps, of event lines and of
    /// checkpoints, which are written all the time here.
    @Test(arguments: [false, true]) func killedAtAnyMomentAndGoneOn(builtin: Bool) async throws {
        let dataset = try makeDataset(in: folder)
        let spec =
            try builtin
            ? makeSpec(steps: 6000, dataHash: dataset.contentHash, vocabularySize: dataset.vocabularySize)
            : makeSpec(trainer: synthetic(noise: 0.1, secondsPerStep: 0.001), steps: 150)
        let whole = try makeRun(spec, in: folder, name: "whole")
        _ = try TrainingRun(whole, options: testOptions).perform(stop: StopRequest())
        let run = try makeRun(spec, in: folder, name: "killed")
        var kills = 0
        // On a slow machine a session may need longer to reach its first checkpoint.
        while try kills < 12 || (kills < 60 && resumptions(of: run) == 0) {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = run.path as String, microseconds = UInt32(40_000 + 7_001 * kills) as UInt32] in
                Thread.detachNewThread {
                    usleep(microseconds)
                    kill(getpid(), SIGKILL)
                }
                var options = testOptions
                options.checkpointSeconds = 0.002
                _ = try TrainingRun(RunFolder(path), options: options).perform(stop: StopRequest())
                // The run was done before the signal came: wait for it.
                while true { sleep(1) }
            }
            kills += 1
        }
        _ = try TrainingRun(run, options: testOptions).perform(stop: StopRequest())
        let record = try readRecord(run)
        #expect(try Result(record) == Result(readRecord(whole)))
        #expect(try resumptions(of: run) > 0)
    }

    /// Sessions that went on from a checkpoint.
    private func resumptions(of run: RunFolder) throws -> Int {
        guard let text = try? String(contentsOfFile: run.events, encoding: .utf8) else { return 0 }
        return text.split(separator: "\n").filter {
            $0.contains("\"event\":\"start\"") && !$0.contains("\"resumedFromStep\":0,")
        }.count
    }

    /// A file-size limit stands for a full disk: the write that passes it is short.
    @Test func lineThatDoesNotFitIsTakenBack() async throws {
        let path = "\(folder.path)/events.jsonl"
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 300, rlim_max: 300)
            precondition(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let log = try EventLog(path)
            var error: ScalebenchError?
            for step in 1...10 where error == nil {
                do {
                    try log.append(.checkpoint(.init(step: step)))
                } catch let thrown as ScalebenchError {
                    error = thrown
                }
            }
            precondition(error?.code == .inputOutput && error?.location == path)
        }
        // Two checkpoints with their checksums fit into 300 bytes, the third does not quite.
        let data = try InputFile.read(path)
        let record = try RunRecord(events: data, file: path)
        #expect(!record.hasTornLine)
        #expect(try #require(record.checkpointStep) >= 2)
    }
}
