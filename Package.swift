// swift-tools-version: 6.2
// scalebench: which of two training recipes wins at a scale where only one run is affordable.
// Targets are listed layer by layer; a module may use only those of the layers below it (Tests/ArchitectureTests checks it).

import PackageDescription

/// `.ci/fuzz` sets it to libFuzzer's library without a `main`; every module is then built with coverage counters.
let fuzzerLibrary = Context.environment["SCALEBENCH_FUZZER_LIBRARY"]

let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (fuzzerLibrary == nil ? [] : [.unsafeFlags(["-sanitize=fuzzer,address"])])

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

func module(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ module: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(module)Tests", dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

/// The fuzzer itself, which only `.ci/fuzz` builds.
let fuzzTargets: [Target] =
    fuzzerLibrary.map { library in
        [
            .executableTarget(
                name: "Fuzz", dependencies: ["FuzzReaders", "ScalebenchCore"], path: "Tests/Fuzzing/Fuzz",
                swiftSettings: swiftSettings,
                linkerSettings: [
                    .unsafeFlags([library, "-sanitize=address"]), .linkedLibrary("stdc++"),
                ])
        ]
    } ?? []

let package = Package(
    name: "scalebench",
    products: [
        .executable(name: "scalebench", targets: ["ScalebenchMain"]),
        .library(name: "ScalingLaws", targets: ["ScalingLaws"]),
        .library(name: "Scalebench", targets: ["Scalebench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    ],
    targets: [
        // MARK: System libraries and C
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CKernels"),

        // MARK: Vocabulary
        module("ScalebenchCore", [crypto]),

        // MARK: Pure parts
        module("TokenData", ["ScalebenchCore", "CZstd", "CZlib"]),
        module("Transformer", ["ScalebenchCore", "COpenBLAS", "CKernels"], exclude: ["README.md"]),
        module("ScalingLaws", ["COpenBLAS"], exclude: ["LOG.md", "README.md", "risk.svg"]),

        // MARK: One run, and what a ladder of them says
        module("Training", ["ScalebenchCore", "TokenData", "Transformer", "CLinux"]),
        module("Comparison", ["ScalebenchCore", "ScalingLaws"]),

        // MARK: Scores of the method, and laws through finished runs
        module("Backtesting", ["ScalebenchCore", "TokenData", "ScalingLaws", "Comparison"]),
        module("LawFitting", ["ScalebenchCore", "ScalingLaws", "Comparison"]),

        // MARK: Storing, launching, showing
        module("RunStore", ["ScalebenchCore", "TokenData", "ScalingLaws", "Comparison", "CSQLite"]),
        module("Launching", ["ScalebenchCore", subprocess, systemPackage]),
        module(
            "Reporting", ["ScalebenchCore", "ScalingLaws", "Comparison", "Backtesting", "LawFitting", "RunStore"],
            resources: [
                .embedInCode("Resources/report.css"), .embedInCode("Resources/site.css"),
                .embedInCode("Resources/site.js"),
            ]),

        // MARK: A comparison from request to result
        module(
            "Benchmarking",
            [
                "ScalebenchCore", "TokenData", "Transformer", "ScalingLaws", "Comparison", "RunStore", "Launching",
            ], resources: [.embedInCode("Embedded")]),

        // MARK: The library for Swift users
        module("Scalebench", ["ScalebenchCore", "ScalingLaws", "Comparison", "Benchmarking"]),

        // MARK: The tool
        module(
            "ScalebenchCLI",
            [
                "ScalebenchCore", "TokenData", "Transformer", "ScalingLaws", "Training", "Comparison", "Backtesting",
                "LawFitting", "RunStore", "Launching", "Reporting", "Benchmarking", argumentParser,
            ], exclude: ["README.md"]),
        .executableTarget(name: "ScalebenchMain", dependencies: ["ScalebenchCLI"], swiftSettings: swiftSettings),

        // MARK: Tests mirror Sources; CommandTests run the built binary, LibraryTests see what is public alone
        tests("ScalebenchCore", ["ScalebenchCore"]),
        tests("TokenData", ["TokenData", "ScalebenchCore"], exclude: ["Golden"]),
        tests("Transformer", ["Transformer", "CKernels", "ScalebenchCore"], exclude: ["Golden"]),
        tests("ScalingLaws", ["ScalingLaws"], exclude: ["Golden"]),
        tests("Comparison", ["Comparison", "ScalebenchCore", "ScalingLaws"]),
        tests("Backtesting", ["Backtesting", "Comparison", "ScalebenchCore", "ScalingLaws"]),
        tests("Training", ["Training", "ScalebenchCore", "TokenData", "Transformer"]),
        tests(
            "Reporting", ["Reporting", "Comparison", "RunStore", "ScalebenchCore", "ScalingLaws"],
            exclude: ["Snapshots"]),
        tests("RunStore", ["RunStore", "ScalebenchCore", "TokenData"], exclude: ["Fixtures"]),
        tests("Launching", ["Launching", "ScalebenchCore"]),
        .testTarget(
            name: "CommandTests", dependencies: ["ScalebenchMain"],
            exclude: ["Exports", "Snapshots", "StoreModel/failing-seeds.txt"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "LibraryTests", dependencies: ["Scalebench", "ScalingLaws", "ScalebenchMain"], packageAccess: false,
            swiftSettings: swiftSettings),
        .testTarget(name: "ArchitectureTests", swiftSettings: swiftSettings),

        // MARK: Every reader of outside bytes, for the ordinary tests and for the fuzzer
        .target(
            name: "FuzzReaders",
            dependencies: [
                "ScalebenchCore", "TokenData", "Training", "Comparison", "Backtesting", "LawFitting", "RunStore",
                "Launching", "Benchmarking",
            ], path: "Tests/Fuzzing/Readers", swiftSettings: swiftSettings),
        .testTarget(
            name: "FuzzingTests", dependencies: ["FuzzReaders", "ScalebenchCore"], path: "Tests/Fuzzing/Tests",
            swiftSettings: swiftSettings),
    ] + fuzzTargets
)
