// Logs of other trainers, one reader per format, and the files beside them.

import Foundation
import RunStore
import ScalebenchCore

extension Readers {
    private static let exports = "Tests/RunStoreTests/Fixtures/exports"

    static let logs: [Reader] =
        LogFormat.all.map { format in
            log("log-\(format.name)", as: file(of: format), examples(of: format), format: placed(format))
        } + [
            // What it is has to be found out.
            log("log", as: "log", ["Suites/examples/logs/logs", "Tests/Fuzzing/Seeds/text-logs", "\(exports)/keras"]),
            log("mlflow-metrics", as: "m/r/metrics/loss", [], around: ["m/r/meta.yaml": runMeta]),
            log(
                "settings-yaml", as: "hparams.yaml", ["\(exports)/lightning/csv/version_0/hparams.yaml"], around: small),
            log("settings-json", as: "config.json", [], around: small),
            log(
                "weights-header", as: "o/model.safetensors", [],
                around: ["o/trainer_state.json": #"{"log_history":[{"step":1,"loss":2.0},{"step":2,"eval_loss":1.5}]}"#]
            ),
            eventRecords,
        ]

    private static let runMeta = "run_id: abc\nrun_name: x\nstatus: 3\nlifecycle_stage: active\n"
    private static let small = ["log.csv": "step,val_loss\n1,3\n2,2\n"]

    /// The name under which a format is found in a folder.
    private static func file(of format: LogFormat) -> String {
        switch format.name {
        case "trainer-state": "o/trainer_state.json"
        case "tensorboard": "events.out.tfevents.1"
        case "mlflow": "m/r/meta.yaml"
        case "mlflow-db": "mlflow.db"
        case "levanter-steps": "l/step-1-\(String(repeating: "0", count: 64)).json"
        default: "log"
        }
    }

    /// The format itself where the name of a file does not tell it.
    private static func placed(_ format: LogFormat) -> LogFormat? { file(of: format) == "log" ? format : nil }

    private static func examples(of format: LogFormat) -> [String] {
        switch format.name {
        case "trainer-state": ["\(exports)/transformers"]
        case "tensorboard": ["\(exports)/tensorboard", "\(exports)/keras/muon-9-s0/train", "\(exports)/tensorflow"]
        case "mlflow": ["\(exports)/mlruns"]
        case "keras-history": ["\(exports)/keras/history.json"]
        case "runs-table": ["\(exports)/mlflow-search.csv", "\(exports)/wandb-runs.csv"]
        case "wandb-chart": ["\(exports)/wandb"]
        case "jsonl": ["Tests/Fuzzing/Seeds/log-levanter-steps"]
        case "csv": ["\(exports)/lightning/csv/version_0/metrics.csv", "\(exports)/keras/adamw-9-s0.csv"]
        default: ["Tests/Fuzzing/Seeds/text-logs"]
        }
    }

    /// - Parameter around: files that lie in the folder too.
    private static func log(
        _ name: String, as file: String, _ examples: [String], format: LogFormat? = nil, around: [String: String] = [:]
    ) -> Reader {
        Reader(name, examples) { bench in
            for (name, text) in around { try bench.write(Data(text.utf8), to: "logs/\(name)") }
            return Reader.Prepared { data in
                try bench.write(data, to: "logs/\(file)")
                try importing("\(bench.path)/logs", format)
            }
        }
    }

    private static func importing(_ path: String, _ format: LogFormat?) throws {
        var options = LogImport.Options()
        options.facts.candidate = .init("x", from: "")
        options.namePattern = try NamePattern("*{candidate}")
        options.format = format
        var logs = try LogImport([path], options)
        for run in logs.labelled() { _ = run.run.curve.points.last }
    }

    /// The messages inside the records of an event file: their checksums are made right, because a fuzzer does not hit
    /// them. A byte of length, then the message, again and again.
    private static var eventRecords: Reader {
        Reader("tensorboard-messages") { bench in
            Reader.Prepared { data in
                var rest = data[...], file: [UInt8] = []
                while let length = rest.popFirst() {
                    file += CheckedRecord.bytes(Array(rest.prefix(Int(length))))
                    rest = rest.dropFirst(Int(length))
                }
                try bench.write(Data(file), to: "logs/events.out.tfevents.1")
                try importing("\(bench.path)/logs", nil)
            }
        }
    }
}

/// A record of an event file: u64 length, its masked CRC-32C, the bytes, their masked CRC-32C.
enum CheckedRecord {
    static func bytes(_ content: [UInt8]) -> [UInt8] {
        let length = little(UInt64(content.count))
        return length + little(masked(length)) + content + little(masked(content))
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
        }
        let value = ~crc
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }
}
