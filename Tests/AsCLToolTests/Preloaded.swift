import Foundation
import Testing

/// Functions that stand in for the C library's in a process of the tool's, by `LD_PRELOAD`.
enum Preloaded {
    /// Builds a library by the compiler that comes with Swift, and tells where it is.
    static func library(_ name: String, _ source: String) throws -> String {
        let folder = try Workshop.newFolder(name)
        try write(source, to: "\(folder)/\(name).c")
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-o", "\(folder)/\(name).so", "\(folder)/\(name).c"]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
        return "\(folder)/\(name).so"
    }
}
