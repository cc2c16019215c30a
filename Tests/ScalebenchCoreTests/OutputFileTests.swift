import Foundation
import ScalebenchCore
import Testing

@Suite struct OutputFileTests {
    private func words(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch { return (error as? ScalebenchError)?.cause }
    }

    /// Not "the folder does not exist, or is not writable" for whatever went wrong.
    @Test func errorsSayWhatTheSystemSays() throws {
        #expect(words { try OutputFile("/proc/none/file").finish() } == "No such file or directory")
        #expect(words { try AtomicFile.write(Data(), to: "/proc/none/file") } == "No such file or directory")
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        #expect(words { try OutputFile("/dev/full").write(Data("x".utf8)) } == "No space left on device")
        #expect(words { try AtomicFile.write(Data("x".utf8), to: "/dev/full") } == "No space left on device")
    }

    @Test func foundationsErrorsAreTracedToTheirCause() throws {
        #expect(POSIXError(.EIO).systemWords == "Input/output error")
        let wrapped = CocoaError(.fileWriteUnknown, userInfo: [NSUnderlyingErrorKey: POSIXError(.ENOSPC)])
        #expect(wrapped.systemWords == "No space left on device")
        do {
            _ = try FileManager.default.contentsOfDirectory(atPath: "/proc/none")
            Issue.record("this folder cannot be")
        } catch { #expect(error.systemWords == "No such file or directory") }
    }

    @Test func foldersAreMadeOnceAndWithThoseAbove() throws {
        let root = NSTemporaryDirectory() + "folders-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        for _ in 0..<2 { try AtomicFile.makeFolder("\(root)/a/b/") }
        try AtomicFile.write(Data("x".utf8), to: "\(root)/a/file")
        #expect(words { try AtomicFile.makeFolder("\(root)/a/file") } == "File exists")
        #expect(words { try AtomicFile.makeFolder("\(root)/a/file/b") } == "File exists")
        #expect(try FileManager.default.subpathsOfDirectory(atPath: root).sorted() == ["a", "a/b", "a/file"])
    }
}
