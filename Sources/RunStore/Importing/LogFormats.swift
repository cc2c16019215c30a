// The formats of training logs, one row each: its name, how it is recognised, and how it is read. To add a format, add a
// row; one that is no table, no JSON and no lines of text also needs a reader of its own beside this file.

import Foundation

/// One format of log.
package struct LogFormat: Sendable {
    /// What `--format` calls it.
    package let name: String
    /// The lines with numbers, for a format of lines of text; none for others.
    var lines: [TextLog.Pattern] = []
    /// Numbers that such a log states once, at its end.
    var finals: [TextLog.Final] = []
    /// Whether a file without lines of a text format begins like this one.
    var begins: @Sendable (Data) -> Bool = { _ in false }
    /// Takes the files of this format out of those of a folder, as logs of one or several files each; nil where every
    /// file is a log of its own.
    var gather: (@Sendable (inout [String], LogFormat) -> [LogInput])?
    /// Whether `read` opens the files itself, because they are several or may be too large to be held at once.
    var opensFiles = false
    let read: @Sendable (LogContent) throws -> [TrainingLog.Run]

    /// Where several could be meant, the first that begins like the file.
    package static let all: [LogFormat] = [
        // Hugging Face's Trainer writes one per checkpoint; event files below the same folder are of the same run.
        LogFormat(name: "trainer-state", begins: TrainerState.begins, gather: TrainerState.gather, opensFiles: true) {
            [try TrainerState.read($0)]
        },
        LogFormat(
            name: "tensorboard", begins: RecordFile.begins, gather: TensorBoardFolders.gather, opensFiles: true,
            read: TensorBoardLog.read),
        // MLflow's folders, a run each, and its database.
        LogFormat(name: "mlflow", gather: MLflowFolder.gather, opensFiles: true) { [try MLflowFolder.read($0)] },
        LogFormat(name: "mlflow-db", begins: SQLiteFile.begins, opensFiles: true, read: MLflowDatabase.read),
        LogFormat(name: "levanter-steps", gather: LevanterSteps.gather, opensFiles: true) {
            [try LevanterSteps.read($0)]
        },
        // A line per run: the runs table of Weights & Biases, `search_runs()` of MLflow.
        LogFormat(name: "runs-table", begins: RunsTableLog.begins, read: RunsTableLog.read),
        // A chart exported from Weights & Biases: `"Step","<run> - <metric>",…__MIN,…__MAX`.
        LogFormat(name: "wandb-chart", begins: TableLog.beginsAsChart) { try TableLog.read($0, isChart: true) },
        // A table with a step column and a column per metric, such as `run.history().to_csv()`, and the CSV loggers of
        // Lightning and Keras. A column `run` lets one file hold several runs.
        LogFormat(name: "csv", begins: TableLog.begins) { try TableLog.read($0, isChart: false) },
        LogFormat(name: "keras-history", begins: KerasHistory.begins) { [try KerasHistory.read($0)] },
        // One JSON object per line, or a list of objects; flat or levanter's `{"event":"log","step":…,"metrics":{…}}`.
        LogFormat(name: "jsonl", begins: JSONLog.begins) { [try JSONLog.read($0)] },
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
                TextLog.Pattern(metric: "train_loss", start: "step ", after: "/", mark: "| loss:"),
            ],
            facts: [
                .init("Number of parameters:", .parameters), .init("total                   :", .parameters),
                .init("Total number of training tokens:", .tokens),
                .init("Total training FLOPs estimate:", .flops),
            ]),
        .text(
            "nanogpt",
            [
                TextLog.Pattern(metric: "val_loss", start: "step ", after: ":", mark: ", val loss "),
                TextLog.Pattern(metric: "train_loss", start: "step ", after: ":", mark: " train loss "),
                TextLog.Pattern(metric: "iter_loss", start: "iter ", after: ":", mark: " loss "),
            ],
            facts: [
                .init("number of parameters:", .parameters), .init("tokens per iteration will be:", .tokensPerStep),
            ]),
        // Its loss of validation is stated once, after training; steps overwrite each other on one line.
        .text(
            "autoresearch", [TextLog.Pattern(metric: "train_loss", start: "step ", after: " (", mark: "| loss:")],
            finals: [TextLog.Final(metric: "val_bpb", mark: "val_bpb:", stepMark: "num_steps:")],
            facts: [
                .init("num_params_M:", .parameters, unit: 1e6), .init("total_tokens_M:", .tokens, unit: 1e6),
            ]),
    ]

    /// A format of lines of text. `facts` are lines that tell of the run as a whole.
    private static func text(
        _ name: String, _ lines: [TextLog.Pattern], finals: [TextLog.Final] = [], facts: [TextLog.Fact] = []
    ) -> LogFormat {
        LogFormat(name: name, lines: lines, finals: finals) {
            [TextLog.read($0.data, lines, finals: finals, facts: facts)]
        }
    }

    /// The format called `name`; nil where there is none.
    package static func named(_ name: String) -> LogFormat? { all.first { $0.name == name } }

    /// The format of a log that is one text, by its content; nil where it is none of them.
    static func recognised(_ data: Data) -> LogFormat? {
        TextLog.mostFrequent(in: data, all) ?? all.first { !$0.opensFiles && $0.begins(data) }
    }
}

/// What a reader of a format is given.
struct LogContent: Sendable {
    /// The log's path, for errors.
    let file: String
    /// The files of the log.
    let files: [String]
    /// The bytes of its one file; empty for a format that opens the files itself.
    let data: Data
    /// The column or key that counts steps; nil to look for the usual names.
    let stepColumn: String?
}
