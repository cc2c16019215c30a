// What lies in the folder of a run: its job, its events, what an external trainer writes, checkpoints and weights.

import Foundation
import RunStore
import ScalebenchCore
import Training

extension Readers {
    static let runs: [Reader] = [job, events, trainerEvents, trainerError, checkpoint, safetensors, optimizerState]

    private static var job: Reader {
        Reader("job") { bench in
            let folder = RunFolder(bench.path)
            try Sample.job().write(to: folder)
            return Reader.Prepared(made: [try InputFile.read(folder.job)]) { data in
                try bench.write(data, to: "job.json")
                let spec = try RunJob.open(folder).spec
                _ = (spec.runID, spec.flops, spec.tokens, spec.steps)
            }
        }
    }

    /// The events of a run that goes on: they are read by lists, by a watching terminal and by the next session.
    private static var events: Reader {
        Reader("run-events") { bench in
            let job = try Sample.job(), folder = RunFolder("\(bench.path)/run")
            let all = Sample.events(of: job.spec)
            return Reader.Prepared(made: try [all.count, 7, 3].map { try Sample.lines(all.prefix($0)) }) { data in
                bench.remove("run")
                try job.write(to: folder)
                try bench.write(data, to: "run/events.jsonl")
                var tail = EventTail(folder)
                _ = tail.newEvents()
                let record = try RunRecord(events: data, file: folder.events)
                _ = (record.finalEvaluation, record.newestStep, record.ownSeconds, record.ownShare(of: job.spec))
                _ = record.upTo(step: 2).hasImpossibleLoss
                try goOn(folder)
            }
        }
    }

    private static func goOn(_ folder: RunFolder) throws {
        let options = TrainingOptions(scalebenchVersion: "fuzz")
        _ = try TrainingRun(folder, options: options).perform(stop: StopRequest())
    }

    private static var trainerEvents: Reader {
        Reader("trainer-events") { _ in
            let job = try Sample.job()
            let all = Sample.events(of: job.spec)
            return Reader.Prepared(made: [try Sample.lines(all)]) { data in
                var events = TrainerEvents(job, RunRecord())
                events.beginSession()
                for line in data.split(separator: UInt8(ascii: "\n")) {
                    let event = try events.read(Data(line), at: "x")
                    try events.check(event, at: "x")
                    events.fold(event)
                }
                _ = try events.finished(at: "x", log: nil)
            }
        }
    }

    private static var trainerError: Reader {
        Reader("trainer-error", file: "error.json", []) { _ = TrainerErrorFile($0)?.details }
    }

    /// The state of the loop in a checkpoint from which a run goes on.
    private static var checkpoint: Reader {
        Reader("checkpoint") { bench in
            let job = try Sample.job(), folder = RunFolder("\(bench.path)/run")
            let before = try Sample.lines(Sample.events(of: job.spec).prefix(7))
            let state = #"""
                {"runID":"\#(job.runID)","step":2,"seconds":1.5,"lossSum":3,"lossCount":1,"recentLosses":[3,2.5],
                 "gradientNorm":0.5,"longer":[],"origin":null}
                """#
            return Reader.Prepared(made: [Data(state.utf8)]) { data in
                bench.remove("run")
                try job.write(to: folder)
                try bench.write(before, to: "run/events.jsonl")
                try bench.write(data, to: "run/checkpoints/step-2/state.json")
                try goOn(folder)
            }
        }
    }

    private static var safetensors: Reader {
        Reader("safetensors") { bench in
            let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: 12)
            values.initialize(repeating: 1)
            let tensors = [("a", 0..<4, [2, 2]), ("b", 4..<12, [8])].map { name, range, shape in
                Safetensors.Tensor(
                    name: name, shape: shape, values: UnsafeMutableBufferPointer(rebasing: values[range]))
            }
            let file = "\(bench.path)/x.safetensors"
            let written = tensors.map {
                Safetensors.Tensor(name: $0.name, shape: $0.shape, values: UnsafeBufferPointer($0.values))
            }
            try Safetensors.write(written, metadata: ["k": "v"], to: file)
            return Reader.Prepared(made: [try InputFile.read(file)]) { data in
                try bench.write(data, to: "x.safetensors")
                _ = try Safetensors.read(into: tensors, from: file)
            }
        }
    }

    /// The optimizer's part of a checkpoint of the builtin trainer.
    private static var optimizerState: Reader {
        Reader("optimizer-state") { bench in
            let dataset = try Sample.dataset(in: "\(bench.path)/data"), folder = "\(bench.path)/checkpoint"
            let job = try Sample.job(trainer: Sample.builtin, dataset: dataset)
            let trainer = try BuiltinTrainer(job)
            try bench.makeFolder("checkpoint")
            try trainer.save(to: folder, metadata: ["runID": job.runID.rawValue, "step": "2"])
            let file = "\(folder)/optimizer.safetensors"
            return Reader.Prepared(made: [try InputFile.read(file)]) { data in
                try bench.write(data, to: "checkpoint/optimizer.safetensors")
                try trainer.restore(from: folder)
                _ = try trainer.train(step: 1, measuresUpdate: false)
            }
        }
    }
}
