// TensorBoard's event files. A scalar stands in `simple_value` (PyTorch, tensorboardX) or in a tensor of one number
// (TensorFlow 2); hyper-parameters are in the metadata of a summary of the plugin `hparams`. The field numbers are those
// of event.proto, summary.proto, tensor.proto and the plugin's plugin_data.proto. Some twenty fields are needed; generated
// code for all of these messages and the library that it needs would be larger than this reader.

import Foundation
import ScalebenchCore

/// Reads the event files of one run.
enum TensorBoardLog {
    static func read(_ content: LogContent) throws -> [TrainingLog.Run] {
        var run = TrainingLog.Run(), settings: [(key: String, value: String)] = []
        var restarted: String?
        var order: [String] = [], points: [String: [(step: Int, value: Double)]] = [:]
        for file in content.files {
            let events = try Events(file)
            let prefix = TensorBoardFolders.prefix(of: file, in: content)
            settings += events.settings
            run.notes += events.notes.map { content.files.count == 1 ? $0 : "\(file.lastComponent): \($0)" }
            for (tag, later) in events.points.sorted(by: { $0.key < $1.key }) {
                let metric = TensorBoardFolders.metric(tag, prefix)
                if points[metric] == nil { order.append(metric) }
                // A run that went on from a checkpoint writes a new file. What the older one has beyond it did not count.
                let first = later.map(\.step).min() ?? 0
                let before = points[metric, default: []], kept = before.filter { $0.step < first }
                if !before.isEmpty, kept.isEmpty { restarted = file.lastComponent }
                points[metric] = kept + later
            }
        }
        if let restarted { run.notes.append("\(restarted) begins again, so it counts alone: one folder, one run") }
        run.series = order.map { .init(metric: $0, points: points[$0]!) }
        run.facts = RunFacts(settings, from: "the hparams")
        guard !run.series.isEmpty else {
            throw TrainingLog.NoLog(
                error: ScalebenchError(.invalidInput, "no scalars in these event files", at: content.file))
        }
        return [run]
    }

    /// What one event file holds.
    private struct Events {
        var points: [String: [(step: Int, value: Double)]] = [:]
        var settings: [(key: String, value: String)] = []
        var notes: [String] = []

        init(_ file: String) throws {
            var records = try RecordFile(file)
            var damaged = 0
            loop: while true {
                switch try records.next() {
                case .record(let bytes): read(event: bytes)
                case .damaged: damaged += 1
                case .skipped: break
                case .cutOff:
                    notes.append("the last record is cut off; everything before it was read")
                    break loop
                case .lost(let offset):
                    notes.append("byte \(offset) begins no record; what follows it was not read")
                    break loop
                case .end: break loop
                }
            }
            if damaged > 0 { notes.append("\(Quantity.count(damaged, "damaged record")) left out") }
        }

        /// Event: step = 2, summary = 5. A missing step is zero.
        private mutating func read(event: ArraySlice<UInt8>) {
            var step: Int? = 0
            var summaries: [ArraySlice<UInt8>] = []
            for (field, value) in ProtobufMessage(event) {
                if field == 2 { step = value.integer.flatMap { Int(exactly: Int64(bitPattern: $0)) } }
                if field == 5, let bytes = value.bytes { summaries.append(bytes) }
            }
            for summary in summaries {
                for (field, value) in ProtobufMessage(summary) where field == 1 {
                    if let bytes = value.bytes { read(value: bytes, step: step) }
                }
            }
        }

        /// Summary.Value: tag = 1, simple_value = 2, tensor = 8, metadata = 9.
        private mutating func read(value: ArraySlice<UInt8>, step: Int?) {
            var tag = "", number: Double?
            for (field, value) in ProtobufMessage(value) {
                switch field {
                case 1: tag = value.text ?? ""
                case 2: number = value.number(width: 4)
                case 8: number = value.bytes.flatMap(Self.scalar)
                case 9: if let bytes = value.bytes { settings += Self.hyperparameters(bytes) }
                default: break
                }
            }
            guard let number, let step, step >= 0, !tag.isEmpty, !tag.hasPrefix("_hparams_/") else { return }
            // Keras writes each evaluation twice, over epochs and over iterations.
            guard !tag.hasPrefix("evaluation_") || !tag.hasSuffix("_vs_iterations") else { return }
            points[tag, default: []].append((step, number))
        }

        /// TensorProto: dtype = 1 (1 float, 2 double), tensor_shape = 2, tensor_content = 4, float_val = 5,
        /// double_val = 6. A scalar's shape has no dimensions.
        private static func scalar(_ tensor: ArraySlice<UInt8>) -> Double? {
            var type: UInt64 = 0, number: Double?, content: ArraySlice<UInt8>?, isScalar = true
            for (field, value) in ProtobufMessage(tensor) {
                switch field {
                case 1: type = value.integer ?? 0
                case 2: isScalar = value.bytes.map { ProtobufMessage($0).allSatisfy { $0.field != 2 } } ?? true
                case 4: content = value.bytes
                case 5: number = value.number(width: 4)
                case 6: number = value.number(width: 8)
                default: break
                }
            }
            guard isScalar, type == 1 || type == 2 else { return nil }
            return number ?? content.flatMap { ProtobufMessage.Value.bytes($0).number(width: type == 1 ? 4 : 8) }
        }

        /// SummaryMetadata: plugin_data = 1 { plugin_name = 1, content = 2 }; the content of `hparams`:
        /// session_start_info = 3 { hparams = 1 { key = 1, value = 2 } }.
        private static func hyperparameters(_ metadata: ArraySlice<UInt8>) -> [(key: String, value: String)] {
            var result: [(key: String, value: String)] = []
            for plugin in messages(1, of: metadata)
            where ProtobufMessage(plugin).contains(where: { $0.field == 1 && $0.value.text == "hparams" }) {
                for entry in messages(2, of: plugin).flatMap({ messages(3, of: $0) }).flatMap({ messages(1, of: $0) }) {
                    var key = "", text: String?
                    for (field, value) in ProtobufMessage(entry) {
                        if field == 1 { key = value.text ?? "" }
                        if field == 2 { text = value.bytes.flatMap(setting) }
                    }
                    if let text { result.append((key, text)) }
                }
            }
            return result
        }

        /// google.protobuf.Value: number_value = 2, string_value = 3, bool_value = 4.
        private static func setting(_ bytes: ArraySlice<UInt8>) -> String? {
            for (field, value) in ProtobufMessage(bytes) {
                switch field {
                case 2: return value.number(width: 8).map { JSONValue.number($0).canonicalText }
                case 3: return value.text
                case 4: return value.integer == 0 ? "false" : "true"
                default: break
                }
            }
            return nil
        }

        private static func messages(_ field: Int, of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
            ProtobufMessage(bytes).compactMap { $0.field == field ? $0.value.bytes : nil }
        }
    }
}
