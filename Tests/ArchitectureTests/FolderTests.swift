// Inside a module arrows between folders never form a circle, and inside Comparison they all point one way: from the
// folder whose files name a type to the folder that declares it.

import Testing

struct FolderTests {
    /// A folder may name types of those before it.
    static let comparison = ["Results", "Ladder", "Tables", "Plan", "Verdict", "Budget", "Leaderboard"]
    /// What documents may hold of the statistics: numbers with their intervals, no engine.
    static let valuesOfScalingLaws: Set<String> = ["Estimate", "Interval"]

    @Test func foldersOfComparisonPointOneWay() throws {
        for (folder, others) in try SourceTree.arrows(of: "Comparison") {
            let place = try #require(Self.comparison.firstIndex(of: folder), "\(folder) has no place in the order")
            for (other, evidence) in others {
                #expect(Self.comparison[..<place].contains(other), "\(folder) → \(other): \(evidence)")
            }
        }
        #expect(try SourceTree.files(of: "Comparison").allSatisfy { Self.comparison.contains($0.folder) })
    }

    @Test func resultsAreDataOnly() throws {
        let statistics = try SourceTree.files(of: "ScalingLaws").reduce(into: Set<String>()) {
            $0.formUnion($1.declaredTypes)
        }
        for file in try SourceTree.files(of: "Comparison") where file.folder == "Results" {
            let engine = file.capitalisedWords.intersection(statistics).subtracting(Self.valuesOfScalingLaws)
            #expect(engine.isEmpty, "\(file.name) names \(engine)")
        }
    }

    @Test func noModuleHasACircleOfFolders() throws {
        for module in try SourceTree.modules() {
            let arrows = try SourceTree.arrows(of: module)
            for start in arrows.keys {
                var reached: Set<String> = [], next = [start]
                while let folder = next.popLast() {
                    for other in arrows[folder, default: [:]].keys where reached.insert(other).inserted {
                        next.append(other)
                    }
                }
                #expect(!reached.contains(start), "\(module): a circle through \(start): \(arrows)")
            }
        }
    }

    @Test func wordsAreTakenFromCodeAlone() {
        let text = """
            // Judge of the comment
            let a = "a Judge in a text with \\(Inside.value)"  // and Checks
            let b: Ladder
            """
        let file = SourceFile(module: "", folder: "", name: "", code: SourceTree.withoutWords(text))
        #expect(file.capitalisedWords == ["Ladder"])
    }
}
