// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "PhotoFinder",
    dependencies: [.package(url: "https://example.org/ascl.git", from: "0.1.0")],  // this repository's address
    targets: [
        .executableTarget(name: "PhotoFinder", dependencies: [.product(name: "AsCL", package: "ascl")])
    ]
)
