// swift-tools-version: 6.2
import Foundation
import PackageDescription

let environment = ProcessInfo.processInfo.environment

/// libtorch's folder: `$LIBTORCH`, else the link `.libtorch` beside this manifest, else the one in the user's cache that
/// `make setup` fills. The last is taken unseen: SwiftPM keeps what a manifest said, and the set-up may come later.
func libtorch() -> String {
    if let chosen = environment["LIBTORCH"], !chosen.isEmpty { return chosen }
    let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/.libtorch"
    if FileManager.default.fileExists(atPath: beside) { return beside }
    let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory() + "/.cache"
    return cache + "/ascl/libtorch"
}

let torch = libtorch()

// -O2 in debug too: the shim is thin, and libtorch's headers are unusably slow without it.
let torchHeaders: [CXXSetting] = [
    .unsafeFlags([
        "-isystem", "\(torch)/include", "-isystem", "\(torch)/include/torch/csrc/api/include", "-O2",
        "-fvisibility=hidden",
    ])
]
let kernelSettings: [CXXSetting] = [.unsafeFlags(["-O3", "-fvisibility=hidden"])]
// By their paths: other libraries' search paths come first on the command line, and may hold a libtorch of their own.
#if os(macOS)
let (librarySuffix, standardLibrary, origin, linkAll) = ("dylib", "c++", "@loader_path", [String]())
#else
let (librarySuffix, standardLibrary, origin, linkAll) = ("so", "stdc++", "$ORIGIN", ["-Xlinker", "--no-as-needed"])
#endif
let torchLibraries: [LinkerSetting] = [
    .unsafeFlags(
        // What `make install` puts beside the program comes first.
        ["\(origin)/../lib/ascl", "\(torch)/lib"].flatMap { ["-Xlinker", "-rpath", "-Xlinker", $0] } + linkAll
            + ["torch", "torch_cpu", "c10"].map { "\(torch)/lib/lib\($0).\(librarySuffix)" }),
    .linkedLibrary(standardLibrary),
]
// libvips' own flags name -pthread, which SwiftPM warns of. All its headers want is GLib's; they and the library lie where
// every compiler looks, except on a Mac.
#if os(macOS)
let vipsFlags = "vips"
#else
let vipsFlags = "gobject-2.0"
#endif
let swiftSettings: [SwiftSetting] = [.enableUpcomingFeature("InternalImportsByDefault")]

/// A Swift target: its name, the targets of ours it imports, and libraries.
func layer(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ imports: [Target.Dependency] = [], resources: Bool = false) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name)] + imports,
        resources: resources ? [.copy("Resources")] : [], swiftSettings: swiftSettings)
}

// `make docs` alone needs the DocC plugin.
let documentation: [Package.Dependency] =
    environment["ASCL_DOCS"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "AsCL",
    products: [
        .library(name: "AsCL", targets: ["AsCL"]),
        .executable(name: "ascl", targets: ["AsCLTool"]),
        .executable(name: "ascl-bench", targets: ["AsCLBench"]),
    ],
    dependencies: documentation + [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        layer("AsCLBase", [crypto]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        layer("ArrayFiles", ["AsCLBase", "CZlib"]),
        layer("RetrievalData", ["AsCLBase", "ArrayFiles"]),
        layer("CaptionGraphs", ["AsCLBase", "RetrievalData"]),
        .target(
            name: "CTorch", cxxSettings: torchHeaders + [.headerSearchPath("standins")], linkerSettings: torchLibraries),
        layer("Torch", ["AsCLBase", "ArrayFiles", "CTorch"]),
        layer("TorchNN", ["AsCLBase", "Torch"]),
        layer("PretrainedFolders", ["AsCLBase", "ArrayFiles", "Torch", "TorchNN"]),
        layer("TextEncoding", ["AsCLBase", "Torch", "TorchNN", "PretrainedFolders"]),
        .systemLibrary(name: "CVips", pkgConfig: vipsFlags, providers: [.apt(["libvips-dev"])]),
        .target(name: "CRegions", cxxSettings: kernelSettings),
        layer(
            "ImageEncoding",
            ["AsCLBase", "ArrayFiles", "Torch", "TorchNN", "PretrainedFolders", "CVips", "CRegions"]),
        layer(
            "PretrainedEncoders",
            [
                "AsCLBase", "ArrayFiles", "Torch", "TorchNN", "PretrainedFolders", "TextEncoding", "ImageEncoding",
            ]),
        layer("ModelWeights", ["AsCLBase", "ArrayFiles", "PretrainedFolders"]),
        layer("FeatureExtraction", ["AsCLBase", "ArrayFiles", "RetrievalData", "ImageEncoding"]),
        .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
        layer("FeatureImport", ["AsCLBase", "ArrayFiles", "RetrievalData", "CHDF5"]),
        .target(name: "CPairScore", cxxSettings: kernelSettings, linkerSettings: torchLibraries),
        layer(
            "RetrievalModels",
            [
                "AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TorchNN", "PretrainedFolders", "TextEncoding",
                "CPairScore",
            ]),
        layer(
            "RetrievalEvaluation",
            ["AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TorchNN", "TextEncoding", "RetrievalModels"]),
        layer("RunReports", ["AsCLBase"]),
        layer(
            "RetrievalTraining",
            [
                "AsCLBase", "ArrayFiles", "RetrievalData", "CaptionGraphs", "Torch", "TorchNN", "TextEncoding",
                "RetrievalModels",
                "RetrievalEvaluation", "RunReports", yams,
            ]),
        layer(
            "EncoderTraining",
            [
                "AsCLBase", "RetrievalData", "Torch", "TorchNN", "PretrainedFolders", "TextEncoding", "ImageEncoding",
                "PretrainedEncoders", "RetrievalModels", "RetrievalEvaluation", "RetrievalTraining",
            ]),
        layer(
            "RetrievalExperiments",
            [
                "AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TorchNN", "PretrainedFolders", "TextEncoding",
                "RetrievalModels", "RetrievalEvaluation", "RetrievalTraining", "RunReports", "VectorStore",
            ]),
        .target(name: "CVectorScan", cxxSettings: kernelSettings, linkerSettings: [.linkedLibrary(standardLibrary)]),
        .target(
            name: "CNeighbourGraph", cxxSettings: kernelSettings, linkerSettings: [.linkedLibrary(standardLibrary)]),
        layer("VectorStore", ["AsCLBase", "CNeighbourGraph", "CVectorScan"]),
        layer("PictureCatalogue", ["AsCLBase", "FeatureExtraction", "ImageEncoding", "VectorStore", grdb]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        layer("Postgres", ["AsCLBase", "CPostgres"]),
        layer(
            "PostgresCatalogue",
            ["AsCLBase", "FeatureExtraction", "ImageEncoding", "VectorStore", "PictureCatalogue", "Postgres"]),
        layer(
            "PictureSearch",
            [
                "AsCLBase", "Torch", "PretrainedFolders", "TextEncoding", "ImageEncoding", "FeatureExtraction",
                "RetrievalModels", "PictureCatalogue", "VectorStore",
            ]),
        .target(
            name: "SearchServer",
            dependencies: [
                "AsCLBase", "ImageEncoding", "PictureCatalogue", "PictureSearch", "RetrievalModels", crypto, httpTypes,
                hummingbird, logging, nio, nioHTTPTypes, yams,
            ],
            resources: [.embedInCode("Resources")], swiftSettings: swiftSettings),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        layer("Scenes", ["AsCLBase", "ArrayFiles", "ImageEncoding", "RetrievalEvaluation", "CPNG"]),
        layer(
            "AsCL",
            [
                "AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TextEncoding", "ImageEncoding",
                "FeatureExtraction",
                "RetrievalModels", "RetrievalEvaluation", "RetrievalTraining", "PictureCatalogue", "PictureSearch",
            ]),
        .target(name: "CWaiting"),
        layer(
            "CommandLineOptions",
            ["AsCLBase", "CWaiting", "Torch", "ImageEncoding", "ModelWeights", "RetrievalModels", argumentParser]),
        .executableTarget(
            name: "AsCLTool",
            dependencies: [
                "AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TextEncoding", "ImageEncoding",
                "PretrainedEncoders", "ModelWeights", "FeatureExtraction", "FeatureImport", "RetrievalModels",
                "RetrievalEvaluation", "RetrievalTraining", "CaptionGraphs",
                "RunReports", "EncoderTraining", "RetrievalExperiments", "Scenes", "PictureCatalogue", "PictureSearch",
                "Postgres", "PostgresCatalogue", "SearchServer",
                "CommandLineOptions",
                argumentParser, logging,
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "AsCLBench",
            dependencies: [
                "AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TorchNN", "PretrainedFolders", "TextEncoding",
                "ImageEncoding", "PretrainedEncoders", "FeatureExtraction", "RetrievalModels",
                "RetrievalEvaluation", "RetrievalTraining", "VectorStore", "PictureCatalogue", "Postgres",
                "PostgresCatalogue", "CommandLineOptions", argumentParser,
            ],
            swiftSettings: swiftSettings),

        // Tiny data and a tiny text encoder, written by tests that need them.
        .target(
            name: "RetrievalFixtures",
            dependencies: [
                "AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TorchNN", "PretrainedFolders", "TextEncoding",
                "ImageEncoding", "RetrievalModels", "Postgres",
            ],
            path: "Tests/RetrievalFixtures", swiftSettings: swiftSettings),
        tests("AsCLBase", ["RetrievalFixtures"]),
        tests("ArrayFiles", ["AsCLBase", "RetrievalFixtures"], resources: true),
        tests("RetrievalData", ["AsCLBase", "ArrayFiles", "RetrievalFixtures"]),
        tests("CaptionGraphs", ["AsCLBase", "RetrievalData", "RetrievalFixtures"]),
        tests("Torch", ["AsCLBase", "ArrayFiles", "RetrievalFixtures"]),
        tests("TorchNN", ["AsCLBase", "ArrayFiles", "Torch"], resources: true),
        tests("TextEncoding", ["AsCLBase", "ArrayFiles", "RetrievalFixtures", "Torch", "TorchNN"], resources: true),
        tests(
            "ImageEncoding", ["AsCLBase", "ArrayFiles", "Torch", "TorchNN", "Scenes", "CPNG", "RetrievalFixtures"],
            resources: true),
        tests(
            "PretrainedEncoders",
            [
                "AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TorchNN", "PretrainedFolders", "TextEncoding",
                "ImageEncoding", "RetrievalModels", "RetrievalFixtures",
            ], resources: true),
        tests("ModelWeights", ["AsCLBase", "ArrayFiles", "RetrievalFixtures"]),
        tests(
            "FeatureExtraction", ["AsCLBase", "ArrayFiles", "RetrievalData", "ImageEncoding", "RetrievalFixtures"]),
        tests(
            "PictureSearch",
            [
                "AsCLBase", "Torch", "TextEncoding", "ImageEncoding", "PretrainedFolders", "PretrainedEncoders",
                "PictureCatalogue", "RetrievalModels", "RetrievalFixtures",
            ]),
        tests(
            "PostgresCatalogue",
            [
                "AsCLBase", "FeatureExtraction", "ImageEncoding", "PictureCatalogue", "PictureSearch", "Postgres",
                "RetrievalModels", "RetrievalFixtures", "VectorStore",
            ]),
        tests("PictureCatalogue", ["AsCLBase", "FeatureExtraction", "ImageEncoding", "RetrievalFixtures", grdb]),
        tests(
            "SearchServer",
            [
                "AsCLBase", "Torch", "ImageEncoding", "PictureCatalogue", "PictureSearch", "Postgres",
                "PostgresCatalogue", "RetrievalModels", "RetrievalFixtures", hummingbird,
                nio, .product(name: "NIOEmbedded", package: "swift-nio"), logging,
            ]),
        tests("FeatureImport", ["AsCLBase", "ArrayFiles", "RetrievalData", "RetrievalFixtures"], resources: true),
        tests(
            "RetrievalModels",
            ["AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TorchNN", "TextEncoding", "RetrievalFixtures"],
            resources: true),
        tests(
            "RetrievalEvaluation",
            [
                "AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "PretrainedFolders", "TextEncoding",
                "RetrievalModels", "RetrievalFixtures",
            ]),
        tests(
            "RetrievalTraining",
            [
                "AsCLBase", "ArrayFiles", "RetrievalData", "CaptionGraphs", "Torch", "TorchNN", "PretrainedFolders",
                "TextEncoding", "RetrievalModels", "RetrievalEvaluation", "RetrievalFixtures",
            ]),
        tests(
            "EncoderTraining",
            [
                "AsCLBase", "Torch", "PretrainedFolders", "TextEncoding", "ImageEncoding", "PretrainedEncoders",
                "RetrievalTraining", "RetrievalFixtures",
            ]),
        tests("RunReports", ["AsCLBase"]),
        tests(
            "RetrievalExperiments",
            [
                "AsCLBase", "ArrayFiles", "RetrievalData", "Torch", "TextEncoding", "RetrievalModels",
                "RetrievalEvaluation", "RetrievalTraining", "RunReports", "RetrievalFixtures",
            ]),
        tests("VectorStore", ["AsCLBase", "CVectorScan", "RetrievalFixtures"]),
        tests("Scenes", ["AsCLBase", "ArrayFiles", "ImageEncoding", "RetrievalEvaluation", "CPNG"]),
        tests("AsCL", ["AsCLBase", "RetrievalData", "Torch", "Scenes", "CPNG", "RetrievalFixtures"]),
        tests("AsCLTool", ["AsCLBench", "AsCLBase", "ArrayFiles", "CommandLineOptions", "RetrievalFixtures"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
