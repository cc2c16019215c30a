// The parts of an external trainer that belong to a run's name, and those that do not.

import Foundation
import ScalebenchCore
import Testing

final class CommandTrainerTests {
    private let root = NSTemporaryDirectory() + "/scalebench-test-" + UUID().uuidString

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// The run of a candidate in `folder` beside `train.py` and `model.py`.
    private func runID(
        _ trainer: String = #""command": ["python3", "train.py", "{spec}"]"#, folder: String = "here",
        script: String = "print(1)", model: String = "pass"
    ) throws -> RunID {
        let path = "\(root)/\(folder)"
        try AtomicFile.makeFolder(path)
        try AtomicFile.write(Data(script.utf8), to: "\(path)/train.py")
        try AtomicFile.write(Data(model.utf8), to: "\(path)/model.py")
        let text = """
            { "trainer": { "type": "command", \(trainer) }, "optimizer": { "learningRate": 0.01 }, "batchTokens": 16 }
            """
        try AtomicFile.write(Data(text.utf8), to: "\(path)/c.json")
        let suite = try Suite(
            try ConfigReader.parse(
                Data(
                    """
                    { "version": 1, "question": "?", "dataset": "d", "contextLength": 8,
                      "rungs": [{ "width": 8, "layers": 1, "tokens": 64 }, { "width": 16, "layers": 1, "tokens": 64 }],
                      "target": { "width": 32, "layers": 1, "tokens": 64 } }
                    """.utf8), file: "suite"), defaultName: "s")
        return try RunSpec(
            Candidate.open("\(path)/c.json"), at: suite.rungs[0], of: suite, vocabularySize: 16, dataHash: "d", seed: 0
        ).runID
    }

    private static let command = #""command": ["python3", "train.py", "{spec}"]"#

    @Test func whatChangesTheResultChangesTheName() throws {
        let base = try runID()
        for other in [
            try runID(script: "print(2)"), try runID(#""command": ["python3", "train.py", "{spec}", "--fast"]"#),
            try runID(Self.command + #", "version": "2""#), try runID(Self.command + #", "settings": { "a": 1 }"#),
            try runID(Self.command + #", "files": ["model.py"]"#),
        ] { #expect(other != base) }
        let withModel = Self.command + #", "files": ["model.py"]"#
        #expect(try runID(withModel) != runID(withModel, model: "changed"))
    }

    @Test func whatDoesNotDoesNot() throws {
        let base = try runID()
        #expect(try runID(folder: "elsewhere") == base)
        #expect(try runID(Self.command + #", "silenceTimeout": 5, "stopTimeout": 7"#) == base)
        #expect(try runID(Self.command + #", "version": "1", "settings": {}"#) == base)
        #expect(try runID(model: "changed") == base)
        let absolute = { (path: String) in #""command": ["\#(path)", "train.py"]"# }
        #expect(try runID(absolute("/usr/bin/python3")) == runID(absolute("/opt/python3")))
        #expect(try runID(absolute("/usr/bin/python3")) == runID(absolute("python3")))
    }

    /// The names of the hashed files of a trainer whose `files` are `names`, in a folder with a package.
    private func files(_ names: String) throws -> [String] {
        _ = try runID()
        for name in ["pkg/a.py", "pkg/sub/b.py", "pkg/sub/c.txt", "pkg/.hidden.py", "pkg/__pycache__/a.pyc", "d.py"] {
            let path = URL(fileURLWithPath: "\(root)/here/\(name)")
            try AtomicFile.makeFolder(path.deletingLastPathComponent().path)
            try AtomicFile.write(Data(name.utf8), to: path.path)
        }
        let text = """
            { "trainer": { "type": "command", "command": ["sh", "-c", "x"], "files": [\(names)] },
              "optimizer": { "learningRate": 1 }, "batchTokens": 16 }
            """
        try AtomicFile.write(Data(text.utf8), to: "\(root)/here/p.json")
        guard case .command(let trainer) = try Candidate.open("\(root)/here/p.json").trainer else { return [] }
        for (name, hash) in trainer.files { #expect(try ContentHash.sha256(file: "\(root)/here/\(name)") == hash) }
        return trainer.files.keys.sorted()
    }

    @Test func foldersAndPatternsNameFiles() throws {
        let whole = ["pkg/a.py", "pkg/sub/b.py", "pkg/sub/c.txt"]
        #expect(try files(#""pkg""#) == whole)
        #expect(try files(#""pkg/""#) == whole)
        #expect(try files(#""pkg/**""#) == whole)
        #expect(try files(#""pkg/**/*.py""#) == ["pkg/a.py", "pkg/sub/b.py"])
        #expect(try files(#""pkg/*.py", "d.py""#) == ["d.py", "pkg/a.py"])
        #expect(try files(#""pkg/sub/?.[pt]*", "pkg/*/b.py""#) == ["pkg/sub/b.py", "pkg/sub/c.txt"])
        #expect(try files(#""*.py""#) == ["d.py", "model.py", "train.py"])
        #expect(try files(#""../here/pkg/**/b.py""#) == ["../here/pkg/sub/b.py"])
        for nothing in [#""pkg/*.c""#, #""nowhere/""#, #""nowhere/*.py""#, #""/etc/*""#, #""""#] {
            #expect { try files(nothing) } throws: { "\($0)".contains("p.json:trainer.files: no file") }
        }
    }

    @Test func linksOutOfAFolderAreNotFollowed() throws {
        _ = try files("")
        let folder = "\(root)/here/pkg"
        try AtomicFile.makeFolder("\(root)/outside")
        try AtomicFile.write(Data("x".utf8), to: "\(root)/outside/e.py")
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/inside.py", withDestinationPath: "sub/b.py")
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/away", withDestinationPath: "\(root)/outside")
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/loop", withDestinationPath: ".")
        #expect(try files(#""pkg/**/*.py""#) == ["pkg/a.py", "pkg/inside.py", "pkg/sub/b.py"])
        for target in ["\(root)/outside/e.py", "nowhere"] {
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/out.py", withDestinationPath: target)
            #expect { try files(#""pkg/""#) } throws: {
                "\($0)".contains(#""pkg/out.py" is a symbolic link that leads out"#)
            }
            #expect(try files(#""pkg/a*""#) == ["pkg/a.py"])
            try FileManager.default.removeItem(atPath: "\(folder)/out.py")
        }
    }

    @Test func tooManyAndTooLargeFilesAreRefused() throws {
        _ = try files("")
        let large = "\(root)/here/pkg/large.bin"
        _ = FileManager.default.createFile(atPath: large, contents: nil)
        #expect(truncate(large, 100_000_001) == 0)
        #expect { try files(#""pkg""#) } throws: { "\($0)".contains("makes more than 10000 files or ") }
        #expect(try files(#""pkg/large.bin""#) == ["pkg/large.bin"], "a file that is named by itself may be large")
        try FileManager.default.removeItem(atPath: large)
        for index in 0..<10_000 {
            close(open("\(root)/here/pkg/sub/\(index).py", O_WRONLY | O_CREAT, 0o644))
        }
        #expect { try files(#""pkg""#) } throws: { "\($0)".contains("makes more than 10000 files or ") }
    }

    @Test(arguments: [
        (#""command": []"#, "c.json:trainer.command: the command is empty"),
        (#""command": "train.py""#, "expected a list of strings"),
        (#""command": ["sh", "{sepc}"]"#, "did you mean \"{spec}\"?"),
        (#""command": ["sh"], "files": ["nowhere.py"]"#, "no file \"nowhere.py\" beside the candidate"),
        (#""command": ["sh"], "timeout": 5"#, "unknown key \"timeout\""),
        (#""command": ["sh"], "silenceTimeout": 0"#, "0.0 is out of range"),
        (#""command": ["sh"], "settings": { "x": [Infinity] }"#, "finite numbers"),
        (#""commnad": ["sh"]"#, "missing key \"command\""),
    ])
    func mistakesAreNamed(trainer: String, message: String) throws {
        #expect { try runID(trainer) } throws: { "\($0)".contains(message) }
    }

    @Test func aCandidateWithoutAFolderCannotStartPrograms() throws {
        let text = #"{ "trainer": { "type": "command", "command": ["sh"] }, "optimizer": { "learningRate": 1 } }"#
        let reader = try ConfigReader.parse(Data(text.utf8), file: "embedded")
        #expect { try Candidate(reader, defaultName: "c") } throws: { "\($0)".contains("a candidate file on disk") }
    }

    @Test func aPathThatLooksLikeAPlaceholderStaysAPath() throws {
        let text =
            #"{ "command": ["x", "{spec}", "--out={events}", "{folder}"], "folder": "/f", "silenceTimeout": 1, "stopTimeout": 1 }"#
        let launch = try JSONDecoder().decode(TrainerLaunch.self, from: Data(text.utf8))
        let run = RunFolder("/{events}/{folder}")
        let command = launch.command(in: run, session: 1)
        #expect(command == ["x", run.job, "--out=\(run.trainerEvents(session: 1))", run.trainerFolder])
    }
}
