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

    /// Whether a column of this name holds a result that may be judged.
    static func isResult(_ name: String) -> Bool {
        let words = words(name)
        return direction(of: name) != nil
            && words.isDisjoint(with: others.subtracting(words.contains("acc") ? ["norm"] : []))
    }
}
