// Which event files are one run. TensorBoard calls every folder of event files a run, but writers spread one run over
// several: PyTorch's `add_hparams` and `add_scalars` write folders below that of the run, and Keras writes `train` and
// `validation`.

import Foundation

/// Groups event files into runs.
enum TensorBoardFolders {
    /// Folders with such names hold a part of the run that the folder above is named after.
    private static let parts: Set<String> = ["train", "training", "validation", "val", "valid", "eval", "test"]

    /// Takes the event files out of `files`.
    static func gather(_ files: inout [String], _ format: LogFormat) -> [LogInput] {
        let events = files.filter { $0.lastComponent.contains("tfevents") }
        guard !events.isEmpty else { return [] }
        files.removeAll { $0.lastComponent.contains("tfevents") }
        let folders = Dictionary(grouping: events, by: \.folder)
        let runs = Dictionary(grouping: folders.keys, by: { owner(of: $0, among: Set(folders.keys)) })
        return runs.map { run, members in
            // A run's own files come first, then those of folders below it; names of files begin with the time.
            let ordered = members.sorted { ($0 != run ? 1 : 0, $0) < ($1 != run ? 1 : 0, $1) }
            return LogInput(
                path: run, files: ordered.flatMap { folders[$0]!.sorted() }, format: format, wasFound: true)
        }
    }

    /// The folder of the run that a folder of event files belongs to.
    private static func owner(of folder: String, among folders: Set<String>) -> String {
        let above = folder.folder, name = folder.lastComponent.lowercased()
        guard above != folder, folder != "." else { return folder }
        if parts.contains(name) {
            // tensorboardX writes the parts of `add_scalars` two folders down: `<run>/<tag>/<part>`.
            let isTwoDown = !folders.contains(above) && above != "." && folders.contains(above.folder)
            if isTwoDown { return above.folder }
            // Beside other runs a folder called "test" is a run, too.
            let siblings = folders.filter { $0.folder == above && $0 != above }
            let areParts = siblings.allSatisfy { parts.contains($0.lastComponent.lowercased()) }
            return areParts || folders.contains(above) ? above : folder
        }
        // PyTorch's `add_hparams` names its folder by the time, and `add_scalars` by the tag and the part.
        let isBelow = Double(name) != nil || parts.contains { name.hasSuffix("_\($0)") }
        return isBelow && folders.contains(above) ? above : folder
    }

    /// The path from the folder of a run to that of a file; nil for the run's own files.
    static func prefix(of file: String, in content: LogContent) -> String? {
        let folder = file.folder
        if folder == content.file { return nil }
        return content.file == "." ? folder : String(folder.dropFirst(content.file.count + 1))
    }

    /// The name of a metric in a run; `loss_val` or `loss/val` for the tag `loss` of `add_scalars`.
    static func metric(_ tag: String, _ prefix: String?) -> String {
        guard let prefix, Double(prefix) == nil else { return tag }
        let isOfScalars = prefix.hasPrefix(tag.replacing("/", with: "_") + "_") || prefix.hasPrefix(tag + "/")
        return isOfScalars ? prefix : "\(prefix)/\(tag)"
    }
}
