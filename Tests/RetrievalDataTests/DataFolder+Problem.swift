import AsCLBase
import RetrievalData
import RetrievalFixtures
import Testing

extension DataFolder {
    /// The line of the error that opening `split` ends in, without the folder's path.
    func problem(_ split: String = "test") throws -> String {
        line(try #require(throws: InputError.self) { try self.split(split) })
    }
}

extension RetrievalSplit {
    func regions(_ images: [Int]) throws -> [Float] {
        var values = [Float](repeating: .nan, count: images.count * regionCount * regionDimension)
        try values.withUnsafeMutableBufferPointer { try gatherRegions(images, into: $0) }
        return values
    }

    func globals(_ images: [Int]) throws -> [Float] {
        var values = [Float](repeating: .nan, count: images.count * globalDimension)
        try values.withUnsafeMutableBufferPointer { try gatherGlobals(images, into: $0) }
        return values
    }
}
