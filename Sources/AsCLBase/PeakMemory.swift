import Foundation

/// The most memory that this process has held, in bytes.
package func peakMemory() -> Int {
    var usage = rusage()
    #if os(Linux)
    // What `getrusage` tells goes on over `exec`: a small program that a large one starts would be as large.
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    if let kilobytes = line.flatMap({ Int($0.filter(\.isNumber)) }) { return kilobytes * 1024 }
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
    #else
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
    #endif
}
