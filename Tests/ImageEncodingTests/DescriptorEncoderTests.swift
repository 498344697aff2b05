import ArrayFiles
import Foundation
import RetrievalFixtures
import Scenes
import Testing

@testable import ImageEncoding

@Suite struct DescriptorEncoderTests {
    private let encoder = DescriptorEncoder()

    /// The float16 values of an array file, row after row.
    private func halves(_ path: String) throws -> [Float] {
        let array = try NumpyArray(path: path)
        return withExtendedLifetime(array) {
            (0..<array.bytes.count / 2).map {
                Float(Float16(bitPattern: array.bytes.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self)))
            }
        }
    }

    /// A smooth picture of any size.
    private func picture(_ width: Int, _ height: Int) -> Picture {
        let pixels = (0..<height).flatMap { row in
            (0..<width).flatMap { column -> [UInt8] in
                let (x, y) = (Double(column) / Double(width), Double(row) / Double(height))
                let disc = (x - 0.4) * (x - 0.4) + (y - 0.6) * (y - 0.6) < 0.04
                return disc ? [220, 40, 30] : [UInt8(100 + 60 * x), UInt8(120 + 80 * y), 200]
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    @Test func `pictures of the embedded data set get the features written with them`() throws {
        let folder = try ScratchFolder()
        let data = folder.path + "/scenes"
        let configuration = SceneConfiguration(trainCount: 2, valCount: 2, testCount: 3, compositionalCount: 2)
        try SceneGenerator(configuration: configuration).write(to: data, pictures: true)
        let names = try String(contentsOfFile: data + "/test_ids.txt", encoding: .utf8).split(separator: "\n")
        let pictures = try names.map { try PictureDecoder().decode(path: "\(data)/images/\($0)") }
        let features = try encoder.encode(pictures)
        #expect(features.count == 3)
        let (regions, globals) = (try halves(data + "/test_ims.npy"), try halves(data + "/test_globals.npy"))
        #expect(features.flatMap(\.regions).map { Float(Float16($0)) } == regions)
        #expect(features.flatMap(\.global).map { Float(Float16($0)) } == globals)
    }

    @Test func `any picture has features of the shape that is told`() throws {
        for (width, height) in [(1, 1), (640, 427), (100, 300), (224, 224)] {
            let features = try #require(encoder.encode([picture(width, height)]).first)
            #expect(features.regions.count == encoder.shape.regions * encoder.shape.regionDimension)
            #expect(features.global.count == encoder.shape.globalDimension)
            #expect(features.boxes.count == encoder.shape.regions * 4)
            #expect(features.boxes.allSatisfy { (0...1).contains($0) })
            #expect((features.regions + features.global).allSatisfy { $0.isFinite })
            #expect(features.classes.isEmpty && features.confidences.isEmpty && !encoder.shape.hasClasses)
        }
        #expect(encoder.smallestUsefulSize(width: 4000, height: 3000) == PictureSize(width: 224, height: 224))
    }

    @Test func `proportions and size hardly matter, and neither does the company`() throws {
        let alone = try encoder.encode([picture(224, 224)])[0]
        let both = try encoder.encode([picture(640, 430), picture(224, 224)])
        #expect(both[1] == alone)
        let difference = zip(both[0].global, alone.global).map { abs($0 - $1) }
        #expect(difference.reduce(0, +) / Float(difference.count) < 0.05)
        #expect(both[0].global != alone.global)
    }
}
