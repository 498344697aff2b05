// swift-tools-version: 6.2
import Foundation
import PackageDescription

// libtorch is `$LIBTORCH`, else the link `.libtorch` that `make setup` lays to the PyPI wheel's `torch` folder.
let torch =
    ProcessInfo.processInfo.environment["LIBTORCH"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/.libtorch"

// -O2 in debug too: the shim is thin, and libtorch's headers are unusably slow without it.
let torchHeaders: [CXXSetting] = [
    .unsafeFlags([
        "-isystem", "\(torch)/include", "-isystem", "\(torch)/include/torch/csrc/api/include", "-O2",
        "-fvisibility=hidden",
    ])
]
let kernelSettings: [CXXSetting] = [.unsafeFlags(["-O3", "-fvisibility=hidden"])]
// By their paths: other libraries' search paths come first on the command line, and may hold a libtorch of their own.
let torchLibraries: [LinkerSetting] = [
    .unsafeFlags(
        ["-Xlinker", "-rpath", "-Xlinker", "\(torch)/lib", "-Xlinker", "--no-as-needed"]
            + ["torch", "torch_cpu", "c10"].map { "\(torch)/lib/lib\($0).so" }),
    .linkedLibrary("stdc++"),
]
let swiftSettings: [SwiftSetting] = [.enableUpcomingFeature("InternalImportsByDefault")]

/// A Swift target: its name, the targets of ours it imports, and libraries.
func layer(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ imports: [Target.Dependency], resources: Bool = false) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name)] + imports,
        resources: resources ? [.copy("Resources")] : [], swiftSettings: swiftSettings)
}

// `make docs` alone needs the DocC plugin.
let documentation: [Package.Dependency] =
    ProcessInfo.processInfo.environment["ASCL_DOCS"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

let package = Package(
    name: "AsCL",
    products: [
        .executable(name: "ascl", targets: ["ascl"]),
        .library(
            name: "AsCL",
            targets: [
                "ArrayFiles", "RetrievalData", "RetrievalMetrics", "Scenes", "Torch", "TorchNN", "TextEncoding",
                "ImageEncoding", "ModelWeights", "FeatureExtraction", "AsCLModel", "MatchingBaselines",
                "RetrievalModels", "RetrievalEvaluation", "RetrievalTraining",
                "RunReports", "RetrievalExperiments",
            ]),
    ],
    dependencies: documentation + [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        layer("ArrayFiles"),
        layer("RetrievalData", ["ArrayFiles"]),
        layer("RetrievalMetrics"),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        layer("Scenes", ["ArrayFiles", "RetrievalData", "CPNG"]),
        .target(name: "CTorch", cxxSettings: torchHeaders, linkerSettings: torchLibraries),
        layer("Torch", ["ArrayFiles", "CTorch"]),
        layer("TorchNN", ["Torch"]),
        layer("TextEncoding", ["ArrayFiles", "Torch", "TorchNN"]),
        .systemLibrary(name: "CVips", pkgConfig: "vips", providers: [.apt(["libvips-dev"])]),
        .target(name: "CRegions", cxxSettings: kernelSettings),
        layer("ImageEncoding", ["ArrayFiles", "Scenes", "Torch", "TorchNN", "CVips", "CRegions"]),
        layer("ModelWeights", ["ArrayFiles", .product(name: "Crypto", package: "swift-crypto")]),
        layer(
            "FeatureExtraction",
            ["ArrayFiles", "RetrievalData", "ImageEncoding", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "CPairScore", cxxSettings: kernelSettings, linkerSettings: torchLibraries),
        layer("AsCLModel", ["ArrayFiles", "RetrievalData", "Torch", "TorchNN", "TextEncoding", "CPairScore"]),
        layer("MatchingBaselines", ["ArrayFiles", "Torch", "TorchNN", "TextEncoding", "AsCLModel"]),
        layer(
            "RetrievalModels",
            ["ArrayFiles", "RetrievalData", "Torch", "TorchNN", "TextEncoding", "AsCLModel", "MatchingBaselines"]),
        layer(
            "RetrievalEvaluation",
            [
                "ArrayFiles", "RetrievalData", "RetrievalMetrics", "Torch", "TorchNN", "TextEncoding", "AsCLModel",
                "RetrievalModels",
            ]),
        layer(
            "RetrievalTraining",
            [
                "ArrayFiles", "RetrievalData", "RetrievalMetrics", "Torch", "TorchNN", "TextEncoding", "AsCLModel",
                "MatchingBaselines", "RetrievalModels", "RetrievalEvaluation", .product(name: "Yams", package: "Yams"),
            ]),
        layer("RunReports", ["ArrayFiles"]),
        layer(
            "RetrievalExperiments",
            [
                "ArrayFiles", "RetrievalData", "RetrievalMetrics", "Torch", "TorchNN", "TextEncoding", "AsCLModel",
                "MatchingBaselines", "RetrievalModels", "RetrievalEvaluation", "RetrievalTraining", "RunReports",
            ]),
        .executableTarget(
            name: "ascl",
            dependencies: [
                "ArrayFiles", "RetrievalData", "RetrievalMetrics", "Scenes", "Torch", "TorchNN", "TextEncoding",
                "ImageEncoding", "ModelWeights", "FeatureExtraction", "AsCLModel", "RetrievalModels",
                "RetrievalEvaluation", "RetrievalTraining", "RetrievalExperiments", "RunReports",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),

        // Tiny data and a tiny text encoder, written by tests that need them.
        .target(
            name: "RetrievalFixtures",
            dependencies: ["ArrayFiles", "RetrievalData", "Torch", "TorchNN", "TextEncoding", "AsCLModel"],
            path: "Tests/RetrievalFixtures", swiftSettings: swiftSettings),
        tests("ArrayFiles", [], resources: true),
        tests("RetrievalData", ["ArrayFiles"]),
        tests("RetrievalMetrics", []),
        tests("Scenes", ["ArrayFiles", "RetrievalData", "CPNG"]),
        tests("Torch", ["ArrayFiles"]),
        tests("TorchNN", ["ArrayFiles", "Torch"], resources: true),
        tests("TextEncoding", ["ArrayFiles", "Torch", "TorchNN"], resources: true),
        tests("ImageEncoding", ["ArrayFiles", "Scenes", "Torch", "TorchNN", "RetrievalFixtures"], resources: true),
        tests("ModelWeights", ["ArrayFiles", "RetrievalFixtures"]),
        tests("FeatureExtraction", ["ArrayFiles", "RetrievalData", "ImageEncoding", "RetrievalFixtures"]),
        tests(
            "AsCLModel",
            [
                "ArrayFiles", "RetrievalData", "Torch", "TorchNN", "TextEncoding", "RetrievalModels",
                "RetrievalFixtures",
            ],
            resources: true),
        tests(
            "MatchingBaselines",
            ["ArrayFiles", "RetrievalData", "Torch", "TorchNN", "TextEncoding", "AsCLModel", "RetrievalFixtures"]),
        tests(
            "RetrievalModels",
            ["ArrayFiles", "RetrievalData", "Torch", "TorchNN", "TextEncoding", "AsCLModel", "RetrievalFixtures"]),
        tests(
            "RetrievalEvaluation",
            [
                "RetrievalData", "RetrievalMetrics", "Torch", "TextEncoding", "AsCLModel", "RetrievalModels",
                "RetrievalFixtures",
            ]),
        tests(
            "RetrievalTraining",
            [
                "ArrayFiles", "RetrievalData", "RetrievalMetrics", "Torch", "TorchNN", "TextEncoding", "AsCLModel",
                "RetrievalModels", "RetrievalEvaluation", "RetrievalFixtures",
            ]),
        tests("RunReports", ["ArrayFiles"]),
        tests(
            "RetrievalExperiments",
            [
                "ArrayFiles", "RetrievalData", "RetrievalMetrics", "Torch", "TextEncoding", "AsCLModel",
                "RetrievalModels", "RetrievalEvaluation", "RetrievalTraining", "RunReports", "RetrievalFixtures",
            ]),
        tests("ascl", ["ArrayFiles", "RetrievalFixtures"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
