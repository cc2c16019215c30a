// The shipped PyTorch trainer under torchrun. Tests are skipped where there is no torchrun.

import Foundation
import Testing

@Suite(.serialized, .enabled(if: Python.hasTorchrun)) struct TorchrunTests {
    /// Two short rungs, and a target that takes long enough to be interrupted.
    private func makeSuite(_ scratch: Scratch, targetSteps: Int) throws {
        try scratch.buildText(bytes: 600_000)
        let scale = { (width: Int, steps: Int) in
            #"{ "width": \#(width), "layers": 2, "tokens": \#(steps * 1024) }"#
        }
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "../text", "contextLength": 64,
              "rungs": [\(scale(8, 20)), \(scale(16, 20))], "target": \(scale(32, targetSteps)),
              "evaluation": { "sequences": 33, "curvePoints": 2, "curveSequences": 8 } }
            """, to: "short/suite.json")
    }

    private func losses(_ events: [[String: Any]], _ name: String) -> [Int: Double] {
        let pairs = events.filter { $0["event"] as? String == name }.compactMap { event -> (Int, Double)? in
            guard let step = event["step"] as? Int, let loss = event["natsPerToken"] as? Double else { return nil }
            return (step, loss)
        }
        return Dictionary(pairs) { $1 }
    }

    /// Two processes begin the target's run, three end it, and all of its losses are those of one process.
    @Test func anyNumberOfProcessesGivesTheLossesOfOne() throws {
        let scratch = try Scratch()
        try makeSuite(scratch, targetSteps: 300)
        let candidates = ["one-process", "torchrun"].map {
            Python.examples.appendingPathComponent("torchrun/candidates/\($0).json").path
        }
        let arguments = ["compare"] + candidates + ["--suite", "./short", "--all-rungs", "--workers", "1"]
        let compare = { (processes: Int) in
            try Tool.start(arguments, in: scratch.url, environment: ["PET_NPROC_PER_NODE": "\(processes)"])
        }
        let running = try compare(2)
        while running.process.isRunning {
            if let run = try scratch.run(width: 32, trainer: "torchrun"),
                let text = try? String(contentsOf: run.appendingPathComponent("events.jsonl"), encoding: .utf8),
                text.contains(#""event":"step""#)
            {
                running.process.terminate()
                break
            }
            usleep(20_000)
        }
        let stopped = running.wait()
        #expect(stopped.status == 75, "\(stopped.errors)")
        let result = try compare(3).wait()
        #expect(result.status == 0, "\(result.errors)")

        let starts = try scratch.events(width: 32, trainer: "torchrun").filter { $0["event"] as? String == "start" }
        let resumed = try #require(starts.last?["resumedFromStep"] as? Int)
        #expect((1..<300).contains(resumed))
        #expect(starts.compactMap { ($0["machine"] as? [String: String])?["processes"] } == ["2", "3"])
        for width in [8, 16, 32] {
            let alone = try scratch.events(width: width, trainer: "python3")
            let together = try scratch.events(width: width, trainer: "torchrun")
            for (name, count) in [("step", width == 32 ? 80 : 20), ("evaluation", 2)] {
                let alone = losses(alone, name), together = losses(together, name)
                #expect(alone.count == count && Set(alone.keys) == Set(together.keys))
                let worst = alone.map { abs($1 / (together[$0] ?? 0) - 1) }.max() ?? 1
                #expect(worst < 5e-6, "\(name)s at width \(width): \(worst)")
            }
        }
    }

    /// `runs show` prints the error of the process that failed, and the last lines of the others.
    @Test func theErrorOfOneProcessIsShown() throws {
        let scratch = try Scratch()
        try makeSuite(scratch, targetSteps: 20)
        for folder in ["pytorch", "torchrun"] {
            try FileManager.default.copyItem(
                at: Python.examples.appendingPathComponent(folder), to: scratch.url.appendingPathComponent(folder))
        }
        let script = scratch.url.appendingPathComponent("pytorch/train.py")
        let broken = try String(contentsOf: script, encoding: .utf8).replacing(
            "        self.update.zero_grad()\n",
            with: """
                        self.update.zero_grad()
                        print("at step", step, flush=True)
                        if self.processes.rank == 1 and step == 3:
                            raise RuntimeError("a broken shard\\nof the data")

                """)
        try Data(broken.utf8).write(to: script)
        try scratch.write(
            #"{ "optimizer": { "learningRate": 0.003 }, "batchTokens": 1024 }"#, to: "builtin.json")
        let result = try Tool.run(
            ["compare", "builtin.json", "torchrun/candidates/torchrun.json", "--suite", "./short", "--workers", "2"],
            in: scratch.url, environment: ["PET_NPROC_PER_NODE": "2"])
        #expect(result.status == 1)
        let run = try #require(try scratch.run(width: 8, trainer: "torchrun"))
        let shown = try Tool.run(["runs", "show", run.lastPathComponent], in: scratch.url).output
        #expect(shown.contains("the trainer ended with exit status 1: RuntimeError: a broken shard\n"), "\(shown)")
        #expect(shown.contains("> of the data\n"), "\(shown)")
        #expect(shown.contains("[default0] ") && shown.contains("[default1] "), "\(shown)")
    }
}
