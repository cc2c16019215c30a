// Files that hold tables but are no text. Each is known by its first bytes, and the error says the one command that makes
// a table of it. To refuse another format, add a row to `all`.

import Foundation
import ScalebenchCore

/// A format that is not read.
struct ForeignFormat: Sendable {
    /// What the file is, after "this is".
    let name: String
    let begins: @Sendable (Data) -> Bool
    /// What to do with `file`: mostly the command that converts it into the CSV file `table`.
    let hint: @Sendable (_ file: String, _ table: String) -> String

    /// Refuses bytes that are not text.
    /// - Throws: `invalidInput`, whose hint is the command to type.
    static func refuse(_ data: Data, file: String) throws {
        guard let format = all.first(where: { $0.begins(data) }) else { return }
        let (name, table) = Self.names(file)
        throw ScalebenchError(
            .invalidInput, "this is \(format.name), not text", at: file, hint: format.hint(name, table))
    }

    /// A file, and the table that is made of it, as a command names them. The table never has the name of a file that a
    /// user would keep. A name that a shell or Python would read differently is not quoted into a command.
    static func names(_ file: String) -> (file: String, table: String) {
        let isPlain = file.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || "0123456789._-/+=".unicodeScalars.contains($0)
        }
        guard isPlain, !file.isEmpty else { return ("FILE", "runs-table.csv") }
        let last = URL(fileURLWithPath: file).lastPathComponent
        return (file, "\(last.prefix { $0 != "." })-table.csv")
    }

    /// The first that begins like the file is meant.
    private static let all: [ForeignFormat] = [
        pandas("a Parquet file", "read_parquet", "PAR1"),
        pandas("an Arrow (Feather) file", "read_feather", "ARROW1"),
        pandas("a Feather file", "read_feather", "FEA1"),
        pandas("an HDF5 file", "read_hdf", "\u{89}HDF\r\n"),
        pandas("an ORC file", "read_orc", "ORC"),
        pandas("a Stata file", "read_stata", "<stata_dta>"),
        pandas("an SPSS file", "read_spss", "$FL2"),
        pandas("an Excel workbook", "read_excel", inZIP: "xl/workbook"),
        pandas("an OpenDocument spreadsheet", "read_excel", inZIP: "opendocument.spreadsheet"),
        pandas("an old Excel workbook", "read_excel", "\u{D0}\u{CF}\u{11}\u{E0}"),
        frame("a NumPy archive", "import numpy", "dict(numpy.load('FILE'))", inZIP: ".npy"),
        frame("a PyTorch file", "import torch", "torch.load('FILE')", inZIP: "/data.pkl"),
        frame("a NumPy array", "import numpy", "numpy.load('FILE')", starting: "\u{93}NUMPY"),
        frame("an Avro file", "import fastavro", "fastavro.reader(open('FILE', 'rb'))", starting: "Obj\u{1}"),
        ForeignFormat(
            name: "a Stata file",
            begins: {
                $0.count > 2 && (113...115).contains($0.first ?? 0) && [1, 2].contains($0.dropFirst().first)
                    && $0.dropFirst(2).first == 1
            }
        ) { python("pandas.read_stata('\($0)')", $1) },
        ForeignFormat(name: "a Python pickle", begins: isPickle) { python("pandas.read_pickle('\($0)')", $1) },
        ForeignFormat(name: "a stream of Arrow records", begins: starts("\u{FF}\u{FF}\u{FF}\u{FF}")) {
            python("pyarrow.ipc.open_stream('\($0)').read_pandas()", $1, "import pyarrow.ipc; ")
        },
        ForeignFormat(name: "an SQLite database", begins: starts("SQLite format 3\0")) {
            shell("sqlite3 -header -csv \($0) 'SELECT * FROM runs' > \($1)")
                + "   (sqlite3 \($0) .tables lists the tables)"
        },
        ForeignFormat(name: "a DuckDB database", begins: { $0.dropFirst(8).starts(with: Data("DUCK".utf8)) }) {
            shell("duckdb \($0) -csv -c 'SELECT * FROM runs' > \($1)")
                + "   (duckdb \($0) -c 'SHOW TABLES' lists the tables)"
        },
        ForeignFormat(name: "an R data file", begins: { starts("X\n\0\0\0")($0) || starts("RDX")($0) }) {
            shell("Rscript -e \"write.csv(readRDS('\($0)'), '\($1)', row.names = FALSE)\"")
        },
        ForeignFormat(name: "a ZIP archive", begins: starts("PK\u{3}\u{4}")) { shell("unzip -p \($0) > \($1)") },
        ForeignFormat(name: "compressed by bzip2", begins: starts("BZh")) { shell("bzip2 -dc \($0) > \($1)") },
        ForeignFormat(name: "compressed by xz", begins: starts("\u{FD}7zXZ")) { shell("xz -dc \($0) > \($1)") },
        ForeignFormat(name: "compressed by lz4", begins: starts("\u{4}\u{22}\u{4D}\u{18}")) {
            shell("lz4 -dc \($0) > \($1)")
        },
        ForeignFormat(name: "a tar archive", begins: { $0.dropFirst(257).starts(with: Data("ustar".utf8)) }) {
            shell("tar -xOf \($0) > \($1)") + "   (tar -tf \($0) lists the files inside)"
        },
        ForeignFormat(name: "a log of Weights & Biases", begins: starts(":W&B")) { _, _ in
            "upload it with wandb sync, export the table of runs on the project's page as CSV, and give that to --runs"
        },
        ForeignFormat(name: "a log of TensorBoard", begins: { contains("brain.Event:", $0.prefix(64)) }) { _, _ in
            "it holds curves, and a table has one row per finished run; scalebench runs import --help says which curves are read"
        },
        ForeignFormat(name: "a PDF file", begins: starts("%PDF-")) { shell("pdftotext -layout \($0) \($1)") },
        ForeignFormat(name: "a file of bytes", begins: { $0.prefix(4096).contains(0) }) { _, _ in
            "export it as CSV from the program that wrote it; CSV, TSV, JSON and JSON lines are read"
        },
    ]

    // MARK: - Rows

    /// A format that pandas reads with one function, known by the bytes that it starts with.
    private static func pandas(_ name: String, _ reader: String, _ start: String) -> ForeignFormat {
        ForeignFormat(name: name, begins: starts(start)) { python("pandas.\(reader)('\($0)')", $1) }
    }

    /// The same for a ZIP archive with such a name inside.
    private static func pandas(_ name: String, _ reader: String, inZIP inside: String) -> ForeignFormat {
        ForeignFormat(name: name, begins: { isZIP($0, with: inside) }) { python("pandas.\(reader)('\($0)')", $1) }
    }

    /// A format that another library reads; `content` is what it makes of FILE.
    private static func frame(
        _ name: String, _ module: String, _ content: String, starting start: String? = nil, inZIP inside: String? = nil
    ) -> ForeignFormat {
        ForeignFormat(
            name: name,
            begins: { data in
                start.map { starts($0)(data) } ?? false || inside.map { isZIP(data, with: $0) } ?? false
            },
            hint: { file, table in
                python("pandas.DataFrame(\(content.replacing("FILE", with: file)))", table, "\(module); ")
            })
    }

    static func python(_ frame: String, _ table: String, _ before: String = "") -> String {
        shell("python3 -c \"import pandas; \(before)\(frame).to_csv('\(table)', index=False)\"")
    }

    private static func shell(_ command: String) -> String { "make a table of it with: \(command)" }

    // MARK: - First bytes

    /// Whether a file starts with these bytes, one for each character.
    private static func starts(_ bytes: String) -> @Sendable (Data) -> Bool {
        let wanted = Data(bytes.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        return { $0.starts(with: wanted) }
    }

    private static func isPickle(_ data: Data) -> Bool {
        data.first == 0x80 && data.dropFirst().first.map { (2...5).contains($0) } == true
    }

    private static func isZIP(_ data: Data, with name: String) -> Bool {
        starts("PK\u{3}\u{4}")(data) && contains(name, data)
    }

    private static func contains(_ text: String, _ data: Data) -> Bool { data.firstRange(of: Data(text.utf8)) != nil }
}
