import Foundation

/// Memory that was freed, and that the C library holds back for whatever comes next.
enum FreedMemory {
    private typealias Trim = @convention(c) (Int) -> Int32

    /// Gives it back to the system, where the C library is one that can: no header that Swift imports declares it.
    static func release() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    }
}
