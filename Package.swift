// swift-tools-version: 6.2
// scalebench: which of two training recipes wins at a scale where only one run is affordable.
// Targets are listed floor by floor; a floor may use only those below it (Tests/HouseTests checks it).

import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

func room(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ room: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(room)Tests", dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

let package = Package(
    name: "scalebench",
    products: [.executable(name: "scalebench", targets: ["scalebench"])],
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
        .target(name: "CKernels"),

        // MARK: Vocabulary
        room("ScalebenchCore", [crypto]),

        // MARK: Pure parts
        room("TokenData", ["ScalebenchCore", "CZstd", "CZlib"]),
        room("Transformer", ["ScalebenchCore", "COpenBLAS", "CKernels"]),
        room("ScalingLaws", [], exclude: ["README.md", "risk.svg"]),

        // MARK: One run, and what a ladder of them says
        room("Training", ["ScalebenchCore", "TokenData", "Transformer"]),
        room("Comparison", ["ScalebenchCore", "ScalingLaws"]),

        // MARK: Storing, launching, showing
        room(
            "Reporting", ["ScalebenchCore", "ScalingLaws", "Comparison"],
            resources: [.embedInCode("Resources/report.css")]),
        room("RunStore", ["ScalebenchCore", "Comparison"]),
        room("Launching", ["ScalebenchCore", subprocess, systemPackage]),

        // MARK: The tool
        room(
            "ScalebenchCLI",
            [
                "ScalebenchCore", "TokenData", "Transformer", "ScalingLaws", "Training", "Comparison", "RunStore",
                "Launching", "Reporting", argumentParser,
            ], resources: [.embedInCode("Embedded")]),
        .executableTarget(name: "scalebench", dependencies: ["ScalebenchCLI"], swiftSettings: swiftSettings),

        // MARK: Tests mirror Sources; CommandTests run the built binary
        tests("ScalebenchCore", ["ScalebenchCore"]),
        tests("TokenData", ["TokenData", "ScalebenchCore"], exclude: ["Golden"]),
        tests("Transformer", ["Transformer", "CKernels", "ScalebenchCore"], exclude: ["Golden"]),
        tests("ScalingLaws", ["ScalingLaws"], exclude: ["Golden"]),
        tests("Comparison", ["Comparison", "ScalebenchCore", "ScalingLaws"]),
        tests("Training", ["Training", "ScalebenchCore", "TokenData"]),
        tests("Reporting", ["Reporting", "Comparison", "ScalebenchCore"], exclude: ["Snapshots"]),
        tests("RunStore", ["RunStore", "Comparison", "ScalebenchCore"]),
        tests("Launching", ["Launching", "ScalebenchCore"]),
        .testTarget(
            name: "CommandTests", dependencies: ["scalebench"], exclude: ["Snapshots"], swiftSettings: swiftSettings),
        .testTarget(name: "HouseTests", swiftSettings: swiftSettings),
    ]
)
