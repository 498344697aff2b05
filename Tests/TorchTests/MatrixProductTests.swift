#if os(Linux) && arch(x86_64)
import Foundation
import Testing
import Torch

/// MKL asks by this name which code the processor may run; every library has to find the program's answer first.
@Suite struct MatrixProductTests {
    @Test func `MKL asks this program for the processor's maker, not itself`() throws {
        #expect(try Tensor.zeros([1]).item() == 0)  // libtorch is loaded
        let answer = try #require(dlsym(nil, "mkl_serv_intel_cpu_true"))
        let library = try #require(dlopen("libtorch_cpu.so", RTLD_LAZY | RTLD_NOLOAD))
        defer { dlclose(library) }
        #expect(answer != dlsym(library, "mkl_serv_intel_cpu_true"))
        typealias Question = @convention(c) () -> Int32
        let processor = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        let isFull = processor.contains("avx512f") || processor.contains("GenuineIntel")
        #expect((unsafeBitCast(answer, to: Question.self)() != 0) == isFull)
    }
}
#endif
