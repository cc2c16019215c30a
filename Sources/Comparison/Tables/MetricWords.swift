// What the name of a metric says about it.

/// Words in the names of metrics. To know another one, add it here.
enum MetricWords {
    private static let maximized: Set<String> = [
        "acc", "accuracy", "score", "reward", "return", "f1", "em", "bleu", "rouge", "auc", "auroc", "precision",
        "recall",
        "pass", "winrate", "correct", "top1", "top5",
    ]
    private static let minimized: Set<String> = [
        "loss", "valloss", "bpb", "bpt", "bpc", "bits", "nats", "ppl", "perplexity", "nll", "xent", "ce", "entropy",
        "err",
        "error", "errors", "wer", "cer", "regret",
    ]
    /// Benchmarks of which the share of right answers is meant where nothing else is said.
    private static let benchmarks: Set<String> = [
        "mmlu", "hellaswag", "arc", "piqa", "winogrande", "boolq", "gsm8k", "humaneval", "mbpp", "sciq", "openbookqa",
        "triviaqa", "csqa", "siqa", "copa", "lambada", "drop", "squad",
    ]
    /// Columns of training, of spread, and of the update are no results.
    private static let others: Set<String> = [
        "train", "training", "std", "stderr", "sem", "min", "max", "grad", "norm", "aux", "scale", "weight", "tokens",
    ]

    private static func words(_ name: String) -> Set<String> {
        Set(name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init))
    }

    /// Whether less or more is better; nil where the name does not say.
    static func direction(of name: String) -> MetricDirection? {
        let words = words(name)
        switch (words.isDisjoint(with: maximized), words.isDisjoint(with: minimized)) {
        case (false, true): return .maximize
        case (true, false): return .minimize
        default: return nil
        }
    }

    static func isBenchmark(_ name: String) -> Bool { !words(name).isDisjoint(with: benchmarks) }

    /// Whether a column of this name holds a result that may be judged.
    static func isResult(_ name: String) -> Bool {
        let words = words(name)
        return (direction(of: name) != nil || isBenchmark(name))
            && words.isDisjoint(with: others.subtracting(words.contains("acc") ? ["norm"] : []))
    }
}
