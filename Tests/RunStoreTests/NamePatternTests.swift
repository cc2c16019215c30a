// Labels in names.

import RunStore
import ScalebenchCore
import Testing

struct NamePatternTests {
    private func words(_ pattern: String, _ name: String) throws -> String {
        let facts = try NamePattern(pattern).facts(of: name)
        return [
            facts.candidate?.value, facts.parameters.map { "\($0.value)" }, facts.tokens.map { "\($0.value)" },
            facts.flops.map { "\($0.value)" }, facts.seed.map { "s\($0.value)" },
        ].compactMap { $0 }.joined(separator: " ")
    }

    @Test(arguments: [
        ("{candidate}-{params}-s{seed}", "adamw-10M-s0", "adamw 10000000.0 s0"),
        ("{candidate}-{params}-s{seed}", "runs/adamw-wd-0.5B-s12.log.gz", "adamw-wd 500000000.0 s12"),
        ("{candidate}_{tokens}_*", "muon_1.5e8_2025-01-01.csv", "muon 150000000.0"),
        ("{candidate}/{params}/s{seed}", "x/muon/10M/s3", "muon 10000000.0 s3"),
        // The name of the run is that of a folder above the log.
        ("{candidate}-{params}", "out/muon-10M/lightning_logs/version_0/metrics.csv", "muon 10000000.0"),
        ("{candidate}+{flops}", "a.b+1e18", "a.b 1e+18"),
        // Each label takes as much as those after it leave it.
        ("*-{candidate}-*", "a-b-c-d-e", "d"), ("{candidate}*{seed}", "a12", "a1 s2"),
        ("x{tokens}{seed}", "x1.5e83", "150000000.0 s3"),
    ])
    func labels(pattern: String, name: String, expected: String) throws {
        #expect(try words(pattern, name) == expected)
    }

    @Test(arguments: [
        ("{candidate}-{params}-s{seed}", "adamw-small-s0", "adamw-small-s0: no part of this name matches"),
        ("{candidate}-s{seed}", "a-s99999999999999999999", "matches"),
        ("{candidat}", "a", "did you mean \"candidate\"?"),
        ("{params}{parameters}", "a", "comes twice"), ("adamw", "adamw", "no label"),
        ("{candidate", "a", "never closed"),
        ("{candidate}/x/{params}", "a", "matches"), ("{candidate}-{seed}", "a-½", "matches"),
        (String(repeating: "a", count: 1000) + "{seed}", "a", "more than 1000 bytes"),
    ])
    func mistakesAreNamed(pattern: String, name: String, message: String) {
        #expect { _ = try words(pattern, name) } throws: { "\($0)".contains(message) }
    }

    /// A matcher that tries every division of the name does not end.
    @Test(.timeLimit(.minutes(1)))
    func manyStarsAreNoTrouble() {
        let pattern = String(repeating: "*a", count: 40) + "{seed}", name = String(repeating: "a", count: 900)
        #expect { _ = try words(pattern, name) } throws: { "\($0)".contains("matches") }
        #expect(try! words(pattern, name + "7") == "s7")
    }
}
