// The formats of training logs, one row each: its name, how its content is recognised, and how it is read. To add a format,
// add a row; one that is no table, no JSON and no lines of text also needs a reader of its own beside this file.

import Foundation

/// One format of log.
package struct LogFormat: Sendable {
    /// What `--format` calls it.
    package let name: String
    /// The lines with numbers, for a format of lines of text; none for others.
    var lines: [TextLog.Pattern] = []
    /// Whether a file without lines of a text format begins like this one.
    var begins: @Sendable (Data) -> Bool = { _ in false }
    let read: @Sendable (_ data: Data, _ file: String, _ stepColumn: String?) throws -> [TrainingLog.Run]

    /// Where several could be meant, the first that begins like the file.
    package static let all: [LogFormat] = [
        // A chart exported from Weights & Biases: `"Step","<run> - <metric>",…__MIN,…__MAX`.
        LogFormat(name: "wandb-chart", begins: TableLog.beginsAsChart) {
            try TableLog.read($0, file: $1, isChart: true, stepColumn: $2)
        },
        // A table with a step column and a column per metric, such as `run.history().to_csv()`. A column `run` lets one
        // file hold several runs.
        LogFormat(name: "csv", begins: TableLog.begins) {
            try TableLog.read($0, file: $1, isChart: false, stepColumn: $2)
        },
        // One JSON object per line, flat or levanter's `{"event":"log","step":…,"metrics":{…}}`.
        LogFormat(name: "jsonl", begins: JSONLog.begins) { [try JSONLog.read($0, file: $1, stepColumn: $2)] },
        .text(
            "llm.c",
            [
                TextLog.Pattern(metric: "val_loss", start: "s:", mark: " tel:"),
                TextLog.Pattern(metric: "train_loss", start: "s:", mark: " trl:"),
            ]),
        .text(
            "modded-nanogpt",
            [
                TextLog.Pattern(metric: "val_loss", start: "step:", mark: " val_loss:"),
                TextLog.Pattern(metric: "train_loss", start: "step:", mark: " train_loss:"),
            ]),
        .text(
            "nanochat",
            [
                TextLog.Pattern(metric: "val_bpb", start: "Step ", mark: "| Validation bpb:"),
                TextLog.Pattern(metric: "train_loss", start: "step ", mark: "| loss:"),
            ],
            facts: [
                ("Number of parameters:", \.parameters), ("Total number of training tokens:", \.tokens),
                ("Total training FLOPs estimate:", \.flops),
            ]),
    ]

    /// A format of lines of text. `facts` are lines that tell of the run before it begins.
    private static func text(_ name: String, _ lines: [TextLog.Pattern], facts: [TextLog.Fact] = []) -> LogFormat {
        LogFormat(name: name, lines: lines) { data, _, _ in [TextLog.read(data, lines, facts: facts)] }
    }

    /// The format called `name`; nil where there is none.
    package static func named(_ name: String) -> LogFormat? { all.first { $0.name == name } }

    /// The format of a log, by its content; nil where it is none of them.
    static func recognised(_ data: Data) -> LogFormat? {
        TextLog.mostFrequent(in: data, all) ?? all.first { $0.begins(data) }
    }
}
