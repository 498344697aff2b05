/// How long a download waits and how often it tries.
package struct DownloadPatience: Sendable {
    /// Seconds without a byte after which a connection counts as dropped.
    package var stall: Double
    /// How often a dropped connection is taken up again, each time where it ended.
    package var retries: Int
    /// Seconds before the first of these, twice as many before each further one.
    package var pause: Double

    /// A minute without a byte, three retries.
    package init(stall: Double = 60, retries: Int = 3, pause: Double = 1) {
        self.stall = stall
        self.retries = retries
        self.pause = pause
    }
}
